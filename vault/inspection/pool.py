"""Files of strangers looked at by limited children."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from vault.inspection.verdicts import Display, Finding
from vault.limited.pool import ChildDied, Pool, pool_of

MODULE: Final = 'vault.inspection.child'
FILE_SECONDS: Final = 2.0
DISPLAY_SECONDS: Final = 8.0


def pool() -> Pool:
    """The children of this process."""
    return pool_of(MODULE)


def look_at(files: Sequence[tuple[str, bytes]]) -> list[Finding]:
    """A finding for each (MIME type, content). Raises TooSlow when one of them takes longer than 2 s.

    A file that kills its child gets a second one, and is BROKEN when that dies too.
    """
    return [_look_at(mime_type, content) for mime_type, content in files]


def display_copy(content: bytes) -> Display | None:
    """A picture written anew and what is to be seen on it, None when it cannot be. Raises TooSlow."""
    try:
        head, copy = pool().ask(b'd', '', content, seconds=DISPLAY_SECONDS)
    except ChildDied:
        return None
    return None if head.get('failed') else Display(content=copy, **head)


def _look_at(mime_type: str, content: bytes) -> Finding:
    for _ in range(2):
        try:
            head, _rest = pool().ask(b'c', mime_type, content, seconds=FILE_SECONDS)
            return Finding(head['finding'])
        except ChildDied:
            continue
    return Finding.BROKEN
