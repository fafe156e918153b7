from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pypdf
import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageStat

from contracts.forms.data import ContractForm, FormKind, Good, SigningWay
from contracts.templates.engine import TemplateFailed, check_template, pool, render_template
from contracts.templates.findings import Finding
from contracts.templates.samples import sample_values
from contracts.templates.sandbox import FILTERS, FUNCTIONS
from contracts.templates.values import contract_values
from contracts.templates.variables import Stage, Type, variables_for
from tests.contracts_forms.samples import CONTRACT, CREDIT, PURCHASE

HERE = Path(__file__).parent
SAMPLES, GOLDEN = HERE / 'samples', HERE / 'golden'
CONTRACT_HTML = (SAMPLES / 'contract.html').read_bytes()
CONSENT_HTML = (SAMPLES / 'consent.html').read_bytes()
FORMS = {
    'contract_pos': (CONTRACT_HTML, FormKind.POS, Stage.CONTRACT, 2),
    'contract_bnpl': (CONTRACT_HTML, FormKind.BNPL, Stage.CONTRACT, 2),
    'consent_pos': (CONSENT_HTML, FormKind.POS, Stage.OFFER, 1),
    'consent_bnpl': (CONSENT_HTML, FormKind.BNPL, Stage.OFFER, 1),
}


@pytest.fixture(scope='module', autouse=True)
def _children() -> Iterator[None]:
    yield
    pool().close()


def _made(name: str) -> bytes:
    source, kind, stage, _pages = FORMS[name]
    return render_template('html', source, sample_values(kind, stage))


