"""Forms with the habits of different programs: how fields are written, how pages lie."""
from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from contracts.forms.data import FormKind
from contracts.templates.findings import Trouble, Unfit
from contracts.templates.pdf_form import check_pdf, render_pdf
from contracts.templates.samples import sample_values
from contracts.templates.variables import Stage
from tests.contracts_templates.pdf_makers import (
    Maker,
    all_within,
    darkest,
    ink_box,
    level,
    one_field,
    picture,
    text_boxes,
    text_of,
)

VALUES = sample_values(FormKind.POS, Stage.CONTRACT)
NAME = 'Образцова Елизавета Константиновна'
PLAIN = b'q Q'


def _filled(content: bytes) -> bytes:
    """The filled form; what is printed has been found good before."""
    assert check_pdf(content, FormKind.POS, Stage.CONTRACT) == []
    return render_pdf(content, VALUES)


def test_names_may_be_built_of_parents() -> None:
    maker = Maker()
    client = maker.parent('client')
    maker.kid(client, (50, 700, 350, 720), FT=Name.Tx, T=String('full_name'), DA=String('/Helv 10 Tf 0 g'))
    goods = maker.parent('goods[0]')
    maker.kid(goods, (50, 650, 350, 670), FT=Name.Tx, T=String('name'))
    maker.field('goods_more', (50, 600, 350, 640), Ff=1 << 12)
    assert text_of(_filled(maker.done())) == (
        f'{NAME} Ноутбук 15,6", 16 ГБ, 512 ГБ 2. Смартфон 256 ГБ, чёрный — 42 000,00 руб. '
        '3. Услуга «Настройка на месте» — 3 000,50 руб.')


def test_lines_may_be_counted_with_dots() -> None:
    maker = Maker()
    goods = maker.parent('goods')
    for row in range(3):
        line = maker.pdf.make_indirect(Dictionary(T=String(str(row)), Parent=goods, Kids=Array()))
        goods.Kids.append(line)
        maker.kid(line, (50, 700 - 20 * row, 350, 715 - 20 * row), FT=Name.Tx, T=String('price'))
    assert text_of(_filled(maker.done())) == '79 999,00 42 000,00 3 000,50'


def test_copies_of_a_field_may_be_numbered_where_names_must_differ() -> None:
    maker = Maker()
    maker.field('contract.number')
    maker.field('contract.number#2', (50, 650, 350, 670))
    assert text_of(_filled(maker.done())) == 'ОБ-2027-000123 ОБ-2027-000123'


def test_a_whole_list_may_go_into_one_field() -> None:
    made = text_of(_filled(one_field('schedule_more', (50, 300, 550, 600), Ff=1 << 12)))
    assert made.startswith('1. 05.03.2027 — 11 539,36 руб. (основной долг 9 107,15, проценты 2 432,21, ')
    assert '12. 05.02.2028' in made
    with pytest.raises(Unfit) as failed:
        render_pdf(one_field('schedule_more', (50, 560, 300, 600), Ff=1 << 12), VALUES)
    assert failed.value.fault.trouble == Trouble.FIELD_TOO_SMALL


def test_one_field_lies_on_several_pages_through_its_kids() -> None:
    maker = Maker(pages=3, content=PLAIN)
    number = maker.parent('contract.number', FT=Name.Tx, DA=String('/Helv 9 Tf 0 g'), Q=2)
    for page in range(3):
        maker.kid(number, (400, 800, 560, 815), page=page)
    made = _filled(maker.done())
    for page in range(3):
        assert text_of(made, page) == 'ОБ-2027-000123'
        assert 555 < max(box[2] for box in text_boxes(made, page)) < 560


def test_looks_are_inherited_from_parents_and_from_the_form() -> None:
    maker = Maker(content=PLAIN)
    maker.form.DA = String('1 0 0 rg /Helv 18 Tf')
    maker.form.Q = 1
    parent = maker.parent('client.last_name', FT=Name.Tx)
    maker.kid(parent, (100, 700, 500, 730))
    made = _filled(maker.done())
    boxes = text_boxes(made)
    assert abs((boxes[0][0] + boxes[-1][2]) / 2 - 300) < 2
    assert 11 < boxes[0][3] - boxes[0][1] < 15
    assert darkest(picture(made)) > 40  # red, not black


def test_a_bold_look_is_printed_in_bold() -> None:
    maker = Maker(content=PLAIN)
    maker.form.DR.Font.F7 = Dictionary(Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name('/Arial,Bold'))
    maker.field('client.last_name', look='/F7 12 Tf 0 g')
    with pikepdf.open(io.BytesIO(_filled(maker.done()))) as document:
        piece: Any = next(iter(document.pages[0].resources.XObject.values()))
        fonts = [str(font.BaseFont) for font in piece.Resources.Font.values()]
    assert [name.split('+')[1] for name in fonts] == ['PTSans-Bold']


