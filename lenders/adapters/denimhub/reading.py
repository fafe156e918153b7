"""From the protocol's answers to the values of the adapter contract: pure."""
from __future__ import annotations

import base64
from collections.abc import Iterable

from lenders.adapters.denimhub import wire
from lenders.contract import (
    ContractAnswer,
    ContractStage,
    ContractTerms,
    Decision,
    DecisionStatus,
    Found,
    IssueStage,
    LenderDocument,
    NotUnderstood,
    OfferTerms,
    PaymentStage,
    PaymentTerms,
    ScansAnswer,
    ScansOutcome,
    ScanStage,
    ScanVerdict,
    SigningMode,
    State,
    WantedScan,
)


def decision(answer: wire.WireDecision) -> Decision:
    """The word of the scoring."""
    offers = tuple(_offer(offer) for offer in answer.offers) if answer.status == 'approved' else ()
    if answer.status == 'approved' and not offers:
        raise NotUnderstood('approved without an offer')
    if len({offer.lender_offer_id for offer in offers}) != len(offers):
        raise NotUnderstood('two offers under one id')
    brings = documents(answer.documents) if offers else ()
    return Decision(DecisionStatus(answer.status), offers, answer.reason, brings)


def documents(announced: Iterable[wire.WireDocument]) -> tuple[LenderDocument, ...]:
    """Printed forms as they were announced; those that came whole are decoded."""
    return tuple(
        LenderDocument(
            kind=one.kind, name=one.name, content_type=one.content_type, sha256=one.sha256, size_bytes=one.size_bytes,
            content=base64.b64decode(one.content, validate=True) if one.content else None, link=one.url,
            document_id=one.document_id)
        for one in announced)


def _offer(offer: wire.WireOffer) -> OfferTerms:
    if offer.effective_rate < offer.rate:
        raise NotUnderstood('the effective rate is below the rate')
    return OfferTerms(
        lender_offer_id=offer.offer_id, name=offer.name, initial_payment=offer.initial_payment, amount=offer.amount,
        life_insurance_sum=offer.life_insurance_sum, work_insurance_sum=offer.work_insurance_sum,
        term_value=offer.term_value, term_unit=offer.term_unit, regular_payment_amount=offer.regular_payment_amount,
        regular_period_type=offer.regular_period_type, rate=offer.rate, effective_rate=offer.effective_rate,
        has_payment_page=offer.has_payment_page, expires_at=offer.expires_at)


def contract(answer: wire.WireContract) -> ContractAnswer:
    """The contract; a ready one has its terms."""
    terms = answer.terms
    if answer.stage == 'ready' and terms is None:
        raise NotUnderstood('a contract without terms')
    made = None if terms is None else ContractTerms(
        number=terms.number, effective_rate=terms.effective_rate, amount=terms.amount, term_value=terms.term_value,
        term_unit=terms.term_unit, regular_payment_amount=terms.regular_payment_amount,
        first_payment_date=terms.first_payment_date, payments_count=terms.payments_count)
    return ContractAnswer(
        stage=ContractStage(answer.stage), terms=made, signing_mode=SigningMode(answer.signing_mode),
        payment_url=answer.payment_url, documents=documents(answer.documents),
        forms_version=answer.forms_version, reason=answer.reason,
        wanted_scans=tuple(WantedScan(scan.type, scan.after_signing) for scan in answer.wanted_scans))


def scans(answer: wire.WireScans) -> ScansAnswer:
    """The word on the scans."""
    return ScansAnswer(
        outcome=ScansOutcome(answer.outcome), forms_version=answer.forms_version,
        verdicts=tuple(
            ScanVerdict(verdict.type, ScanStage(verdict.stage), verdict.version, verdict.reason)
            for verdict in answer.verdicts))


def state(answer: wire.WireState) -> State:
    """The issue and the payments, each transaction once."""
    if len({payment.transaction_number for payment in answer.payments}) != len(answer.payments):
        raise NotUnderstood('two payments under one number')
    return State(
        issue=IssueStage(answer.issue), reason=answer.reason,
        payment=PaymentStage(answer.payment) if answer.payment is not None else None,
        payments=tuple(
            PaymentTerms(payment.transaction_number, payment.amount, payment.status, payment.paid_at)
            for payment in answer.payments))


def found(answer: wire.WireFound) -> Found:
    """All that is known of our id."""
    return Found(
        lender_id=answer.lender_id, decision=decision(answer.decision), chosen_offer_id=answer.chosen_offer_id,
        contract=ContractStage(answer.contract) if answer.contract is not None else None, is_signed=answer.is_signed,
        scans_versions=dict(answer.scans_versions), is_confirmed=answer.is_confirmed,
        confirm_refused=answer.confirm_refused, is_cancelled=answer.is_cancelled, issue=IssueStage(answer.issue),
        issued_amount=answer.issued_amount)
