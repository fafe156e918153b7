"""Figures of applications for the dashboard: the funnel by days, lenders, SMS.

Every query begins with the applications of a window of days, by their indexes of `created_at`: it costs what came in
these days, whatever else the tables hold.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

SHOWN_PARTNERS: Final = 10


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose applications: of one world (None is both), of one partner (None is all)."""

    is_sandbox: bool | None = None
    partner_id: int | None = None

    def condition(self, table: str = 'a') -> tuple[str, list[Any]]:
        """The condition in SQL, beginning with AND, and its values."""
        words: list[str] = []
        values: list[Any] = []
        if self.is_sandbox is not None:
            words.append(f'AND {table}.is_sandbox = %s')
            values.append(self.is_sandbox)
        if self.partner_id is not None:
            words.append(f'AND {table}.partner_id = %s')
            values.append(self.partner_id)
        return ' '.join(words), values


@dataclass(frozen=True, slots=True)
class Day:
    """Applications that came on one day of Moscow, by how far they have got by now; `lent` is kopecks."""

    day: date
    created: int = 0
    sent: int = 0
    offered: int = 0
    chosen: int = 0
    signed: int = 0
    issued: int = 0
    declined: int = 0
    failed: int = 0
    canceled: int = 0
    expired: int = 0
    lent: int = 0


COUNTED: Final = tuple(field.name for field in fields(Day) if field.name != 'day')

DAYS_SQL: Final = """
    SELECT (a.created_at AT TIME ZONE 'Europe/Moscow')::date AS day,
           count(*) AS created,
           count(*) FILTER (WHERE EXISTS (
               SELECT 1 FROM offers_submission s
                WHERE s.application_id = a.id AND s.lender_application_id <> '')) AS sent,
           count(*) FILTER (WHERE a.offers_shown_at IS NOT NULL) AS offered,
           count(c.id) AS chosen,
           count(c.signed_at) AS signed,
           count(*) FILTER (WHERE a.status = 'ISSUED') AS issued,
           count(*) FILTER (WHERE a.status = 'DECLINED') AS declined,
           count(*) FILTER (WHERE a.status = 'FAILED') AS failed,
           count(*) FILTER (WHERE a.status = 'CANCELED') AS canceled,
           count(*) FILTER (WHERE a.status = 'EXPIRED') AS expired,
           coalesce(sum(c.amount) FILTER (WHERE a.status = 'ISSUED'), 0)::bigint AS lent
      FROM applications_application a
      LEFT JOIN contracts_contract c ON c.application_id = a.id
     WHERE a.created_at >= %s AND a.created_at < %s {scope}
     GROUP BY 1 ORDER BY 1
"""
LENDERS_SQL: Final = """
    SELECT s.lender_id,
           count(*) FILTER (WHERE s.lender_application_id <> '') AS sent,
           count(o.at) AS approved,
           count(*) FILTER (WHERE s.status = 'DECLINED') AS declined,
           count(*) FILTER (WHERE s.status = 'FAILED') AS failed,
           percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM
               coalesce(o.at, CASE WHEN s.status = 'DECLINED' THEN s.status_at END) - a.created_at)) AS seconds
      FROM applications_application a
      JOIN offers_submission s ON s.application_id = a.id
      LEFT JOIN LATERAL (
           SELECT min(o.created_at) AS at FROM offers_offer o
            WHERE o.application_id = a.id AND o.submission_id = s.id) o ON true
     WHERE a.created_at >= %s AND a.created_at < %s {scope}
     GROUP BY 1
"""
MESSAGES_SQL: Final = """
    SELECT a.partner_id, p.name,
           count(*) FILTER (WHERE m.created_at >= %s) AS today,
           coalesce(sum(m.cost) FILTER (WHERE m.created_at >= %s), 0)::bigint AS today_cost,
           count(*) AS messages, coalesce(sum(m.parts), 0)::bigint AS parts,
           coalesce(sum(m.cost), 0)::bigint AS cost
      FROM contracts_message m
      JOIN applications_application a ON a.id = m.application_id
      JOIN partners_partner p ON p.id = a.partner_id
     WHERE m.created_at >= %s AND m.created_at < %s AND m.status IN ('sent', 'outbox') {scope}
     GROUP BY 1, 2 ORDER BY cost DESC, messages DESC, p.name
"""


@dataclass(frozen=True, slots=True)
class LenderWork:
    """What one lender made of the forms it was sent; seconds from the form's coming to the lender's word."""

    lender_id: int
    sent: int
    approved: int
    declined: int
    failed: int
    median_seconds: float | None
    p95_seconds: float | None


@dataclass(frozen=True, slots=True)
class Spending:
    """SMS of one partner: messages and kopecks of today, messages, parts and kopecks of the whole window."""

    partner_id: int
    name: str
    today: int
    today_cost: int
    messages: int
    parts: int
    cost: int


def days_between(since: datetime, until: datetime, scope: Scope) -> list[Day]:
    """One entry for each day with applications, oldest first."""
    return [Day(*row) for row in _rows(DAYS_SQL, [since, until], scope)]


def lenders_between(since: datetime, until: datetime, scope: Scope) -> list[LenderWork]:
    """Lenders that were asked about applications of this window."""
    return [
        LenderWork(*row[:-1], *(row[-1] or (None, None))) for row in _rows(LENDERS_SQL, [since, until], scope)]


def spending_between(since: datetime, today: datetime, until: datetime, scope: Scope) -> list[Spending]:
    """SMS by partner, the dearest first; what is below the tenth place is one entry without a name."""
    rows = [Spending(*row) for row in _rows(MESSAGES_SQL, [today, today, since, until], scope)]
    rest = rows[SHOWN_PARTNERS:]
    return [*rows[:SHOWN_PARTNERS], *([_sum(rest)] if rest else [])]


def _sum(rows: Sequence[Spending]) -> Spending:
    return Spending(
        0, '', sum(row.today for row in rows), sum(row.today_cost for row in rows),
        sum(row.messages for row in rows), sum(row.parts for row in rows), sum(row.cost for row in rows))


def _rows(query: str, values: list[Any], scope: Scope) -> list[tuple[Any, ...]]:
    condition, more = scope.condition()
    with connection.cursor() as cursor:
        cursor.execute(query.format(scope=condition), [*values, *more])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
