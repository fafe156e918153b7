"""A client, a lender and two deals that every test of the printed forms prints."""
from __future__ import annotations

from datetime import date
from decimal import Decimal

from contracts.forms.data import (
    Client,
    ConsentForm,
    ContractForm,
    FormKind,
    Good,
    LenderParty,
    ScheduleForm,
    Seller,
    Terms,
)

MADE_ON = date(2026, 11, 24)
CLIENT = Client(
    last_name='Константинопольский', first_name='Александр', middle_name='Владимирович', birth_date=date(1988, 3, 14),
    birth_place='г. Нижний Новгород', passport_series='4510', passport_number='123456',
    passport_issue_date=date(2010, 5, 20), passport_issued_by='Отделом УФМС России по гор. Москве',
    passport_division_code='770-123', registration_address='119571, г. Москва, пр-кт Вернадского, д. 94, кв. 118',
    residence_address='г. Москва, ул. Академика Анохина, д. 5, кв. 12', phone='+79161234567', email='client@example.ru')
LENDER = LenderParty(
    name='Тестовый банк', legal_name='Акционерное общество «Тестовый банк»',
    address='123112, г. Москва, Пресненская наб., д. 8', details='ОГРН 1027700000000, ИНН 7700000000')
MFO = LenderParty(name='Тестовая МФО')
SELLER = Seller(name='ООО «Ромашка»', point_name='ТЦ «Авеню», 2 этаж', operator_name='Петрова Анна Сергеевна')
GOODS = (
    Good('Ноутбук ASUS Vivobook 15 X1504VA', 79_999_00, 'Ноутбуки'),
    Good('Смартфон Samsung Galaxy A56', 42_000_00, 'Смартфоны'),
    Good('Услуга «Настройка»', 3_000_00, 'Услуги'),
)
CREDIT = Terms(
    price=124_999_00, initial_payment=10_000_00, loan=122_119_00, rate=Decimal('23.9'), term_value=12,
    term_unit='month', regular_payment_amount=11_539_31, regular_period_type='month',
    first_payment_date=date(2026, 12, 24), payments_count=12, number='ТБ-2026-000123',
    effective_rate=Decimal('27.431'), life_insurance_sum=4_120_00, work_insurance_sum=3_000_00)
INSTALMENTS = Terms(
    price=39_999_01, initial_payment=0, loan=39_999_01, rate=Decimal(0), term_value=6, term_unit='week',
    regular_payment_amount=9_999_76, regular_period_type='week', first_payment_date=date(2026, 11, 24),
    payments_count=4)
CONTRACT = ContractForm(
    kind=FormKind.POS, lender=LENDER, client=CLIENT, seller=SELLER, terms=CREDIT, goods=GOODS, made_on=MADE_ON)
PURCHASE = ContractForm(
    kind=FormKind.BNPL, lender=MFO, seller=SELLER, terms=INSTALMENTS, goods=GOODS[:1], made_on=MADE_ON,
    client=Client(last_name='Иванова', first_name='Мария', birth_date=date(1990, 1, 2), phone='+79161234567'))
SCHEDULE = ScheduleForm(kind=FormKind.POS, lender=LENDER, client=CLIENT, terms=CREDIT, made_on=MADE_ON)
CONSENT = ConsentForm(client=CLIENT, lenders=(LENDER, MFO), seller=SELLER, made_on=MADE_ON, loan=114_999_00)
