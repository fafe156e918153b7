"""Guids on the wire are opaque strings: only the exact spelling that was given out is known."""
from __future__ import annotations

import re
import uuid
from typing import Final

_CANONICAL: Final = re.compile('[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}')


def parse_guid(text: str) -> uuid.UUID | None:
    """The guid, or None for anything but its canonical lower-case form (which is then "not found")."""
    return uuid.UUID(text) if _CANONICAL.fullmatch(text) else None


def is_guid(text: str) -> bool:
    """Whether it is spelled like one."""
    return _CANONICAL.fullmatch(text) is not None
