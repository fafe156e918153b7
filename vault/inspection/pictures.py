"""Opening pictures within bounds, the right way up and on white paper. Runs only in the child process."""
from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageFile, UnidentifiedImageError

from vault.inspection import rendering
from vault.inspection.verdicts import MAX_PIXELS, MAX_SIDE, Finding

ImageFile.LOAD_TRUNCATED_IMAGES = False
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter('error', Image.DecompressionBombWarning)

JPEG, PNG, PDF = 'image/jpeg', 'image/png', 'application/pdf'
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A picture in grey or RGB; `width` and `height` are those of the file, (0, 0) for a page without a scan."""

    image: Image.Image
    width: int
    height: int
    pages: int = 1


def type_of(content: bytes) -> str:
    """MIME type by content, empty when it is none of the three."""
    if content.startswith(b'\xff\xd8\xff'):
        return JPEG
    if content.startswith(b'\x89PNG\r\n\x1a\n'):
        return PNG
    return PDF if content[:1024].lstrip(b'\xef\xbb\xbf \t\r\n\x00').startswith(b'%PDF-') else ''


def open_bounded(found: str, content: bytes) -> Image.Image | Finding:
    """A picture by its header, nothing decoded yet, or why it is not to be decoded."""
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


def upright(content: bytes, page: int, side: int) -> Opened:
    """A picture, or a page of a PDF, as a person would hold it, its longer side at most `side` pixels.

    Raises whatever a decoder raises; ValueError on what is none of the three types.
    """
    found = type_of(content)
    if found == PDF:
        drawn = rendering.page_of(content, page, side)
        return Opened(drawn.image, drawn.width, drawn.height, drawn.pages)
    image = open_bounded(found, content) if found and page == 0 else Finding.UNKNOWN_TYPE
    if isinstance(image, Finding):
        raise ValueError(image)
    width, height = image.size
    image.draft('RGB', (side, side))
    shown = _plain(image)
    # Made smaller before anything else: three copies of 40 megapixels do not fit into this process.
    shown.thumbnail((side, side))
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    shown = _on_paper(shown if turn is None else shown.transpose(turn))
    # `info` holds profile and comments of the original: none of it goes along.
    shown.info.clear()
    return Opened(shown, width, height)


def jpeg(image: Image.Image, quality: int) -> bytes:
    """The picture as JPEG, nothing but pixels in it; the same picture gives the same bytes."""
    out = io.BytesIO()
    image.save(out, 'JPEG', quality=quality)
    return out.getvalue()


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
