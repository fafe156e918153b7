"""The lender's own books as a file: the deals it issued, and those that were cancelled, for reconciliation."""
from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta, timezone

from sandbox import views
from sandbox.deal import Deal

COLUMNS = ('our_id', 'lender_id', 'contract_number', 'status', 'amount_kopecks', 'at')
_MOSCOW = timezone(timedelta(hours=3))


def day_of(text: str) -> date | None:
    """The date asked for, None for all. Raises ValueError."""
    return date.fromisoformat(text) if text else None


def write(deals: list[Deal], day: date | None, now: float) -> str:
    """CSV of issued and cancelled deals in the order in which that happened, of one day in Moscow or of all.

    `our_id` is the platform's id of the form, `at` UTC.
    """
    rows = sorted(row for deal in deals if (row := _row(deal, now)) is not None and (
        day is None or datetime.fromtimestamp(row[0], _MOSCOW).date() == day))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows((*shown, views.iso(moment)) for moment, *shown in rows)
    return out.getvalue()


def _row(deal: Deal, now: float) -> tuple[float, str, str, str, str, int] | None:
    offer = deal.chosen_offer
    if offer is None:
        return None
    number = deal.number if deal.kind == 'pos' else ''
    if deal.cancelled_at is not None:
        return deal.cancelled_at, deal.form_guid, deal.lender_id, number, 'CANCELLED', 0
    if views.issue_stage(deal, now)[0] == 'issued' and deal.issue_at is not None:
        return deal.issue_at, deal.form_guid, deal.lender_id, number, 'ISSUED', int(offer['amount'])
    return None
