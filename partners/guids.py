"""Guids on the wire are opaque strings: only the exact spelling that was given out is known."""
from __future__ import annotations

import uuid


def parse_guid(text: str) -> uuid.UUID | None:
    """The guid, or None for anything but its canonical lower-case form (which is then "not found")."""
    if len(text) != 36:
        return None
    try:
        guid = uuid.UUID(text)
    except ValueError:
        return None
    return guid if str(guid) == text else None
