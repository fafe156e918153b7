"""A full form as a till would send it, with scans drawn on the spot."""
from __future__ import annotations

import base64
import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from denimhub.demo.pictures import drawn_scan

SCANS_OFFLINE = ('PASSPORT_MAIN', 'PASSPORT_REGISTRATION', 'CLIENT_PHOTO')
_CLIENTS = (
    ('Иван', 'Петрович', 'Соколов', 'M'), ('Мария', 'Сергеевна', 'Кузнецова', 'F'),
    ('Алёна', 'Игоревна', 'Фёдорова', 'F'), ('Дмитрий', 'Олегович', 'Волков', 'M'),
)
_GOODS = (
    ('PHONES', 'MOBILE_PHONES', 'Смартфон «Орион 12»', 54_990_00),
    ('COMPUTERS', 'NOTEBOOKS', 'Ноутбук «Вектор 15»', 79_900_00),
    ('HOME_APPLIANCES', 'KITCHEN_APPLIANCES', 'Кофемашина «Утро»', 42_490_00),
)


def demo_phone() -> str:
    """A mobile number whose last four digits play no scenario of the sandbox lenders."""
    return f'+7916{random.randint(100, 999)}77{random.randint(10, 99)}'


def demo_form(*, partner_guid: str, point_code: str, kind: str, channel: str, phone: str) -> dict[str, Any]:
    """A valid body of create_form for the kind and channel."""
    form = _common(partner_guid, point_code, phone)
    form |= _pos() if kind == 'pos' else _bnpl()
    if kind == 'pos' and channel == 'OFFLINE':
        form['scans'] = [scan(type_) for type_ in SCANS_OFFLINE]
    return form


def _common(partner_guid: str, point_code: str, phone: str) -> dict[str, Any]:
    first_name, middle_name, last_name, gender = random.choice(_CLIENTS)
    return {
        'partner_guid': partner_guid, 'point_code': point_code, 'point_user_code': 'seller-7',
        'point_user_name': 'Орлова Анна Викторовна', 'external_id': f'demo-{uuid.uuid4()}',
        'mobile_phone': phone, 'first_name': first_name, 'middle_name': middle_name, 'last_name': last_name,
        'gender': gender, 'birth_date': '1990-04-12', 'birth_place': 'г. Тверь', 'email': 'client@example.com',
        'passport_series': '4512', 'passport_number': f'{random.randint(0, 999_999):06}',
        'passport_division_code': '770-045', 'passport_issue_date': '2012-05-21',
        'passport_issued_by': 'ОВД района Хамовники г. Москвы',
        'registration_address_string': '119021, г. Москва, ул. Льва Толстого, д. 16, кв. 5',
        'is_living_in_registration_address': True,
        'residence_address_string': '119021, г. Москва, ул. Льва Толстого, д. 16, кв. 5',
    }


def _pos() -> dict[str, Any]:
    group, category, description, price = random.choice(_GOODS)
    return {
        'items': [{'group': group, 'category': category, 'description': description, 'price': price}],
        'amount': price, 'initial_payment': price // 10 // 100 * 100, 'term_value': 12,
        'life_insurance': False, 'work_insurance': False, 'is_sms_notification_allowed': True,
        'relation_persons': [{'type': 'FRIEND', 'first_name': 'Пётр', 'mobile_phone': '+79161234567'}],
        'employment': 'EMPLOYEE', 'salary_income_amount': 120_000_00, 'employer_scope': 'INFORMATION_TECHNOLOGY',
        'marital_status': 'SINGLE', 'education': 'HIGHER',
        'employer_official_name': 'ООО «Ромашка»', 'employment_position': 'инженер',
        'job_start_date': str((datetime.now(UTC) - timedelta(days=900)).date()),
        'registration_address': {
            'region_name': 'Москва', 'region_type': 'г', 'region_code': 77, 'street_name': 'Льва Толстого',
            'street_type': 'ул', 'street_code': 1725, 'house': '16', 'flat': '5', 'postal_code': '119021'},
    }


def _bnpl() -> dict[str, Any]:
    price = 24_990_00
    return {
        'items': [{
            'group': 'PHONES', 'category': 'MOBILE_PHONES', 'description': 'Смартфон «Орион мини»', 'price': price,
            'vendor_code': 'ORION-MINI', 'storage_unit': 'шт'}],
        'amount': price,
        'success_payment_redirect_url': 'https://shop.example.com/paid',
        'failed_payment_redirect_url': 'https://shop.example.com/not-paid',
    }


def scan(type_: str) -> dict[str, str]:
    """A picture of a document, as `Scan` of the API."""
    return {'type': type_, 'mime_type': 'image/jpeg', 'base64': base64.b64encode(drawn_scan(type_)).decode()}
