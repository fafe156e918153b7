"""The comparison itself, in sets inside PostgreSQL: a million lines cost no memory here.

Outcomes are those of `matching.outcomes`, in SQL. All temporary tables live to the end of the caller's transaction.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection
from psycopg import sql

from registries.comparing_sql import (
    AGREE,
    CARRY,
    CLOSE,
    ELSEWHERE,
    INSERT,
    LINK,
    LINK_FORCED,
    LOAD,
    NEIGHBOURS,
    OURS,
    REPEATS,
    THEIRS,
    UNITS,
)
from registries.models import Counterparty
from registries.rules import Period, period_of

STATEMENT_SECONDS: Final = 600
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared: whose ledger, which dates, which of its sums, how much may differ and by how many days."""

    counterparty: Counterparty
    period: Period
    sum: str
    tolerance: int
    grace_days: int
    zone: str


def load_lines(lines: bytes, zone: str) -> tuple[date, date] | None:
    """Lines of a file into a temporary table; the first and last day they tell, if they do."""
    with connection.cursor() as cursor:
        # A million lines take longer than a request may; the job has its own bound.
        cursor.execute(f"SET LOCAL statement_timeout = '{STATEMENT_SECONDS}s'; SET LOCAL work_mem = '64MB'")
        cursor.execute(THEIRS)
        with cursor.copy(LOAD) as copy:
            view = memoryview(lines)
            for start in range(0, len(view), 1 << 20):
                copy.write(view[start:start + (1 << 20)])
        cursor.execute(
            "UPDATE match_theirs SET at = CASE WHEN told_at = '' THEN NULL"
            r" WHEN told_at ~ 'T.*([+-]\d\d:\d\d|Z)' THEN told_at::timestamptz"
            ' ELSE told_at::timestamp AT TIME ZONE %s END', [zone])
        cursor.execute('SELECT min(at AT TIME ZONE %s)::date, max(at AT TIME ZONE %s)::date FROM match_theirs',
                       [zone, zone])
        first, last = cursor.fetchone()
    return None if first is None else (first, last)


def next_run_id() -> int:
    """The number of a run whose row is written after its lines."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('registries_matchrun', 'id'))")
        return int(cursor.fetchone()[0])


def compare(comparison: Comparison, *, run_id: int, before_id: int | None, at: datetime) -> dict[str, int]:
    """Compare what was loaded with the ledger, write the lines of the run and the decisions that follow of themselves.

    `before_id`: the version before, whose decisions on the same differences stay. Returns heads by outcome.
    """
    values = _values(comparison, run_id, before_id, at)
    with connection.cursor() as cursor:
        for query in (OURS, NEIGHBOURS, LINK_FORCED):
            cursor.execute(query.format(**values))
        cursor.execute('ANALYZE match_theirs')
        for ours, theirs, more in AGREE:
            cursor.execute(LINK.format(ours=sql.SQL(ours), theirs=sql.SQL(theirs), more=sql.SQL(more)))
        for query in (ELSEWHERE, *REPEATS, UNITS, INSERT, *CLOSE, CARRY):
            cursor.execute(query.format(**values))
        cursor.execute(
            'SELECT outcome, count(*) FROM registries_matchline WHERE run_id = %s AND is_head GROUP BY 1', [run_id])
        return {str(name): int(count) for name, count in cursor.fetchall()}


def _values(comparison: Comparison, run_id: int, before_id: int | None, at: datetime) -> dict[str, sql.Composable]:
    party, period = comparison.counterparty, comparison.period
    side, party_id = ('lender', party.lender_id) if party.lender_id is not None else ('partner', party.partner_id)
    grace = comparison.grace_days * _DAY
    wide = period_of(period.date_from - grace, period.date_to + grace, comparison.zone)
    literals: dict[str, Any] = {
        'counterparty': party.pk, 'party_id': party_id, 'sandbox': party.is_sandbox, 'starts': period.starts_at,
        'ends': period.ends_at, 'wide_starts': wide.starts_at, 'wide_ends': wide.ends_at,
        'date_from': period.date_from, 'date_to': period.date_to, 'near_from': period.date_from - grace,
        'near_to': period.date_to + grace, 'tolerance': comparison.tolerance, 'run': run_id,
        'before': before_id or 0, 'now': at}
    names = {'party': f'{side}_id', 'for_party': f'for_{side}_id', 'sum': comparison.sum}
    return {**{name: sql.Literal(value) for name, value in literals.items()},
            **{name: sql.Identifier(value) for name, value in names.items()}}
