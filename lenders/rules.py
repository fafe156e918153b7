"""Bounds of a lender's offers against what the client asked for: pure."""
from __future__ import annotations

from lenders.contract import Decision, DecisionStatus, NotUnderstood, OfferTerms

MOST_TIMES_ASKED = 1.5


def check_decision(decision: Decision, *, amount: int, initial_payment: int) -> None:
    """Raise NotUnderstood when an approval cannot be an answer to this form; sums in kopecks.

    `amount` is the price of the goods, `initial_payment` what the client pays at once; the lender may lend less or
    more, but an offer's first payment and loan together are the price and the insurance it adds.
    """
    if decision.status != DecisionStatus.APPROVED:
        return
    if not decision.offers:
        raise NotUnderstood('approved without an offer')
    if len({offer.lender_offer_id for offer in decision.offers}) != len(decision.offers):
        raise NotUnderstood('two offers under one id')
    for offer in decision.offers:
        _check_offer(offer, amount, amount - initial_payment)


def _check_offer(offer: OfferTerms, price: int, asked: int) -> None:
    insurance = offer.life_insurance_sum + offer.work_insurance_sum
    if offer.amount > asked * MOST_TIMES_ASKED:
        raise NotUnderstood('an offer is far above the sum asked for')
    if offer.initial_payment + offer.amount != price + insurance:
        raise NotUnderstood('first payment and loan are not the price and the insurance')
    if offer.regular_payment_amount > offer.amount * 2:
        raise NotUnderstood('a regular payment is above the loan')
    if offer.effective_rate < offer.rate:
        raise NotUnderstood('the effective rate is below the rate')
