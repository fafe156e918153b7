from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import pypdf
import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageStat

from contracts.forms.consents import render_consent_credit_bureau, render_consent_personal_data
from contracts.forms.contract import contract_file_name, render_contract
from contracts.forms.data import Client, Good, SigningWay
from contracts.forms.plan import render_schedule
from tests.contracts_forms.samples import CONSENT, CONTRACT, CREDIT, PURCHASE, SCHEDULE

GOLDEN = Path(__file__).parent / 'golden'
FORMS: dict[str, Callable[[], bytes]] = {
    'contract': lambda: render_contract(CONTRACT),
    'contract_on_paper': lambda: render_contract(replace(CONTRACT, signing=SigningWay.PAPER)),
    'purchase': lambda: render_contract(PURCHASE),
    'schedule': lambda: render_schedule(SCHEDULE),
    'personal_data': lambda: render_consent_personal_data(CONSENT),
    'credit_bureau': lambda: render_consent_credit_bureau(CONSENT),
}
PAGES = {'contract': 2, 'contract_on_paper': 2, 'purchase': 1, 'schedule': 1, 'personal_data': 1, 'credit_bureau': 1}


def _text(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return ' '.join(' '.join(page.extract_text() for page in pages).replace('\u00a0', ' ').split())


def _picture(pdf: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture: Image.Image = document[0].render(scale=0.75).to_pil().convert('L')
        return picture
    finally:
        document.close()


def _in_order(text: str, *parts: str) -> None:
    at = 0
    for part in parts:
        found = text.find(part, at)
        assert found >= 0, f'{part!r} is not after character {at}'
        at = found + len(part)


@pytest.mark.parametrize('name', FORMS)
def test_first_page_looks_as_stored(name: str) -> None:
    picture = _picture(FORMS[name]())
    golden = GOLDEN / f'{name}.png'
    if not golden.exists():
        picture.save(golden, optimize=True)
        pytest.fail(f'{golden.name} was missing and is made now: look at it, then run again')
    stored = Image.open(golden).convert('L')
    assert picture.size == stored.size
    assert ImageStat.Stat(ImageChops.difference(picture, stored)).mean[0] < 1.0


@pytest.mark.parametrize('name', FORMS)
def test_pages_are_numbered_and_counted(name: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(FORMS[name]()))
    assert len(reader.pages) == PAGES[name]
    for number, page in enumerate(reader.pages, 1):
        assert f'Страница {number} из {PAGES[name]}' in page.extract_text()


@pytest.mark.parametrize('name', FORMS)
def test_the_same_data_give_the_same_bytes(name: str) -> None:
    assert FORMS[name]() == FORMS[name]()


@pytest.mark.parametrize('name', FORMS)
def test_only_our_own_fonts_are_used_and_they_travel_with_the_form(name: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(FORMS[name]()))
    fonts: dict[str, Any] = {}
    for page in reader.pages:
        for found in cast(Any, page['/Resources'])['/Font'].values():
            font = found.get_object()
            if '/FontDescriptor' in font:
                fonts[font['/BaseFont']] = font['/FontDescriptor']['/FontFile2']
    assert {name.split('+')[1] for name in fonts} <= {'PTSans-Regular', 'PTSans-Bold'}
    assert len(fonts) >= 1


def test_contract_says_everything_in_order() -> None:
    _in_order(
        _text(render_contract(CONTRACT)),
        'ДОГОВОР ПОТРЕБИТЕЛЬСКОГО КРЕДИТА (ЗАЙМА)', '№ ТБ-2026-000123', '«24» ноября 2026 г.',
        'Кредитор: Акционерное общество «Тестовый банк»', 'Заёмщик: Константинопольский Александр Владимирович',
        'ПОЛНАЯ СТОИМОСТЬ', '27,431 %', 'ДВАДЦАТЬ СЕМЬ ЦЕЛЫХ', 'ГОДОВЫХ', 'ПОЛНАЯ СТОИМОСТЬ', '23 503,61 РУБ.',
        'Индивидуальные условия', '122 119,00 руб. (Сто двадцать две тысячи сто девятнадцать рублей 00 копеек)',
        '12 месяцев, не позднее 24.11.2027', '23,900 % годовых',
        '12 платежей ежемесячно, по 11 539,31 руб., последний — 11 570,20 руб.', 'Приобретаемые товары',
        'Ноутбук ASUS Vivobook 15 X1504VA', '79 999,00', 'Смартфон Samsung Galaxy A56', 'Услуга «Настройка»',
        '124 999,00', '10 000,00', 'Реквизиты сторон', 'ОГРН 1027700000000',
        'серия 4510 № 123456, выдан 20.05.2010', 'код подразделения 770-123', '+7 916 123-45-67',
        'Простая электронная подпись')


def test_a_paper_contract_has_a_line_for_the_pen_and_no_word_of_sms_signing() -> None:
    text = _text(FORMS['contract_on_paper']())
    _in_order(text, 'в двух экземплярах', 'Константинопольский А. В.')
    assert 'Простая электронная подпись' not in text
    assert 'подпись' in text


def test_a_purchase_in_parts_has_neither_number_nor_full_cost() -> None:
    text = _text(FORMS['purchase']())
    _in_order(text, 'ДОГОВОР ОБ ОПЛАТЕ ТОВАРА ЧАСТЯМИ', '39 999,01 руб.', 'Не взимаются',
              '4 платежа каждые 2 недели, по 9 999,76 руб., последний — 9 999,73 руб. Первый платёж — 24.11.2026')
    assert 'ПОЛНАЯ СТОИМОСТЬ' not in text
    assert 'Паспорт' not in text


def test_schedule_ends_with_the_totals() -> None:
    _in_order(_text(FORMS['schedule']()), 'ГРАФИК ПЛАТЕЖЕЙ', 'к договору № ТБ-2026-000123', '24.12.2026', '11 539,31',
              '2 432,20', '24.11.2027', '0,00', 'Итого', '138 502,61', '16 383,61', '122 119,00')


def test_consents_name_every_lender() -> None:
    _in_order(_text(FORMS['personal_data']()), 'СОГЛАСИЕ НА ОБРАБОТКУ', 'Константинопольский', 'даю согласие',
              'Тестовый банк', 'Тестовая МФО', 'ООО «Ромашка»', 'Отзыв', '152-ФЗ', 'Клиент: Константинопольский')
    _in_order(_text(FORMS['credit_bureau']()), 'СОГЛАСИЕ НА ЗАПРОС КРЕДИТНОЙ ИСТОРИИ', 'Тестовый банк', 'Тестовая МФО',
              '218-ФЗ', 'шесть месяцев')


def test_words_of_others_are_never_markup() -> None:
    evil = '<img src="file:///etc/passwd"/> <font size="90">&amp; </para> \x00\x07 {0}'
    client = Client(last_name=evil, first_name='<b>', middle_name='</b>', birth_place=evil, phone='+79161234567',
                    birth_date=date(1990, 1, 1), passport_number=evil, registration_address=evil, email=evil)
    renders: tuple[Callable[[], bytes], ...] = (
        lambda: render_contract(replace(CONTRACT, client=client, goods=(Good(evil, 1, evil),))),
        lambda: render_schedule(replace(SCHEDULE, client=client)),
        lambda: render_consent_personal_data(replace(CONSENT, client=client)),
    )
    for render in renders:
        assert '<img src="file:///etc/passwd"/>' in _text(render()).replace('src= ', 'src=')


def test_the_longest_values_of_the_document_still_fit() -> None:
    client = replace(CONTRACT.client, last_name='Щ' * 1024, registration_address='ул. Длинная, ' * 157,
                     residence_address='я' * 2048, passport_issued_by='Отделом ' * 128)
    goods = tuple(Good('Очень длинное наименование ' * 37, 100_00, 'Категория') for _ in range(100))
    assert len(pypdf.PdfReader(io.BytesIO(render_contract(replace(CONTRACT, client=client, goods=goods)))).pages) > 20
    assert render_schedule(replace(SCHEDULE, client=client, terms=replace(CREDIT, term_value=360, payments_count=360)))
    assert render_consent_credit_bureau(replace(CONSENT, client=client))


def test_file_names_are_for_people_and_hold_no_personal_data() -> None:
    assert contract_file_name(CONTRACT) == 'Договор № ТБ-2026-000123.pdf'
    assert contract_file_name(PURCHASE) == 'Договор об оплате товара частями.pdf'
    odd = replace(CONTRACT, terms=replace(CREDIT, number='7/8\\"9\n'))
    assert contract_file_name(odd) == 'Договор № 7-8--9.pdf'
