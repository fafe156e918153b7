"""A counterparty's file read by a mapping: lines for the comparison, or what is wrong with it, cell by cell."""
from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from registries.matching import cells
from registries.matching.cells import Cell, CellProblem
from registries.matching.mapping import FIELDS, KEYS, Mapping, plain, position
from registries.matching.tables import DELIMITERS, NotATable, Row, csv_rows, encoding_of, is_spreadsheet, sheets_of
from registries.matching.told import Problem, Reading, Unreadable
from registries.matching.words import Word

MOST_ROWS: Final = 1_000_000
MOST_PROBLEMS: Final = 20
PREVIEW_ROWS: Final = 20
_HEADER_ROWS: Final = 200
_LONGEST: Final = {'contract_number': 100, 'lender_deal_id': 100, 'form_guid': 64, 'external_id': 1024, 'line_id': 100}
# A start that holds a header, for trying delimiters.
_START_BYTES: Final = 256 * 1024
LINE_COLUMNS: Final = ('sheet', 'row_no', *KEYS, 'line_id', 'status', 'amount', 'at')
"""Columns of the lines that are read, as they go into the database."""


@dataclass(slots=True)
class _Header:
    row: int
    at: dict[str, int]
    titles: dict[str, str]


def read(content: bytes, mappings: Sequence[Mapping], *, preview: bool = False) -> Reading:
    """Read by the first mapping whose columns are there. Raises Unreadable.

    A preview takes 20 rows only, and puts problems beside them instead of raising.
    """
    try:
        tables = _spreadsheet(content, mappings) if is_spreadsheet(content) else _text(content, mappings)
    except NotATable as broken:
        raise Unreadable([Problem(broken.code, broken.row)]) from None
    which, found = tables
    return _Reader(mappings[which], preview).read(which, found)


_Found = list[tuple[int, str, _Header, Iterator[Row]]]


def _text(content: bytes, mappings: Sequence[Mapping]) -> tuple[int, _Found]:
    encoding = encoding_of(content)
    start = content[:_START_BYTES]
    for which, mapping in enumerate(mappings):
        for delimiter in DELIMITERS:
            header = _header(_harmless(csv_rows(start, encoding, delimiter)), mapping)
            if header is not None:
                return which, [(0, '', header, csv_rows(content, encoding, delimiter))]
    raise Unreadable([_no_header(mappings)])


def _spreadsheet(content: bytes, mappings: Sequence[Mapping]) -> tuple[int, _Found]:
    """Every sheet that has the columns; those without are covers and notes."""
    tables = [(table.name, list(islice(table.rows, _HEADER_ROWS)), table.rows) for table in sheets_of(content)]
    for which, mapping in enumerate(mappings):
        headers = [_header(iter(first), mapping) for _name, first, _rest in tables]
        if any(headers):
            return which, [
                (number, name, header, chain(first, rest))
                for number, ((name, first, rest), header) in enumerate(zip(tables, headers, strict=True))
                if header is not None]
    raise Unreadable([_no_header(mappings)])


def _harmless(rows: Iterator[Row]) -> Iterator[Row]:
    """The start of a file may be cut in the middle of a record."""
    try:
        yield from rows
    except NotATable:
        return


def _no_header(mappings: Sequence[Mapping]) -> Problem:
    wanted = [names[0] for field_, names in mappings[0].columns.items() if field_ in (*KEYS, 'amount')]
    return Problem('no_header', column=', '.join(wanted))


def _header(rows: Iterator[Row], mapping: Mapping) -> _Header | None:
    """Where each field stands; None when the sum, or every key, or a column without alternatives, is not there."""
    if mapping.by_position:
        places = {name: position(names[0]) or 0 for name, names in mapping.columns.items()}
        widest = max((len(row) for _number, row in _first(rows)), default=0)
        return None if widest <= max(places.values()) else _Header(
            mapping.header_row, places, {name: mapping.columns[name][0] for name in places})
    for number, row in _first(rows):
        if mapping.header_row in (0, number):
            found = _titled(number, row, mapping)
            if found is not None:
                return found
    return None


def _first(rows: Iterator[Row]) -> Iterator[Row]:
    for number, row in rows:
        if number > _HEADER_ROWS:
            return
        yield number, row


