"""Files of a scan made over to what one lender takes. The work is done by limited children, nothing is stored."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lenders.scan_style import ScanStyle
from vault.inspection.pool import CannotConvert, count_pages, joined, page_as_jpeg
from vault.inspection.verdicts import Unfit
from vault.limited.pool import ChildDied

JPEG, PNG, PDF = 'image/jpeg', 'image/png', 'application/pdf'
LARGEST_SIDE: Final = 3508
"""Pixels of the longer side where the lender sets none: A4 at 300 dots per inch."""
MOST_BYTES: Final = 36 * 1024 * 1024
"""Of all files of one scan: a request is 64 MiB at most, in Base64."""
_PAGE_BYTES: Final = 1200
"""What a page of a PDF takes besides its picture."""
_LIVES: Final = 3
# Words of other formats that have no business inside a picture.
_FOREIGN: Final = (b'%PDF-', b'<script', b'<html', b'<?php', b'<svg', b'PK\x03\x04')


class Obstacle(StrEnum):
    """Why a scan cannot be brought to what the lender takes."""

    UNREADABLE = 'unreadable'
    TOO_MANY_PAGES = 'too_many_pages'
    NOT_SMALLER = 'not_smaller'


class Unsendable(Exception):
    """The lender cannot get this scan: the partner is asked for another."""

    def __init__(self, obstacle: Obstacle, pages: int = 0) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle
        self.pages = pages


@dataclass(frozen=True, slots=True)
class Made:
    """A file: what came, or what the lender gets."""

    content_type: str
    content: bytes


def make_over(files: Sequence[Made], style: ScanStyle) -> list[Made]:
    """The files of one scan as the lender takes them; the same files give the same bytes.

    Raises Unsendable, and TooSlow when no child was free. A file that ends three children is unreadable.
    """
    for life in range(_LIVES):
        try:
            return _made_over(files, style)
        except ChildDied:
            if life + 1 == _LIVES:
                break
        except CannotConvert as failed:
            is_large = failed.why == Unfit.TOO_LARGE
            raise Unsendable(Obstacle.NOT_SMALLER if is_large else Obstacle.UNREADABLE) from failed
    raise Unsendable(Obstacle.UNREADABLE)


def _made_over(files: Sequence[Made], style: ScanStyle) -> list[Made]:
    pages = [(file, page) for file in files for page in range(_pages(file, style))]
    if style.max_pages is not None and len(pages) > style.max_pages:
        raise Unsendable(Obstacle.TOO_MANY_PAGES, len(pages))
    if style.format == 'jpeg':
        return _jpegs(pages, style)
    if style.one_pdf_per_type and (style.format == 'pdf' or len(files) > 1):
        return [_document(files, style)]
    if style.format == 'pdf':
        return [_document([file], style) for file in files]
    return [_as_it_came(file, style) for file in files]


def _pages(file: Made, style: ScanStyle) -> int:
    """Pages of a file; those of a document that goes as it came are not counted without need."""
    if file.content_type != PDF or (style.format != 'jpeg' and style.max_pages is None):
        return 1
    return count_pages(file.content)


def _as_it_came(file: Made, style: ScanStyle) -> Made:
    if file.content_type == PDF:
        return _document([file], style)
    is_small = style.max_bytes is None or len(file.content) <= style.max_bytes
    if is_small and style.max_side is None and not style.grayscale and is_plain(file):
        return file
    return Made(JPEG, _jpeg(file, 0, style, style.max_bytes or 0))


def is_plain(file: Made) -> bool:
    """Whether a picture ends where its format says and holds nothing that another program would take for its own."""
    end = b'\xff\xd9' if file.content_type == JPEG else b'IEND\xaeB`\x82'
    content = file.content.lower()
    return file.content.endswith(end) and not any(word.lower() in content for word in _FOREIGN)


def _jpegs(pages: Sequence[tuple[Made, int]], style: ScanStyle) -> list[Made]:
    share = MOST_BYTES // len(pages)
    most = min(style.max_bytes or share, share)
    return [Made(JPEG, _jpeg(file, page, style, most)) for file, page in pages]


def _document(files: Sequence[Made], style: ScanStyle) -> Made:
    """One PDF, written anew: documents as they are, pictures a page each; all as pictures where that is too large."""
    parts: list[bytes] = []
    for file in files:
        if file.content_type != PDF:
            parts.append(_jpeg(file, 0, style, 0))
        elif style.grayscale:
            parts += [_jpeg(file, page, style, 0) for page in range(count_pages(file.content))]
        else:
            parts.append(file.content)
    whole = joined(parts)
    most = min(style.max_bytes or MOST_BYTES, MOST_BYTES)
    return Made(PDF, whole if len(whole) <= most else _smaller_document(files, style, most))


def _smaller_document(files: Sequence[Made], style: ScanStyle, most_bytes: int) -> bytes:
    counts = [count_pages(file.content) if file.content_type == PDF else 1 for file in files]
    share = most_bytes // sum(counts) - _PAGE_BYTES
    if share <= 0:
        raise Unsendable(Obstacle.NOT_SMALLER)
    whole = joined([
        _jpeg(file, page, style, share) for file, count in zip(files, counts, strict=True) for page in range(count)])
    if len(whole) > most_bytes:
        raise Unsendable(Obstacle.NOT_SMALLER)
    return whole


def _jpeg(file: Made, page: int, style: ScanStyle, most_bytes: int) -> bytes:
    return page_as_jpeg(
        file.content, page=page, side=style.max_side or LARGEST_SIDE, most_bytes=most_bytes, is_grey=style.grayscale)
