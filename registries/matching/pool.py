"""A counterparty's file read by a limited child."""
from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from registries.matching.mapping import Mapping
from registries.matching.told import LENGTH, MOST_BYTES, Problem, Reading, Unreadable
from vault.limited.pool import ChildDied, TooSlow, pool_of

MODULE: Final = 'registries.matching.child'
READ_SECONDS: Final = 180.0
PREVIEW_SECONDS: Final = 20.0


def read_file(content: bytes, mappings: Sequence[Mapping], *, preview: bool = False) -> Reading:
    """Lines of a file by the first mapping that fits. Raises Unreadable with what is wrong where.

    A file that is too large, or that its child does not survive, is unreadable as well. Raises TooSlow when no child
    was free: nothing is known of the file then.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable([Problem('too_large')])
    asked = json.dumps([mapping.as_dict() for mapping in mappings]).encode()
    try:
        head, lines = pool_of(MODULE).ask(
            b'p' if preview else b'r', '', LENGTH.pack(len(asked)) + asked + content,
            seconds=PREVIEW_SECONDS if preview else READ_SECONDS)
    except ChildDied:
        raise Unreadable([Problem('too_large')]) from None
    return _told(head, lines)


def _told(head: dict[str, Any], lines: bytes) -> Reading:
    if 'problems' in head:
        raise Unreadable([Problem(**problem) for problem in head['problems']])
    return Reading(lines=lines, **head)


__all__ = ['MOST_BYTES', 'TooSlow', 'read_file']
