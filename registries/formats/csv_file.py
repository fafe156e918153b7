"""CSV (RFC 4180, UTF-8): titles, the canonical lines, then totals, count and the SHA-256 of the lines."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from django.utils.translation import gettext as _

from registries.formats.base import Format, Sheet, record, rubles
from registries.rules import Show


class Digest(Protocol):
    """What hashlib makes."""

    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


def write(sheet: Sheet) -> Iterator[bytes]:
    """The file in pieces. What lies between the first record and the one of totals is what the hash is over."""
    return _file(sheet, sheet.canonical(), lambda: sheet.sha256)


def write_hashing(sheet: Sheet, digest: Digest) -> Iterator[bytes]:
    """The same, for a sheet whose hash is not known yet: the digest takes each piece of the lines as it passes."""
    return _file(sheet, _told(sheet.canonical(), digest), digest.hexdigest)


def _told(lines: Iterator[bytes], digest: Digest) -> Iterator[bytes]:
    for piece in lines:
        digest.update(piece)
        yield piece


def _file(sheet: Sheet, lines: Iterator[bytes], sha256: Callable[[], str]) -> Iterator[bytes]:
    yield record(sheet.titles())
    yield from lines
    yield record([
        rubles(sheet.totals[column.key]) if column.show == Show.MONEY else _('Total') if number == 0 else ''
        for number, column in enumerate(sheet.columns)])
    yield record([_('Lines'), str(sheet.count)])
    yield record(['SHA-256', sha256()])


CSV = Format('csv', 'text/csv; charset=utf-8', write)
