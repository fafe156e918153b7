from __future__ import annotations

import pytest
from pikepdf import Array, Dictionary, Name

from contracts.forms.data import FormKind
from contracts.templates.findings import Fault, Place, Trouble, at_field, at_page, in_file
from contracts.templates.messages import told
from contracts.templates.pdf_form import check_pdf
from contracts.templates.pdf_rules import MAX_PDF_BYTES
from contracts.templates.variables import Stage
from tests.contracts_templates.pdf_makers import Maker, changed, one_field
from tests.contracts_templates.pdf_samples import consent_form, contract_form

GOOD = one_field('client.full_name')
ADDRESS = 'client.registration_address'


def _check(content: bytes, kind: FormKind = FormKind.POS, stage: Stage = Stage.CONTRACT) -> list[Fault]:
    return check_pdf(content, kind, stage)


@pytest.mark.parametrize('kind', FormKind)
def test_good_forms_have_no_findings(kind: FormKind) -> None:
    assert _check(contract_form(), kind) == []
    assert _check(consent_form(), kind, Stage.OFFER) == []
    assert _check(GOOD, kind) == []


@pytest.mark.parametrize(('name', 'near'), [
    ('client.ful_name', 'client.full_name'), ('client.fullname', 'client.full_name'),
    ('contract.amout', 'contract.amount'), ('goods[7].nmae', 'goods[7].name'),
    ('schedule[11].paymnt', 'schedule[11].payment'), ('Text1', ''), ('goods[].name', 'goods[0].name'),
    ('client', ''), ('client[0].full_name', 'client.full_name'), ('goods[0]', ''), ('Поле 1', ''),
])
def test_an_unknown_name_is_told_with_the_nearest_known_one(name: str, near: str) -> None:
    found = _check(one_field(name))
    assert found[0].trouble == Trouble.UNKNOWN_VARIABLE
    assert (found[0].place, found[0].at) == (Place.FIELD, name)
    if near:
        assert found[0].words['near'] == near


def test_a_name_of_another_stage_is_told() -> None:
    assert _check(one_field('contract.number'), stage=Stage.OFFER) == [
        at_field('contract.number', Trouble.NOT_AT_THIS_STAGE, name='contract.number')]
    assert _check(one_field('request.amount')) == [
        at_field('request.amount', Trouble.NOT_AT_THIS_STAGE, name='request.amount')]
    assert [fault.trouble for fault in _check(one_field('schedule_more', Ff=1 << 12), stage=Stage.OFFER)] == [
        Trouble.NOT_AT_THIS_STAGE]


def test_a_form_without_fields_is_told() -> None:
    assert _check(Maker().done()) == [in_file(Trouble.NO_FIELDS)]
    maker = Maker()
    maker.field('Подпись', kind='/Sig')
    assert _check(maker.done()) == [in_file(Trouble.NO_FIELDS)]


def test_a_field_for_a_signature_stays_blank_whatever_it_is_called() -> None:
    maker = Maker()
    maker.field('client.full_name')
    maker.field('Подпись заёмщика', (50, 100, 250, 140), kind='/Sig')
    maker.field('Невидимая подпись', (0, 0, 0, 0), kind='/Sig')
    assert _check(maker.done()) == []


def test_a_signed_file_is_told() -> None:
    maker = Maker()
    maker.field('client.full_name')
    maker.field('Подпись', kind='/Sig', V=Dictionary(Type=Name.Sig))
    assert _check(maker.done()) == [in_file(Trouble.SIGNED)]


@pytest.mark.parametrize(('kind', 'flags', 'told_kind'), [
    ('/Ch', 0, 'список'), ('/Btn', 1 << 16, 'кнопка'), ('/Tx', 1 << 13, 'пароль'), ('/Tx', 1 << 20, 'файл'),
    ('/Zz', 0, 'Zz')])
def test_kinds_that_cannot_be_drawn_are_told(kind: str, flags: int, told_kind: str) -> None:
    assert _check(one_field('client.full_name', kind=kind, Ff=flags)) == [
        at_field('client.full_name', Trouble.FIELD_NOT_DRAWABLE, name=told_kind)]


