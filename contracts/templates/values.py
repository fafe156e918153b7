"""From the plain data of the printed forms to what templates print: text, numbers, yes or no, lists. Pure."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.forms.contract import passport_line
from contracts.forms.data import (
    Client,
    ConsentForm,
    ContractForm,
    FormKind,
    Good,
    LenderParty,
    Seller,
    SigningWay,
    Terms,
)
from contracts.forms.names import decline
from contracts.forms.schedule import Payment, cost_of, payment_schedule, rhythm_of
from contracts.forms.sheet import printable
from contracts.forms.terms_text import PERIODS
from contracts.forms.words import (
    day,
    day_words,
    digits,
    money,
    money_full,
    money_words,
    month_words,
    percent,
    percent_words,
    phone,
    term,
)
from contracts.templates.variables import CASES, DATE_PARTS

Values = dict[str, Any]
"""Nested dicts and lists of str, int and bool: all that a template ever sees."""


def contract_values(form: ContractForm) -> Values:
    """Everything for a template of the stage `contract`: the same sums and dates as our own contract and schedule."""
    payments = payment_schedule(form.terms)
    return {
        **_parties(form.client, form.lender, form.seller, form.kind, form.signing, form.goods),
        'contract': _contract(form.terms, payments, form.made_on),
        'schedule': [_payment(line) for line in payments],
        'schedule_total': {
            name: value for total in ('payment', 'interest', 'principal')
            for name, value in _sum(total, sum(getattr(line, _AMOUNTS[total]) for line in payments)).items()},
        'qr': printable(form.terms.number),
    }


def offer_values(form: ConsentForm, *, lender: LenderParty, kind: FormKind, goods: Sequence[Good] = ()) -> Values:
    """Everything for a template of the stage `offer`: the consent of a client towards this one lender."""
    return {
        **_parties(form.client, lender, form.seller, kind, form.signing, goods),
        'request': {**_date('made_on', form.made_on), **_sum('amount', form.loan)},
    }


def _parties(
    client: Client, lender: LenderParty, seller: Seller, kind: FormKind, signing: SigningWay, goods: Sequence[Good],
) -> Values:
    return {
        'client': _client(client),
        'lender': {
            'name': printable(lender.name), 'legal_name': printable(lender.title),
            'address': printable(lender.address), 'details': printable(lender.details)},
        'seller': {
            'name': printable(seller.name), 'point': printable(seller.point_name),
            'operator': printable(seller.operator_name)},
        'signing': {'by_sms': signing == SigningWay.SMS, 'on_paper': signing == SigningWay.PAPER},
        'product': {'is_pos': kind == FormKind.POS, 'is_bnpl': kind == FormKind.BNPL},
        'goods': [
            {'number': number, 'name': printable(good.name), 'category': printable(good.category),
             **_sum('price', good.price)}
            for number, good in enumerate(goods, 1)],
        'goods_count': len(goods),
        **_sum('goods_total', sum(good.price for good in goods)),
    }


def _client(client: Client) -> Values:
    male, female = _gender(client)
    values: Values = {
        name: printable(getattr(client, name)) for name in (
            'last_name', 'first_name', 'middle_name', 'full_name', 'short_name', 'birth_place', 'passport_series',
            'passport_number', 'passport_issued_by', 'passport_division_code', 'registration_address',
            'residence_address', 'email')}
    for case in CASES:
        values[f'full_name_{case}'] = printable(decline(
            client.last_name, client.first_name, client.middle_name, 'M' if male else 'F' if female else '', case))
    return {
        **values, 'gender': 'М' if male else 'Ж' if female else '', 'is_male': male, 'is_female': female,
        'has_passport': bool(client.passport_number), 'passport': printable(passport_line(client)),
        'phone': printable(phone(client.phone)), 'phone_digits': printable(client.phone.removeprefix('+7')),
        **_date('birth_date', client.birth_date), **_date('passport_issue_date', client.passport_issue_date),
    }


def _gender(client: Client) -> tuple[bool, bool]:
    """As the form says; where it does not ask, as the middle name tells."""
    if client.gender:
        return client.gender == 'M', client.gender == 'F'
    middle_name = client.middle_name.lower()
    return middle_name.endswith(('ич', 'оглы')), middle_name.endswith(('на', 'кызы'))


def _contract(terms: Terms, payments: Sequence[Payment], made_on: date) -> Values:
    insurance = terms.life_insurance_sum + terms.work_insurance_sum
    interest = sum(line.interest for line in payments)
    sums = {
        'amount': terms.loan, 'price': terms.price, 'initial_payment': terms.initial_payment,
        'regular_payment': terms.regular_payment_amount, 'last_payment': payments[-1].amount,
        'total_payment': sum(line.amount for line in payments), 'interest': interest, 'full_cost': cost_of(terms),
        'life_insurance': terms.life_insurance_sum, 'work_insurance': terms.work_insurance_sum, 'insurance': insurance,
    }
    return {
        'number': printable(terms.number), **_date('made_on', made_on),
        **{name: value for key, amount in sums.items() for name, value in _sum(key, amount).items()},
        **_rate('rate', terms.rate), **_rate('effective_rate', terms.effective_rate),
        'term': term(terms.term_value, terms.term_unit), 'term_value': terms.term_value, 'period': _period(terms),
        'payments_count': len(payments),
        **_date('first_payment_date', payments[0].due_on), **_date('last_payment_date', payments[-1].due_on),
        'has_interest': interest > 0, 'has_initial_payment': terms.initial_payment > 0,
        'has_life_insurance': terms.life_insurance_sum > 0, 'has_work_insurance': terms.work_insurance_sum > 0,
        'has_insurance': insurance > 0,
    }


def _period(terms: Terms) -> str:
    step = rhythm_of(terms).step
    return PERIODS[terms.regular_period_type] if step == 1 else f'каждые {term(step, terms.regular_period_type)}'


_AMOUNTS = {'payment': 'amount', 'interest': 'interest', 'principal': 'principal', 'balance': 'balance'}


def _payment(line: Payment) -> Values:
    values: Values = {'number': line.number, 'date': day(line.due_on)}
    for name, attribute in _AMOUNTS.items():
        kopecks = getattr(line, attribute)
        values |= {name: money(kopecks), f'{name}_kopecks': kopecks}
    return values


def _sum(name: str, kopecks: int) -> Values:
    return {
        name: money(kopecks), f'{name}_words': money_words(kopecks), f'{name}_full': money_full(kopecks),
        f'{name}_whole': digits(kopecks // 100), f'{name}_rest': f'{kopecks % 100:02d}', f'{name}_kopecks': kopecks,
    }


def _date(name: str, value: date | None) -> Values:
    if value is None:
        return {name + part: '' for part in DATE_PARTS}
    return {
        name: day(value), f'{name}_words': day_words(value), f'{name}_day': f'{value.day:02d}',
        f'{name}_month': f'{value.month:02d}', f'{name}_month_words': month_words(value),
        f'{name}_year': f'{value.year}',
    }


def _rate(name: str, value: Decimal | None) -> Values:
    if value is None:
        return {name: '', f'{name}_words': ''}
    return {name: percent(value), f'{name}_words': percent_words(value)}
