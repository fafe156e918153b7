from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any, cast

import pikepdf
import pypdf
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from contracts.forms.data import FormKind
from contracts.templates.findings import Trouble, Unfit
from contracts.templates.pdf_form import render_pdf
from contracts.templates.samples import sample_values
from contracts.templates.variables import Stage
from tests.contracts_templates.pdf_makers import darkest, one_field, picture, text_of
from tests.contracts_templates.pdf_samples import consent_form, contract_form

GOLDEN = Path(__file__).parent / 'golden'
CONTRACT = sample_values(FormKind.POS, Stage.CONTRACT)
OFFER = sample_values(FormKind.POS, Stage.OFFER)
PAGES = {'pdf_contract_1': 0, 'pdf_contract_2': 1, 'pdf_consent': 0}


@pytest.fixture(scope='module')
def filled() -> dict[str, bytes]:
    contract = render_pdf(contract_form(), CONTRACT)
    return {'pdf_contract_1': contract, 'pdf_contract_2': contract, 'pdf_consent': render_pdf(consent_form(), OFFER)}


@pytest.mark.parametrize('name', PAGES)
def test_pages_look_as_stored(name: str, filled: dict[str, bytes]) -> None:
    seen = picture(filled[name], PAGES[name])
    golden = GOLDEN / f'{name}.png'
    if not golden.exists():
        seen.save(golden, optimize=True)
        pytest.fail(f'{golden.name} was missing and is made now: look at it, then run again')
    stored = Image.open(golden).convert('L')
    assert seen.size == stored.size
    assert ImageStat.Stat(ImageChops.difference(seen, stored)).mean[0] < 1.0


def test_the_text_of_every_field_is_there_as_text(filled: dict[str, bytes]) -> None:
    first, second = text_of(filled['pdf_contract_1']), text_of(filled['pdf_contract_1'], 1)
    for words in (
        'ОБ-2027-000123', '«05» февраля 2027 г.', 'Образцова Елизавета Константиновна', '0000', '520-001',
        'ГУ МВД России по Нижегородской области', '603005, г. Нижний Новгород, ул. Примерная, д. 12, кв. 34',
        '122 119,50 руб. (Сто двадцать две тысячи сто девятнадцать рублей 50 копеек)', '27,431', '12 месяцев',
        'Ноутбук 15,6", 16 ГБ, 512 ГБ', '124 999,50',
    ):
        assert words in first
    for line in CONTRACT['schedule']:
        for part in ('date', 'payment', 'principal', 'interest', 'balance'):
            assert line[part].replace('\u00a0', ' ') in second


def test_poppler_reads_the_same_text(filled: dict[str, bytes], tmp_path: Path) -> None:
    program = shutil.which('pdftotext')
    if program is None:
        pytest.skip('poppler is not installed here: pdftotext reads the form in another way than Chromium')
    source = tmp_path / 'form.pdf'
    source.write_bytes(filled['pdf_consent'])
    read = subprocess.run([program, '-enc', 'UTF-8', str(source), '-'], capture_output=True, check=True, timeout=60)
    words = ' '.join(read.stdout.decode().replace('\u00a0', ' ').split())
    assert 'Образцова Елизавета Константиновна' in words
    assert 'Акционерное общество «Пример Банк»' in words