@pytest.mark.parametrize(('align', 'left', 'right'), [(0, 52, None), (1, None, None), (2, None, 548)])
def test_text_stands_left_in_the_middle_or_right(align: int, left: float | None, right: float | None) -> None:
    boxes = text_boxes(_filled(one_field('client.last_name', (50, 700, 550, 720), Q=align)))
    if left:
        assert abs(boxes[0][0] - left) < 2
    elif right:
        assert abs(boxes[-1][2] - right) < 2
    else:
        assert abs((boxes[0][0] + boxes[-1][2]) / 2 - 300) < 2


def test_text_of_a_line_stands_in_the_middle_of_its_height() -> None:
    boxes = text_boxes(_filled(one_field('client.passport_number', (50, 700, 350, 740))))
    assert abs(min(box[1] for box in boxes) + max(box[3] for box in boxes) - 2 * 720) < 1.5


def test_no_text_leaves_its_field() -> None:
    box = (50, 690, 150, 712)
    for name, flags in (('client.full_name', 0), ('client.registration_address', 1 << 12)):
        assert all_within(_filled(one_field(name, box, Ff=flags, look='/Helv 14 Tf 0 g')), box)


def test_cells_take_a_character_each() -> None:
    comb = one_field('client.passport_number', (100, 700, 220, 720), Ff=1 << 24, MaxLen=6)
    boxes = text_boxes(_filled(comb))
    middles = [round((box[0] + box[2]) / 2) for box in boxes]
    assert middles == [110, 130, 150, 170, 190, 210]


def test_cells_leave_out_the_spaces_that_group_digits() -> None:
    comb = one_field('contract.amount', (100, 700, 300, 720), Ff=1 << 24, MaxLen=10, Q=2)
    assert text_of(_filled(comb)).replace(' ', '') == '122119,50'
    assert abs(max(box[2] for box in text_boxes(_filled(comb))) - 293) < 4


def test_a_combo_box_is_filled_in_as_text() -> None:
    assert text_of(_filled(one_field('client.full_name', kind='/Ch', Ff=1 << 17))) == NAME


@pytest.mark.parametrize('turn', [0, 90, 180, 270])
def test_a_page_that_is_turned_has_upright_text_where_its_field_is_seen(turn: int) -> None:
    maker = Maker(content=PLAIN)
    maker.page().Rotate = turn
    box = (100, 300, 400, 330) if turn in {0, 180} else (100, 300, 130, 600)
    maker.field('client.full_name', box, MK=Dictionary(R=turn))
    left, top, right, bottom = ink_box(_filled(maker.done()))
    width, height = 595, 842
    seen = {
        0: (box[0], height - box[3]), 90: (box[1], box[0]), 180: (width - box[2], box[1]),
        270: (height - box[3], width - box[2])}[turn]
    assert abs(left - seen[0] - 2) < 3
    assert seen[0] <= left < right <= seen[0] + 300
    assert seen[1] <= top < bottom <= seen[1] + 30
    assert right - left > 8 * (bottom - top)
    assert text_of(_filled(maker.done())) == NAME


def test_text_in_a_field_that_is_turned_reads_from_below_upwards() -> None:
    made = _filled(one_field('client.full_name', (50, 300, 70, 600), MK=Dictionary(R=90)))
    boxes = text_boxes(made)
    assert boxes[0][1] < boxes[-1][1]
    assert all_within(made, (50, 300, 70, 600))


def test_a_page_whose_box_begins_elsewhere_has_its_text_in_place() -> None:
    maker = Maker(content=PLAIN)
    maker.page().MediaBox = Array([-100, -200, 495, 642])
    maker.page().CropBox = Array([-80, -150, 480, 630])
    maker.field('client.full_name', (-50, -100, 250, -80))
    made = _filled(maker.done())
    assert all_within(made, (-50, -100, 250, -80))
    left, _top, _right, bottom = ink_box(made)
    assert abs(left - 32) < 3
    assert abs(bottom - (780 - 55)) < 5


def test_large_units_of_a_page_leave_the_least_size_as_it_is() -> None:
    maker = Maker(content=PLAIN)
    maker.page().UserUnit = 10
    maker.field('client.full_name', (5, 70, 45, 72), look='/Helv 1 Tf 0 g')
    made = _filled(maker.done())
    assert text_of(made) == NAME
    heights = [box[3] - box[1] for box in text_boxes(made)]
    assert 0.4 < max(heights) < 2


@pytest.mark.parametrize('mode', list(pikepdf.ObjectStreamMode))
def test_objects_may_be_packed_into_streams(mode: pikepdf.ObjectStreamMode) -> None:
    maker = Maker()
    maker.field('client.full_name')
    assert text_of(_filled(maker.done(object_stream_mode=mode))) == NAME


