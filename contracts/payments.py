"""What the lender says of the client's payments, into our rows."""
from __future__ import annotations

import structlog

from applications.states import record
from contracts.models import Contract, Payment
from jobs.services import enqueue
from lenders.contract import PaymentTerms, State

log = structlog.get_logger(__name__)

PAID = 'success'
"""The word of `Payment.status` (section of the API on payments) for money that has come."""


def note_payment(contract: Contract, state: State) -> None:
    """Write status and payments of a contract (row locked); a payment is known by its number at the lender."""
    for terms in state.payments:
        _write(contract, terms)
    if state.payment is not None and state.payment != contract.payment_status:
        code = contract.lender.code
        record(contract.application_id, subject=f'payment {code}', actor=f'lender {code}',
               moved_from=contract.payment_status, moved_to=state.payment)
        contract.payment_status = state.payment.value
        contract.save(update_fields=['payment_status'])


def _write(contract: Contract, terms: PaymentTerms) -> None:
    row = Payment.objects.filter(
        lender_id=contract.lender_id, transaction_number=terms.transaction_number).first()
    if row is None:
        row = Payment(contract=contract, lender_id=contract.lender_id, transaction_number=terms.transaction_number)
    elif row.contract_id != contract.pk:
        log.error('payment.of_another_contract', contract=str(contract.guid), payment=row.pk)
        return
    if row.pk is not None and row.status == terms.status == PAID:
        return
    row.amount, row.status, row.paid_at = terms.amount, terms.status, terms.paid_at
    row.save()
    if row.status == PAID:
        enqueue('registries.book', str(contract.guid))
