"""Files of strangers looked at, and made over, by limited children."""
from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from vault.inspection.packing import pack
from vault.inspection.verdicts import Finding, Look, PageView, Unfit
from vault.limited.pool import ChildDied, Pool, pool_of

MODULE: Final = 'vault.inspection.child'
FILE_SECONDS: Final = 2.0
DOCUMENT_SECONDS: Final = 6.0
PAGE_SECONDS: Final = 8.0


class CannotConvert(Exception):
    """The file does not open, or cannot be made as small as was asked."""

    def __init__(self, why: Unfit) -> None:
        super().__init__(why)
        self.why = why


def pool() -> Pool:
    """The children of this process."""
    return pool_of(MODULE)


def look_at(files: Sequence[tuple[str, bytes]]) -> list[Finding]:
    """A finding for each (MIME type, content). Raises TooSlow when one of them takes longer than 2 s.

    A file that kills its child gets a second one, and is BROKEN when that dies too.
    """
    return [_look_at(b'c', mime_type, content, FILE_SECONDS) for mime_type, content in files]


def look_at_document(mime_type: str, content: bytes) -> Finding:
    """A finding for a printed form made by a lender, by `verdicts.DOCUMENT`. Raises TooSlow after 6 s."""
    return _look_at(b'f', mime_type, content, DOCUMENT_SECONDS)


def page_view(content: bytes, page: int = 0) -> PageView | None:
    """A picture, or a page of a PDF, as people see it and its measures; None when it does not open.

    The copies to look at are made of page 0 only. Raises TooSlow and ChildDied.
    """
    head, copies = pool().ask(b'v', str(page), content, seconds=PAGE_SECONDS)
    if head.get('failed'):
        return None
    cut = head['display_bytes']
    return PageView(Look(**head['look']), head['pages'], copies[:cut], copies[cut:])


def count_pages(content: bytes) -> int:
    """Pages of a PDF. Raises CannotConvert, TooSlow and ChildDied, as the other conversions do."""
    return int(_ask(b'n', '', content)[0]['pages'])


def page_as_jpeg(
    content: bytes, *, page: int = 0, side: int, most_bytes: int = 0, is_grey: bool = False,
) -> bytes:
    """A page as a JPEG that is upright, without metadata, within a side in pixels and a size (0 is no limit)."""
    wish = {'page': page, 'side': side, 'most_bytes': most_bytes, 'is_grey': is_grey}
    head, made = _ask(b'j', json.dumps(wish), content)
    if head['too_large']:
        raise CannotConvert(Unfit.TOO_LARGE)
    return made


def joined(parts: Sequence[bytes]) -> bytes:
    """JPEGs and PDFs as one PDF; the same parts give the same bytes."""
    return _ask(b'a', '', pack(parts))[1]


def likeness(one: bytes, other: bytes) -> float:
    """How like two pictures are point by point: 1 the same, about 0 nothing in common."""
    return float(_ask(b'l', '', pack([one, other]))[0]['likeness'])


def _ask(verb: bytes, name: str, content: bytes) -> tuple[dict[str, Any], bytes]:
    head, made = pool().ask(verb, name, content, seconds=PAGE_SECONDS)
    if head.get('failed'):
        raise CannotConvert(Unfit.UNREADABLE)
    return head, made


def _look_at(verb: bytes, mime_type: str, content: bytes, seconds: float) -> Finding:
    for _ in range(2):
        try:
            head, _rest = pool().ask(verb, mime_type, content, seconds=seconds)
            return Finding(head['finding'])
        except ChildDied:
            continue
    return Finding.BROKEN
