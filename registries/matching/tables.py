"""Bytes of a CSV or XLSX file as rows of cells. Runs in a limited child: the bytes are a stranger's."""
from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from registries.matching.cells import Cell

DELIMITERS: Final = (';', ',', '\t', '|')
MOST_COLUMNS: Final = 300
_UNPACKED_BYTES: Final = 2 << 30
_PARTS: Final = 2000
_ZIP: Final = b'PK\x03\x04'
_OLD_EXCEL: Final = b'\xd0\xcf\x11\xe0'

Row = tuple[int, list[Cell]]


class NotATable(Exception):
    """Nothing can be read out of these bytes; the code says why, `row` where a CSV breaks."""

    def __init__(self, code: str, row: int = 0) -> None:
        super().__init__(code)
        self.code, self.row = code, row


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its name ('' for CSV) and its rows with their numbers from 1."""

    name: str
    rows: Iterator[Row]


def is_spreadsheet(content: bytes) -> bool:
    """Whether the bytes are an XLSX. Raises NotATable for nothing, and for the Excel of before 2007."""
    if not content.strip(b'\xef\xbb\xbf \r\n\t'):
        raise NotATable('empty')
    if content[:4] == _OLD_EXCEL:
        raise NotATable('old_excel')
    return content[:4] == _ZIP


def encoding_of(content: bytes) -> str:
    """UTF-8 (with a mark or without), UTF-16 with a mark, else windows-1251. Raises NotATable for binary bytes."""
    if content[:2] in (b'\xff\xfe', b'\xfe\xff'):
        return 'utf-16'
    if b'\x00' in content:
        raise NotATable('binary')
    try:
        for piece in range(0, len(content), 1 << 20):
            _continued(content, piece).decode('utf-8')
    except UnicodeDecodeError:
        return 'cp1251'
    return 'utf-8-sig'


def csv_rows(content: bytes, encoding: str, delimiter: str) -> Iterator[Row]:
    """Records of a CSV; quotes by RFC 4180. Raises NotATable where it breaks."""
    number = 0
    try:
        text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline='')
        for number, record in enumerate(csv.reader(text, delimiter=delimiter, strict=True), 1):
            if len(record) > MOST_COLUMNS:
                raise NotATable('columns', number)
            yield number, list(record)
    except csv.Error:
        raise NotATable('quotes', number + 1) from None
    except UnicodeError:
        raise NotATable('encoding', number + 1) from None


def sheets_of(content: bytes) -> Iterator[Table]:
    """Sheets of an XLSX one after the other; of a formula the value that was saved with it, nothing is computed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > _PARTS or sum(part.file_size for part in parts) > _UNPACKED_BYTES:
                raise NotATable('bomb')
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            # What a file says of its own size is not believed.
            sheet.reset_dimensions()
            yield Table(sheet.title, _rows(sheet))
    except (NotATable, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - a broken archive fails in any way it likes
        raise NotATable('spreadsheet') from None


def _rows(sheet: Any) -> Iterator[Row]:
    try:
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            # Sheets may be formatted to their last column: only what is filled counts.
            if any(cell is not None for cell in row[MOST_COLUMNS:]):
                raise NotATable('columns', number)
            # The library leaves `_x0041_` as Excel writes what XML cannot hold, and what only looks like it.
            yield number, [unescape(cell) if isinstance(cell, str) else cell for cell in row[:MOST_COLUMNS]]
    except (NotATable, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - broken XML in the middle of a sheet
        raise NotATable('spreadsheet') from None


def _continued(content: bytes, start: int) -> bytes:
    """A piece that begins and ends between characters."""
    end = start + (1 << 20)
    while start < len(content) and content[start] & 0xC0 == 0x80:
        start += 1
    while end < len(content) and content[end] & 0xC0 == 0x80:
        end += 1
    return content[start:end]
