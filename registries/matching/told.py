"""What the child that reads a file is asked and tells: known to both sides, and no weight to the one that asks."""
from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any, Final

MOST_BYTES: Final = 64 << 20
LENGTH: Final = struct.Struct('!I')
"""Of the mappings, before them and the file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong where: a code, row from 1 (0: the file as a whole), title of the column, name of the sheet.

    Never the cell itself: a column mapped by mistake may hold data of people.
    """

    code: str
    row: int = 0
    column: str = ''
    sheet: str = ''


class Unreadable(Exception):
    """The file cannot be matched; all that was found, at most MOST_PROBLEMS."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


@dataclass(slots=True)
class Reading:
    """Lines as CSV in the order of LINE_COLUMNS, how many there are, how many rows were passed over.

    `mapping` says which of the mappings that were offered fits.
    """

    lines: bytes = b''
    count: int = 0
    skipped: int = 0
    mapping: int = 0
    preview: list[dict[str, Any]] = field(default_factory=list)
