"""The lines of a registry, written by PostgreSQL itself: the canonical UTF-8 CSV (RFC 4180) and its totals.

Sums are rubles with two decimals, moments `yyyy-MM-dd HH:mm:ss` of the counterparty's zone. A text that a spreadsheet
would take for a formula gets an apostrophe before it.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from psycopg import sql

from registries.formulas import BEGINNINGS
from registries.models import Counterparty, Registry
from registries.rules import MONEY_KEYS, Column, Show

_FORMULA: Final = ', '.join(str(ord(one)) for one in BEGINNINGS)
"""Codes of the first characters that a spreadsheet takes for a formula; comparing numbers costs PostgreSQL least."""
_PIECE_BYTES: Final = 1 << 18
_JOINS: Final = {
    'partner': sql.SQL(' JOIN partners_partner partner ON partner.id = line.partner_id'),
    'lender': sql.SQL(' JOIN lenders_lender lender ON lender.id = line.lender_id'),
}
"""What a column needs beside the lines."""
_FIELDS: Final = {
    'partner': 'partner.name', 'lender': 'lender.name', 'form_guid': 'line.form_guid::text',
    # Looked up where there is one: few lines correct others, and a join would read the whole ledger.
    'corrects': 'CASE WHEN line.corrects_id IS NOT NULL THEN (SELECT corrected.seq FROM registries_ledgerline corrected'
                ' WHERE corrected.id = line.corrects_id) END',
}
_NEVER_FORMULAS: Final = frozenset({'event', 'kind', 'form_guid'})
"""Words of our own."""
_EXCEL_BEGINS_DAYS: Final = 25_569
"""Days between Excel's day 0 and 1970."""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one event with one party of the other side; sums in kopecks."""

    event: str
    party: str
    count: int
    totals: dict[str, int]


@dataclass(frozen=True, slots=True)
class Extent:
    """How many lines a registry has now, the sum of each money column in kopecks, between which numbers of the ledger
    the lines of its period lie, and how many corrections written for it are among them.
    """

    count: int
    totals: dict[str, int]
    first_seq: int
    last_seq: int
    corrections: int


def extent_of(registry: Registry) -> Extent:
    """What there is now."""
    query = sql.SQL(
        'SELECT count(*), COALESCE(min(line.seq) FILTER (WHERE in_period), 0),'
        ' COALESCE(max(line.seq) FILTER (WHERE in_period), 0), count(*) FILTER (WHERE NOT in_period), {}'
        ' FROM {} line').format(
            _sums(), _lines(registry, [*MONEY_KEYS, 'seq']))
    with connection.cursor() as cursor:
        cursor.execute(query)
        count, first, last, corrections, *sums = cursor.fetchone()
    return Extent(int(count), dict(zip(MONEY_KEYS, map(int, sums), strict=True)), int(first), int(last),
                  int(corrections))


def groups_of(registry: Registry) -> list[Group]:
    """Lines and sums by event and by who is on the other side, in that order."""
    other = 'partner' if registry.counterparty.lender_id is not None else 'lender'
    query = sql.SQL('SELECT line.event, {}.name, count(*), {} FROM {} line {} GROUP BY 1, 2 ORDER BY 1, 2').format(
        sql.Identifier(other), _sums(), _lines(registry, ['*']), _JOINS[other])
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [
            Group(event, name, int(count), dict(zip(MONEY_KEYS, map(int, found), strict=True)))
            for event, name, count, *found in cursor.fetchall()]


def canonical_lines(
    registry: Registry, columns: Sequence[Column], zone: str, extent: Extent, *, as_stored: bool = False,
) -> Iterator[bytes]:
    """The lines in their order, in pieces of CSV without a header; memory does not grow with their number.

    `as_stored` leaves texts as they are, for formats in which a text cannot become a formula.
    """
    shown = [_shown(column, zone, as_stored=as_stored) for column in columns]
    return _copied(registry, columns, shown, extent, 'FORMAT csv')


