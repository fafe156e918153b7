"""The body of create_form that is sent: a POS form of an online shop with every field of the document."""
from __future__ import annotations

import base64
import io
import json
import os
from typing import Any

from PIL import Image

# Replaced in every request by a number of the same length, so that each body is a new form.
EXTERNAL_ID = 'bench-00000000-0000000000'
SCANS_IN_LARGE_BODY = 10
NOISE_PIXELS = 1250  # a side, which makes 1.5 MB, 2 MB in Base64

_ADDRESS: dict[str, Any] = {
    'region_name': 'Москва', 'region_type': 'г', 'region_code': 77, 'area_name': 'Хамовники', 'area_type': 'р-н',
    'area_code': 7701, 'city_name': 'Москва', 'city_type': 'г', 'city_code': 7700000000000,
    'settlement_name': 'Лужники', 'settlement_type': 'п', 'settlement_code': 77010001,
    'street_name': 'Льва Толстого', 'street_type': 'ул', 'street_code': 1725, 'house': '16', 'building': '2',
    'construction': '1', 'flat': '5', 'postal_code': '119021',
}
_ITEMS: list[dict[str, Any]] = [
    {'group': 'PHONES', 'category': 'MOBILE_PHONES', 'description': 'Смартфон «Орион 12»', 'price': 5_499_000,
     'vendor_code': 'ORION-12', 'storage_unit': 'шт', 'vat': '20%'},
    {'group': 'COMPUTERS', 'category': 'NOTEBOOKS', 'description': 'Ноутбук «Вектор 15»', 'price': 7_990_000,
     'vendor_code': 'VECTOR-15', 'storage_unit': 'шт', 'vat': '20%'},
]
_RELATIONS: list[dict[str, Any]] = [
    {'type': 'WIFE', 'first_name': 'Анна', 'middle_name': 'Олеговна', 'last_name': 'Соколова',
     'mobile_phone': '+79161234567'},
    {'type': 'FRIEND', 'first_name': 'Пётр', 'middle_name': 'Ильич', 'last_name': 'Волков',
     'mobile_phone': '8 (916) 765-43-21'},
]
_DEAL: dict[str, Any] = {
    'point_user_code': 'seller-7', 'point_user_name': 'Орлова Анна Викторовна', 'external_id': EXTERNAL_ID,
    'items': _ITEMS, 'initial_payment': 1_000_000, 'amount': 13_489_000,
    'success_payment_redirect_url': 'https://shop.example.com/paid',
    'failed_payment_redirect_url': 'https://shop.example.com/not-paid', 'term_value': 12, 'life_insurance': False,
    'work_insurance': False, 'is_sms_notification_allowed': True, 'codeword': 'ромашка',
    'client_evaluation_group': 'SUSPICIOUS_BEHAVIOR', 'client_evaluation_level': 'OTHER',
}
_PERSON: dict[str, Any] = {
    'mobile_phone': '+79161010101', 'first_name': 'Иван', 'middle_name': 'Петрович', 'last_name': 'Соколов',
    'birth_date': '1985-04-12', 'birth_place': 'г. Тверь', 'gender': 'M', 'marital_status': 'MARRIED_OFFICIAL',
    'child_count': 2, 'previous_first_name': 'Иван', 'previous_middle_name': 'Петрович',
    'previous_last_name': 'Воробьёв', 'first_name_translit': 'IVAN', 'last_name_translit': 'SOKOLOV',
    'education': 'HIGHER', 'dependants_count': 2, 'marriage_date': '2010-06-19', 'spouse_income_amount': 9_000_000,
    'spouse_birth_date': '1987-01-30', 'mobile_operator': 'MTS', 'mobile_contract_type': 'ADVANCE',
    'home_phone': '+74951234567', 'registration_phone': '+74951234568', 'email': 'client@example.com',
    'communication_type': 'EMAIL', 'relation_persons': _RELATIONS,
}
_DOCUMENTS: dict[str, Any] = {
    'passport_series': '4512', 'passport_number': '123456', 'passport_division_code': '770-045',
    'passport_issue_date': '2012-05-21', 'passport_issued_by': 'ОВД района Хамовники г. Москвы',
    'snils': '112-233-445 95', 'inn': '500100732259', 'pension_certificate': '112-233-445 95',
    'driver_license_series': '7712', 'driver_license_number': '345678', 'driver_license_issue_date': '2012-07-01',
    'driver_license_issued_by': 'ГИБДД 7712', 'international_passport_series': '75',
    'international_passport_number': '1234567', 'international_passport_issue_date': '2019-03-04',
    'international_passport_issued_by': 'МВД 77001',
}
_HOME: dict[str, Any] = {
    'registration_address_string': '119021, г. Москва, ул. Льва Толстого, д. 16, кв. 5',
    'registration_address': _ADDRESS, 'registration_address_housing_status': 'OWNERSHIP',
    'registration_date': '2012-06-01', 'is_living_in_registration_address': False,
    'residence_address_string': '119021, г. Москва, ул. Льва Толстого, д. 16, кв. 5',
    'residence_address': _ADDRESS, 'residence_address_housing_status': 'RENT', 'residence_date': '2015-02-01',
}
_WORK: dict[str, Any] = {
    'employment': 'EMPLOYEE', 'salary_income_amount': 12_000_000, 'total_experience': 180,
    'employment_position': 'инженер', 'employment_position_type': 'SPECIALIST', 'job_start_date': '2015-09-01',
    'current_field_experience': 120, 'work_phone': '+74957654321', 'additional_work_phone': '1234',
    'pension_start_date': '2020-01-01', 'employer_official_name': 'ООО «Ромашка»',
    'employer_scope': 'INFORMATION_TECHNOLOGY', 'employer_company_status': 'PRIVATE_RUSSIAN',
    'employer_address': _ADDRESS,
}
_MONEY: dict[str, Any] = {
    'other_income_type': 'FLAT_LEASING', 'other_income_amount': 3_000_000, 'total_month_expenses': 4_000_000,
    'car_presence': 'PTS_PRESENTED', 'car_manufacture_year': 2016, 'bank_card_presence': 'EMBOSSSED_CARD',
    'bank_card_type': 'DEBIT', 'card_issuing_bank': 'SBERBANK', 'has_bank_account': True,
    'has_other_bank_deposit': False, 'is_flat_owner': True, 'is_garage_owner': False, 'is_dacha_owner': False,
    'is_house_owner': False, 'is_land_owner': False, 'other_realty': 'нежилое помещение', 'credit_count': 'TWO',
    'previous_credit_type': 'CONSUMER', 'other_credit_amount': 5_000_000, 'credit_organization': 'ROSBANK',
}


