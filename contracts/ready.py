"""The moment a contract becomes ready to sign: its terms, the first code, what the lender wants and watches."""
from __future__ import annotations

from django.utils import timezone

from applications.states import advance
from contracts.codes import issue_code
from contracts.models import Contract
from contracts.statuses import ContractStatus, ScansState
from jobs.services import enqueue
from lenders.contract import ContractAnswer, SigningMode


def write_terms(contract: Contract, answer: ContractAnswer) -> None:
    """Keep what the lender says of the contract (row locked); its printed forms come next."""
    terms = answer.terms
    if terms is None:
        raise ValueError('a ready contract has terms')
    contract.number, contract.effective_rate = terms.number, terms.effective_rate
    contract.amount, contract.term_value, contract.term_unit = terms.amount, terms.term_value, terms.term_unit
    contract.regular_payment_amount = terms.regular_payment_amount
    contract.first_payment_date, contract.payments_count = terms.first_payment_date, terms.payments_count
    contract.signing_mode, contract.payment_url = answer.signing_mode, answer.payment_url
    contract.forms_version = answer.forms_version
    contract.wanted_scans = [
        {'type': wanted.type, 'after_signing': wanted.after_signing} for wanted in answer.wanted_scans]
    contract.save(update_fields=[
        'number', 'effective_rate', 'amount', 'term_value', 'term_unit', 'regular_payment_amount',
        'first_payment_date', 'payments_count', 'signing_mode', 'payment_url', 'forms_version', 'wanted_scans'])


def make_ready(contract: Contract, *, actor: str) -> None:
    """Let the client sign (application and contract locked, forms in force): the first code goes out by itself."""
    state = scans_at_ready(contract)
    advance(contract, ContractStatus.READY, actor=actor, ready_at=timezone.now(), scans_state=state)
    if contract.signing_mode != SigningMode.PAPER:
        issue_code(contract, is_automatic=True)
    if contract.wanted_scans:
        enqueue('scans.refresh', str(contract.guid))
    if contract.payment_url:
        enqueue('contracts.watch_payment', str(contract.guid))


def scans_at_ready(contract: Contract) -> str:
    """What the scans come to before signing; on paper every wanted page is wanted now."""
    if contract.scans_state == ScansState.PRINT_FORMS_CHANGED:
        return contract.scans_state
    on_paper = contract.signing_mode == SigningMode.PAPER
    wants = any(on_paper or not wanted['after_signing'] for wanted in contract.wanted_scans)
    return ScansState.REQUESTED if wants else contract.scans_state
