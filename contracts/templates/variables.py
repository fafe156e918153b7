"""The one list of variables that a template may use: paths, titles, where each has a meaning. Pure.

`values` makes them out of the plain data of the printed forms, `samples` out of invented people. Every path exists for
both kinds; where it has no meaning (a BNPL purchase has no number) it is the empty text.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from contracts.forms.data import FormKind


class Stage(StrEnum):
    """When the form is printed: before the scoring (consents, no contract yet), or with the contract."""

    OFFER = 'offer'
    CONTRACT = 'contract'


class Type(StrEnum):
    """What a variable is: text to print, yes or no (a check box), a whole number, a list to loop over."""

    TEXT = 'text'
    FLAG = 'flag'
    NUMBER = 'number'
    LIST = 'list'


BOTH: Final = (FormKind.POS, FormKind.BNPL)
ANY_STAGE: Final = (Stage.OFFER, Stage.CONTRACT)
CASES: Final = {
    'genitive': 'родительный падеж', 'dative': 'дательный падеж', 'accusative': 'винительный падеж',
    'instrumental': 'творительный падеж', 'prepositional': 'предложный падеж',
}
SUM_PARTS: Final = {
    '': 'рубли и копейки цифрами', '_words': 'прописью', '_full': 'цифрами и прописью', '_whole': 'целые рубли цифрами',
    '_rest': 'копейки двумя цифрами', '_kopecks': 'число в копейках, для вычислений и фильтров',
}
DATE_PARTS: Final = {
    '': 'ДД.ММ.ГГГГ', '_words': 'число, месяц словом, год', '_day': 'число двумя цифрами', '_month': 'месяц цифрами',
    '_month_words': 'месяц словом', '_year': 'год',
}
RATE_PARTS: Final = {'': 'три знака после запятой', '_words': 'прописью'}


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. In `path` a list has `[]`, where a PDF field writes a number from 0: `goods[0].name`."""

    path: str
    title: str
    type: Type = Type.TEXT
    kinds: tuple[FormKind, ...] = BOTH
    stages: tuple[Stage, ...] = ANY_STAGE


_POS: Final = (FormKind.POS,)
_CONTRACT: Final = (Stage.CONTRACT,)
_OFFER: Final = (Stage.OFFER,)


def _text(path: str, title: str, kinds: tuple[FormKind, ...] = BOTH, stages: tuple[Stage, ...] = ANY_STAGE
          ) -> Iterator[Variable]:
    yield Variable(path, title, Type.TEXT, kinds, stages)


def _other(kind: Type, path: str, title: str, stages: tuple[Stage, ...] = ANY_STAGE) -> Iterator[Variable]:
    yield Variable(path, title, kind, BOTH, stages)


def _parts(
    path: str, title: str, parts: dict[str, str], kinds: tuple[FormKind, ...] = BOTH,
    stages: tuple[Stage, ...] = ANY_STAGE,
) -> Iterator[Variable]:
    for suffix, about in parts.items():
        kind = Type.NUMBER if suffix == '_kopecks' else Type.TEXT
        yield Variable(path + suffix, f'{title}: {about}', kind, kinds, stages)


def _client() -> Iterator[Variable]:
    yield from _text('client.last_name', 'Фамилия')
    yield from _text('client.first_name', 'Имя')
    yield from _text('client.middle_name', 'Отчество (пусто, если его нет)')
    yield from _text('client.full_name', 'Фамилия, имя, отчество')
    for case, title in CASES.items():
        yield from _text(f'client.full_name_{case}', f'Фамилия, имя, отчество: {title}')
    yield from _text('client.short_name', 'Фамилия и инициалы')
    yield from _text('client.gender', 'Пол: М или Ж')
    yield from _other(Type.FLAG, 'client.is_male', 'Мужчина')
    yield from _other(Type.FLAG, 'client.is_female', 'Женщина')
    yield from _parts('client.birth_date', 'Дата рождения', DATE_PARTS)
    yield from _text('client.birth_place', 'Место рождения')
    yield from _other(Type.FLAG, 'client.has_passport', 'Паспорт указан')
    yield from _text('client.passport', 'Паспорт одной строкой')
    yield from _text('client.passport_series', 'Серия паспорта')
    yield from _text('client.passport_number', 'Номер паспорта')
    yield from _parts('client.passport_issue_date', 'Дата выдачи паспорта', DATE_PARTS)
    yield from _text('client.passport_issued_by', 'Кем выдан паспорт')
    yield from _text('client.passport_division_code', 'Код подразделения')
    yield from _text('client.registration_address', 'Адрес регистрации')
    yield from _text('client.residence_address', 'Адрес проживания')
    yield from _text('client.phone', 'Мобильный телефон')
    yield from _text('client.phone_digits', 'Мобильный телефон: десять цифр без +7')
    yield from _text('client.email', 'Электронная почта')


