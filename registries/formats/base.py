"""What a format gets and gives."""
from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext

from registries.lines import Group
from registries.rules import Column

_IMPOSSIBLE = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]')


@dataclass(frozen=True, slots=True)
class Sheet:
    """A registry as plain values. Sums in kopecks; `made_at` in the zone of the counterparty; `version` 0 is a draft.

    `canonical`, `as_stored` and `cells` start reading the lines anew each time, in pieces. The first two are CSV; in
    the first a text that looks like a formula has an apostrophe before it. `cells` are COPY's own text, whole lines in
    each piece, moments as days of Excel.
    """

    counterparty: str
    code: str
    date_from: date
    date_to: date
    zone: str
    version: int
    replaces: int | None
    made_at: datetime
    columns: tuple[Column, ...]
    count: int
    totals: dict[str, int]
    sha256: str
    canonical: Callable[[], Iterator[bytes]]
    as_stored: Callable[[], Iterator[bytes]]
    cells: Callable[[], Iterator[bytes]]
    groups: Callable[[], Sequence[Group]]

    def titles(self) -> list[str]:
        """Names of the columns in the language in force."""
        return [str(column.title) for column in self.columns]

    def rows(self) -> Iterator[list[str]]:
        """The lines as lists of texts, one at a time, texts as they are stored."""
        return csv.reader(_whole_lines(self.as_stored()))

    def label(self) -> str:
        """`draft`, `version 2, replaces 1`: in the language in force."""
        if self.version == 0:
            return gettext('draft: the period is not over')
        if self.replaces is None:
            return gettext('version %(number)d') % {'number': self.version}
        return gettext('version %(number)d, replaces version %(former)d') % {
            'number': self.version, 'former': self.replaces}

    def period(self) -> str:
        """The dates as people write them."""
        return f'{self.date_from:%d.%m.%Y} – {self.date_to:%d.%m.%Y}'


@dataclass(frozen=True, slots=True)
class Format:
    """One format: `write` yields the file piece by piece, so that a million lines need no memory."""

    name: str
    content_type: str
    write: Callable[[Sheet], Iterator[bytes]]


def rubles(kopecks: int) -> str:
    """A sum as it stands in the lines: rubles with two decimals and a point."""
    whole, rest = divmod(abs(kopecks), 100)
    return f'{"-" if kopecks < 0 else ""}{whole}.{rest:02}'


def record(values: list[str]) -> bytes:
    """One record of CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator='\n').writerow(values)
    return out.getvalue().encode()


def printable(text: str) -> str:
    """Without characters that XML or a spreadsheet cannot hold: each becomes U+FFFD, a carriage return a line feed."""
    return _IMPOSSIBLE.sub('\ufffd', text.replace('\r\n', '\n').replace('\r', '\n'))


def _whole_lines(pieces: Iterator[bytes]) -> Iterator[str]:
    """Text line by line out of pieces that end anywhere."""
    left = b''
    for piece in pieces:
        *lines, left = (left + piece).split(b'\n')
        for line in lines:
            yield line.decode() + '\n'
    if left:
        yield left.decode()