def test_a_box_to_tick_takes_yes_or_no_and_nothing_else_does() -> None:
    assert _check(one_field('client.full_name', (50, 700, 62, 712), kind='/Btn')) == [
        at_field('client.full_name', Trouble.WRONG_FIELD_KIND, name='client.full_name')]
    assert _check(one_field('client.is_male')) == [
        at_field('client.is_male', Trouble.WRONG_FIELD_KIND, name='client.is_male')]
    assert _check(one_field('client.is_male', (50, 700, 62, 712), kind='/Btn')) == []


def test_a_radio_button_must_say_yes_or_no() -> None:
    maker = Maker()
    group = maker.parent('client.is_male', FT=Name.Btn, Ff=1 << 15)
    for at, export in enumerate(('/Yes', '/No', '/Perhaps')):
        maker.kid(group, (50, 700 - 20 * at, 62, 712 - 20 * at), AP=Dictionary(N=Dictionary({export: Dictionary()})))
    assert _check(maker.done()) == [at_field('client.is_male', Trouble.BUTTON_UNCLEAR, name='Perhaps')]


@pytest.mark.parametrize('name', ['goods', 'schedule'])
def test_a_whole_list_is_no_name(name: str) -> None:
    found = _check(one_field(name))
    assert [fault.trouble for fault in found] == [Trouble.WHOLE_LIST]
    assert found[0].words['near'].startswith(f'{name}[0].')


@pytest.mark.parametrize('box', [
    (-5, 700, 100, 720), (50, 835, 100, 850), (500, 700, 600, 720), (1000, 1000, 1100, 1020)])
def test_a_field_outside_of_the_page_is_told(box: tuple[float, float, float, float]) -> None:
    assert _check(one_field('client.last_name', box)) == [
        at_field('client.last_name', Trouble.FIELD_OUTSIDE_PAGE, page='1')]


def test_a_field_on_the_part_that_is_cropped_away_is_outside() -> None:
    cropped = changed(GOOD, lambda document: document.pages[0].obj.__setitem__('/CropBox', Array([0, 0, 595, 600])))
    assert _check(cropped) == [at_field('client.full_name', Trouble.FIELD_OUTSIDE_PAGE, page='1')]


@pytest.mark.parametrize('box', [(50, 700, 50, 720), (50, 700, 350, 700), (0, 0, 0, 0)])
def test_a_field_without_a_size_is_told(box: tuple[float, float, float, float]) -> None:
    assert _check(one_field('client.last_name', box)) == [
        at_field('client.last_name', Trouble.FIELD_WITHOUT_SIZE, page='1')]


def test_corners_may_be_written_the_other_way_round() -> None:
    assert _check(one_field('client.full_name', (350, 720, 50, 700))) == []


def test_a_hidden_field_is_told() -> None:
    hidden = changed(GOOD, lambda document: document.pages[0].obj.Annots[0].__setitem__('/F', 6))
    assert _check(hidden) == [at_field('client.full_name', Trouble.FIELD_HIDDEN, page='1')]


def test_a_field_that_lies_on_no_page_is_told() -> None:
    maker = Maker()
    maker.field('client.full_name')
    maker.parent('client.phone', FT=Name.Tx)
    assert _check(maker.done()) == [at_field('client.phone', Trouble.FIELD_WITHOUT_PLACE)]


def test_a_field_without_a_name_is_told_by_its_page() -> None:
    maker = Maker(pages=2)
    maker.field('client.full_name')
    maker.widget((50, 100, 90, 120), page=1, FT=Name.Tx)
    assert _check(maker.done()) == [at_page(2, Trouble.FIELD_WITHOUT_NAME)]


def test_a_text_that_does_not_fit_is_told_with_what_does() -> None:
    found = _check(one_field(ADDRESS, (50, 700, 110, 720)))
    assert [(fault.trouble, fault.at) for fault in found] == [(Trouble.FIELD_TOO_SMALL, ADDRESS)]
    assert found[0].words['least'] == '5'
    assert 15 < int(found[0].words['fits']) < int(found[0].words['length'])
    assert told(found[0]).message.startswith('Даже при 5 пт помещается только')


def test_the_same_text_fits_over_several_lines() -> None:
    assert _check(one_field(ADDRESS, (50, 670, 150, 720), Ff=1 << 12)) == []
    found = _check(one_field(ADDRESS, (50, 710, 150, 720), Ff=1 << 12))
    assert [fault.trouble for fault in found] == [Trouble.FIELD_TOO_SMALL]


