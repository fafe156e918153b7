from __future__ import annotations

import io

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from contracts.forms.qr import QUIET_MODULES, qr_modules, qr_png

NUMBERS = ('ТБ-2026-000123', 'DH-0001', '77', 'Договор № 12/34 «А»', 'https://example.ru/c?n=1', 'Ж' * 100)


def _read(picture: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize('text', NUMBERS, ids=[f'{len(text)}-{text[:3]}' for text in NUMBERS])
@pytest.mark.parametrize('size', [240, 1000])
def test_a_reader_gets_the_text_back(text: str, size: int) -> None:
    assert _read(Image.open(io.BytesIO(qr_png(text, size)))) == [text]


def test_a_code_printed_small_and_scanned_askew_is_still_read() -> None:
    page = Image.new('L', (400, 400), 255)
    page.paste(Image.open(io.BytesIO(qr_png('ТБ-2026-000123', 120))).convert('L'), (140, 140))
    scanned = page.rotate(7, resample=Image.Resampling.BICUBIC, fillcolor=255)
    assert _read(scanned) == ['ТБ-2026-000123']


@given(st.text(min_size=1, max_size=120).filter(lambda text: text.isprintable()), st.integers(1, 400))
@settings(max_examples=60, deadline=None)
def test_the_picture_is_square_and_no_larger_than_asked_for(text: str, size: int) -> None:
    picture = Image.open(io.BytesIO(qr_png(text, size)))
    side = len(qr_modules(text)) + 2 * QUIET_MODULES
    assert picture.format == 'PNG'
    assert picture.width == picture.height == max(size // side, 1) * side


def test_the_modules_are_those_of_the_picture() -> None:
    modules = qr_modules('ТБ-2026-000123')
    side = len(modules) + 2 * QUIET_MODULES
    picture = Image.open(io.BytesIO(qr_png('ТБ-2026-000123', side))).convert('L')
    assert all(len(row) == len(modules) for row in modules)
    assert modules == tuple(
        tuple(picture.getpixel((x, y)) == 0 for x in range(QUIET_MODULES, side - QUIET_MODULES))
        for y in range(QUIET_MODULES, side - QUIET_MODULES))


def test_the_same_text_gives_the_same_bytes() -> None:
    assert qr_png('ТБ-2026-000123', 300) == qr_png('ТБ-2026-000123', 300)
