"""Words between the child that looks at a file and the process that asked."""
from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_FILE_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 12_000
MAX_PAGES = 50
MAX_EXPANDED_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a file may hold, and which actions of a PDF are harmless in it."""

    file_bytes: int = MAX_FILE_BYTES
    pages: int = MAX_PAGES
    expanded_bytes: int = MAX_EXPANDED_BYTES
    objects: int = 20_000
    visits: int = 500_000
    allowed_actions: frozenset[str] = frozenset()


SCAN = Bounds()
"""A client's or shop's scan: a picture of paper, nothing in it does anything."""

DOCUMENT = Bounds(
    file_bytes=20 * 1024 * 1024, pages=200, expanded_bytes=128 * 1024 * 1024, objects=100_000, visits=2_000_000,
    allowed_actions=frozenset({'/URI', '/GoTo', '/Named'}))
"""A printed form made by a lender. Besides pages it may hold what text processors and signing programs leave there:
links of the web and of mail (http, https, mailto, tel), jumps inside the document, pages turned by name, bookmarks,
form fields and digital signatures. Scripts, starting of programs, sending of forms, attachments, media, XFA and
encryption (also with an empty password) are refused as in a scan.
"""


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
class Look:
    """What was measured on one picture or one page of a PDF; how, is said in `measures.py`.

    `width` and `height` are pixels of the picture that matters: of a PDF page the page at the resolution of its
    largest image, (0, 0) when the page is drawn and not scanned. `ink` is the millionth parts of the page that are
    not paper; `shadows` and `lights` are the darkest level there is and the level of the lightest places, of 255;
    `outline` is 256 bits in hexadecimal.
    """

    width: int
    height: int
    ink: int
    sharpness: float
    shadows: int
    lights: int
    pixels_sha256: str
    outline: str


@dataclass(frozen=True, slots=True)
class PageView:
    """One page as people see it (JPEG bytes, upright, nothing of the original's metadata) and what it measures."""

    look: Look
    pages: int
    display: bytes
    thumbnail: bytes


class Unfit(StrEnum):
    """Why a file cannot be brought into the form that was asked for."""

    UNREADABLE = 'unreadable'
    TOO_LARGE = 'too_large'
