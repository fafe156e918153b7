"""Scans made over to what a lender takes, and the setting that says so."""
from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from django.forms import modelform_factory
from django.test import Client
from PIL import Image

from lenders.admin import LenderForm
from lenders.models import Lender
from lenders.scan_style import BadScanStyle, ScanStyle, scan_style
from lenders.seed import ensure_sandbox_lenders
from scans.making import Made, Obstacle, Unsendable, is_plain, make_over
from tests.vault.papers import as_file, noisy, paper
from tests.vault.poison import picture
from tests.vault.poison_pictures import tamed
from vault.inspection import pool as inspection
from vault.inspection.pool import count_pages, joined

JPEG, PNG, PDF = 'image/jpeg', 'image/png', 'application/pdf'
A4 = (1240, 1754)
PAGE, OTHER = paper('a', size=A4), paper('b', size=A4)
A_JPEG, A_PNG = Made(JPEG, as_file(PAGE)), Made(PNG, as_file(OTHER, 'PNG'))
A_PDF = Made(PDF, joined([as_file(PAGE), as_file(OTHER)]))
HEAVY = Made(PNG, as_file(noisy(paper('heavy', size=(2480, 3508), letter=44), 12), 'PNG'))


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no finding."""
    monkeypatch.setattr(inspection, 'PAGE_SECONDS', 30.0)


def shape(made: list[Made]) -> list[tuple[str, Any]]:
    """Type and size of each file: pixels of a picture, pages of a document."""
    return [(one.content_type, count_pages(one.content) if one.content_type == PDF else Image.open(
        io.BytesIO(one.content)).size) for one in made]


# --- as it came -----------------------------------------------------------------------------------------------------

def test_without_a_setting_pictures_go_as_they_came() -> None:
    assert make_over([A_JPEG], ScanStyle()) == [A_JPEG]
    assert make_over([A_PNG, A_JPEG], ScanStyle()) == [A_PNG, A_JPEG]
    made, = make_over([A_PDF], ScanStyle())
    assert shape([made]) == [(PDF, 2)]


@pytest.mark.parametrize('name', [
    'jpeg and pdf', 'jpeg and script', 'jpeg and zip', 'jpeg and html behind it', 'jpeg and php in exif',
    'jpeg with a pdf in a comment', 'png and zip', 'png and html', 'png and html behind it',
    'png and script in a chunk of its own', 'jpeg with another jpeg behind it', 'pdf with a link',
    'pdf with something behind it', 'pdf that opens at a page'])
def test_what_is_two_formats_at_once_never_goes_as_it_came(name: str) -> None:
    mime_type, make, marks = tamed()[name]
    made, = make_over([Made(mime_type, make())], ScanStyle())
    assert [mark for mark in marks if mark in made.content] == []
    assert made.content_type == PDF or is_plain(made)


def test_a_limit_alone_makes_only_what_is_too_large_smaller() -> None:
    style = ScanStyle(max_bytes=1_000_000)
    assert make_over([A_JPEG], style) == [A_JPEG]
    made, = make_over([HEAVY], style)
    assert made.content_type == JPEG
    assert len(made.content) <= 1_000_000
    side, = make_over([A_PNG], ScanStyle(max_side=800))
    assert max(Image.open(io.BytesIO(side.content)).size) == 800


# --- pictures only --------------------------------------------------------------------------------------------------

def test_a_lender_of_pictures_gets_every_page_as_one() -> None:
    style = ScanStyle(format='jpeg', max_side=1754)
    assert shape(make_over([A_PNG, A_PDF], style)) == [(JPEG, A4), (JPEG, A4), (JPEG, A4)]


def test_pictures_keep_within_the_bytes_and_lose_their_colour_on_demand() -> None:
    made = make_over([HEAVY, A_PDF], ScanStyle(format='jpeg', max_bytes=300_000, grayscale=True))
    assert len(made) == 3
    for one in made:
        assert len(one.content) <= 300_000
        assert Image.open(io.BytesIO(one.content)).mode == 'L'


# --- documents only -------------------------------------------------------------------------------------------------

def test_a_lender_of_documents_gets_one_of_a_picture() -> None:
    assert shape(make_over([A_JPEG], ScanStyle(format='pdf'))) == [(PDF, 1)]
    assert shape(make_over([A_JPEG, A_PDF], ScanStyle(format='pdf'))) == [(PDF, 1), (PDF, 2)]


def test_one_document_for_a_type_holds_all_its_files_in_order() -> None:
    lying = Made(JPEG, as_file(paper('lying', size=(1754, 1240))))
    made, = make_over([A_JPEG, A_PDF, lying], ScanStyle(format='pdf', one_pdf_per_type=True))
    with pikepdf.open(io.BytesIO(made.content)) as document:
        assert [page.mediabox[2] > page.mediabox[3] for page in document.pages] == [False, False, False, True]


def test_one_document_of_several_pictures_also_without_a_format() -> None:
    style = ScanStyle(one_pdf_per_type=True)
    assert make_over([A_JPEG], style) == [A_JPEG]
    assert shape(make_over([A_JPEG, A_PNG], style)) == [(PDF, 2)]


def test_a_document_that_is_too_large_is_made_of_smaller_pictures() -> None:
    heavy = Made(PDF, joined([as_file(Image.open(io.BytesIO(HEAVY.content)), quality=95)] * 2))
    assert len(heavy.content) > 2_000_000
    made, = make_over([heavy, A_JPEG], ScanStyle(format='pdf', one_pdf_per_type=True, max_bytes=900_000))
    assert shape([made]) == [(PDF, 3)]
    assert len(made.content) <= 900_000


def test_the_same_files_give_the_same_bytes() -> None:
    for style in (ScanStyle(), ScanStyle(format='jpeg', max_bytes=200_000), ScanStyle(
            format='pdf', one_pdf_per_type=True, grayscale=True)):
        assert make_over([A_JPEG, A_PDF, A_PNG], style) == make_over([A_JPEG, A_PDF, A_PNG], style)


# --- what cannot be -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize('kind', ['as_is', 'jpeg', 'pdf'])
def test_more_pages_than_the_lender_takes(kind: Any) -> None:
    with pytest.raises(Unsendable) as refused:
        make_over([A_PDF, A_JPEG], ScanStyle(format=kind, max_pages=2))
    assert (refused.value.obstacle, refused.value.pages) == (Obstacle.TOO_MANY_PAGES, 3)
    assert len(make_over([A_PDF], ScanStyle(format=kind, max_pages=2))) in {1, 2}


def test_a_picture_that_does_not_get_small_enough() -> None:
    noise = Made(JPEG, picture(size=(3000, 2200), quality=90))
    for style in (ScanStyle(format='jpeg', max_bytes=65_536), ScanStyle(format='pdf', max_bytes=65_536)):
        with pytest.raises(Unsendable) as refused:
            make_over([noise] * 3, style)
        assert refused.value.obstacle == Obstacle.NOT_SMALLER


def test_a_file_that_does_not_open() -> None:
    for broken in (Made(JPEG, b'\xff\xd8\xff nothing'), Made(PDF, b'%PDF-1.7 nothing')):
        with pytest.raises(Unsendable) as refused:
            make_over([broken], ScanStyle(format='jpeg'))
        assert refused.value.obstacle == Obstacle.UNREADABLE


# --- the setting ----------------------------------------------------------------------------------------------------

def test_a_setting_is_read_strictly() -> None:
    assert scan_style({}) == ScanStyle()
    assert scan_style({'scans': {'format': 'jpeg', 'max_bytes': 2_097_152}, 'form': {}}) == ScanStyle(
        format='jpeg', max_bytes=2_097_152)


@pytest.mark.parametrize(('setting', 'message'), [
    ({'format': 'png'}, "settings.scans.format: допустимые значения: 'as_is', 'jpeg' or 'pdf'"),
    ({'max_byte': 1}, (
        'settings.scans.max_byte: такой настройки нет; известны format, max_bytes, max_side, one_pdf_per_type, '
        'max_pages, grayscale')),
    ({'max_bytes': 100}, 'settings.scans.max_bytes: не меньше 65536'),
    ({'max_bytes': 99_000_000}, 'settings.scans.max_bytes: не больше 8388608'),
    ({'max_side': '800'}, 'settings.scans.max_side: нужно целое число'),
    ({'max_pages': 0}, 'settings.scans.max_pages: не меньше 1'),
    ({'grayscale': 'yes'}, 'settings.scans.grayscale: нужно true или false'),
    ({'format': 'jpeg', 'one_pdf_per_type': True},
     'settings.scans.one_pdf_per_type: кредитор, принимающий только JPEG, не получает PDF'),
    (['jpeg'], 'settings.scans: нужен объект')])
def test_a_mistake_is_told_to_the_operator_in_words(setting: Any, message: str) -> None:
    with pytest.raises(BadScanStyle) as refused:
        scan_style({'scans': setting})
    assert refused.value.problems == [message]


@pytest.mark.django_db
def test_the_sandbox_lenders_want_pictures_and_documents() -> None:
    bank, mfo = ensure_sandbox_lenders('http://127.0.0.1:1', secret='x')
    assert scan_style(bank.settings).format == 'jpeg'
    assert scan_style(bank.settings).max_bytes == 2 * 1024 * 1024
    assert (scan_style(mfo.settings).format, scan_style(mfo.settings).one_pdf_per_type) == ('pdf', True)


@pytest.mark.django_db
def test_the_workstation_refuses_a_wrong_setting_of_a_lender(admin_client: Client) -> None:
    bank, _mfo = ensure_sandbox_lenders('http://127.0.0.1:1', secret='x')
    form = modelform_factory(Lender, form=LenderForm, fields='__all__')
    shown = form(instance=bank)
    values = {name: shown[name].value() for name in shown.fields if shown[name].value() is not None}
    wrong = form({**values, 'settings': '{"scans": {"format": "tiff"}}'}, instance=bank)
    assert wrong.errors['settings'] == ["settings.scans.format: допустимые значения: 'as_is', 'jpeg' or 'pdf'"]
    assert form({**values, 'settings': '[1]'}, instance=bank).errors['settings'] == ['settings: нужен объект']
    assert 'settings' not in form(
        {**values, 'settings': '{"scans": {"format": "pdf"}, "form": {}}'}, instance=bank).errors
    assert admin_client.get(f'/admin/lenders/lender/{bank.pk}/change/').status_code == 200
