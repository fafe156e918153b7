"""Copies of pictures and documents for people to look at, and files made over for lenders."""
from __future__ import annotations

import io

import pikepdf
import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from tests.vault.papers import as_file, paper
from tests.vault.poison import document, picture
from vault.inspection import pool as inspection
from vault.inspection.packing import pack, unpack
from vault.inspection.pool import CannotConvert, count_pages, joined, page_as_jpeg, page_view
from vault.inspection.verdicts import PageView, Unfit

A4 = paper('a', size=(1240, 1754), letter=22)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no finding."""
    monkeypatch.setattr(inspection, 'PAGE_SECONDS', 30.0)


def view(content: bytes, page: int = 0) -> PageView:
    seen = page_view(content, page)
    assert seen is not None
    return seen


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


# --- copies to look at ----------------------------------------------------------------------------------------------

def test_a_copy_is_turned_and_holds_nothing_of_the_original() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, 'secret description'
    original = Image.new('RGB', (800, 400), 'white')
    original.paste('black', (0, 0, 100, 100))
    seen = view(as_file(original, exif=exif, comment=b'secret comment'))
    assert (seen.look.width, seen.look.height, seen.pages) == (800, 400, 1)
    for copy in (seen.display, seen.thumbnail):
        assert b'secret' not in copy
        assert not opened(copy).getexif()
    assert opened(seen.display).size == (400, 800)
    assert opened(seen.display).convert('L').getpixel((390, 10)) == 0


def test_a_transparent_picture_lies_on_white() -> None:
    seen = view(as_file(Image.new('RGBA', (300, 300), (0, 0, 0, 0)), 'PNG'))
    assert seen.look.ink == 0
    assert opened(seen.display).convert('L').getextrema() == (255, 255)


def test_large_pictures_are_shown_smaller_and_a_thumbnail_is_320_pixels() -> None:
    seen = view(picture(size=(4000, 3000), quality=30))
    assert (seen.look.width, seen.look.height) == (4000, 3000)
    assert max(opened(seen.display).size) <= 2000
    assert opened(seen.thumbnail).size == (320, 240)
    assert page_view(picture()[:3000]) is None


def test_of_a_document_the_first_page_is_shown_and_all_are_measured() -> None:
    whole = joined([as_file(A4), as_file(paper('b', size=(1240, 1754)))])
    first, second = view(whole), view(whole, 1)
    assert first.pages == 2
    assert max(opened(first.display).size) == 2000
    assert max(opened(first.thumbnail).size) == 320
    assert (second.display, second.thumbnail) == (b'', b'')
    assert second.look.pixels_sha256 != first.look.pixels_sha256
    assert page_view(whole, 2) is None


@pytest.mark.parametrize('mode', ['1', 'L', 'LA', 'P', 'RGB', 'RGBA', 'I;16'])
def test_every_mode_of_png_has_a_copy(mode: str) -> None:
    noise = Image.effect_noise((300, 260), 90)
    deep = noise.convert('I').point(lambda level: level * 256)
    seen = view(as_file(deep.convert('I;16') if mode == 'I;16' else noise.convert(mode), 'PNG'))
    assert (seen.look.width, seen.look.height) == (300, 260)


def test_the_largest_transparent_picture_fits_into_the_child() -> None:
    seen = view(as_file(Image.new('RGBA', (7900, 5000), (9, 9, 9, 100)), 'PNG', compress_level=1))
    assert seen.look.ink == 0


@pytest.mark.parametrize('orientation', range(1, 9))
def test_a_picture_is_shown_the_way_its_camera_says(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = as_file(Image.effect_noise((400, 300), 60).convert('RGB'), exif=exif, quality=95)
    wanted = ImageOps.exif_transpose(opened(content))
    for copy in (view(content).display, page_as_jpeg(content, side=2000)):
        shown = opened(copy)
        assert shown.size == wanted.size
        assert ImageStat.Stat(ImageChops.difference(shown.convert('L'), wanted.convert('L'))).mean[0] < 12


# --- files for lenders ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize('most_bytes', [400_000, 150_000, 60_000])
def test_a_jpeg_is_brought_below_a_size(most_bytes: int) -> None:
    made = page_as_jpeg(as_file(A4, 'PNG'), side=3000, most_bytes=most_bytes)
    assert len(made) <= most_bytes
    assert opened(made).format == 'JPEG'


def test_quality_goes_before_size() -> None:
    made = page_as_jpeg(as_file(A4), side=3000, most_bytes=300_000)
    assert opened(made).size == A4.size


def test_what_cannot_be_made_small_enough_is_told() -> None:
    with pytest.raises(CannotConvert) as refused:
        page_as_jpeg(picture(size=(3000, 2000)), side=3000, most_bytes=5_000)
    assert refused.value.why == Unfit.TOO_LARGE
    for broken in (b'\xff\xd8\xff nothing', b'%PDF-1.7 nothing'):
        with pytest.raises(CannotConvert) as refused:
            page_as_jpeg(broken, side=1000)
        assert refused.value.why == Unfit.UNREADABLE


def test_side_and_grey() -> None:
    made = opened(page_as_jpeg(as_file(A4.convert('RGB')), side=800, is_grey=True))
    assert (max(made.size), made.mode) == (800, 'L')


def test_pages_are_joined_in_order_and_the_same_parts_give_the_same_bytes() -> None:
    lying = paper('lying', size=(1754, 1240))
    parts = [as_file(A4), document(2), as_file(lying)]
    whole = joined(parts)
    assert whole == joined(parts)
    assert count_pages(whole) == 4
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        boxes = [[int(side) for side in page.mediabox.as_list()[2:]] for page in pdf.pages]
    assert boxes == [[595, 842], [200, 200], [200, 200], [842, 595]]


def test_a_page_of_a_document_becomes_a_picture() -> None:
    whole = joined([as_file(A4), as_file(paper('b', size=(1240, 1754)))])
    made = opened(page_as_jpeg(whole, page=1, side=1754)).convert('L').resize((124, 175))
    wanted = paper('b', size=(1240, 1754)).resize((124, 175))
    assert ImageStat.Stat(ImageChops.difference(made, wanted)).mean[0] < 12


def test_packing_keeps_every_part() -> None:
    assert unpack(pack([b'', b'a', b'bc' * 1000])) == [b'', b'a', b'bc' * 1000]
