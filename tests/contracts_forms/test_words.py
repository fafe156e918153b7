from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from contracts.forms.words import day_words, money, money_full, money_words, percent, percent_words, phone, term


@pytest.mark.parametrize(('kopecks', 'words'), [
    (0, 'ноль рублей 00 копеек'),
    (101, 'один рубль 01 копейка'),
    (2_22, 'два рубля 22 копейки'),
    (11_11, 'одиннадцать рублей 11 копеек'),
    (1_001_05, 'одна тысяча один рубль 05 копеек'),
    (2_000_000_00, 'два миллиона рублей 00 копеек'),
])
def test_sums_in_words(kopecks: int, words: str) -> None:
    assert money_words(kopecks) == words


def test_sums_in_digits_never_break() -> None:
    assert money(1_234_567_05) == '1\u00a0234\u00a0567,05'
    assert money(-5) == '−0,05'
    assert money_full(1_00) == '1,00\u00a0руб. (Один рубль 00 копеек)'


@pytest.mark.parametrize(('rate', 'digits', 'words'), [
    ('23.9', '23,900', 'двадцать три целых девять десятых процента'),
    ('27.431', '27,431', 'двадцать семь целых четыреста тридцать одна тысячная процента'),
    ('21.25', '21,250', 'двадцать одна целая двадцать пять сотых процента'),
    ('1', '1,000', 'один процент'),
    ('0', '0,000', 'ноль процентов'),
])
def test_percents(rate: str, digits: str, words: str) -> None:
    assert percent(Decimal(rate)) == digits
    assert percent_words(Decimal(rate)) == words


def test_dates_terms_and_phones() -> None:
    assert day_words(date(2026, 5, 9)) == '«09»\u00a0мая\u00a02026\u00a0г.'
    assert [term(number, 'month') for number in (1, 3, 12)] == ['1\u00a0месяц', '3\u00a0месяца', '12\u00a0месяцев']
    assert phone('+79161234567') == '+7\u00a0916\u00a0123-45-67'
    assert phone('') == ''
