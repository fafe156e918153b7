"""Damaged and hostile PDF forms: told or filled in, never the end of the process that asks."""
from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from contracts.forms.data import FormKind
from contracts.templates import engine
from contracts.templates.engine import check_template, render_template
from contracts.templates.samples import sample_values
from contracts.templates.variables import Stage
from tests.contracts_templates.pdf_makers import Maker, changed, one_field, text_of
from tests.contracts_templates.pdf_samples import consent_form

VALUES = sample_values(FormKind.POS, Stage.OFFER)
GOOD = one_field('client.full_name')
SOURCE = consent_form()
PARTS = 10


@pytest.fixture(scope='module', autouse=True)
def _children() -> Iterator[None]:
    yield
    engine.pool().close()


def _taken(content: bytes) -> bool:
    """Check a form; where nothing was found, it can be filled in."""
    found = check_template('pdf', content, kind=FormKind.POS, stage=Stage.OFFER)
    if found:
        assert all(finding.where and finding.message for finding in found)
        return False
    assert render_template('pdf', content, VALUES).startswith(b'%PDF-')
    return True


def _is_well() -> bool:
    """The children still answer as before."""
    return check_template('pdf', GOOD, kind=FormKind.POS, stage=Stage.OFFER) == [] and (
        'Образцова' in text_of(render_template('pdf', GOOD, VALUES)))


@pytest.mark.parametrize('part', range(PARTS))
def test_files_cut_off_anywhere_are_told(part: int) -> None:
    for at in range(4):
        length = (part * 4 + at) * len(SOURCE) // (PARTS * 4)
        assert not _taken(SOURCE[:length])
    assert _is_well()


@pytest.mark.parametrize('part', range(PARTS))
def test_files_with_changed_bytes_are_told_or_filled_in(part: int) -> None:
    chance = random.Random(part)
    for _ in range(8):
        content = bytearray(SOURCE if chance.random() < 0.5 else GOOD)
        for _ in range(chance.choice((1, 3, 20, 200))):
            at = chance.randrange(len(content) + 1)
            way = chance.randrange(3)
            if way == 0 and at < len(content):
                content[at] = chance.randrange(256)
            elif way == 1:
                del content[at:at + chance.randrange(1, 40)]
            else:
                content[at:at] = chance.choice((b'<<', b'>>', b'[', b']', b' 0 R', b'999999999 ', b'\x00', b'/Kids'))
        _taken(bytes(content))
    assert _is_well()


def _field(document: Pdf) -> Any:
    return document.pages[0].obj.Annots[0]


def _set(key: str, value: Callable[[Pdf], Any]) -> Callable[[Pdf], object]:
    return lambda document: _field(document).__setitem__(key, value(document))


def _of_page(key: str, value: Callable[[Pdf], Any]) -> Callable[[Pdf], object]:
    return lambda document: document.pages[0].obj.__setitem__(key, value(document))


def _own_parent(document: Pdf) -> None:
    _field(document).Parent = _field(document)


def _own_kid(document: Pdf) -> None:
    field = _field(document)
    field.Kids = Array([field, field])


def _two_parents(document: Pdf) -> None:
    one, other = (document.make_indirect(Dictionary(T=String(name))) for name in 'ab')
    one.Parent, other.Parent = other, one
    _field(document).Parent = one


def _deep_parents(document: Pdf) -> None:
    field = _field(document)
    for _ in range(2000):
        parent = document.make_indirect(Dictionary(T=String('a')))
        field.Parent = parent
        field = parent


def _wide_kids(document: Pdf) -> None:
    kids = [document.make_indirect(Dictionary(T=String(f'k{number}'))) for number in range(3000)]
    for kid in kids:
        kid.Kids = Array(kids[:20])
    document.Root.AcroForm.Fields = Array(kids)


def _endless_cells(document: Pdf) -> None:
    _field(document).Ff = 1 << 24
    _field(document).MaxLen = 10 ** 9