def test_poppler_shows_the_same_page(filled: dict[str, bytes], tmp_path: Path) -> None:
    program = shutil.which('pdftoppm')
    if program is None:
        pytest.skip('poppler is not installed here: pdftoppm draws the form in another way than Chromium')
    source = tmp_path / 'form.pdf'
    source.write_bytes(filled['pdf_contract_1'])
    subprocess.run(
        [program, '-r', '144', '-png', '-gray', '-f', '1', '-l', '1', str(source), str(tmp_path / 'page')],
        check=True, timeout=60)
    theirs = Image.open(next(tmp_path.glob('page*.png'))).convert('L')
    ours = picture(filled['pdf_contract_1'], scale=2)
    assert theirs.size == ours.size
    small = [seen.resize((seen.width // 8, seen.height // 8), Image.Resampling.BOX) for seen in (theirs, ours)]
    difference = ImageChops.difference(*small)
    assert ImageStat.Stat(difference).mean[0] < 1.5
    assert cast(int, difference.getextrema()[1]) < 60


def test_nothing_of_the_form_is_left(filled: dict[str, bytes]) -> None:
    for content in filled.values():
        with pikepdf.open(io.BytesIO(content)) as document:
            assert '/AcroForm' not in document.Root
            assert all('/Annots' not in page.obj for page in document.pages)
            assert not [found for found in document.objects
                        if isinstance(found, pikepdf.Dictionary) and found.get('/Subtype') == '/Widget']


def test_the_operators_of_the_page_are_untouched(filled: dict[str, bytes]) -> None:
    with pikepdf.open(io.BytesIO(contract_form())) as before, pikepdf.open(
            io.BytesIO(filled['pdf_contract_1'])) as after:
        assert len(before.pages) == len(after.pages)
        for page, printed in zip(before.pages, after.pages, strict=True):
            streams = [cast(Any, found).read_bytes() for found in cast(Any, printed.obj.Contents)]
            assert streams[1:-1] == [cast(Any, page.obj.Contents).read_bytes()]
            assert streams[0].split() == [b'q']
            assert streams[-1].split()[0] == b'Q'
            assert streams[-1].split()[-1] == b'Do'
            assert printed.mediabox == page.mediabox


def test_our_fonts_travel_with_the_form_as_subsets_and_no_other_is_named() -> None:
    reader = pypdf.PdfReader(io.BytesIO(render_pdf(one_field('client.full_name'), CONTRACT)))
    piece = next(iter(cast(Any, reader.pages[0]['/Resources'])['/XObject'].values())).get_object()
    fonts = [found.get_object() for found in piece['/Resources']['/Font'].values()]
    assert [font['/BaseFont'].split('+')[1] for font in fonts] == ['PTSans-Regular']
    assert len(fonts[0]['/FontDescriptor']['/FontFile2'].get_object().get_data()) < 80_000


def test_the_same_template_and_values_give_the_same_bytes(filled: dict[str, bytes]) -> None:
    assert render_pdf(contract_form(), CONTRACT) == filled['pdf_contract_1']
    assert render_pdf(consent_form(), OFFER) == filled['pdf_consent']


def test_the_qr_code_holds_the_number_of_the_contract(filled: dict[str, bytes]) -> None:
    seen = zxingcpp.read_barcodes(picture(filled['pdf_contract_1'], scale=3))
    assert [found.text for found in seen] == ['ОБ-2027-000123']


def test_a_purchase_in_parts_has_no_number_and_no_qr_code() -> None:
    made = render_pdf(contract_form(), sample_values(FormKind.BNPL, Stage.CONTRACT))
    assert zxingcpp.read_barcodes(picture(made, scale=3)) == []
    assert 'Образцова Елизавета' in text_of(made)


def _goods(count: int) -> dict[str, Any]:
    goods = [{**CONTRACT['goods'][0], 'number': number, 'name': f'Товар {number}'} for number in range(1, count + 1)]
    return {**CONTRACT, 'goods': goods, 'goods_count': count}


def test_lines_beyond_the_goods_stay_empty() -> None:
    made = text_of(render_pdf(contract_form(), _goods(1)))
    assert 'Товар 1' in made
    assert 'Товар 2' not in made


def test_more_goods_than_lines_are_no_form_at_all() -> None:
    with pytest.raises(Unfit) as failed:
        render_pdf(contract_form(), _goods(6))
    assert failed.value.fault.trouble == Trouble.TOO_FEW_ROWS
    assert failed.value.fault.words == {'name': 'goods', 'length': '6', 'fits': '5', 'rest': 'goods_more'}


def test_a_longer_schedule_than_lines_is_no_form_at_all() -> None:
    values = {**CONTRACT, 'schedule': [*CONTRACT['schedule'], *CONTRACT['schedule'], CONTRACT['schedule'][0]]}
    with pytest.raises(Unfit) as failed:
        render_pdf(contract_form(), values)
    assert failed.value.fault.words['name'] == 'schedule'


def test_a_text_without_room_is_no_form_at_all_and_its_words_are_not_told() -> None:
    values = {**CONTRACT, 'client': {**CONTRACT['client'], 'full_name': 'Константинопольская ' * 40}}
    with pytest.raises(Unfit) as failed:
        render_pdf(contract_form(), values)
    assert failed.value.fault.trouble == Trouble.FIELD_TOO_SMALL
    assert failed.value.fault.at == 'client.full_name'
    assert 'Константинопольская' not in str(failed.value.fault)


def test_a_text_longer_than_a_single_line_takes_two_where_they_fit() -> None:
    long = 'Отделением по району Замоскворечье отдела Управления Федеральной миграционной службы по городу Москве'
    values = {**CONTRACT, 'client': {**CONTRACT['client'], 'passport_issued_by': long}}
    made = render_pdf(one_field('client.passport_issued_by', (50, 700, 200, 714)), values)
    assert text_of(made) == long


def test_values_of_another_stage_make_no_form() -> None:
    with pytest.raises(Unfit) as failed:
        render_pdf(consent_form(), CONTRACT)
    assert failed.value.fault.trouble == Trouble.UNKNOWN_VARIABLE


def test_marks_stand_in_the_boxes_that_are_true() -> None:
    box = (50, 700, 62, 712)
    woman = picture(render_pdf(one_field('client.is_female', box, kind='/Btn'), OFFER), scale=2)
    man = picture(render_pdf(one_field('client.is_male', box, kind='/Btn'), OFFER), scale=2)
    place = (100, 2 * (842 - 712), 124, 2 * (842 - 700))
    assert darkest(woman.crop(place)) < 80
    assert darkest(man.crop(place)) == 255


_TEXT = st.text(st.characters(codec='utf-8', exclude_categories=('Cs', 'Cn')), max_size=80)


@given(_TEXT)
@settings(max_examples=60, deadline=None)
def test_whatever_a_client_writes_is_text_or_no_form(text: str) -> None:
    values = {**CONTRACT, 'client': {**CONTRACT['client'], 'full_name': text}}
    made = render_pdf(one_field('client.full_name', (50, 600, 350, 720), Ff=1 << 12), values)
    assert made.startswith(b'%PDF-')


@given(st.text('абвгдежзийклмнопрстуфхцчшщъыьэюяABC0123456789 -', min_size=1, max_size=120), st.integers(40, 300))
@settings(max_examples=60, deadline=None)
def test_no_character_is_cut_from_a_text(text: str, width: int) -> None:
    values = {**CONTRACT, 'client': {**CONTRACT['client'], 'full_name': text}}
    try:
        made = render_pdf(one_field('client.full_name', (50, 640, 50 + width, 720), Ff=1 << 12), values)
    except Unfit:
        return
    assert ''.join(text_of(made).split()) == ''.join(text.split())
