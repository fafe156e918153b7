"""Good scans pass, useless ones are named: measured on drawn documents, sharp and spoilt by a known amount."""
from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from django.utils import translation
from PIL import Image, ImageDraw

from applications.vocabulary import ScanType
from denimhub.demo.pictures import drawn_scan
from scans.quality import NEAR_OUTLINES, SAME_LIKENESS, Flaw, Verdict, are_same, judge, may_be_same
from scans.reasons import reason_of_flaw
from tests.vault.papers import as_file, blurred, noisy, paper, portrait, signed_sheet
from tests.vault.poison import document
from vault.inspection.pool import joined, likeness, page_view
from vault.inspection.verdicts import Look

A4 = (1240, 1754)


def looks_at(content: bytes) -> list[Look]:
    """Every page measured."""
    first = page_view(content)
    assert first is not None
    rest = [page_view(content, page) for page in range(1, first.pages)]
    return [first.look, *(view.look for view in rest if view is not None)]


def flaw(content: bytes | Image.Image, type_: str = 'AGREEMENT_1') -> Flaw | None:
    """What is wrong with a scan."""
    found = judge(type_, looks_at(as_file(content) if isinstance(content, Image.Image) else content))
    return found.flaw if found is not None else None


def sheet(level: int = 240, size: tuple[int, int] = A4) -> Image.Image:
    return Image.new('L', size, level)


def pdf_of(*pages: Image.Image) -> bytes:
    return joined([as_file(page) for page in pages])


