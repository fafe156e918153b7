"""Texts of SMS, in Russian and within a stated number of parts: pure."""
from __future__ import annotations

import re
from collections.abc import Callable

from contracts.sms.parts import count_parts, units

CODE_PARTS = 2
"""Most SMS that a text with a code takes (70 UTF-16 units, or 67 in each of several)."""
LINK_PARTS = 4
"""The same for a text with the address of a payment page."""

_SIX = re.compile(r'(?<!\d)(\d{3})(\d{3})(?!\d)')
_SCHEME = re.compile(r'\b[A-Za-z]+://')
_DOT = re.compile(r'(?<=\w)\.(?=[^\W\d_])')
_QUOTES = re.compile('[«»"„“”\']+')
_FORM = re.compile(
    r'\b(?:(?:публичное|непубличное|закрытое|открытое)\s+)?(?:акционерное\s+общество|общество\s+с\s+ограниченной\s+'
    r'ответственностью)\b|\b(?:микрофинансовая|микрокредитная)\s+(?:компания|организация)\b'
    r'|\b(?:ООО|ПАО|АО|НАО|ЗАО|ОАО|МФК|МКК|МФО|НКО|КБ|АКБ)\b', re.IGNORECASE)
_LONGEST_LENDER = 40
_LONGEST_NUMBER = 30
_SHORTEST_LENDER = 8
_SHORTEST_NUMBER = 10


class DoesNotFit(ValueError):
    """No shorter form of this text stays within its parts."""


def rubles(kopecks: int) -> str:
    """A sum with its thousands apart: `120 000,00 руб.`."""
    whole, rest = divmod(kopecks, 100)
    return f'{whole:,}'.replace(',', ' ') + f',{rest:02d} руб.'


def without_six_digits(text: str) -> str:
    """The text with every run of exactly six digits split in two, so that nobody takes one for a code."""
    return _SIX.sub(r'\1 \2', text)


def code_text(*, lender: str, contract: str, amount: int, code: str) -> str:
    """SMS with a signing code in at most CODE_PARTS: names lender, sum (kopecks) and contract, ends with the code.

    The code is its only run of exactly six digits; nothing in it looks like a link. Long names and numbers are cut.
    """
    return _fitting(
        lender, contract, CODE_PARTS,
        lambda short, number: f'{short}: код для подписания договора {number} на сумму {rubles(amount)} '
                              f'Никому не сообщайте его. Код: {code}')


def link_text(*, lender: str, amount: int, url: str) -> str:
    """SMS with the address of the payment page in at most LINK_PARTS; `amount` is the first payment in kopecks.

    The address is never cut: raises DoesNotFit when it takes too much by itself.
    """
    try:
        return _fitting(lender, '', LINK_PARTS, lambda short, _number: (
            f'{short}: первый платёж {rubles(amount)} Оплатите его на странице: {url}'))
    except DoesNotFit:
        return _fitting(lender, '', LINK_PARTS, lambda short, _number: f'{short}, оплата: {url}')


def masked_phone(phone: str) -> str:
    """A phone for people who need not know it: `+7 9** *** ** 12`."""
    return f'{phone[:2]} {phone[2:3]}** *** ** {phone[-2:]}'


def lender_name(name: str) -> str:
    """A lender as people call it: without the form of its company, quotes, or what a phone makes a link of."""
    plain = ' '.join(_QUOTES.sub(' ', _plain(name)).split())
    short = ' '.join(_FORM.sub(' ', plain).split()).strip(' ,.-')
    return short or plain or 'Кредитор'


def shortened(text: str, longest: int) -> str:
    """At most so many UTF-16 units: cut at the end of a word where one is near, with an ellipsis."""
    if units(text) <= longest:
        return text
    kept = _head(text, longest - 1)
    at_word = kept.rpartition(' ')[0]
    return (at_word if units(at_word) * 3 >= longest * 2 else kept).rstrip(' ,.-') + '…'


def shortened_number(text: str, longest: int) -> str:
    """The same for a number: its beginning and its end stay."""
    if units(text) <= longest:
        return text
    head = _head(text, longest // 2 - 1)
    tail = _head(text[::-1], longest - units(head) - 1)[::-1]
    return f'{head.rstrip()}…{tail.lstrip()}'


def _fitting(lender: str, contract: str, parts: int, compose: Callable[[str, str], str]) -> str:
    """The longest form of lender and contract with which the text takes at most `parts`."""
    full_lender, full_number = lender_name(lender), ' '.join(_plain(contract).split())
    lender_longest, number_longest = _LONGEST_LENDER, _LONGEST_NUMBER
    while True:
        text = compose(
            without_six_digits(shortened(full_lender, lender_longest)),
            without_six_digits(shortened_number(full_number, number_longest)))
        if count_parts(text) <= parts:
            return text
        if lender_longest > _SHORTEST_LENDER + 12:
            lender_longest -= 1
        elif number_longest > _SHORTEST_NUMBER + 10:
            number_longest -= 1
        elif lender_longest > _SHORTEST_LENDER:
            lender_longest -= 1
        elif number_longest > _SHORTEST_NUMBER:
            number_longest -= 1
        else:
            raise DoesNotFit


def _plain(text: str) -> str:
    """Without invisible characters, and with nothing that a phone would make a link of."""
    shown = ''.join(character if character.isprintable() else ' ' for character in text)
    return _DOT.sub('. ', _SCHEME.sub('', shown))


def _head(text: str, longest: int) -> str:
    size = 0
    for index, character in enumerate(text):
        size += units(character)
        if size > longest:
            return text[:index]
    return text