def _text(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return ' '.join(' '.join(page.extract_text() for page in pages).replace('\u00a0', ' ').split())


def _pictures(pdf: bytes) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [document[number].render(scale=0.75).to_pil().convert('L') for number in range(len(document))]
    finally:
        document.close()


def _check(text: str, kind: FormKind = FormKind.POS, stage: Stage = Stage.CONTRACT) -> list[Finding]:
    return check_template('html', text.encode(), kind=kind, stage=stage)


def _print(text: str, form: ContractForm = CONTRACT) -> str:
    return _text(render_template('html', text.encode(), contract_values(form)))


@pytest.mark.parametrize('name', FORMS)
def test_a_sample_is_taken_without_findings(name: str) -> None:
    source, kind, stage, _pages = FORMS[name]
    assert check_template('html', source, kind=kind, stage=stage) == []


@pytest.mark.parametrize('name', FORMS)
def test_every_page_looks_as_stored(name: str) -> None:
    pictures = _pictures(_made(name))
    assert len(pictures) == FORMS[name][3]
    for number, picture in enumerate(pictures, 1):
        golden = GOLDEN / f'{name}_{number}.png'
        if not golden.exists():
            picture.save(golden, optimize=True)
            pytest.fail(f'{golden.name} was missing and is made now: look at it, then run again')
        stored = Image.open(golden).convert('L')
        assert picture.size == stored.size
        assert ImageStat.Stat(ImageChops.difference(picture, stored)).mean[0] < 1.0


@pytest.mark.parametrize('name', FORMS)
def test_pages_are_numbered_and_counted(name: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(_made(name)))
    for number, page in enumerate(reader.pages, 1):
        assert f'траница {number} из {len(reader.pages)}' in page.extract_text().replace('\u00a0', ' ')


def test_the_same_values_give_the_same_bytes() -> None:
    assert _made('contract_pos') == _made('contract_pos')


def test_cyrillic_is_drawn_with_our_fonts_in_all_four_faces() -> None:
    made = render_template(
        'html', '<p>ж<b>ж</b><i>ж</i><b><i>ж</i></b><span style="font-family: Arial, serif">Ёё№</span></p>'.encode(),
        contract_values(CONTRACT))
    fonts = cast(Any, pypdf.PdfReader(io.BytesIO(made)).pages[0]['/Resources'])['/Font']
    embedded = {
        font.get_object()['/BaseFont'].split('+')[1] for font in fonts.values()
        if '/FontDescriptor' in font.get_object()}
    assert embedded == {'PTSans-Regular', 'PTSans-Bold', 'PTSans-Italic', 'PTSans-BoldItalic'}
    assert _text(made) == 'жжжжЁё№'


def test_a_contract_says_what_was_agreed() -> None:
    text = _print(CONTRACT_HTML.decode())
    for part in (
        'кредита (займа) № ТБ-2026-000123', '27,431 % ГОДОВЫХ', '23 503,61 РУБ.', 'Константинопольскому Александру',
        '122 119,00 руб. (Сто двадцать две тысячи', '12 платежей ежемесячно по 11 539,31 руб.',
        'Смартфон Samsung Galaxy A56', '24.11.2027', '138 502,61', 'серия 4510 № 123456',
        'простой электронной подписью',
    ):
        assert part in text, part


def test_a_contract_on_paper_and_a_purchase_in_parts_take_the_other_branches() -> None:
    assert 'СМС' not in _print(CONTRACT_HTML.decode(), replace(CONTRACT, signing=SigningWay.PAPER))
    text = _print(CONTRACT_HTML.decode(), PURCHASE)
    assert 'Договор об оплате товара частями' in text
    assert 'ПОЛНАЯ СТОИМОСТЬ' not in text
    assert 'почта: не указана' in text


def test_every_finding_comes_at_once_and_names_its_line() -> None:
    lines = (
        '<html><body>', '<p>{{ client.full_nmae }}</p>', '<p onclick="x">{{ contract.amount | rubels }}</p>',
        '{% for good in goods %}', '<p>{{ good.prise }} {{ goods.name }}</p>', '{% endfor %}',
        '<img src="http://127.0.0.1/logo.png">', '<p style="position: absolute">{% include "x" %}</p>',
        '</body></html>')
    found = _check('\n'.join(lines))
    assert [(finding.where, finding.message) for finding in found] == [
        ('строка 2', (
            'Нет переменной client.full_nmae: возьмите имя из списка переменных. '
            'Возможно, имелось в виду client.full_name?')),
        ('строка 3', 'Нет фильтра rubels: возьмите имя из списка фильтров. Возможно, имелось в виду rubles?'),
        ('строка 3', 'Атрибут onclick здесь не разрешён: удалите его.'),
        ('строка 5', (
            'Нет переменной good.prise: возьмите имя из списка переменных. '
            'Возможно, имелось в виду goods[0].price?')),
        ('строка 5', (
            'Нет переменной goods.name: возьмите имя из списка переменных. '
            'Возможно, имелось в виду goods[0].name?')),
        ('строка 7', 'img ссылается на что-то вне шаблона: ничего не загружается, удалите ссылку.'),
        ('строка 8', '{% include %} не разрешено: есть только if, for и set.'),
        ('строка 8', 'Стиль «position» не разрешён: удалите его или напишите проще.'),
    ]


@pytest.mark.parametrize(('text', 'where'), [
    ('{{ contract.number }}', 'строка 1'), ('\n\n{{ schedule_table() }}', 'строка 3'),
    ('{% for line in schedule %}x{% endfor %}', 'строка 1'), ('<p>\n{% if contract %}x{% endif %}', 'строка 2')])
def test_what_is_known_with_the_contract_only_is_refused_before_it(text: str, where: str) -> None:
    found = _check(text, stage=Stage.OFFER)
    assert [finding.where for finding in found] == [where]
    assert 'на этой стадии' in found[0].message
    assert _check('{{ request.amount }}', stage=Stage.OFFER) == []
    assert _check('{{ request.amount }}')[0].where == 'строка 1'


def test_loops_sets_and_conditions_are_understood() -> None:
    source = """{% set many = goods | length %}{% set first_good = goods | first %}{% set lines = schedule %}
        {% for good in goods if good.price_kopecks > 1000000 %}{% for line in lines %}
        {% if loop.first and many >= 1 %}[{{ good.name }} {{ line.number }} {{ loop.length }}]{% endif %}
        {% endfor %}{% else %}нет{% endfor %}{{ first_good.name }} {{ goods[1].name }} {{ (goods | last).name }}
        {{ many + 1 }} {{ 'а' ~ many }} {{ 'да' if product.is_pos and not product.is_bnpl else 'нет' }}"""
    assert _check(source) == []
    assert _print(source) == (
        '[Ноутбук ASUS Vivobook 15 X1504VA 1 12] [Смартфон Samsung Galaxy A56 1 12] Ноутбук ASUS Vivobook 15 X1504VA '
        'Смартфон Samsung Galaxy A56 Услуга «Настройка» 4 а3 да')


@pytest.mark.parametrize('name', [*FILTERS, *FUNCTIONS])
def test_the_example_of_every_filter_and_function_works(name: str) -> None:
    example = (FILTERS.get(name) or FUNCTIONS[name]).example
    assert _check(f'<div>{{{{ {example} }}}}</div>') == []


def test_filters_say_what_they_promise() -> None:
    assert _print(
        "{{ 12345605 | words }}; {{ 100 | rubles }}; {{ 21 | number_words }}; {{ 5 | plural('день', 'дня', 'дней') }}; "
        "{{ '05.02.2027' | date_words }}; {{ 'Петрова Анна Сергеевна' | decline('instrumental') }}; "
        "{{ 'ооо' | upper }}; {{ 'сто рублей' | sentence }}; {{ '' | default('—') }}") == (
        'сто двадцать три тысячи четыреста пятьдесят шесть рублей 05 копеек; 1,00 руб.; двадцать один; дней; '
        '«05» февраля 2027 г.; Петровой Анной Сергеевной; ООО; Сто рублей; —')


@pytest.mark.parametrize('kind', FormKind)
@pytest.mark.parametrize('stage', Stage)
def test_every_variable_of_the_list_may_be_used(kind: FormKind, stage: Stage) -> None:
    lines = []
    for variable in variables_for(kind, stage):
        name = variable.path.replace('[]', '[0]')
        if variable.path == 'qr' or variable.type == Type.LIST:
            continue
        lines.append(f'{{% if {name} %}}да{{% endif %}}' if variable.type == Type.FLAG else f'<p>{{{{ {name} }}}}</p>')
    assert _check('\n'.join(lines), kind, stage) == []


def test_words_of_a_client_are_never_markup() -> None:
    evil = '<img src="file:///etc/passwd"> {{ 7*7 }} {% include "x" %} &amp; </p><script>1</script>'
    client = replace(CONTRACT.client, last_name=evil, registration_address=evil, email=evil, passport_issued_by=evil)
    text = _print(CONTRACT_HTML.decode(), replace(CONTRACT, client=client, goods=(Good(evil, 100, evil),)))
    assert text.count('{{ 7*7 }} {% include "x" %} &amp;') >= 4
    assert '<script>1</script>' in text
    assert 'root:' not in text


def test_the_longest_values_of_the_document_still_fit() -> None:
    client = replace(CONTRACT.client, last_name='Щ' * 200, registration_address='ул. Длинная, ' * 80)
    goods = tuple(Good('Очень длинное наименование ' * 8, 100_00, 'Категория') for _ in range(100))
    terms = replace(CREDIT, term_value=60, payments_count=60, regular_payment_amount=3_500_00)
    text = _print(CONTRACT_HTML.decode(), replace(CONTRACT, client=client, goods=goods, terms=terms))
    assert '100 Очень длинное' in text
    assert 'Щ' * 20 in text
    assert ' 60 24.11.2031' in text


def test_a_head_and_a_foot_stand_on_every_page() -> None:
    made = render_template('html', (
        '<body><header><p>Верх</p></header><footer><p>Низ {{ page_number }}/{{ page_count }}</p></footer>'
        '<p style="page-break-after: always">раз</p><p>два</p></body>').encode(), contract_values(CONTRACT))
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages]
    assert [' '.join(sorted(page.split())) for page in pages] == ['1/2 Верх Низ раз', '2/2 Верх Низ два']