def _others() -> Iterator[Variable]:
    yield from _text('lender.name', 'Кредитор: краткое название')
    yield from _text('lender.legal_name', 'Кредитор: полное юридическое название')
    yield from _text('lender.address', 'Кредитор: адрес')
    yield from _text('lender.details', 'Кредитор: реквизиты одной строкой')
    yield from _text('seller.name', 'Продавец')
    yield from _text('seller.point', 'Точка продажи')
    yield from _text('seller.operator', 'Сотрудник, принявший анкету')
    yield from _other(Type.FLAG, 'signing.by_sms', 'Документ подписывают кодом из СМС')
    yield from _other(Type.FLAG, 'signing.on_paper', 'Документ подписывают на бумаге')
    yield from _other(Type.FLAG, 'product.is_pos', 'Кредит (POS)')
    yield from _other(Type.FLAG, 'product.is_bnpl', 'Оплата частями (BNPL)')
    yield from _parts('request.made_on', 'Дата анкеты', DATE_PARTS, stages=_OFFER)
    yield from _parts('request.amount', 'Запрошенная сумма', SUM_PARTS, stages=_OFFER)


def _contract() -> Iterator[Variable]:
    yield from _text('contract.number', 'Номер договора', _POS, _CONTRACT)
    yield from _parts('contract.made_on', 'Дата договора', DATE_PARTS, stages=_CONTRACT)
    for name, title in (
        ('amount', 'Сумма кредита (рассрочки) со страховками'), ('price', 'Цена товаров'),
        ('initial_payment', 'Первоначальный взнос'), ('regular_payment', 'Регулярный платёж'),
        ('last_payment', 'Последний платёж'), ('total_payment', 'Все платежи вместе'),
        ('interest', 'Проценты за весь срок'), ('full_cost', 'Полная стоимость кредита в деньгах'),
        ('life_insurance', 'Страхование жизни'), ('work_insurance', 'Страхование от потери работы'),
        ('insurance', 'Страховки вместе'),
    ):
        yield from _parts(f'contract.{name}', title, SUM_PARTS, stages=_CONTRACT)
    yield from _parts('contract.rate', 'Ставка, % годовых', RATE_PARTS, stages=_CONTRACT)
    yield from _parts(
        'contract.effective_rate', 'Полная стоимость кредита, % годовых', RATE_PARTS, _POS, _CONTRACT)
    yield from _text('contract.term', 'Срок словами', stages=_CONTRACT)
    yield from _text('contract.period', 'Как часто платить', stages=_CONTRACT)
    yield from _other(Type.NUMBER, 'contract.term_value', 'Срок числом', _CONTRACT)
    yield from _other(Type.NUMBER, 'contract.payments_count', 'Число платежей', _CONTRACT)
    yield from _parts('contract.first_payment_date', 'Дата первого платежа', DATE_PARTS, stages=_CONTRACT)
    yield from _parts('contract.last_payment_date', 'Дата последнего платежа', DATE_PARTS, stages=_CONTRACT)
    for name, title in (
        ('has_interest', 'Проценты начисляются'), ('has_initial_payment', 'Есть первоначальный взнос'),
        ('has_life_insurance', 'Есть страхование жизни'), ('has_work_insurance', 'Есть страхование от потери работы'),
        ('has_insurance', 'Есть хотя бы одна страховка'),
    ):
        yield from _other(Type.FLAG, f'contract.{name}', title, _CONTRACT)
    yield from _text('qr', 'QR-код с номером договора (поле PDF; в HTML — функция qr)', _POS, _CONTRACT)


def _lists() -> Iterator[Variable]:
    yield from _other(Type.LIST, 'goods', 'Товары')
    yield from _other(Type.NUMBER, 'goods[].number', 'Номер строки, с 1')
    yield from _text('goods[].name', 'Название товара')
    yield from _text('goods[].category', 'Категория товара')
    yield from _parts('goods[].price', 'Цена товара', SUM_PARTS)
    yield from _other(Type.NUMBER, 'goods_count', 'Число товаров')
    yield from _parts('goods_total', 'Товары вместе', SUM_PARTS)
    yield from _other(Type.LIST, 'schedule', 'График платежей', _CONTRACT)
    yield from _other(Type.NUMBER, 'schedule[].number', 'Номер платежа, с 1', _CONTRACT)
    yield from _text('schedule[].date', 'Дата платежа', stages=_CONTRACT)
    for name, title in (
        ('payment', 'Платёж'), ('interest', 'Проценты в платеже'), ('principal', 'Основной долг в платеже'),
        ('balance', 'Остаток долга после платежа'),
    ):
        yield from _text(f'schedule[].{name}', title, stages=_CONTRACT)
        yield from _other(Type.NUMBER, f'schedule[].{name}_kopecks', f'{title}: в копейках', _CONTRACT)
    for name, title in (('payment', 'платежи'), ('interest', 'проценты'), ('principal', 'основной долг')):
        yield from _parts(f'schedule_total.{name}', f'Итого по графику, {title}', SUM_PARTS, stages=_CONTRACT)


VARIABLES: Final[tuple[Variable, ...]] = (*_client(), *_others(), *_contract(), *_lists())
_INDEX = re.compile(r'\[(\d{1,3})\]')


def variables_for(kind: FormKind, stage: Stage) -> tuple[Variable, ...]:
    """What has a meaning in a template of this kind and stage."""
    return tuple(found for found in VARIABLES if kind in found.kinds and stage in found.stages)


@cache
def _by_path() -> dict[str, Variable]:
    return {found.path: found for found in VARIABLES}


def variable_at(path: str) -> Variable | None:
    """The variable behind a path with numbers in it (`goods[2].name`), None when there is no such."""
    return _by_path().get(_INDEX.sub('[]', path))
