"""Texts of SMS, in Russian: pure."""
from __future__ import annotations

import re

_SIX = re.compile(r'(?<!\d)(\d{3})(\d{3})(?!\d)')


def rubles(kopecks: int) -> str:
    """A sum with its thousands apart: `120 000,00 руб.`."""
    whole, rest = divmod(kopecks, 100)
    return f'{whole:,}'.replace(',', ' ') + f',{rest:02d} руб.'


def without_six_digits(text: str) -> str:
    """The text with every run of exactly six digits split in two, so that nobody takes one for a code."""
    return _SIX.sub(r'\1 \2', text)


def code_text(*, lender: str, contract: str, amount: int, code: str) -> str:
    """SMS with a signing code: names lender, sum (kopecks) and contract, ends with the code.

    The code is its only run of exactly six digits.
    """
    head = f'{lender}: код для подписания договора {contract} на сумму {rubles(amount)} Никому не сообщайте его.'
    return f'{without_six_digits(head)} Код: {code}'


def link_text(*, lender: str, amount: int, url: str) -> str:
    """SMS with the address of the payment page; `amount` is the first payment in kopecks."""
    return f'{lender}: первый платёж {rubles(amount)} Оплатите его на странице: {url}'


def masked_phone(phone: str) -> str:
    """A phone for people who need not know it: `+7 9** *** ** 12`."""
    return f'{phone[:2]} {phone[2:3]}** *** ** {phone[-2:]}'
