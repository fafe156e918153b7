"""Scans as clients make them, drawn here: pages of text, a signature, a portrait; blurred, noisy, dark on demand."""
from __future__ import annotations

import io
import math
import random
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from contracts import forms
from denimhub.demo.pictures import drawn_scan

FONT = Path(forms.__file__).parent / 'fonts' / 'PTS55F.ttf'
LETTERS = 'абвгдежзиклмнопрст'


def paper(
    name: str = '', *, size: tuple[int, int] = (900, 640), letter: int = 20, lines: int | None = None, ink: int = 40,
    sheet: int = 235,
) -> Image.Image:
    """A page of text of its own for every name; `letter` is the height of the type in pixels."""
    words = random.Random(name)
    image = Image.new('L', size, sheet)
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(FONT, letter)
    top, margin = size[1] // 20, size[0] // 16
    for _line in range(1000 if lines is None else lines):
        if top > size[1] - size[1] // 12:
            break
        text = ''
        while font.getlength(text) < (size[0] - 2 * margin) * words.uniform(0.75, 0.95):
            text += ''.join(words.choices(LETTERS, k=words.randint(2, 9))) + ' '
        draw.text((margin, top), text, font=font, fill=ink)
        top += round(letter * words.choice((1.5, 1.5, 1.5, 2.6)))
    return image


def signed_sheet(size: tuple[int, int] = (1240, 1754)) -> Image.Image:
    """A white sheet with a thin signature and nothing else."""
    image = Image.new('L', size, 240)
    ImageDraw.Draw(image).line(
        [(700 + step * 2, 1500 + 30 * math.sin(step / 6)) for step in range(120)], fill=60, width=3)
    return image


def portrait() -> Image.Image:
    """A face on a light wall."""
    return Image.open(io.BytesIO(drawn_scan('CLIENT_PHOTO')))


def blurred(image: Image.Image, radius: float) -> Image.Image:
    """Out of focus by so many pixels at a longer side of 1000."""
    return image.filter(ImageFilter.GaussianBlur(radius * max(image.size) / 1000))


def noisy(image: Image.Image, levels: float) -> Image.Image:
    """With the grain of a camera: so many levels of 255."""
    return ImageChops.add(image, Image.effect_noise(image.size, levels), 1, -128)


def as_file(image: Image.Image, kind: str = 'JPEG', **options: Any) -> bytes:
    """The bytes of a picture."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
