"""Two versions of an HTML template side by side, line by line: pure. Whoever shows the lines escapes them."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

CONTEXT_LINES = 3
MOST_LINES = 4000
"""Comparing is quadratic at its worst: longer files are not compared."""


class TooLongToCompare(Exception):
    """One of the files has more lines than can be compared at once."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of each side; a number of 0 means that this side has no such line. `mark` is same, changed or gap."""

    mark: str
    old_number: int = 0
    old: str = ''
    new_number: int = 0
    new: str = ''


def side_by_side(old: str, new: str) -> list[Row]:
    """Changed lines with some of their neighbours; a `gap` where equal lines were left out."""
    olds, news = old.splitlines(), new.splitlines()
    if max(len(olds), len(news)) > MOST_LINES:
        raise TooLongToCompare
    rows: list[Row] = []
    for group in SequenceMatcher(None, olds, news).get_grouped_opcodes(CONTEXT_LINES):
        if rows or group[0][1] > 0:
            rows.append(Row('gap'))
        for word, from_old, to_old, from_new, to_new in group:
            rows += _rows('same' if word == 'equal' else 'changed', (olds, from_old, to_old), (news, from_new, to_new))
    return rows


def _rows(mark: str, old: tuple[Sequence[str], int, int], new: tuple[Sequence[str], int, int]) -> Iterator[Row]:
    for step in range(max(old[2] - old[1], new[2] - new[1])):
        yield Row(mark, *_line(old, step), *_line(new, step))


def _line(side: tuple[Sequence[str], int, int], step: int) -> tuple[int, str]:
    lines, begin, end = side
    return (begin + step + 1, lines[begin + step]) if begin + step < end else (0, '')