def cells_of_excel(registry: Registry, columns: Sequence[Column], zone: str, extent: Extent) -> Iterator[bytes]:
    """The same lines in COPY's own text (tabs, escapes by backslashes, nothing for NULL), moments as Excel's days."""
    shown = [
        sql.SQL("date_part('epoch', {}) / 86400 + {}").format(_shown(column, zone), sql.Literal(_EXCEL_BEGINS_DAYS))
        if column.show == Show.MOMENT else _shown(column, zone, as_stored=True) for column in columns]
    return _copied(registry, columns, shown, extent, "FORMAT text, NULL ''")


def _copied(
    registry: Registry, columns: Sequence[Column], shown: Sequence[sql.Composable], extent: Extent, how: str,
) -> Iterator[bytes]:
    joins = sql.SQL('').join(_JOINS[column.field] for column in columns if column.field in _JOINS)
    query = sql.SQL('COPY (SELECT {} FROM {} line {} ORDER BY line.seq) TO STDOUT WITH ({})').format(
        sql.SQL(', ').join(shown), _lines(registry, ['*'], extent), joins, sql.SQL(how))
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        yield from gathered(copy)


def gathered(rows: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Rows of a COPY in larger pieces of whole rows: what follows costs by the piece, not by the row."""
    piece = bytearray()
    for row in rows:
        piece += row
        if len(piece) >= _PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def _sums() -> sql.Composable:
    return sql.SQL(', ').join(
        sql.SQL('COALESCE(sum(line.{}), 0)::bigint').format(sql.Identifier(key)) for key in MONEY_KEYS)


def _lines(registry: Registry, names: Sequence[str], extent: Extent | None = None) -> sql.Composable:
    """Lines of the counterparty that count in the period, and corrections written for this registry.

    A correction written for a registry counts there and nowhere else in its cadence; registries of another cadence see
    it at its own time. With an extent and without such corrections the lines come in order from one index: nothing is
    sorted, however many there are.
    """
    party: Counterparty = registry.counterparty
    side, party_id = ('lender', party.lender_id) if party.lender_id is not None else ('partner', party.partner_id)
    own, shown = sql.Identifier(f'for_{side}_id'), sql.SQL(', ').join(sql.SQL(name) for name in names)
    between = sql.SQL('') if extent is None else sql.SQL('AND seq BETWEEN {} AND {}').format(
        sql.Literal(extent.first_seq), sql.Literal(extent.last_seq))
    period = sql.SQL(
        'SELECT {shown}, true AS in_period FROM registries_ledgerline'
        ' WHERE {side} = {party} AND is_sandbox = {sandbox} AND period_at >= {starts} AND period_at < {ends} {between}'
        ' AND ({own} IS NULL OR {own} <> ALL (ARRAY('
        'SELECT id FROM registries_registry WHERE counterparty_id = {counterparty} AND kind = {kind})))',
    ).format(
        shown=shown, between=between, own=own, side=sql.Identifier(f'{side}_id'), party=sql.Literal(party_id),
        sandbox=sql.Literal(party.is_sandbox), starts=sql.Literal(registry.starts_at),
        ends=sql.Literal(registry.ends_at), counterparty=sql.Literal(party.pk), kind=sql.Literal(str(registry.kind)))
    if extent is not None and not extent.corrections:
        return sql.SQL('({})').format(period)
    written = sql.SQL('SELECT {}, false FROM registries_ledgerline WHERE {} = {}').format(
        shown, own, sql.Literal(registry.pk))
    return sql.SQL('({} UNION ALL {})').format(period, written)


def _shown(column: Column, zone: str, *, as_stored: bool = False) -> sql.Composable:
    field: Any = _FIELDS.get(column.field, f'line.{column.field}')
    source = sql.SQL(field)
    if column.show == Show.MONEY:
        # A whole number times a decimal with two places has two places: exact, and a third of what to_char costs.
        return sql.SQL('{0} * 0.01').format(source)
    if column.show == Show.MOMENT:
        return sql.SQL("date_trunc('second', {0} AT TIME ZONE {1})").format(source, sql.Literal(zone))
    if column.show == Show.NUMBER or as_stored or column.key in _NEVER_FORMULAS:
        return source
    return sql.SQL("CASE WHEN ascii({0}) IN ({1}) THEN '''' || {0} ELSE {0} END").format(source, sql.SQL(_FORMULA))