STRUCTURES: dict[str, Callable[[Pdf], object]] = {
    'field_that_is_its_own_parent': _own_parent, 'field_that_is_its_own_kid': _own_kid,
    'parents_in_a_ring': _two_parents, 'two_thousand_parents': _deep_parents, 'kids_of_kids': _wide_kids,
    'fields_that_are_no_array': lambda document: document.Root.AcroForm.__setitem__('/Fields', String('x')),
    'form_that_is_no_dictionary': lambda document: document.Root.__setitem__('/AcroForm', Array([1])),
    'notes_that_are_no_array': _of_page('/Annots', lambda _document: String('x')),
    'notes_that_are_no_dictionaries': _of_page('/Annots', lambda document: Array([1, None, String('x'), Array()])),
    'name_that_is_no_text': _set('/T', lambda _document: 7),
    'name_of_a_million_characters': _set('/T', lambda _document: String('client.' * 150_000)),
    'kind_that_is_text': _set('/FT', lambda _document: String('Tx')),
    'flags_that_are_an_array': _set('/Ff', lambda _document: Array([1])),
    'box_of_words': _set('/Rect', lambda _document: Array([String('a')] * 4)),
    'box_of_three': _set('/Rect', lambda _document: Array([1, 2, 3])),
    'box_as_large_as_numbers_go': _set('/Rect', lambda _document: Array([-10 ** 15, -10 ** 15, 10 ** 15, 10 ** 15])),
    'look_that_is_a_number': _set('/DA', lambda _document: 12),
    'look_of_nonsense': _set('/DA', lambda _document: String('/ Tf 1e400 nan -5 Tf g rg k /F')),
    'look_of_a_huge_size': _set('/DA', lambda _document: String('/Helv 99999999999 Tf')),
    'look_below_zero': _set('/DA', lambda _document: String('/Helv -9 Tf')),
    'cells_without_end': _endless_cells,
    'turn_by_13_degrees': _set('/MK', lambda _document: Dictionary(R=13)),
    'frame_of_nonsense': _set('/MK', lambda _document: Dictionary(BC=Array([9, -9, 5]), BG=Array([1] * 9))),
    'frame_that_is_no_dictionary': _set('/MK', lambda _document: Array()),
    'border_wider_than_the_page': _set('/BS', lambda _document: Dictionary(W=10 ** 6)),
    'page_box_of_nothing': _of_page('/MediaBox', lambda _document: Array([0, 0, 0, 0])),
    'page_box_of_words': _of_page('/MediaBox', lambda _document: String('A4')),
    'unit_of_zero': _of_page('/UserUnit', lambda _document: 0),
    'unit_below_zero': _of_page('/UserUnit', lambda _document: -1),
    'turned_page_of_nonsense': _of_page('/Rotate', lambda _document: 45),
    'content_of_nonsense': _of_page(
        '/Contents', lambda document: document.make_indirect(Stream(document, b'<< [ ( q Q BI ID \xff EI >> ]'))),
    'content_that_is_a_number': _of_page('/Contents', lambda _document: 5),
    'content_of_a_hundred_thousand_states': _of_page(
        '/Contents', lambda document: document.make_indirect(Stream(document, b'q ' * 100_000))),
    'resources_that_are_text': _of_page('/Resources', lambda _document: String('x')),
    'drawings_that_are_text': _of_page('/Resources', lambda _document: Dictionary(XObject=String('x'))),
    'drawing_with_our_name': _of_page(
        '/Resources', lambda document: Dictionary(XObject=Dictionary(DenimHub0=document.make_stream(b'')))),
    'states_of_a_button_of_nonsense': _set('/AP', lambda _document: Dictionary(N=Array([1, 2]))),
    'tree_of_pages_without_pages': lambda document: document.Root.Pages.__setitem__('/Kids', Array()),
    'nobody_is_the_root': lambda document: document.trailer.Root.__setitem__('/Type', Name.Nobody),
}


@pytest.mark.parametrize('name', STRUCTURES)
def test_structures_that_make_no_sense_are_told_or_filled_in(name: str) -> None:
    try:
        content = changed(GOOD, STRUCTURES[name])
    except (RuntimeError, ValueError, TypeError) as refused:
        pytest.skip(f'the writer of PDF does not write this: {refused}')
    _taken(content)
    assert _is_well()


def test_a_name_that_is_taken_on_the_page_is_left_alone() -> None:
    content = changed(GOOD, STRUCTURES['drawing_with_our_name'])
    assert 'Образцова' in text_of(render_template('pdf', content, VALUES))


def test_a_thousand_fields_on_fifty_pages_are_filled_in() -> None:
    maker = Maker(pages=50)
    for page in range(50):
        for number in range(20):
            maker.field('client.full_name', (50, 20 + number * 40, 350, 28 + number * 40), page=page)
    assert _taken(maker.done())
    assert _is_well()
