"""Valid bodies of create_form for every mode, as a till would send them, and the reading of changed ones."""
from __future__ import annotations

import copy
import json
from base64 import b64encode
from datetime import date
from typing import Any

from applications.questionnaire import Mode, Profile, Questionnaire, read_form
from applications.refusals import ValidationRefused
from denimhub.dp.examples import BNPL_FORM, POS_FORM

TODAY = date(2026, 1, 15)
PROFILES = {
    Mode.POS_ONLINE: Profile('pos', 'ONLINE', today=TODAY),
    Mode.POS_OFFLINE: Profile('pos', 'OFFLINE', today=TODAY),
    Mode.BNPL: Profile('bnpl', 'ONLINE', today=TODAY),
    Mode.BNPL_LARGE: Profile('bnpl', 'ONLINE', today=TODAY),
    Mode.UNKNOWN: Profile(None, None, today=TODAY),
}
ADDRESS: dict[str, Any] = {
    'region_name': 'Московская', 'region_type': 'обл', 'region_code': 50, 'area_name': 'Одинцовский',
    'area_type': 'р-н', 'area_code': 22, 'city_name': 'Одинцово', 'city_type': 'г', 'city_code': 1,
    'settlement_name': 'Лесной', 'settlement_type': 'п', 'settlement_code': 3, 'street_name': 'Ленина',
    'street_type': 'ул', 'street_code': 12, 'house': '5', 'building': '1', 'construction': '2', 'flat': '17',
    'postal_code': '143000',
}
OPTIONAL: dict[str, Any] = {
    'marital_status': 'SINGLE', 'child_count': 1, 'registration_address_string': 'Тверь, Советская, 10',
    'registration_address_housing_status': 'RENT', 'registration_date': '2011-02-03',
    'credit_product_code': 'p-1', 'previous_first_name': 'Мария', 'previous_middle_name': 'Ивановна',
    'previous_last_name': 'Сидорова', 'first_name_translit': 'MARIIA', 'last_name_translit': 'PETROVA',
    'codeword': 'берёза', 'education': 'HIGHER', 'dependants_count': 0, 'marriage_date': '2012-02-29',
    'residence_address_string': 'Тверь, Советская, 10', 'residence_address': ADDRESS,
    'residence_address_housing_status': 'RELATIVES', 'residence_date': '2013-04-05', 'mobile_operator': 'MTS',
    'mobile_contract_type': 'ADVANCE', 'home_phone': '+74951234567', 'registration_phone': '8 (495) 123-45-68',
    'communication_type': 'EMAIL', 'total_experience': 120, 'employment_position': 'Учитель',
    'employment_position_type': 'SPECIALIST', 'job_start_date': '2015-09-01', 'current_field_experience': 100,
    'work_phone': '84951234569', 'additional_work_phone': '12-34', 'pension_start_date': '2045-01-01',
    'employer_official_name': 'Школа 1', 'employer_company_status': 'STATE_OWNED', 'employer_address': ADDRESS,
    'spouse_income_amount': 100, 'spouse_birth_date': '1989-01-01', 'other_income_type': 'TUTORING',
    'other_income_amount': 0, 'total_month_expenses': 1_000_000, 'snils': '112-233-445 95', 'inn': '500100732259',
    'pension_certificate': 'П-1', 'driver_license_series': '69АВ', 'driver_license_number': '123456',
    'driver_license_issue_date': '2012-03-04', 'driver_license_issued_by': 'ГИБДД',
    'international_passport_series': '75', 'international_passport_number': '1234567',
    'international_passport_issue_date': '2019-03-04', 'international_passport_issued_by': 'ФМС',
    'car_presence': 'NO_CAR', 'car_manufacture_year': 2015, 'bank_card_presence': 'EMBOSSSED_CARD',
    'bank_card_type': 'DEBIT', 'card_issuing_bank': 'VNESHTEORGBANK', 'has_bank_account': True,
    'has_other_bank_deposit': False, 'is_flat_owner': True, 'is_garage_owner': False, 'is_dacha_owner': False,
    'is_house_owner': False, 'is_land_owner': False, 'other_realty': 'нет', 'credit_count': 'ONE',
    'previous_credit_type': 'CONSUMER', 'other_credit_amount': 0, 'credit_organization': 'VNESHTORGBANK',
    'client_evaluation_group': 'SUSPICIOUS_LOOKS_CLIENT', 'client_evaluation_level': 'OTHER',
    'success_payment_redirect_url': 'https://shop.example.ru/paid',
    'failed_payment_redirect_url': 'https://shop.example.ru/not-paid',
}
OFFLINE_SCANS = ('PASSPORT_MAIN', 'PASSPORT_REGISTRATION', 'CLIENT_PHOTO')


def scan(kind: str, content: bytes = b'\xff\xd8\xff picture') -> dict[str, Any]:
    return {'type': kind, 'mime_type': 'image/jpeg', 'base64': b64encode(content).decode()}


def form(mode: Mode, **changes: Any) -> dict[str, Any]:
    """The smallest usual body of a mode; a change to None leaves the field out."""
    body = copy.deepcopy(BNPL_FORM) if mode in {Mode.BNPL, Mode.UNKNOWN} else copy.deepcopy(POS_FORM)
    if mode is Mode.POS_OFFLINE:
        body['scans'] = [scan(kind) for kind in OFFLINE_SCANS]
    if mode is Mode.BNPL_LARGE:
        body = {**copy.deepcopy(BNPL_FORM), 'amount': 6_500_000, 'residence_address_string': 'Тверь, Советская, 10', **{
            name: body[name] for name in (
                'passport_series', 'passport_number', 'passport_division_code', 'passport_issue_date',
                'registration_address')}}
        body['items'][0]['price'] = 6_500_000
    body.update(changes)
    return {name: value for name, value in body.items() if value is not None}


def full_form() -> dict[str, Any]:
    """All 104 fields and all of Item, Address and RelationPerson."""
    body = form(Mode.POS_OFFLINE, **copy.deepcopy(OPTIONAL), registration_address=dict(ADDRESS))
    body['items'][0].update(vendor_code='NB-1', storage_unit='шт', vat='20%')
    body['relation_persons'][0].update(middle_name='Петровна', last_name='Петрова')
    return body


def encode(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def read(body: dict[str, Any], mode: Mode, **profile: Any) -> Questionnaire:
    base = PROFILES[mode]
    chosen = Profile(base.kind, base.channel, profile.get('hosts', ()), profile.get('today', TODAY))
    return read_form(encode(body), profile=chosen)


def problems(body: dict[str, Any], mode: Mode, **profile: Any) -> dict[str, list[str]]:
    """What a body is refused for; empty when it is taken."""
    try:
        read(body, mode, **profile)
    except ValidationRefused as refused:
        return refused.data
    return {}
