"""CSV (RFC 4180, UTF-8): titles, the canonical lines, then totals, count and the SHA-256 of the lines."""
from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from registries.formats.base import Format, Sheet, record, rubles
from registries.rules import Show


def write(sheet: Sheet) -> Iterator[bytes]:
    """The file in pieces. What lies between the first record and the one of totals is what the hash is over."""
    yield record(sheet.titles())
    yield from sheet.canonical()
    yield record([
        rubles(sheet.totals[column.key]) if column.show == Show.MONEY else _('Total') if number == 0 else ''
        for number, column in enumerate(sheet.columns)])
    yield record([_('Lines'), str(sheet.count)])
    yield record(['SHA-256', sheet.sha256])


CSV = Format('csv', 'text/csv; charset=utf-8', write)