def test_a_line_beyond_those_of_the_sample_must_have_room_too() -> None:
    maker = Maker()
    for row in range(6):
        width = 150 if row < 5 else 12
        maker.field(f'goods[{row}].name', (50, 700 - 20 * row, 50 + width, 715 - 20 * row))
    assert [(fault.trouble, fault.at) for fault in _check(maker.done())] == [(Trouble.FIELD_TOO_SMALL, 'goods[5].name')]


def test_cells_fewer_than_characters_are_told() -> None:
    found = _check(one_field('client.passport_number', (50, 700, 110, 720), Ff=1 << 24, MaxLen=4))
    assert [(fault.trouble, fault.words['fits'], fault.words['length']) for fault in found] == [
        (Trouble.FIELD_TOO_SMALL, '4', '6')]


def test_too_small_a_qr_code_is_told_with_the_size_it_needs() -> None:
    assert _check(one_field('qr', (50, 700, 70, 720))) == [
        at_field('qr', Trouble.QR_TOO_SMALL, most='10 × 10 мм')]
    assert _check(one_field('qr', (50, 700, 80, 730))) == []


def test_fewer_lines_than_the_sample_has_are_told() -> None:
    maker = Maker()
    for row in range(2):
        maker.field(f'goods[{row}].name', (50, 700 - 20 * row, 250, 715 - 20 * row))
    assert _check(maker.done()) == [
        at_field('goods', Trouble.TOO_FEW_ROWS, name='goods', length='3', fits='2', rest='goods_more')]
    maker.field('goods_more', (50, 600, 350, 640), Ff=1 << 12)
    assert _check(maker.done()) == []


def test_a_gap_in_the_lines_is_told() -> None:
    maker = Maker()
    for row in (0, 2, 3):
        maker.field(f'goods[{row}].name', (50, 700 - 20 * row, 250, 715 - 20 * row))
    assert _check(maker.done()) == [at_field('goods', Trouble.ROW_MISSING, name='goods', row='1')]


def test_more_than_fifty_pages_are_told() -> None:
    maker = Maker(pages=51)
    maker.field('client.full_name')
    assert _check(maker.done()) == [in_file(Trouble.TOO_MANY_PAGES, most='50')]
    maker = Maker(pages=50)
    maker.field('client.full_name', page=49)
    assert _check(maker.done()) == []


def test_more_than_ten_megabytes_are_told_without_a_look() -> None:
    assert _check(b'%PDF-1.7' + bytes(MAX_PDF_BYTES)) == [in_file(Trouble.TOO_LARGE, most='10240 КиБ')]


def test_a_file_without_pages_and_a_file_that_is_no_pdf_are_told() -> None:
    assert _check(changed(GOOD, lambda document: document.pages.__delitem__(0))) == [
        in_file(Trouble.NO_PAGES, most='50')]
    for content in (b'', b'PK\x03\x04', b'%PDF-1.7', GOOD[:400], GOOD[-400:]):
        assert _check(content) == [in_file(Trouble.BROKEN)]


def test_too_many_fields_are_told() -> None:
    maker = Maker()
    one = maker.field('client.full_name')
    maker.page().Annots = Array([one] * 2001)
    assert _check(maker.done()) == [in_file(Trouble.TOO_MANY_FIELDS, most='2000')]


def test_everything_is_told_at_once_and_once() -> None:
    maker = Maker(pages=2)
    maker.field('client.fullname')
    maker.field('client.phone', (500, 700, 700, 720))
    maker.field(ADDRESS, (50, 600, 90, 620))
    maker.field(ADDRESS, (50, 500, 90, 520), page=1)
    maker.field('client.is_male', (50, 400, 90, 420), page=1)
    assert [(fault.trouble, fault.at) for fault in _check(maker.done())] == [
        (Trouble.UNKNOWN_VARIABLE, 'client.fullname'), (Trouble.FIELD_OUTSIDE_PAGE, 'client.phone'),
        (Trouble.FIELD_TOO_SMALL, ADDRESS), (Trouble.WRONG_FIELD_KIND, 'client.is_male')]


def test_every_finding_is_told_in_russian() -> None:
    maker = Maker()
    maker.field('client.fullname')
    found = told(_check(maker.done())[0])
    assert found.where == 'поле client.fullname'
    assert 'client.full_name?' in found.message
