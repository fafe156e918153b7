"""Checks of one file by its content. Runs only in the child process; PDF is looked through by `pdf.py`."""
from __future__ import annotations

import io
import warnings

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from scans.inspection.pdf import check_pdf
from scans.inspection.verdicts import MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE, Display, Finding

ImageFile.LOAD_TRUNCATED_IMAGES = False
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter('error', Image.DecompressionBombWarning)

JPEG, PNG, PDF = 'image/jpeg', 'image/png', 'application/pdf'
_DRAFT_SIDE = 2000
"""Larger JPEGs are decoded at a fraction of their size: every byte is still read, memory stays small."""
_DISPLAY_SIDE = 2000
_DISPLAY_QUALITY = 82
_BLANK_SPREAD = 4
"""Least difference between the darkest and the lightest point of a picture on which something is to be seen."""


def type_of(content: bytes) -> str:
    """MIME type by content, empty when it is none of the three."""
    if content.startswith(b'\xff\xd8\xff'):
        return JPEG
    if content.startswith(b'\x89PNG\r\n\x1a\n'):
        return PNG
    return PDF if content[:1024].lstrip(b'\xef\xbb\xbf \t\r\n\x00').startswith(b'%PDF-') else ''


def check(mime_type: str, content: bytes) -> Finding:
    """The first thing wrong with a file that says it is of `mime_type`."""
    if len(content) > MAX_FILE_BYTES:
        return Finding.TOO_LARGE
    found = type_of(content)
    if not found:
        return Finding.UNKNOWN_TYPE
    if found != ('image/jpeg' if mime_type == 'image/jpg' else mime_type):
        return Finding.OTHER_TYPE
    try:
        if found == PDF:
            return check_pdf(content)
        opened = _open(found, content)
        if isinstance(opened, Finding):
            return opened
        opened.draft('RGB', (_DRAFT_SIDE, _DRAFT_SIDE))
        opened.load()
    except MemoryError:
        return Finding.EXPANDS
    except Exception:  # noqa: BLE001 - a decoder fails in any way it likes
        return Finding.BROKEN
    return Finding.FINE


def display(content: bytes) -> Display:
    """Turn a checked picture the right way up and write it anew, without EXIF; a PDF has no such copy."""
    found = type_of(content)
    if found not in {JPEG, PNG}:
        return Display()
    image = _open(found, content)
    if isinstance(image, Finding):
        raise ValueError(image)
    width, height = image.size
    image.draft('RGB', (_DISPLAY_SIDE, _DISPLAY_SIDE))
    turned = ImageOps.exif_transpose(_flat(image))
    turned.thumbnail((_DISPLAY_SIDE, _DISPLAY_SIDE))
    shades = turned.convert('L').histogram()
    lightest = max(shade for shade, count in enumerate(shades) if count)
    darkest = min(shade for shade, count in enumerate(shades) if count)
    out = io.BytesIO()
    # `info` holds profile and comments of the original: none of it goes along.
    turned.info.clear()
    turned.save(out, 'JPEG', quality=_DISPLAY_QUALITY, exif=b'')
    return Display(out.getvalue(), width, height, lightest - darkest < _BLANK_SPREAD)


def _open(found: str, content: bytes) -> Image.Image | Finding:
    try:
        image = Image.open(io.BytesIO(content), formats=[found.removeprefix('image/').upper()])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return Finding.TOO_MANY_PIXELS
    except UnidentifiedImageError:
        return Finding.BROKEN
    width, height = image.size
    if width * height > MAX_PIXELS:
        return Finding.TOO_MANY_PIXELS
    return Finding.TOO_LONG_SIDE if max(width, height) > MAX_SIDE else image


def _flat(image: Image.Image) -> Image.Image:
    """Without transparency: on white, as paper."""
    if image.mode in {'RGBA', 'LA', 'PA'} or 'transparency' in image.info:
        seen = image.convert('RGBA')
        paper = Image.new('RGBA', seen.size, 'white')
        paper.alpha_composite(seen)
        flat = paper.convert('RGB')
        flat.info['exif'] = image.info.get('exif', b'')
        return flat
    exif = image.getexif()
    flat = image if image.mode in {'L', 'RGB'} else image.convert('RGB')
    if flat is not image and exif:
        flat.info['exif'] = exif.tobytes()
    return flat
