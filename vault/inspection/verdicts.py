"""Words between the child that looks at a file and the process that asked."""
from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_FILE_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 12_000
MAX_PAGES = 50
MAX_EXPANDED_BYTES = 64 * 1024 * 1024


class Finding(StrEnum):
    """What is wrong with a file; FINE is nothing."""

    FINE = 'fine'
    UNKNOWN_TYPE = 'unknown_type'
    OTHER_TYPE = 'other_type'
    TOO_LARGE = 'too_large'
    BROKEN = 'broken'
    TOO_MANY_PIXELS = 'too_many_pixels'
    TOO_LONG_SIDE = 'too_long_side'
    TOO_MANY_PAGES = 'too_many_pages'
    NO_PAGES = 'no_pages'
    ACTIVE = 'active'
    ENCRYPTED = 'encrypted'
    EXPANDS = 'expands'


@dataclass(frozen=True, slots=True)
class Display:
    """A copy to look at: JPEG bytes (empty for a PDF), its size in pixels, whether anything is to be seen on it."""

    content: bytes = b''
    width: int = 0
    height: int = 0
    is_blank: bool = False
