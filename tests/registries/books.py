"""Ledgers and files for matching: deals in the ledger without a lender, files as a bank gives them."""
from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from contracts.models import Contract
from jobs.testing import run_due
from registries.models import Counterparty, LedgerLine
from registries.models_matching import MatchLine, MatchRun, TakenFile
from registries.services import counterparty_of
from registries.services_matching import match_file, take_in
from registries.statuses_matching import Channel
from tests.registries.deals import Shop

NOON = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
THE_TENTH = (date(2026, 3, 10), date(2026, 3, 10))
HEAD = ('our_id', 'lender_id', 'contract_number', 'status', 'amount_kopecks', 'at')


class Bank:
    """A lender, a shop that sells through it, and the files that the lender gives."""

    def __init__(self, *, tolerance: int = 0, grace_days: int = 3) -> None:
        self.shop = Shop()
        self.party: Counterparty = counterparty_of(self.shop.lender)
        self.party.tolerance, self.party.grace_days = tolerance, grace_days
        self.party.save()

    def issue(self, *amounts: int, at: datetime = NOON) -> list[Contract]:
        """Issued deals, in the ledger."""
        made = [self.shop.issue(at=at, amount=amount) for amount in amounts]
        run_due(kinds=['registries.book'])
        return made

    def correct(self, contract: Contract, amount: int) -> LedgerLine:
        """A line of a correction as an approved one writes it."""
        first = LedgerLine.objects.filter(contract=contract).order_by('seq').first()
        assert first is not None
        copied = ('partner', 'lender', 'contract', 'is_sandbox', 'kind', 'form_guid', 'external_id',
                  'contract_number', 'lender_deal_id', 'point_code')
        return LedgerLine.objects.create(
            **{name: getattr(first, name) for name in copied}, key=f'test:{LedgerLine.objects.count()}',
            event='CORRECTED', occurred_at=first.occurred_at, corrects=first, amount=amount)

    def line(self, contract: Contract, **other: Any) -> dict[str, Any]:
        """What the lender says of a deal when it agrees with us."""
        return {
            'our_id': str(contract.application.guid), 'lender_id': contract.submission.lender_application_id,
            'contract_number': contract.number, 'status': 'ISSUED', 'amount_kopecks': contract.amount,
            'at': NOON.isoformat()} | other

    def take(self, rows: Iterable[dict[str, Any]], name: str = 'march.csv') -> TakenFile:
        """The lender's file, taken in."""
        return take_in(counterparty=self.party, name=name, content=sheet(rows), channel=Channel.UPLOAD,
                       taken_by='test')[0]

    def match(
        self, rows: Iterable[dict[str, Any]], *, dates: tuple[date, date] | None = THE_TENTH, name: str = 'march.csv',
    ) -> MatchRun:
        """The lender's file, matched."""
        return match_file(taken=self.take(rows, name), made_by='test', dates=dates)


def sheet(rows: Iterable[dict[str, Any]], head: Sequence[str] = HEAD) -> bytes:
    """A CSV as lenders are asked for."""
    out = io.StringIO()
    writer = csv.DictWriter(out, head)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def counts(run: MatchRun) -> dict[str, int]:
    """Outcomes that are there."""
    return {name: count for name, count in run.counts.items() if count}


def heads(run: MatchRun) -> list[MatchLine]:
    """What outcomes are counted over, in the order of the file."""
    return list(MatchLine.objects.filter(run=run, is_head=True).order_by('id'))
