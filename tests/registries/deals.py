"""Deals that end as a test wants them to, without a lender: rows and services only."""
from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from applications.states import advance
from applications.statuses import ApplicationStatus
from contracts.models import Contract, Payment
from contracts.services import end_deal
from contracts.statuses import ContractStatus
from lenders.models import Lender
from partners.models import Partner, Point
from tests.world import a_deal, a_lender, a_partner, a_point

WAY = (ContractStatus.READY, ContractStatus.SIGNED, ContractStatus.CONFIRMED, ContractStatus.ISSUING)


class Shop:
    """A partner with a point and a lender."""

    def __init__(self, *, kind: str = 'pos', is_sandbox: bool = True, lender: Lender | None = None) -> None:
        self.partner: Partner = a_partner(is_sandbox=is_sandbox)
        self.point: Point = a_point(self.partner, kind=kind)
        self.lender: Lender = lender or a_lender(is_sandbox=is_sandbox)

    def contract(self, *, amount: int = 4_500_000, **fields: Any) -> Contract:
        """A contract that is being issued."""
        application, offer = a_deal(self.point, self.lender, **fields)
        now = timezone.now()
        contract = Contract.objects.create(
            application=application, offer=offer, submission=offer.submission, lender=self.lender, status_at=now,
            expires_at=now + timedelta(days=14), amount=amount, number=f'Д-{application.pk}')
        with transaction.atomic():
            for status in WAY:
                advance(contract, status, actor='test')
        return contract

    def issue(self, *, at: datetime | None = None, **fields: Any) -> Contract:
        """A deal that is issued; the ledger is asked for its line."""
        contract = self.contract(**fields)
        with transaction.atomic():
            end_deal(contract.application, contract, ContractStatus.ISSUED, actor='test',
                     issued_at=at or timezone.now())
        return contract

    def cancel(self) -> Contract:
        """A deal that is cancelled before its issue."""
        application, offer = a_deal(self.point, self.lender)
        now = timezone.now()
        contract = Contract.objects.create(
            application=application, offer=offer, submission=offer.submission, lender=self.lender, status_at=now,
            expires_at=now + timedelta(days=14))
        with transaction.atomic():
            end_deal(application, contract, ContractStatus.CANCELED, actor='test')
        assert application.status == ApplicationStatus.CANCELED
        return contract

    def pay(self, contract: Contract, amount: int, number: str, *, at: datetime | None = None) -> Payment:
        """A payment of the client that has come."""
        return Payment.objects.create(
            contract=contract, lender=self.lender, transaction_number=number, amount=amount, status='success',
            paid_at=at or timezone.now())