GOOD: dict[str, Callable[[], Image.Image]] = {
    'a page of text': lambda: paper('a', size=A4, letter=22), 'small type': lambda: paper('b', size=A4, letter=16),
    'three lines': lambda: paper('c', size=A4, letter=22, lines=3), 'one line': lambda: paper('d', size=A4, lines=1),
    'grey ink': lambda: paper('e', size=A4, letter=22, ink=170), 'only a signature': signed_sheet,
    '300 dots per inch': lambda: paper('f', size=(2480, 3508), letter=44), 'a small photo': lambda: paper('g'),
    'soft but readable': lambda: blurred(paper('h', size=A4, letter=22), 0.9),
    'with grain': lambda: noisy(paper('i', size=A4, letter=22), 8),
    'with much grain': lambda: noisy(paper('j', size=A4, letter=22), 12),
    'in poor light': lambda: paper('k', size=A4, letter=22).point(lambda level: level * 2 // 5),
    'washed out by half': lambda: paper('l', size=A4, letter=22).point(lambda level: 255 - (255 - level) // 2),
    'on a dark table': lambda: on_table(paper('m', letter=16)),
}


def on_table(page: Image.Image) -> Image.Image:
    table = Image.new('L', (1600, 1200), 70)
    table.paste(page, (350, 280))
    return noisy(table, 4)


@pytest.mark.parametrize('name', GOOD)
@pytest.mark.parametrize('quality', [90, 40])
def test_readable_pages_pass(name: str, quality: int) -> None:
    assert flaw(as_file(GOOD[name](), quality=quality)) is None


@pytest.mark.parametrize('radius', [2.2, 3, 4])
@pytest.mark.parametrize('page', [
    paper('a', size=A4, letter=22), paper('b', size=A4, letter=16), paper('c', size=A4, lines=3),
    paper('e', size=A4, letter=22, ink=130), paper('f', size=(2480, 3508), letter=44),
], ids=['22', '16', '3 lines', 'grey', '300'])
def test_pages_that_nobody_can_read_are_blurred(page: Image.Image, radius: float) -> None:
    assert flaw(blurred(page, radius)) == Flaw.BLURRED


def test_of_a_page_blurred_beyond_all_letters_nothing_is_to_be_seen() -> None:
    assert flaw(blurred(paper('b', size=A4, letter=16), 8)) == Flaw.BLANK


def test_a_blur_under_the_grain_of_a_camera_is_still_seen() -> None:
    assert flaw(noisy(blurred(paper('a', size=(2480, 3508), letter=44), 3), 5)) == Flaw.BLURRED


def test_a_portrait_may_be_softer_than_a_paper() -> None:
    assert flaw(portrait(), 'CLIENT_PHOTO') is None
    soft = blurred(portrait(), 2.0)
    assert flaw(soft, 'CLIENT_PHOTO') is None
    assert flaw(blurred(portrait(), 6), 'CLIENT_PHOTO') == Flaw.BLURRED


@pytest.mark.parametrize('grain', [0, 5, 12, 20])
@pytest.mark.parametrize('level', [255, 240, 200, 128])
def test_an_empty_sheet_is_blank_whatever_the_grain(level: int, grain: int) -> None:
    empty = sheet(level)
    assert flaw(noisy(empty, grain) if grain else empty) == Flaw.BLANK


def test_dust_a_fold_uneven_light_and_the_lid_of_a_scanner_are_nothing_to_see() -> None:
    dusty = sheet()
    draw = ImageDraw.Draw(dusty)
    for number in range(10):
        draw.ellipse((110 * number + 70, 150 * number + 90, 110 * number + 74, 150 * number + 94), fill=90)
    folded = sheet()
    ImageDraw.Draw(folded).line((0, 877, A4[0], 885), fill=215, width=3)
    lid = sheet()
    ImageDraw.Draw(lid).rectangle((0, 0, 25, A4[1]), fill=20)
    ImageDraw.Draw(lid).rectangle((0, 1730, A4[0], A4[1]), fill=20)
    light = Image.linear_gradient('L').resize(A4).point(lambda level: 120 + level // 2)
    assert [flaw(one) for one in (dusty, folded, lid, light)] == [Flaw.BLANK] * 4


def test_light_and_darkness() -> None:
    page = paper('a', size=A4, letter=22)
    assert flaw(page.point(lambda level: level * 22 // 100)) == Flaw.DARK
    assert flaw(sheet(5)) == Flaw.DARK
    assert flaw(page.point(lambda level: 255 - (255 - level) * 22 // 100)) == Flaw.PALE


@pytest.mark.parametrize(('size', 'wanted'), [
    ((900, 600), None), ((600, 900), None), ((900, 599), Flaw.SMALL), ((599, 900), Flaw.SMALL),
    ((3000, 400), Flaw.SMALL), ((1, 1), Flaw.BLANK)])
def test_the_short_side_is_600_pixels(size: tuple[int, int], wanted: Flaw | None) -> None:
    assert flaw(paper('a', size=size)) == wanted


# --- documents ------------------------------------------------------------------------------------------------------

def test_a_scanned_document_is_judged_by_its_pages() -> None:
    good, other = paper('a', size=A4), paper('b', size=A4)
    assert flaw(pdf_of(good, other)) is None
    found = judge('AGREEMENT_1', looks_at(pdf_of(good, blurred(other, 4))))
    assert found == Verdict(Flaw.BLURRED, page=2)
    assert judge('AGREEMENT_1', looks_at(pdf_of(paper('c', size=(500, 700)), good))) == Verdict(
        Flaw.SMALL, page=1, side=500, least_side=600)


def test_the_size_of_a_page_is_that_of_its_scan_however_it_lies() -> None:
    look, = looks_at(pdf_of(paper('a', size=(1754, 1240))))
    assert (abs(look.width - 1754) <= 2, abs(look.height - 1240) <= 2) == (True, True)
    strips = io.BytesIO()
    paper('b', size=A4).save(strips, 'PDF', resolution=150)
    look, = looks_at(strips.getvalue())
    assert (look.width, look.height) == A4


def test_empty_backs_of_sheets_are_no_flaw_and_an_empty_document_is() -> None:
    page = paper('a', size=A4)
    assert flaw(pdf_of(page, sheet(), page)) is None
    assert flaw(pdf_of(sheet(), sheet())) == Flaw.BLANK
    assert flaw(document(3)) == Flaw.BLANK


def test_a_page_that_is_drawn_and_not_scanned_has_no_size() -> None:
    look, = looks_at(drawn_page())
    assert (look.width, look.height) == (0, 0)
    assert look.ink > 500
    assert judge('AGREEMENT_1', [look]) is None


def drawn_page() -> bytes:
    """Lines of a program, no scan."""
    def draw(pdf: object) -> None:
        lines = ' '.join(f'20 {y} m 180 {y} l S' for y in range(20, 180, 6))
        pdf.pages[0].obj['/Contents'] = pdf.make_stream(lines.encode())  # type: ignore[attr-defined]
    return document(change=draw)


# --- the same picture -----------------------------------------------------------------------------------------------

def same(one: bytes, other: bytes) -> bool:
    """As the job finds it: by hash, else by outline and then point by point."""
    first, second = page_view(one), page_view(other)
    assert first is not None
    assert second is not None
    if are_same([first.look], [second.look]):
        return True
    near = may_be_same([first.look], [second.look])
    return near and likeness(first.thumbnail, second.thumbnail) >= SAME_LIKENESS


def test_a_picture_saved_anew_is_the_same() -> None:
    page = paper('a', size=A4, letter=22)
    original = as_file(page, quality=90)
    others = [
        as_file(page, 'PNG'), as_file(page, quality=35), as_file(page.resize((900, 1273)), quality=60),
        as_file(page.point(lambda level: min(255, level * 108 // 100))), as_file(noisy(page, 8)),
        as_file(page.convert('RGB'))]
    assert [same(original, other) for other in others] == [True] * len(others)


def test_pages_of_one_layout_are_not_the_same() -> None:
    pages = [as_file(paper(str(number), size=A4, letter=22)) for number in range(6)]
    assert not any(same(one, other) for one in pages for other in pages if one is not other)


def test_one_form_filled_in_by_two_people_is_not_the_same() -> None:
    def filled(name: str) -> bytes:
        form = paper('form', size=A4, letter=22)
        for top in range(200, 1500, 220):
            form.paste(paper(f'{name}{top}', size=(500, 44), letter=24, lines=1), (400, top))
        return as_file(form)

    assert same(filled('one'), filled('one'))
    assert not same(filled('one'), filled('other'))


def test_scans_of_the_demo_client_are_good_and_all_different() -> None:
    types = ['PASSPORT_MAIN', 'PASSPORT_REGISTRATION', 'CLIENT_PHOTO', 'AGREEMENT_1', 'AGREEMENT_2', 'AGREEMENT_3']
    scans = {type_: drawn_scan(type_) for type_ in types}
    assert [flaw(scan, type_) for type_, scan in scans.items()] == [None] * len(scans)
    assert not any(same(scans[one], scans[other]) for one in types for other in types if one != other)


@pytest.mark.parametrize('type_', sorted(ScanType))
def test_a_demo_scan_of_every_type_is_good(type_: str) -> None:
    assert flaw(drawn_scan(type_), type_) is None


# --- rules ----------------------------------------------------------------------------------------------------------

FINE = Look(1000, 1400, 100_000, 500.0, 30, 230, 'a' * 64, '0' * 64)


def test_documents_of_different_lengths_are_not_the_same() -> None:
    assert are_same([FINE], [FINE])
    assert not are_same([FINE, FINE], [FINE])
    assert not are_same([], [])
    far = replace(FINE, outline='f' * 64)
    assert not may_be_same([FINE], [far])
    assert not may_be_same([FINE, far], [FINE, FINE])
    near = replace(FINE, outline=f'{(1 << NEAR_OUTLINES) - 1:064x}')
    assert may_be_same([FINE], [near])


@pytest.mark.parametrize(('verdict', 'words'), [
    (Verdict(Flaw.BLANK), ['ничего не видно', 'заново']), (Verdict(Flaw.DARK), ['тёмное', 'освещении']),
    (Verdict(Flaw.PALE), ['светлое']), (Verdict(Flaw.BLURRED), ['нечёткое', 'камеру']),
    (Verdict(Flaw.SMALL, side=480, least_side=600), ['480', '600', '200']),
    (Verdict(Flaw.BLURRED, page=3), ['Страница 3.', 'нечёткое'])])
def test_reasons_are_russian_and_say_what_to_do(verdict: Verdict, words: Sequence[str]) -> None:
    with translation.override('en'):
        reason = reason_of_flaw(verdict)
    assert [word for word in words if word not in reason] == []
    assert len(reason) <= 500