def test_a_linearized_file_is_read() -> None:
    maker = Maker()
    maker.field('client.full_name')
    assert text_of(_filled(maker.done(linearize=True))) == NAME


def test_fields_that_the_form_does_not_list_are_filled_in_too() -> None:
    maker = Maker()
    maker.widget((50, 700, 350, 720), FT=Name.Tx, T=String('client.full_name'), DA=String('/Helv 9 Tf 0 g'))
    assert text_of(_filled(maker.done())) == NAME


def test_pages_may_share_resources_and_content() -> None:
    maker = Maker(pages=2, content=PLAIN)
    shared = maker.pdf.make_indirect(Dictionary())
    maker.page(0).Resources = maker.page(1).Resources = shared
    maker.page(1).Contents = maker.page(0).Contents
    maker.field('client.last_name')
    maker.field('client.first_name', page=1)
    made = _filled(maker.done())
    assert (text_of(made), text_of(made, 1)) == ('Образцова', 'Елизавета')


def test_a_page_without_any_content_is_filled_in() -> None:
    maker = Maker()
    del maker.page().Contents
    maker.field('client.full_name')
    assert text_of(_filled(maker.done())) == NAME


@pytest.mark.parametrize('content', [
    b'q 0.5 0 0 0.5 100 100 cm q 1 0 0 rg', b'Q Q 0.5 0 0 0.5 0 0 cm', b'q Q Q 3 0 0 3 0 0 cm q q',
    b'0.1 0 0 0.1 50 50 cm 1 1 1 rg 3 Tr'])
def test_a_page_that_leaves_its_graphics_state_changed_changes_nothing(content: bytes) -> None:
    maker = Maker(content=content)
    maker.field('client.full_name')
    made = _filled(maker.done())
    assert all_within(made, (50, 700, 350, 720))
    assert darkest(picture(made)) < 60


def test_frames_of_fields_stay_on_the_page() -> None:
    maker = Maker(content=PLAIN)
    maker.field('client.middle_name', (50, 700, 150, 720), MK=Dictionary(
        BC=Array([0]), BG=Array([0.9, 0.9, 0.5])), BS=Dictionary(W=2, S=Name.S))
    seen = picture(_filled(maker.done()), scale=2)
    assert level(seen, 101, 2 * 132) < 30
    assert 180 < level(seen, 290, 2 * 132) < 250


def _radio(export_names: tuple[str, str]) -> Maker:
    maker = Maker(content=PLAIN)
    group = maker.parent('client.is_female', FT=Name.Btn, Ff=1 << 15)
    for at, export in enumerate(export_names):
        maker.kid(group, (50 + 100 * at, 700, 70 + 100 * at, 720), MK=Dictionary(CA=String('l')),
                  AP=Dictionary(N=Dictionary({f'/{export}': Dictionary(), '/Off': Dictionary()})))
    return maker


@pytest.mark.parametrize('names', [('Yes', 'No'), ('Да', 'Нет'), ('1', '0')])
def test_of_two_radio_buttons_the_true_one_is_marked(names: tuple[str, str]) -> None:
    left, _top, right, _bottom = ink_box(_filled(_radio(names).done()))
    assert 50 < left < right < 70


def test_export_values_may_stand_in_a_list_of_options() -> None:
    maker = _radio(('0', '1'))
    maker.form.Fields[0].Opt = Array([String('Нет'), String('Да')])
    left, _top, right, _bottom = ink_box(_filled(maker.done()))
    assert 150 < left < right < 170


@pytest.mark.parametrize('mark', ['4', '8', 'l', 'n', 'u', 'H', '?'])
def test_every_mark_stays_in_its_box(mark: str) -> None:
    made = _filled(one_field('client.is_female', (50, 700, 70, 720), kind='/Btn', MK=Dictionary(CA=String(mark))))
    left, top, right, bottom = ink_box(made)
    assert 50 <= left < right <= 70
    assert 842 - 720 <= top < bottom <= 842 - 700
    assert right - left > 6


def test_a_tagged_document_keeps_nothing_of_its_fields() -> None:
    maker = Maker()
    field = maker.field('client.full_name', StructParent=0)
    maker.pdf.Root.StructTreeRoot = maker.pdf.make_indirect(Dictionary(
        Type=Name.StructTreeRoot, K=Dictionary(S=Name.Form, K=Dictionary(Type=Name.OBJR, Obj=field))))
    made = _filled(maker.done())
    assert text_of(made) == NAME
    with pikepdf.open(io.BytesIO(made)) as document:
        assert not [found for found in document.objects if isinstance(found, pikepdf.Dictionary) and '/FT' in found]
