"""Texts of SMS: what they say, that they stay within their parts, and that nothing in them is taken for another."""
from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contracts.sms.parts import count_parts, split, units
from contracts.texts import (
    CODE_PARTS,
    LINK_PARTS,
    DoesNotFit,
    code_text,
    lender_name,
    link_text,
    rubles,
    shortened,
    shortened_number,
)

SIX = re.compile(r'(?<!\d)\d{6}(?!\d)')
LINK = re.compile(r'://|\w\.[^\W\d_]')
ANY_TEXT = st.text(st.characters(codec='utf-8'), max_size=200)
CODES = st.from_regex(r'[0-9]{6}', fullmatch=True)
AMOUNTS = st.integers(0, 2**63 - 1)


@given(lender=ANY_TEXT, contract=ANY_TEXT, amount=AMOUNTS, code=CODES)
@example(lender='Банк 123456', contract='№ 123456-654321/000000', amount=12_345_600, code='000000')
@example(lender='Банк', contract='№ 1234567', amount=123_456, code='123456')
@example(lender='Банк٤٥٦٧٨٩', contract='№ 1', amount=99_999_999_99, code='111111')
@example(lender='\U0001f3e6' * 200, contract='№ ' + '9' * 100, amount=2**63 - 1, code='000000')
@example(lender='1234567' * 20, contract='123456 ' * 14, amount=2**63 - 1, code='999999')
@example(lender='https://bank.example/', contract='№ http://evil.example/123456', amount=1, code='123456')
def test_a_code_text_whatever_it_is_made_of(lender: str, contract: str, amount: int, code: str) -> None:
    text = code_text(lender=lender, contract=contract, amount=amount, code=code)
    assert SIX.findall(text) == [code]
    assert text.endswith(f' Никому не сообщайте его. Код: {code}')
    assert rubles(amount) in text
    assert count_parts(text) <= CODE_PARTS
    assert LINK.search(text) is None
    assert all(character.isprintable() for character in text)


def test_a_code_text_names_lender_sum_and_contract() -> None:
    assert code_text(lender='Тестовый банк', contract='№ ТБ-123456', amount=12_000_050, code='048213') == (
        'Тестовый банк: код для подписания договора № ТБ-123 456 на сумму 120 000,50 руб. '
        'Никому не сообщайте его. Код: 048213')


def test_long_names_and_numbers_are_cut_where_it_hurts_least() -> None:
    assert code_text(
        lender='Общество с ограниченной ответственностью «Микрофинансовая компания «Быстроденьги»»',
        contract='№ 2026/11-АБВГД-1234567890123456789', amount=9_999_999_99, code='048213') == (
        'Быстроденьги: код для подписания договора № 2026/11-АБВ…67890123456789 на сумму 9 999 999,99 руб. '
        'Никому не сообщайте его. Код: 048213')


@pytest.mark.parametrize(('full', 'short'), [
    ('ПАО "Совкомбанк"', 'Совкомбанк'), ('Публичное акционерное общество «Почта Банк»', 'Почта Банк'),
    ('МКК «Деньги.ру» (ООО)', 'Деньги. ру ('), ('ООО', 'ООО'), ('', 'Кредитор'), ('АО', 'АО'),
    ('Аокс Банк', 'Аокс Банк'), ('Банк\u202e\x00 Заря', 'Банк Заря')])
def test_a_lender_is_named_as_people_call_it(full: str, short: str) -> None:
    assert lender_name(full).rstrip(')').rstrip() == short.rstrip()


@given(lender=ANY_TEXT, amount=AMOUNTS, path=st.text('abcXYZ019-_', max_size=330))
def test_a_link_is_whole_and_the_text_within_its_parts(lender: str, amount: int, path: str) -> None:
    url = f'https://pay.example/{path}'
    try:
        text = link_text(lender=lender, amount=amount, url=url)
    except DoesNotFit:
        assert len(url) > 200
    else:
        assert text.endswith(f' {url}')
        assert count_parts(text) <= LINK_PARTS


def test_a_long_address_leaves_out_the_sum() -> None:
    url = 'https://pay.example/' + 'x' * 200
    assert link_text(lender='ПАО Сбер', amount=100_000, url=url) == f'Сбер, оплата: {url}'
    assert link_text(lender='ПАО Сбер', amount=100_000, url='https://pay.example/1') == (
        'Сбер: первый платёж 1 000,00 руб. Оплатите его на странице: https://pay.example/1')


@given(st.integers(0, 10**15))
def test_rubles_lose_no_kopeck(kopecks: int) -> None:
    assert int(re.sub(r'\D', '', rubles(kopecks))) == kopecks


@given(ANY_TEXT)
@example('я' * 70)
@example('я' * 71)
@example('\U0001f3e6' * 35)
@example('\U0001f3e6' * 36)
@example('я' * 66 + '\U0001f3e6' + 'я' * 66)
def test_parts_are_cut_as_a_phone_joins_them(text: str) -> None:
    parts = split(text)
    assert ''.join(parts) == text
    sizes = [len(part.encode('utf-16-be')) // 2 for part in parts]
    assert sizes == [units(part) for part in parts]
    if len(parts) == 1:
        assert sizes[0] <= 70
    else:
        assert sum(sizes) > 70
        assert all(66 <= size <= 67 for size in sizes[:-1])
        assert 1 <= sizes[-1] <= 67


@pytest.mark.parametrize(('text', 'count'), [
    ('', 1), ('я' * 70, 1), ('я' * 71, 2), ('я' * 134, 2), ('я' * 135, 3), ('\U0001f3e6' * 35, 1),
    ('\U0001f3e6' * 66, 2), ('\U0001f3e6' * 67, 3)])
def test_how_many_sms_a_text_takes(text: str, count: int) -> None:
    """67 pairs are 134 units, but no part can hold the half of one."""
    assert count_parts(text) == count


@given(ANY_TEXT, st.integers(8, 60))
def test_shortened_is_never_longer(text: str, longest: int) -> None:
    assert units(shortened(text, longest)) <= longest
    assert units(shortened_number(text, longest)) <= longest
