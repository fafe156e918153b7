"""Writing the ledger and closing periods: each deal event once, each period once."""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from contracts.models import Contract, Payment
from contracts.payments import PAID
from contracts.statuses import ContractStatus
from lenders.models import Lender
from partners.models import Partner
from registries.models import Counterparty, LedgerLine, PeriodMark
from registries.rules import fee
from registries.selectors import tariff_for
from registries.statuses import LineEvent

_MOSCOW = ZoneInfo('Europe/Moscow')


@dataclass(frozen=True, slots=True)
class _Fact:
    """One event of a deal as it is to stand in the ledger."""

    key: str
    event: LineEvent
    occurred_at: datetime
    sums: dict[str, int] = field(default_factory=dict)


def book_deal(*, contract: Contract) -> int:
    """Write the lines that a deal has earned and the ledger does not hold yet; returns how many.

    In the caller's transaction. Twice is once: the key of a line is the event and whose it is.
    """
    facts = {fact.key: fact for fact in _facts(contract)}
    known = set(LedgerLine.objects.filter(key__in=facts).values_list('key', flat=True))
    missing = [fact for key, fact in facts.items() if key not in known]
    for fact in missing:
        LedgerLine.objects.create(**_deal(contract), key=fact.key, event=fact.event, occurred_at=fact.occurred_at,
                                  **fact.sums)
    return len(missing)


def close_period(*, at: datetime) -> PeriodMark:
    """Book nothing before this moment any more (it must be past); a period closed before stays as it is."""
    with transaction.atomic():
        PeriodMark.objects.bulk_create([PeriodMark(at=at, seq=0, made_at=at)], ignore_conflicts=True)
    return PeriodMark.objects.get(at=at)


def counterparty_of(party: Partner | Lender) -> Counterparty:
    """How a partner or lender gets its registries; the usual way until somebody has chosen."""
    if isinstance(party, Partner):
        return Counterparty.objects.get_or_create(partner=party)[0]
    return Counterparty.objects.get_or_create(lender=party)[0]


def _facts(contract: Contract) -> list[_Fact]:
    facts = []
    if contract.status == ContractStatus.ISSUED and contract.issued_at is not None:
        facts.append(_Fact(f'issued:{contract.guid}', LineEvent.ISSUED, contract.issued_at,
                           _sums_of_issue(contract, contract.issued_at)))
    if contract.status == ContractStatus.CANCELED:
        facts.append(_Fact(f'cancelled:{contract.guid}', LineEvent.CANCELLED, contract.status_at, {
            'price': contract.application.amount, 'initial_payment': contract.offer.initial_payment}))
    for payment in Payment.objects.filter(contract=contract, status=PAID).order_by('pk'):
        facts.append(_Fact(  # noqa: PERF401 - one by one reads better than a generator inside extend
            f'paid:{contract.lender_id}:{payment.transaction_number}'[:120], LineEvent.PAID, payment.paid_at,
            {'payment': payment.amount}))
    return facts


def _sums_of_issue(contract: Contract, issued_at: datetime) -> dict[str, int]:
    """The retailer gets the price less what the client paid at the till and less its fee."""
    price, first = contract.application.amount, contract.offer.initial_payment
    loan = contract.amount if contract.amount is not None else contract.offer.amount
    tariff = tariff_for(contract, issued_at.astimezone(_MOSCOW).date())
    partner_fee = lender_fee = 0
    if tariff is not None:
        partner_fee = fee(price - first, tariff.partner_percent, tariff.partner_fixed)
        lender_fee = fee(loan, tariff.lender_percent, tariff.lender_fixed)
    return {
        'price': price, 'initial_payment': first, 'amount': loan, 'partner_fee': partner_fee,
        'lender_fee': lender_fee, 'to_pay': price - first - partner_fee}


def _deal(contract: Contract) -> dict[str, object]:
    application = contract.application
    return {
        'partner': application.partner, 'lender': contract.lender, 'contract': contract,
        'is_sandbox': application.is_sandbox, 'kind': application.kind, 'form_guid': application.guid,
        'external_id': application.external_id, 'contract_number': contract.number,
        'lender_deal_id': contract.submission.lender_application_id, 'point_code': application.point.code}
