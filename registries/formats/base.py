"""What a format gets and gives."""
from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from registries.rules import Column


@dataclass(frozen=True, slots=True)
class Sheet:
    """A registry as plain values. `canonical` starts reading the lines anew each time, in pieces of CSV.

    Sums in kopecks; `made_at` in the zone of the counterparty; `version` 0 is a draft.
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

    def titles(self) -> list[str]:
        """Names of the columns in the language in force."""
        return [str(column.title) for column in self.columns]

    def rows(self) -> Iterator[list[str]]:
        """The lines as lists of texts, one at a time."""
        return csv.reader(_whole_lines(self.canonical()))


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


def _whole_lines(pieces: Iterator[bytes]) -> Iterator[str]:
    """Text line by line out of pieces that end anywhere."""
    left = b''
    for piece in pieces:
        *lines, left = (left + piece).split(b'\n')
        for line in lines:
            yield line.decode() + '\n'
    if left:
        yield left.decode()
