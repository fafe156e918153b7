"""A client's form as the platform holds it, with a canary in every personal field."""
from __future__ import annotations

import uuid
from typing import Any

from lenders.contract import FormFile, LenderForm

ADDRESS = {
    'region_name': 'Москва', 'region_type': 'г', 'region_code': 77, 'street_name': 'Канареечная', 'street_type': 'ул',
    'street_code': 12, 'house': '5', 'building': '2', 'flat': '47', 'postal_code': '115035'}
VALUES: dict[str, Any] = {
    'external_id': 'order-1', 'last_name': 'Щукарёва', 'first_name': 'Юлия', 'middle_name': 'Подъячевна',
    'birth_date': '1990-02-03', 'birth_place': 'г. Канарейск', 'gender': 'F', 'mobile_phone': '+79167654321',
    'home_phone': '+74957654322', 'email': 'kanareika@example.ru', 'passport_series': '4599',
    'passport_number': '876543', 'passport_division_code': '770-987', 'passport_issue_date': '2012-03-04',
    'passport_issued_by': 'ОВД Канарейское', 'registration_address': ADDRESS,
    'is_living_in_registration_address': True, 'marital_status': 'SINGLE', 'employment': 'EMPLOYEE',
    'salary_income_amount': 7654300, 'life_insurance': True, 'work_insurance': False, 'snils': '11223344595',
    'inn': '500100732259', 'codeword': 'канарейка', 'has_bank_account': False, 'dependants_count': 0,
    'relation_persons': [{'type': 'MOTHER', 'first_name': 'Анна', 'mobile_phone': '+79167654323'}],
    'items': [{'group': 'PHONES', 'category': 'MOBILE_PHONES', 'description': 'Телефон', 'price': 5_000_000}],
}
CANARIES = (
    'Щукар', 'ЩУКАР', 'SHCHUK', 'Юлия', 'ЮЛИЯ', 'IULIIA', 'Подъяч', 'ПОДЪЯЧ', '1990-02-03', 'анарей', '7654321',
    '7654322', '7654323', 'kanareika', '4599', '876543', '770-987', '2012-03-04', '115035', '7654300', '11223344595',
    '500100732259', 'Анна', 'АННА', 'aGVsbG8')


def lender_form(**changes: Any) -> LenderForm:
    """A POS form of 50 000 rubles."""
    values = {**VALUES, **changes.pop('values', {})}
    return LenderForm(**{
        'form_guid': str(uuid.uuid4()), 'kind': 'pos', 'channel': 'ONLINE', 'amount': 5_000_000,
        'initial_payment': 500_000, 'term_value': 12, 'values': values, 'partner_name': 'Магазин', 'point_code': 'p1',
        'success_url': 'https://shop.example/ok', 'failed_url': 'https://shop.example/failed',
        'files': (FormFile('PASSPORT_MAIN', 'image/png', b'hello canary'),), **changes})
