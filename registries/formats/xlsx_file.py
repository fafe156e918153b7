"""XLSX: a sheet with the totals, then the lines, split into sheets where Excel's 1,048,576 rows end.

Sums are numbers with two decimals, moments are dates, texts are texts: no cell can be a formula. PostgreSQL writes the
cells; here each line is only laid into a template, and what has to be escaped is looked for in many lines at once.
"""
from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from itertools import chain
from typing import Final

from django.utils.translation import gettext as _

from registries.formats.base import Format, Sheet, rubles
from registries.formats.xlsx_parts import (
    BOLD,
    HEAD,
    MOMENT,
    MONEY,
    NUMBER,
    RELATIONS,
    STYLES,
    WRAPPED,
    Part,
    book_of,
    column_name,
    end_of,
    row_of_texts,
    start_of,
    xml_text,
)
from registries.rules import Column, Show

SHEET_ROWS: Final = 1_048_576
SHEET_BYTES: Final = 1_900_000_000
"""A sheet of very long texts ends sooner: from 2 GiB on an archive needs fields that not every reader knows."""
_ROWS_AT_ONCE: Final = 1024
_LEVEL: Final = 2
"""Of zlib: a fraction of the time of the usual level, for a file somewhat larger."""

Row = tuple[bytes, ...]

_CELLS: Final = {
    Show.TEXT: ' t="inlineStr"><is><t xml:space="preserve">%b</t></is></c>',
    Show.MONEY: f' s="{MONEY}"><v>%b</v></c>', Show.NUMBER: f' s="{NUMBER}"><v>%b</v></c>',
    Show.MOMENT: f' s="{MOMENT}"><v>%b</v></c>'}
_EMPTY: Final = tuple(cell.replace('%b', '').encode() for cell in _CELLS.values())
_CONTROLS: Final = bytes([*range(9), *range(11, 32), 127])
_C1: Final = re.compile(rb'\xc2[\x80-\x9f]')
_ESCAPE: Final = re.compile(r'\\([bfnrtv\\])')
_ESCAPES: Final = {'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', '\\': '\\'}


class _Sink:
    """Where the archive goes. It cannot be sought in, so the archive is made in one pass."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """What has come since the last time."""
        piece = b''.join(self.pieces)
        self.pieces.clear()
        return piece


def write(sheet: Sheet, *, sheet_rows: int = SHEET_ROWS, sheet_bytes: int = SHEET_BYTES) -> Iterator[bytes]:
    """The file in pieces, made while it is read: it is whole neither in memory nor on a disk."""
    sink = _Sink()
    with zipfile.ZipFile(sink, 'w', zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as book:  # type: ignore[call-overload]
        book.writestr('_rels/.rels', RELATIONS)
        book.writestr('xl/styles.xml', STYLES)
        book.writestr('xl/worksheets/sheet1.xml', _summary(sheet))
        parts, rows = [Part(_('Totals'))], _rows(sheet)
        left: Row | None = next(rows, ())
        while left is not None:
            number = len(parts) + 1
            filled = _Filled(sheet, chain([left] if left else [], rows), sheet_rows, sheet_bytes)
            with book.open(f'xl/worksheets/sheet{number}.xml', 'w') as out:
                for piece in filled:
                    out.write(piece)
                    yield sink.take()
            name = _('Registry') if number == 2 else f'{_("Registry")} {number - 1}'
            parts.append(Part(name, filled.cells))
            left = next(rows, None)
        for name, content in book_of(parts):
            book.writestr(name, content)
    yield sink.take()


class _Filled:
    """One sheet of lines, piece by piece: as many of the rows as it may hold."""

    def __init__(self, sheet: Sheet, rows: Iterator[Row], most_rows: int, most_bytes: int) -> None:
        self._sheet = sheet
        self._rows = rows
        self._most_rows = most_rows
        self._most_bytes = most_bytes
        self._count = 1

    @property
    def cells(self) -> str:
        """From the first to the last that was written."""
        return f'$A$1:${column_name(len(self._sheet.columns))}${self._count}'

    def __iter__(self) -> Iterator[bytes]:
        columns = self._sheet.columns
        titles = row_of_texts(1, self._sheet.titles(), [HEAD] * len(columns))
        yield (start_of([column.width for column in columns], frozen=True) + titles).encode()
        template, size, lines = _template(columns), 0, []
        for number, row in enumerate(self._rows, 2):
            lines.append(template.replace(b'#', b'%d' % number) % row)
            self._count = number
            if len(lines) == _ROWS_AT_ONCE or number == self._most_rows:
                piece = _without_empty(b''.join(lines))
                lines, size = [], size + len(piece)
                yield piece
                if number == self._most_rows or size >= self._most_bytes:
                    break
        yield _without_empty(b''.join(lines)) + end_of(self.cells).encode()


def _template(columns: tuple[Column, ...]) -> bytes:
    """A row with `#` for its number and `%b` for what is in its cells."""
    cells = ''.join(
        f'<c r="{column_name(number)}#"{_CELLS[column.show]}' for number, column in enumerate(columns, 1))
    return f'<row r="#">{cells}</row>'.encode()


def _without_empty(rows: bytes) -> bytes:
    for cell in _EMPTY:
        rows = rows.replace(cell, b'/>')
    return rows


def _rows(sheet: Sheet) -> Iterator[Row]:
    """Cells of line after line, escaped for XML."""
    for piece in sheet.cells():
        if _is_odd(piece):
            for line in piece.split(b'\n')[:-1]:
                yield tuple(map(_escaped, line.split(b'\t')))
        else:
            plain = piece.replace(b'&', b'&amp;').replace(b'<', b'&lt;').replace(b'>', b'&gt;')
            for line in plain.split(b'\n')[:-1]:
                yield tuple(line.split(b'\t'))


def _is_odd(piece: bytes) -> bool:
    """Whether some cell has escapes of COPY or of Excel, or characters that XML cannot hold."""
    return (b'\\' in piece or b'_x' in piece or b'\xef\xbf' in piece
            or len(piece.translate(None, _CONTROLS)) != len(piece)
            or (b'\xc2' in piece and _C1.search(piece) is not None))


def _escaped(cell: bytes) -> bytes:
    return xml_text(_ESCAPE.sub(lambda found: _ESCAPES[found[1]], cell.decode())).encode()


def _summary(sheet: Sheet) -> str:
    rows = [
        (_('What'), _('Value')), (_('Counterparty'), sheet.counterparty),
        (_('Period'), f'{sheet.period()} ({sheet.zone})'), (_('Version'), sheet.label()),
        (_('Made at'), f'{sheet.made_at:%d.%m.%Y %H:%M:%S}'), (_('Lines'), str(sheet.count)),
        *((str(column.title), rubles(sheet.totals[column.key])) for column in sheet.columns
          if column.show == Show.MONEY),
        (_('SHA-256 of the lines'), sheet.sha256)]
    return start_of((34, 70), frozen=False) + ''.join(
        row_of_texts(number, row, (HEAD, HEAD) if number == 1 else (BOLD, WRAPPED))
        for number, row in enumerate(rows, 1)) + end_of()


XLSX = Format('xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', write)
