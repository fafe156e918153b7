"""Invented people and deals: what an upload is checked on and a preview shows. Pure."""
from __future__ import annotations

from datetime import date
from decimal import Decimal

from contracts.forms.data import Client, ConsentForm, ContractForm, FormKind, Good, LenderParty, Seller, Terms
from contracts.templates.values import Values, contract_values, offer_values
from contracts.templates.variables import Stage

_MADE_ON = date(2027, 2, 5)
_CLIENT = Client(
    last_name='Образцова', first_name='Елизавета', middle_name='Константиновна', birth_date=date(1991, 8, 3),
    birth_place='г. Нижний Новгород', passport_series='0000', passport_number='000001',
    passport_issue_date=date(2011, 9, 15), passport_issued_by='ГУ МВД России по Нижегородской области',
    passport_division_code='520-001', registration_address='603005, г. Нижний Новгород, ул. Примерная, д. 12, кв. 34',
    residence_address='115035, г. Москва, Образцовый пер., д. 5, корп. 2, кв. 178', phone='+79000000001',
    email='sample@example.ru', gender='F')
_LENDER = LenderParty(
    name='Пример Банк', legal_name='Акционерное общество «Пример Банк»',
    address='123456, г. Москва, Примерная наб., д. 1', details='ОГРН 1000000000000, ИНН 7700000000, БИК 044500000')
_SELLER = Seller(name='ООО «Образец»', point_name='ТЦ «Пример», 2 этаж', operator_name='Иванов Пётр Сергеевич')
_GOODS = (
    Good('Ноутбук 15,6", 16 ГБ, 512 ГБ', 79_999_00, 'Ноутбуки'),
    Good('Смартфон 256 ГБ, чёрный', 42_000_00, 'Смартфоны'),
    Good('Услуга «Настройка на месте»', 3_000_50, 'Услуги'),
)
_CREDIT = Terms(
    price=124_999_50, initial_payment=10_000_00, loan=122_119_50, rate=Decimal('23.9'), term_value=12,
    term_unit='month', regular_payment_amount=11_539_36, regular_period_type='month',
    first_payment_date=date(2027, 3, 5), payments_count=12, number='ОБ-2027-000123', effective_rate=Decimal('27.431'),
    life_insurance_sum=4_120_00, work_insurance_sum=3_000_00)
_INSTALMENTS = Terms(
    price=124_999_50, initial_payment=0, loan=124_999_50, rate=Decimal(0), term_value=6, term_unit='week',
    regular_payment_amount=31_249_88, regular_period_type='week', first_payment_date=_MADE_ON, payments_count=4)


def sample_values(kind: FormKind, stage: Stage) -> Values:
    """The values of an invented deal, the same ones each time."""
    if stage == Stage.OFFER:
        consent = ConsentForm(
            client=_CLIENT, lenders=(_LENDER,), seller=_SELLER, made_on=_MADE_ON, loan=114_999_50)
        return offer_values(consent, lender=_LENDER, kind=kind, goods=_GOODS)
    return contract_values(ContractForm(
        kind=kind, lender=_LENDER, client=_CLIENT, seller=_SELLER, goods=_GOODS, made_on=_MADE_ON,
        terms=_CREDIT if kind == FormKind.POS else _INSTALMENTS))
