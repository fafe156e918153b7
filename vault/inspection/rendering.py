"""Pages of a PDF as pictures, by pdfium. Runs only in the child process, on documents that `pdf.py` let in."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

_SCANNED_PART = 0.25
"""A page whose largest image covers less of it than this is drawn, not scanned."""
_MAX_OBJECTS = 5000
_MAX_SCALE = 20.0


@dataclass(frozen=True, slots=True)
class Page:
    """One page drawn; `width` and `height` are those of its scan in pixels, (0, 0) when it holds none."""

    image: Image.Image
    width: int
    height: int
    pages: int


def page_of(content: bytes, number: int, side: int) -> Page:
    """Page `number` (from 0) with a longer side of `side` pixels. Raises whatever pdfium raises on a bad file."""
    document = pypdfium2.PdfDocument(content)
    try:
        page = document[number]
        width, height = page.get_size()
        scale = min(side / max(width, height, 1.0), _MAX_SCALE)
        image = page.render(scale=scale, may_draw_forms=False).to_pil().convert('RGB')
        return Page(image, *_scan_size(page), len(document))
    finally:
        document.close()


def pages_of(content: bytes) -> int:
    """How many pages a document has."""
    document = pypdfium2.PdfDocument(content)
    try:
        return len(document)
    finally:
        document.close()


def _scan_size(page: Any) -> tuple[int, int]:
    """The page at the resolution of its largest image, however the image is turned or cut into strips."""
    width, height = page.get_size()
    best, resolution = 0.0, 0.0
    for number, item in enumerate(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,))):
        if number >= _MAX_OBJECTS:
            break
        left, bottom, right, top = item.get_bounds()
        area = min(right - left, width) * min(top - bottom, height)
        pixels_wide, pixels_high = item.get_px_size()
        if area > best and area > 0:
            best, resolution = area, (pixels_wide * pixels_high / ((right - left) * (top - bottom))) ** 0.5
    if best < _SCANNED_PART * width * height:
        return 0, 0
    return round(width * resolution), round(height * resolution)