def full_form(partner_guid: str, point_code: str, product_code: str) -> dict[str, Any]:
    """103 of the 104 fields: `scans`, the last, stand in the bodies whose memory is measured."""
    return {
        'partner_guid': partner_guid, 'point_code': point_code, 'credit_product_code': product_code, **_DEAL, **_PERSON,
        **_DOCUMENTS, **_HOME, **_WORK, **_MONEY}


def encoded(form: dict[str, Any]) -> bytes:
    """A body as a till sends it: JSON in UTF-8."""
    return json.dumps(form, ensure_ascii=False, separators=(',', ':')).encode()


def with_five_errors(form: dict[str, Any]) -> dict[str, Any]:
    """The same form with a wrong word, date, type, number and pattern."""
    return form | {
        'employment': 'KING', 'birth_date': '1985-02-30', 'life_insurance': 'no', 'term_value': 0,
        'passport_number': '12345'}


def large_form(form: dict[str, Any]) -> dict[str, Any]:
    """The form with ten scans that make a body of 20 MB: pictures of noise, which JPEG cannot shrink."""
    types = ('PASSPORT_MAIN', 'PASSPORT_REGISTRATION', 'CLIENT_PHOTO')
    scans = [
        {'type': types[number % len(types)], 'mime_type': 'image/jpeg',
         'base64': base64.b64encode(_noise()).decode()}
        for number in range(SCANS_IN_LARGE_BODY)]
    return form | {'scans': scans}


def _noise() -> bytes:
    """A JPEG of 1.5 MB."""
    content = io.BytesIO()
    size = (NOISE_PIXELS, NOISE_PIXELS)
    Image.frombytes('RGB', size, os.urandom(3 * NOISE_PIXELS**2)).save(content, 'JPEG', quality=92)
    return content.getvalue()
