"""Numbers that tell a good scan from a poor one. Pure Pillow, runs only in the child process.

All are taken on the picture as grey, its longer side made `SIDE` pixels (never larger than it was).
"""
from __future__ import annotations

import hashlib

from PIL import Image, ImageChops, ImageFilter, ImageStat

from vault.inspection.verdicts import Look

SIDE = 1000
_PAPER_SIDE = 250
_PAPER_RADIUS = 12
_PAPER_LEVELS = 20
"""A quarter of the size averages 16 pixels: noise of a camera (up to 12 levels of 255) stays below this difference."""
_EDGE = 0.03
"""Part of each side that is left out where ink and sharp edges are looked for: the shadow of a scanner's lid."""
_TILES = 8
_SHARPEST = 4
_SPARSE = 0.1
_OUTLINE = 16
_OUTLINE_LEVELS = 3
_SHAPE = 0.03
_COMPARED = 128
_DARKEST, _LIGHTEST = 0.0002, 0.95
"""Parts of all points: a lone signature is two of a thousand; on nineteen of twenty points lies the paper."""
_LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
_ZERO = 128
_SIGMA = 1.4826
"""Standard deviation of normal noise over its median absolute deviation."""


def look(image: Image.Image, width: int, height: int) -> Look:
    """Everything there is to measure; `width` and `height` are told by whoever opened the file."""
    grey = reduced(image.convert('L'), SIDE)
    inner = _without_edges(grey)
    shades = grey.histogram()
    return Look(
        width=width, height=height, ink=ink(inner), sharpness=round(sharpness(inner), 1),
        shadows=_level(shades, _DARKEST), lights=_level(shades, _LIGHTEST),
        pixels_sha256=hashlib.sha256(f'{grey.size}'.encode() + grey.tobytes()).hexdigest(), outline=outline(grey))


def reduced(image: Image.Image, side: int) -> Image.Image:
    """The same picture with a longer side of at most `side` pixels, every source pixel averaged in."""
    part = side / max(image.size)
    if part >= 1:
        return image
    size = (max(1, round(image.width * part)), max(1, round(image.height * part)))
    return image.resize(size, Image.Resampling.BOX)


def ink(grey: Image.Image) -> int:
    """Millionth parts of the page that stand out from the paper around them.

    The paper is the same picture blurred widely, so that uneven light and a coloured sheet are no ink.
    """
    small = reduced(grey, _PAPER_SIDE)
    paper = small.filter(ImageFilter.GaussianBlur(_PAPER_RADIUS))
    shades = ImageChops.difference(small, paper).histogram()
    return sum(shades[_PAPER_LEVELS:]) * 1_000_000 // max(sum(shades), 1)


def sharpness(grey: Image.Image) -> float:
    """Variance of the Laplacian in the fourth sharpest of 64 tiles, less what noise alone would give.

    A page is judged by its sharpest places, since empty paper says nothing; one with a single line or signature by the
    sharpest of all. Noise is the median deviation over the whole page: most of a page is no edge.
    """
    edges = grey.filter(_LAPLACIAN)
    # The filter leaves the outermost pixels as they were.
    edges = edges.crop((1, 1, max(edges.width - 1, 2), max(edges.height - 1, 2)))
    noise = (_SIGMA * _median_deviation(edges.histogram())) ** 2
    spreads = sorted((max(ImageStat.Stat(tile).var[0] - noise, 0.0) for tile in _tiles(edges)), reverse=True)
    typical = spreads[min(_SHARPEST, len(spreads)) - 1]
    return float(spreads[0] if typical < spreads[0] * _SPARSE else typical)


def outline(grey: Image.Image) -> str:
    """A difference hash of 256 bits: whether the picture grows clearly darker from each place to the next one.

    Half of it reads 8 rows of 17 places from left to right, half 8 columns of 17 places from the top down.
    """
    across = grey.resize((_OUTLINE + 1, _OUTLINE // 2), Image.Resampling.BOX)
    down = grey.resize((_OUTLINE // 2, _OUTLINE + 1), Image.Resampling.BOX).transpose(Image.Transpose.TRANSPOSE)
    bits = 0
    for levels in (across.tobytes(), down.tobytes()):
        for at in range(len(levels)):
            if at % (_OUTLINE + 1):
                bits = bits << 1 | (levels[at - 1] > levels[at] + _OUTLINE_LEVELS)
    return f'{bits:0{_OUTLINE * _OUTLINE // 4}x}'


def likeness(one: Image.Image, other: Image.Image) -> float:
    """Correlation of two pictures point by point, 1 for the same; 0 when their shapes differ.

    Both are brought to a square first, every point weighed: so small, half a point more or less makes no difference.
    """
    if abs(one.width * other.height - other.width * one.height) > _SHAPE * one.width * other.height:
        return 0.0
    a, b = (
        image.convert('L').resize((_COMPARED, _COMPARED), Image.Resampling.BILINEAR).tobytes()
        for image in (one, other))
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    spread_a = sum((level - mean_a) ** 2 for level in a)
    spread_b = sum((level - mean_b) ** 2 for level in b)
    if not spread_a or not spread_b:
        return 0.0
    together = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    return float(together / (spread_a * spread_b) ** 0.5)


def _without_edges(grey: Image.Image) -> Image.Image:
    left, top = round(grey.width * _EDGE), round(grey.height * _EDGE)
    return grey.crop((left, top, max(grey.width - left, left + 1), max(grey.height - top, top + 1)))


def _tiles(image: Image.Image) -> list[Image.Image]:
    columns, rows = min(_TILES, image.width), min(_TILES, image.height)
    return [
        image.crop((
            column * image.width // columns, row * image.height // rows,
            (column + 1) * image.width // columns, (row + 1) * image.height // rows))
        for row in range(rows) for column in range(columns)]


def _median_deviation(shades: list[int]) -> float:
    """The median of distances from zero, within a level by straight line."""
    folded = [0] * (_ZERO + 1)
    for level, count in enumerate(shades):
        folded[abs(level - _ZERO)] += count
    half, seen = sum(folded) / 2, 0
    for distance, count in enumerate(folded):
        if seen + count >= half and count:
            into = (half - seen) / count
            return distance - 0.5 + into if distance else into * 0.5
        seen += count
    return 0.0


def _level(shades: list[int], part: float) -> int:
    """The level below or at which this part of all pixels lies."""
    wanted, seen = sum(shades) * part, 0
    for level, count in enumerate(shades):
        seen += count
        if seen >= wanted:
            return level
    return 255
