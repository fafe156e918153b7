"""Scans of a demo client, drawn on the spot: a passport, a portrait, signed pages. Nobody's data are on them."""
from __future__ import annotations

import io
import math
import random
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from contracts import forms

_FONT: Final = Path(forms.__file__).parent / 'fonts' / 'PTS55F.ttf'
_INK: Final = (40, 40, 60)
_PEN: Final = (30, 50, 140)
_WORDS: Final = (
    'кредитор', 'заёмщик', 'договор', 'сумма', 'платёж', 'срок', 'процент', 'график', 'погашение', 'заявление',
    'согласие', 'обязуется', 'уплатить', 'настоящий', 'условия', 'порядок', 'возврат', 'досрочно', 'уведомление',
    'банк', 'счёт', 'дата', 'подпись', 'стороны', 'рубль')


def drawn_scan(type_: str) -> bytes:
    """A JPEG that looks like the document of this wire type, the same for the same type."""
    draws = {'CLIENT_PHOTO': _portrait, 'PASSPORT_MAIN': _passport, 'PASSPORT_REGISTRATION': _registration}
    image = draws.get(type_, _page)(random.Random(type_), type_)
    out = io.BytesIO()
    image.save(out, 'JPEG', quality=85)
    return out.getvalue()


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONT, size)


def _passport(shade: random.Random, type_: str) -> Image.Image:
    image = Image.new('RGB', (1240, 860), (238, 228, 222))
    draw = ImageDraw.Draw(image)
    for row in range(0, 860, 14):
        draw.line([(x, row + 5 * math.sin(x / 40 + row)) for x in range(0, 1240, 10)], fill=(226, 205, 200), width=1)
    draw.rectangle((30, 30, 1210, 830), outline=(120, 60, 60), width=4)
    draw.text((430, 50), 'ОБРАЗЕЦ ПАСПОРТА', font=_font(40), fill=(120, 40, 40))
    face = _portrait(shade, type_).resize((330, 440))
    image.paste(face, (80, 160))
    for number, line in enumerate(('ОБРАЗЦОВ', 'ОБРАЗЕЦ', 'ОБРАЗЦОВИЧ', 'МУЖ.   01.01.1990', 'ГОР. ОБРАЗЦОВСК')):
        draw.text((480, 160 + number * 80), line, font=_font(44), fill=_INK)
        draw.line((480, 214 + number * 80, 1150, 214 + number * 80), fill=(150, 120, 120), width=1)
    draw.text((80, 660), 'PNRUSOBRAZTSOV<<OBRAZETS<<<<<<<<<<<<<<<<<', font=_font(36), fill=_INK)
    draw.text((80, 720), '0000000000RUS9001011M<<<<<<<0000000000000', font=_font(36), fill=_INK)
    return image


def _registration(shade: random.Random, _type: str) -> Image.Image:
    image = Image.new('RGB', (1240, 860), (240, 236, 224))
    draw = ImageDraw.Draw(image)
    draw.line((620, 0, 620, 860), fill=(170, 160, 150), width=3)
    draw.text((700, 60), 'Место жительства', font=_font(36), fill=(110, 60, 60))
    draw.rectangle((690, 180, 1180, 520), outline=_PEN, width=5)
    for number, line in enumerate((
            'ЗАРЕГИСТРИРОВАН', 'г. Образцовск', 'ул. Образцовая', 'дом 1  кв. 1', 'отдел № 1', '01.01.2015')):
        draw.text((710, 195 + number * 52), line, font=_font(34), fill=_PEN)
    _signature(draw, shade, 880, 590)
    draw.ellipse((150, 330, 430, 610), outline=(190, 190, 180), width=2)
    draw.text((215, 450), 'стр. 4', font=_font(48), fill=(120, 115, 105))
    return image


def _portrait(shade: random.Random, _type: str) -> Image.Image:
    """A face on a light wall; the grain is that of a camera."""
    width, height = 900, 1200
    image = Image.new('RGB', (width, height), (196, 202, 208))
    draw = ImageDraw.Draw(image)
    draw.polygon([(60, height), (220, 870), (680, 870), (840, height)], fill=(52, 70, 110))
    draw.polygon([(400, 870), (450, 960), (500, 870)], fill=(235, 235, 235))
    draw.rectangle((385, 760, 515, 890), fill=(206, 160, 135))
    draw.ellipse((270, 270, 630, 800), fill=(222, 178, 150))
    draw.pieslice((250, 220, 650, 680), 180, 360, fill=(62, 44, 34))
    draw.rectangle((290, 440, 610, 470), fill=(222, 178, 150))
    for left in (340, 490):
        draw.arc((left - 10, 475, left + 90, 520), 200, 340, fill=(58, 40, 30), width=9)
        draw.ellipse((left, 510, left + 74, 546), fill=(250, 248, 245))
        draw.ellipse((left + 22, 511, left + 56, 545), fill=(70, 90, 60))
        draw.ellipse((left + 32, 520, left + 47, 536), fill=(10, 10, 10))
    draw.line([(450, 540), (432, 630), (466, 636)], fill=(180, 130, 105), width=5)
    draw.arc((385, 640, 515, 720), 20, 160, fill=(160, 70, 70), width=10)
    for _hair in range(260):
        left = shade.randint(262, 636)
        draw.line((left, shade.randint(250, 330), left + shade.randint(-8, 8), shade.randint(360, 440)),
                  fill=(shade.randint(40, 96), 52, 40), width=2)
    grain = Image.effect_noise((width, height), 6).convert('RGB')
    return Image.blend(image.filter(ImageFilter.GaussianBlur(0.6)), grain, 0.04)


def _page(shade: random.Random, type_: str) -> Image.Image:
    image = Image.new('RGB', (1240, 1754), (250, 249, 246))
    draw = ImageDraw.Draw(image)
    draw.text((420, 90), f'ОБРАЗЕЦ {type_}', font=_font(34), fill=_INK)
    top = 190
    while top < 1380:
        for line in range(shade.randint(3, 7)):
            text = '     ' if line == 0 else ''
            while _font(25).getlength(text) < 1000 - (300 if line == 0 else 0):
                text += shade.choice(_WORDS) + ' '
            draw.text((110, top), text, font=_font(25), fill=_INK)
            top += 38
        top += 24
    draw.text((110, 1560), 'Заёмщик', font=_font(28), fill=_INK)
    draw.line((260, 1595, 640, 1595), fill=_INK, width=2)
    _signature(draw, shade, 300, 1560)
    return image


def _signature(draw: ImageDraw.ImageDraw, shade: random.Random, left: int, middle: int) -> None:
    turns = shade.uniform(5, 9)
    draw.line([
        (left + step * 2, middle + 34 * math.sin(step / turns) * math.cos(step / 31)) for step in range(130)],
        fill=_PEN, width=4)