def _titled(number: int, row: list[Cell], mapping: Mapping) -> _Header | None:
    titles = [plain(cells.text(cell)) for cell in row]
    at: dict[str, int] = {}
    for name, names in mapping.columns.items():
        for wanted in names:
            place = position(wanted)
            place = titles.index(plain(wanted)) if place is None and plain(wanted) in titles else place
            if place is not None and place < len(row):
                at[name] = place
                break
    needed = set(mapping.columns) - set(mapping.optional) - (set(KEYS) if set(KEYS) & set(at) else set())
    if not needed <= set(at) or not set(KEYS) & set(at):
        return None
    if len(set(at.values())) != len(at) or any(titles.count(titles[place]) > 1 for place in at.values()):
        return None
    return _Header(number, at, {name: cells.text(row[place]) for name, place in at.items()})


class _Reader:
    """Rows into lines."""

    def __init__(self, mapping: Mapping, preview: bool) -> None:
        self._mapping, self._preview = mapping, preview
        self._words = mapping.words()
        self._formats = tuple(mapping.date_formats)
        self._totals = {plain(word) for word in mapping.totals}
        self._problems: list[Problem] = []
        self._reading = Reading()

    def read(self, which: int, found: _Found) -> Reading:
        reading = self._reading
        reading.mapping = which
        out = io.StringIO()
        writer = csv.writer(out, lineterminator='\n')
        pieces = bytearray()
        try:
            for line in self._lines(found):
                writer.writerow(line)
                if out.tell() > 1 << 20:
                    pieces += out.getvalue().encode()
                    out.seek(0)
                    out.truncate()
        except NotATable as broken:
            self._problems.append(Problem(broken.code, broken.row))
        if self._problems and not self._preview:
            raise Unreadable(self._problems[:MOST_PROBLEMS])
        pieces += out.getvalue().encode()
        reading.lines = bytes(pieces)
        return reading

    def _lines(self, found: _Found) -> Iterator[list[str | int]]:
        for number, name, header, rows in found:
            data_from = header.row + 1 + self._mapping.skip_rows
            for row_no, row in rows:
                if row_no < data_from or all(cell is None or cell == '' for cell in row):
                    continue
                line = self._line(number, name, header, row_no, row)
                if self._enough():
                    return
                if line is not None:
                    yield line

    def _enough(self) -> bool:
        if self._preview:
            return len(self._reading.preview) >= PREVIEW_ROWS
        if self._reading.count > MOST_ROWS:
            self._problems.append(Problem('too_many'))
            return True
        return len(self._problems) >= MOST_PROBLEMS

    def _line(self, sheet: int, name: str, header: _Header, row_no: int, row: list[Cell]) -> list[str | int] | None:
        head = next((plain(cells.text(cell)) for cell in row if cell is not None and cell != ''), '')
        if head.rstrip(':') in self._totals:
            self._reading.skipped += 1
            return None
        values, problems = self._values(name, header, row_no, row)
        if self._preview:
            self._reading.preview.append({
                'row': row_no, 'values': values, 'problems': [[one.code, one.column] for one in problems]})
        if problems:
            self._problems += problems
            return None
        if values['status'] == Word.SKIP:
            self._reading.skipped += 1
            return None
        self._reading.count += 1
        return [sheet, row_no, *(values[key] for key in LINE_COLUMNS[2:])]

    def _values(
        self, sheet: str, header: _Header, row_no: int, row: list[Cell],
    ) -> tuple[dict[str, str | int], list[Problem]]:
        values: dict[str, str | int] = dict.fromkeys(FIELDS, '')
        problems = []
        for name, place in header.at.items():
            cell = row[place] if place < len(row) else None
            try:
                values[name] = self._value(name, cell)
            except CellProblem as problem:
                problems.append(Problem(problem.code, row_no, header.titles[name], sheet))
        if not any(values[key] for key in KEYS) and not problems:
            problems.append(Problem(
                'no_key', row_no, ', '.join(header.titles[key] for key in KEYS if key in header.titles), sheet))
        if 'status' not in header.at and not problems:
            values['status'] = Word.RETURNED if int(values['amount']) < 0 else Word.ISSUED
        return values, problems

    def _value(self, name: str, cell: Cell) -> str | int:
        if name == 'amount':
            return cells.kopecks(cell, self._mapping.unit, self._mapping.decimal)
        if name == 'status':
            word = self._words.get(plain(cells.text(cell)))
            if word is None:
                raise CellProblem('status')
            return word
        if name == 'at':
            return '' if cell is None or cell == '' else cells.moment(cell, self._formats).isoformat()
        told = cells.text(cell)
        if len(told) > _LONGEST[name]:
            raise CellProblem('too_long')
        return told