def test_the_page_is_as_large_as_the_template_says() -> None:
    made = render_template(
        'html', b'<style>@page { size: a5 landscape; margin: 10mm }</style><p>x</p>', contract_values(CONTRACT))
    box = pypdf.PdfReader(io.BytesIO(made)).pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (595, 420)


def test_a_qr_code_is_drawn_and_none_where_there_is_no_number() -> None:
    def pictures(form: ContractForm) -> int:
        made = render_template('html', b'<p>{{ qr(contract.number) }}x</p>', contract_values(form))
        return len(list(pypdf.PdfReader(io.BytesIO(made)).pages[0].images))

    assert (pictures(CONTRACT), pictures(PURCHASE)) == (1, 0)


def test_markup_that_comes_together_only_at_printing_is_not_printed() -> None:
    with pytest.raises(TemplateFailed, match=r'forbidden_tag'):
        render_template('html', b'<{{ "script" }}>x</script>', contract_values(CONTRACT))


def test_justified_lines_with_sums_end_at_the_margin() -> None:
    made = render_template('html', (
        '<style>@page { size: a4; margin: 20mm }</style><p style="text-align: justify">'
        + 'Сумма {{ contract.amount_full }} за срок {{ contract.term }}. ' * 12 + '</p>').encode(),
        contract_values(CONTRACT))
    document = pypdfium2.PdfDocument(made)
    try:
        picture = document[0].render(scale=1).to_pil().convert('L')
    finally:
        document.close()
    inked = ImageChops.invert(picture).getbbox()
    assert inked is not None
    assert inked[2] <= picture.width - 56 + 1
