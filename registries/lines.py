"""The lines of a registry, written by PostgreSQL itself: the canonical UTF-8 CSV (RFC 4180) and its totals.

Sums are rubles with two decimals, moments `yyyy-MM-dd HH:mm:ss` of the counterparty's zone. A text that a spreadsheet
would take for a formula gets an apostrophe before it.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from psycopg import sql

from registries.models import Counterparty, Registry
from registries.rules import MONEY_KEYS, Column, Show

_FORMULA: Final = '^[=+@\t\r\n\x0b\x0c＝＋－＠-]'
_FROM: Final = """
      FROM registries_ledgerline line
      JOIN partners_partner partner ON partner.id = line.partner_id
      JOIN lenders_lender lender ON lender.id = line.lender_id
      LEFT JOIN registries_ledgerline corrected ON corrected.id = line.corrects_id
"""
_FIELDS: Final = {
    'partner': 'partner.name', 'lender': 'lender.name', 'corrects': 'corrected.seq',
    'form_guid': 'line.form_guid::text',
}


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one event with one party of the other side; sums in kopecks."""

    event: str
    party: str
    count: int
    totals: dict[str, int]


def totals_of(registry: Registry) -> tuple[int, dict[str, int]]:
    """How many lines a registry has now, and the sum of each money column in kopecks."""
    sums = sql.SQL(', ').join(
        sql.SQL('COALESCE(sum(line.{}), 0)::bigint').format(sql.Identifier(key)) for key in MONEY_KEYS)
    query = sql.SQL('SELECT count(*), {} FROM registries_ledgerline line WHERE {}').format(sums, _belongs(registry))
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return int(row[0]), dict(zip(MONEY_KEYS, map(int, row[1:]), strict=True))


def groups_of(registry: Registry) -> list[Group]:
    """Lines and sums by event and by who is on the other side, in that order."""
    other = 'partner' if registry.counterparty.lender_id is not None else 'lender'
    sums = sql.SQL(', ').join(
        sql.SQL('COALESCE(sum(line.{}), 0)::bigint').format(sql.Identifier(key)) for key in MONEY_KEYS)
    query = sql.SQL('SELECT line.event, {}.name, count(*), {}').format(sql.Identifier(other), sums) + sql.SQL(
        _FROM) + sql.SQL('WHERE {} GROUP BY 1, 2 ORDER BY 1, 2').format(_belongs(registry))
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [
            Group(event, name, int(count), dict(zip(MONEY_KEYS, map(int, found), strict=True)))
            for event, name, count, *found in cursor.fetchall()]


def canonical_lines(
    registry: Registry, columns: Sequence[Column], zone: str, *, as_stored: bool = False,
) -> Iterator[bytes]:
    """The lines in their order, in pieces of CSV without a header; memory does not grow with their number.

    `as_stored` leaves texts as they are, for formats in which a text cannot become a formula.
    """
    shown = sql.SQL(', ').join(_shown(column, zone, as_stored=as_stored) for column in columns)
    query = sql.SQL('COPY (SELECT {} ').format(shown) + sql.SQL(_FROM) + sql.SQL(
        'WHERE {} ORDER BY line.seq) TO STDOUT WITH (FORMAT csv)').format(_belongs(registry))
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for piece in copy:
            yield bytes(piece)


def _belongs(registry: Registry) -> sql.Composable:
    """Lines of the counterparty that count in the period, and corrections written for this registry.

    A correction written for a registry counts there and nowhere else in its cadence; registries of another cadence see
    it at its own time.
    """
    party: Counterparty = registry.counterparty
    side, party_id = ('lender', party.lender_id) if party.lender_id is not None else ('partner', party.partner_id)
    return sql.SQL(
        '(line.{own} = {registry} OR (line.{side} = {party} AND line.is_sandbox = {sandbox}'
        ' AND line.period_at >= {starts} AND line.period_at < {ends} AND (line.{own} IS NULL OR NOT EXISTS'
        ' (SELECT 1 FROM registries_registry other WHERE other.id = line.{own} AND other.kind = {kind}))))',
    ).format(
        own=sql.Identifier(f'for_{side}_id'), registry=sql.Literal(registry.pk), side=sql.Identifier(f'{side}_id'),
        party=sql.Literal(party_id), sandbox=sql.Literal(party.is_sandbox), starts=sql.Literal(registry.starts_at),
        ends=sql.Literal(registry.ends_at), kind=sql.Literal(str(registry.kind)))


def _shown(column: Column, zone: str, *, as_stored: bool) -> sql.Composable:
    field: Any = _FIELDS.get(column.field, f'line.{column.field}')
    source = sql.SQL(field)
    if column.show == Show.MONEY:
        return sql.SQL('trim(to_char({0}::numeric / 100, {1}))').format(source, sql.Literal('FM9999999999999990.00'))
    if column.show == Show.MOMENT:
        return sql.SQL('to_char({0} AT TIME ZONE {1}, {2})').format(
            source, sql.Literal(zone), sql.Literal('YYYY-MM-DD HH24:MI:SS'))
    if column.show == Show.NUMBER or as_stored:
        return source
    return sql.SQL("CASE WHEN {0} ~ {1} THEN '''' || {0} ELSE {0} END").format(source, sql.Literal(_FORMULA))
