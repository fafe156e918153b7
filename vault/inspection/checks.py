"""Checks of one file by its content. Runs only in the child process; PDF is looked through by `pdf.py`."""
from __future__ import annotations

import io
import warnings

from PIL import Image, ImageFile, UnidentifiedImageError

from vault.inspection.pdf import check_pdf
from vault.inspection.verdicts import MAX_FILE_BYTES, MAX_PIXELS, MAX_SIDE, Display, Finding

ImageFile.LOAD_TRUNCATED_IMAGES = False
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter('error', Image.DecompressionBombWarning)

JPEG, PNG, PDF = 'image/jpeg', 'image/png', 'application/pdf'
_DRAFT_SIDE = 2000
"""Larger JPEGs are decoded at a fraction of their size: every byte is still read, memory stays small."""
_DISPLAY_SIDE = 2000
_DISPLAY_QUALITY = 82
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
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
    shown = _plain(image)
    # Made smaller before anything else: three copies of 40 megapixels do not fit into this process.
    shown.thumbnail((_DISPLAY_SIDE, _DISPLAY_SIDE))
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    shown = _on_paper(shown if turn is None else shown.transpose(turn))
    shades = shown.convert('L').histogram()
    lightest = max(shade for shade, count in enumerate(shades) if count)
    darkest = min(shade for shade, count in enumerate(shades) if count)
    out = io.BytesIO()
    # `info` holds profile and comments of the original: none of it goes along.
    shown.info.clear()
    shown.save(out, 'JPEG', quality=_DISPLAY_QUALITY)
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


def _plain(image: Image.Image) -> Image.Image:
    """In a mode that can be made smaller well."""
    if image.mode in {'P', 'PA'}:
        return image.convert('RGBA' if 'transparency' in image.info or image.mode == 'PA' else 'RGB')
    if image.mode.startswith('I'):
        return image.convert('I').point(lambda level: level / 256).convert('L')
    return image.convert('L') if image.mode == '1' else image


def _on_paper(image: Image.Image) -> Image.Image:
    """Without transparency: on white."""
    if image.mode in {'RGBA', 'LA'} or 'transparency' in image.info:
        seen = image.convert('RGBA')
        paper = Image.new('RGBA', seen.size, 'white')
        paper.alpha_composite(seen)
        return paper.convert('RGB')
    return image if image.mode in {'L', 'RGB'} else image.convert('RGB')
