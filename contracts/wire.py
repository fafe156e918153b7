"""From stored rows to the words and objects of the wire: pure."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from applications.models import Document
from contracts.models import Contract, Payment
from contracts.rules import Facts, Method, Stage, decide
from partners.models import Kind

PAYABLE = frozenset({Stage.READY, Stage.SIGNED, Stage.CONFIRMED, Stage.ISSUING, Stage.ISSUED})
"""Stages in which the address of the payment page is shown."""


def _word(method: Method, stage: Stage, facts: Facts) -> str:
    answer = decide(method, stage, facts)
    if isinstance(answer, int):
        raise ValueError(f'{method} is refused with {answer}: ask the table first')
    return answer


def contract_status(stage: Stage, facts: Facts) -> str:
    """`contract_status` of get_contract."""
    return _word(Method.GET_CONTRACT, stage, facts)


def signing_status(stage: Stage, facts: Facts) -> str:
    """`signing_status` of get_signing_status."""
    return _word(Method.GET_SIGNING_STATUS, stage, facts)


def issue_status(stage: Stage, facts: Facts) -> str:
    """`issue_status` of get_issue_status."""
    return _word(Method.GET_ISSUE_STATUS, stage, facts)


def payment_status(contract: Contract) -> str:
    """`payment_status` of get_payment_status: the lender's last word, `pending` until it has said one."""
    return contract.payment_status


def payment_url(stage: Stage, contract: Contract | None) -> str | None:
    """The address of the payment page from READY on, None where there is no page or nothing to pay for any more."""
    return contract.payment_url or None if contract is not None and stage in PAYABLE else None


def contract_object(contract: Contract, kind: str) -> dict[str, Any]:
    """Object Contract of the document; for BNPL without `number` and `effective_rate`."""
    terms: dict[str, Any] = {}
    if kind == Kind.POS:
        terms['number'] = contract.number
        terms['effective_rate'] = None if contract.effective_rate is None else float(contract.effective_rate)
    terms |= {
        'amount': contract.amount, 'term_value': contract.term_value, 'term_unit': contract.term_unit,
        'regular_payment_amount': contract.regular_payment_amount,
        'first_payment_date': contract.first_payment_date and contract.first_payment_date.isoformat(),
        'payments_count': contract.payments_count,
    }
    return {name: value for name, value in terms.items() if value is not None}


def file_objects(documents: Iterable[Document]) -> list[dict[str, Any]]:
    """Objects File of the document."""
    return [{'file_guid': str(row.guid), 'file_name': row.file_name} for row in documents]


def payment_amount_and_state(payment: Payment) -> dict[str, Any]:
    """Object Payment of the document, but for its time."""
    return {'status': payment.status, 'amount': payment.amount, 'transaction_number': payment.transaction_number}
