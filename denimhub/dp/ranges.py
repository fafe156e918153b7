"""One byte range of a file: what a request asks for, by RFC 9110 section 14. Pure."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_RANGE: Final = re.compile(r'bytes=[ \t]*(\d{0,19})-(\d{0,19})[ \t]*', re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `first` to `last`, both included, of `size`."""

    first: int
    last: int
    size: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.last - self.first + 1

    @property
    def content_range(self) -> str:
        """Value of Content-Range."""
        return f'bytes {self.first}-{self.last}/{self.size}'


class Unsatisfiable(ValueError):
    """No byte of the file lies in the range."""


def part_of(asked: str, if_range: str, *, etag: str, size: int) -> Part | None:
    """The part that the headers Range and If-Range ask for; None means the whole file.

    Whole it is also for another unit, for several ranges, for a range that is not well-formed, and when `If-Range`
    names anything but the very same strong validator. Raises Unsatisfiable.
    """
    match = _RANGE.fullmatch(asked)
    if match is None or (if_range and if_range.strip() != etag):
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        length = min(int(last), size)
        if not length:
            raise Unsatisfiable(asked)
        return Part(size - length, size - 1, size)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable(asked)
    return Part(int(first), min(int(last), size - 1) if last else size - 1, size)
