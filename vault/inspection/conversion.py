"""Files made over for a lender: a page as a JPEG within a size, pages joined into a PDF. Runs only in the child."""
from __future__ import annotations

import io
from collections.abc import Sequence

import pikepdf
from PIL import Image

from vault.inspection.pictures import JPEG, jpeg, type_of, upright

_LADDER = tuple(
    (part, quality) for part, qualities in (
        (1.0, (85, 75, 65)), (0.8, (75, 60)), (0.64, (70, 55)), (0.5, (70, 50)), (0.35, (60, 40)))
    for quality in qualities)
"""Parts of the side and qualities that are tried in turn: a little quality first, then a little size."""
_A4 = (595.0, 842.0)
_SEEN_OF_PAGE = frozenset({
    '/Type', '/Parent', '/MediaBox', '/CropBox', '/Rotate', '/Resources', '/Contents', '/Group', '/UserUnit',
    '/Annots'})
_SEEN_OF_ANNOTATION = frozenset({'/Type', '/Subtype', '/Rect', '/AP', '/AS', '/F'})
"""A stamp or a filled-in field is kept as its picture; what it does when touched is not."""


def page_as_jpeg(content: bytes, *, page: int, side: int, most_bytes: int, is_grey: bool) -> bytes:
    """A page upright, its longer side at most `side` pixels, in at most `most_bytes` (0 is no limit).

    Empty when even the last rung of the ladder is too large. Raises whatever a decoder raises.
    """
    image = upright(content, page, side).image
    if is_grey:
        image = image.convert('L')
    for part, quality in _LADDER:
        made = jpeg(_scaled(image, part), quality)
        if not most_bytes or len(made) <= most_bytes:
            return made
    return b''


def join(parts: Sequence[bytes]) -> bytes:
    """One PDF of JPEGs (one a page, fitted to A4) and PDFs, in this order; the same parts give the same bytes."""
    with pikepdf.new() as whole:
        for part in parts:
            if type_of(part) == JPEG:
                _add_picture(whole, part)
            else:
                with pikepdf.open(io.BytesIO(part), attempt_recovery=False, suppress_warnings=True) as document:
                    for page in document.pages:
                        _quieten(page.obj)
                    whole.pages.extend(document.pages)
        out = io.BytesIO()
        whole.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return out.getvalue()


def _quieten(page: pikepdf.Dictionary) -> None:
    """Leave of a page what is seen: nothing that acts, leads elsewhere or tells of its maker."""
    for key in set(page.keys()) - _SEEN_OF_PAGE:
        del page[key]
    if '/Annots' not in page:
        return
    seen = [item for item in page.Annots if isinstance(item, pikepdf.Dictionary) and '/AP' in item]
    for item in seen:
        for key in set(item.keys()) - _SEEN_OF_ANNOTATION:
            del item[key]
    page.Annots = pikepdf.Array(seen)


def _scaled(image: Image.Image, part: float) -> Image.Image:
    if part == 1.0:
        return image
    size = (max(1, round(image.width * part)), max(1, round(image.height * part)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _add_picture(whole: pikepdf.Pdf, content: bytes) -> None:
    """The JPEG's own bytes on a page of A4, lying or standing as the picture does."""
    with Image.open(io.BytesIO(content), formats=['JPEG']) as image:
        width, height, is_grey = *image.size, image.mode == 'L'
    page_width, page_height = _A4 if height >= width else _A4[::-1]
    scale = min(page_width / width, page_height / height)
    shown_width, shown_height = width * scale, height * scale
    left, bottom = (page_width - shown_width) / 2, (page_height - shown_height) / 2
    page = whole.add_blank_page(page_size=(page_width, page_height))
    picture = pikepdf.Stream(
        whole, content, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=width, Height=height,
        ColorSpace=pikepdf.Name.DeviceGray if is_grey else pikepdf.Name.DeviceRGB, BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode)
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=whole.make_indirect(picture)))
    drawing = f'q {shown_width:.3f} 0 0 {shown_height:.3f} {left:.3f} {bottom:.3f} cm /Page Do Q'
    page.obj.Contents = whole.make_indirect(pikepdf.Stream(whole, drawing.encode()))
