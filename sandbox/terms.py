"""Money of the sandbox lenders: annuities and four equal payments. Sums in kopecks, rates in percent a year."""
from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from sandbox.profiles import Profile

BNPL_PAYMENTS = 4
BNPL_STEP_DAYS = 14
_MONTHS = Decimal(12)
_HUNDRED = Decimal(100)
_HIGHEST = Decimal(999)
"""A loan of a few kopecks, rounded up, would otherwise show an absurd rate."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer as the sandbox makes it."""

    offer_id: str
    name: str
    initial_payment: int
    amount: int
    life_insurance_sum: int
    work_insurance_sum: int
    term_value: int
    term_unit: str
    regular_payment_amount: int
    regular_period_type: str
    payments_count: int
    rate: str
    effective_rate: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What the client asks for: price and first payment in kopecks, term in months, insurances."""

    amount: int
    initial_payment: int
    term_value: int | None
    life_insurance: bool
    work_insurance: bool

    @property
    def loan(self) -> int:
        """Kopecks to lend before insurance."""
        return self.amount - self.initial_payment


def annuity(amount: int, rate: Decimal, months: int) -> int:
    """The equal monthly payment, rounded up to a kopeck."""
    monthly = rate / _HUNDRED / _MONTHS
    if monthly == 0:
        return int((Decimal(amount) / months).to_integral_value(ROUND_CEILING))
    growth = (1 + monthly) ** months
    return int((amount * monthly * growth / (growth - 1)).to_integral_value(ROUND_CEILING))


def effective_rate(received: int, payment: int, months: int, floor: Decimal) -> Decimal:
    """The yearly rate at which the payments are worth what the client got, never below `floor`, three decimals."""
    low, high = Decimal(0), Decimal(1)
    for _ in range(40):
        middle = (low + high) / 2
        worth = payment * (1 - (1 + middle) ** -months) / middle
        low, high = (middle, high) if worth > received else (low, middle)
    yearly = (high * _MONTHS * _HUNDRED).quantize(Decimal('0.001'), ROUND_HALF_UP)
    return max(min(yearly, _HIGHEST), floor)


def insurance(loan: int, percent_a_month: Decimal, months: int) -> int:
    """The premium for the whole term, whole rubles up, in kopecks."""
    rubles = (loan * percent_a_month / _HUNDRED * months / _HUNDRED).to_integral_value(ROUND_CEILING)
    return int(rubles) * 100


def pos_offers(profile: Profile, wish: Wish) -> list[Offer]:
    """Two offers: the asked term (within the lender's limits) and one other."""
    asked = min(max(wish.term_value or 12, profile.min_term), profile.max_term)
    other = asked * 2 if asked * 2 <= profile.max_term else max(asked // 2, profile.min_term)
    return [_pos_offer(profile, wish, asked, 'a', Decimal(0)), _pos_offer(profile, wish, other, 'b', Decimal(2))]


def _pos_offer(profile: Profile, wish: Wish, months: int, suffix: str, dearer: Decimal) -> Offer:
    life = insurance(wish.loan, profile.life_percent, months) if wish.life_insurance else 0
    work = insurance(wish.loan, profile.work_percent, months) if wish.work_insurance else 0
    # On a loan of a few rubles a whole-ruble premium would outweigh the loan.
    life, work = (life, work) if (life + work) * 4 <= wish.loan else (0, 0)
    amount = wish.loan + life + work
    rate = profile.rate + dearer
    payment = annuity(amount, rate, months)
    return Offer(
        offer_id=suffix, name=f'{profile.name}: кредит на {months} мес.', initial_payment=wish.initial_payment,
        amount=amount, life_insurance_sum=life, work_insurance_sum=work, term_value=months, term_unit='month',
        regular_payment_amount=payment, regular_period_type='month', payments_count=months, rate=str(rate),
        effective_rate=str(effective_rate(wish.loan, payment, months, rate)),
    )


def bnpl_offers(profile: Profile, wish: Wish) -> list[Offer]:
    """One offer: four payments two weeks apart, the first at the payment page, no interest."""
    weeks = BNPL_STEP_DAYS // 7 * (BNPL_PAYMENTS - 1)
    return [Offer(
        offer_id='a', name=f'{profile.name}: оплата частями', initial_payment=wish.initial_payment, amount=wish.loan,
        life_insurance_sum=0, work_insurance_sum=0, term_value=weeks, term_unit='week',
        regular_payment_amount=bnpl_payment(wish.loan), regular_period_type='week', payments_count=BNPL_PAYMENTS,
        rate='0', effective_rate='0',
    )]


def bnpl_payment(loan: int) -> int:
    """A quarter of the purchase, rounded up to a kopeck: the first payment and the regular one."""
    return -(-loan // BNPL_PAYMENTS)


def next_month(day: date) -> date:
    """The same day of the next month, or its last day."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def first_payment_date(kind: str, day: date) -> date:
    """When the first payment falls: a month later for POS, the same day (at the payment page) for BNPL."""
    return next_month(day) if kind == 'pos' else day
