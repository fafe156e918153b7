"""XLSX: a sheet with the totals, then the lines, split into sheets where Excel's 1,048,576 rows end.

Sums are numbers with two decimals, moments are dates, texts are texts: no cell can be a formula.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.utils.translation import gettext as _
from rustpy_xlsxwriter import FastExcel
from rustpy_xlsxwriter import Format as Look

from registries.formats.base import Format, Sheet, printable, rubles
from registries.rules import Column, Show

SHEET_ROWS: Final = 1_048_576
_PIECE_BYTES: Final = 1 << 20
_CELL_CHARS: Final = 32_767
_ESCAPE: Final = re.compile(r'\\([bfnrtv\\])')
_ESCAPES: Final = {'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', '\\': '\\'}
_PATTERNS: Final = {Show.MONEY: '#,##0.00', Show.NUMBER: '0', Show.MOMENT: 'dd.mm.yyyy hh:mm:ss'}

Value = str | float | None


def write(sheet: Sheet, *, sheet_rows: int = SHEET_ROWS) -> Iterator[bytes]:
    """The file in pieces; it is made in a private directory that goes away with it."""
    with TemporaryDirectory(prefix='registry-') as folder:
        path = Path(folder) / 'registry.xlsx'
        _save(sheet, path, sheet_rows)
        with path.open('rb') as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece


def _save(sheet: Sheet, path: Path, sheet_rows: int) -> None:
    book = FastExcel(str(path)).freeze(row=1)
    head = Look().set_bold().set_background_color('#E7EDF5').set_border_bottom('thin').set_text_wrap()
    book.sheet(
        _('Totals'), _summary(sheet), column_widths=[34, 70], header_format=head, column_formats=[
            Look().set_bold(), Look().set_text_wrap()])
    titles, records, most = sheet.titles(), _records(sheet), sheet_rows - 1
    for number in range(max(1, -(-sheet.count // most))):
        book.sheet(
            _('Registry') if number == 0 else f'{_("Registry")} {number + 1}', _part(records, most, titles),
            column_widths=[column.width for column in sheet.columns], header_format=head, autofilter=True,
            column_formats=[_look(column) for column in sheet.columns])
    book.save()


def _part(records: Iterator[dict[str, Value]], most: int, titles: list[str]) -> Iterator[dict[str, Value]]:
    """So many of the records that are left; one of nothing, so that an empty sheet has its titles."""
    first = next(records, None)
    if first is None:
        yield dict.fromkeys(titles)
        return
    yield first
    yield from islice(records, most - 1)


def _records(sheet: Sheet) -> Iterator[dict[str, Value]]:
    """Line after line. What has to be cleaned is looked for in many lines at once; an empty cell is None."""
    titles = sheet.titles()
    # Exact in both directions: two decimals below 2^53 kopecks are the shortest name of their float.
    numbers = [place for place, column in enumerate(sheet.columns) if column.show in _PATTERNS]
    for piece in sheet.cells():
        lines = piece.decode()
        is_plain = '\\' not in lines and printable(lines.replace('\t', ' ')) == lines.replace('\t', ' ')
        for line in lines.split('\n')[:-1]:
            row: list[Any] = [cell or None for cell in line.split('\t')]
            if not is_plain or len(line) > _CELL_CHARS:
                row = [cell and _text(cell) for cell in row]
            for place in numbers:
                if row[place] is not None:
                    row[place] = float(row[place])
            yield dict(zip(titles, row, strict=True))


def _text(cell: str) -> str:
    """A cell of COPY's own text as a text that a spreadsheet can hold."""
    return printable(_ESCAPE.sub(lambda found: _ESCAPES[found[1]], cell))[:_CELL_CHARS]


def _look(column: Column) -> Look:
    pattern = _PATTERNS.get(column.show)
    return Look() if pattern is None else Look().set_num_format(pattern)


def _summary(sheet: Sheet) -> list[dict[str, Any]]:
    name, value = _('What'), _('Value')
    rows = [
        (_('Counterparty'), sheet.counterparty), (_('Period'), f'{sheet.period()} ({sheet.zone})'),
        (_('Version'), sheet.label()), (_('Made at'), f'{sheet.made_at:%d.%m.%Y %H:%M:%S}'),
        (_('Lines'), str(sheet.count)),
        *((str(column.title), rubles(sheet.totals[column.key])) for column in sheet.columns
          if column.show == Show.MONEY),
        (_('SHA-256 of the lines'), sheet.sha256)]
    return [{name: title, value: printable(text)} for title, text in rows]


XLSX = Format('xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', write)
