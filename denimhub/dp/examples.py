"""Examples of bodies and answers for the documentation; tests check that they are valid."""
from __future__ import annotations

from typing import Any

PARTNER_GUID = '7b0c54d5-6a2e-4d5b-9d8a-2f1f0c6f7a10'
FORM_GUID = 'c0e1d2f3-1111-4222-8333-944455566677'
OFFER_GUID = '5a6b7c8d-2222-4333-8444-a55566677788'
FILE_GUID = '9d8c7b6a-3333-4444-8555-b66677788899'

_CLIENT: dict[str, Any] = {
    'mobile_phone': '+79161234567', 'first_name': 'Мария', 'middle_name': 'Ивановна', 'last_name': 'Петрова',
    'birth_date': '1990-05-17', 'email': 'petrova@example.ru',
}
BNPL_FORM: dict[str, Any] = {
    'partner_guid': PARTNER_GUID, 'point_code': 'bnpl-1', 'external_id': 'order-1001',
    'items': [{
        'group': 'PHONES', 'category': 'MOBILE_PHONES', 'description': 'Смартфон', 'price': 2_400_000,
        'vendor_code': 'SM-15', 'storage_unit': 'шт', 'vat': '20%'}],
    'amount': 2_400_000, 'success_payment_redirect_url': 'https://shop.example.ru/paid',
    'failed_payment_redirect_url': 'https://shop.example.ru/not-paid', **_CLIENT,
}
_ADDRESS: dict[str, Any] = {
    'region_name': 'Тверская', 'region_type': 'обл', 'region_code': 69, 'city_name': 'Тверь', 'city_type': 'г',
    'street_name': 'Советская', 'street_type': 'ул', 'street_code': 1, 'house': '10', 'flat': '7',
    'postal_code': '170100',
}
POS_FORM: dict[str, Any] = {
    'partner_guid': PARTNER_GUID, 'point_code': 'online-1', 'point_user_code': 'u-17',
    'point_user_name': 'Сидоров Пётр Петрович', 'external_id': 'order-1002',
    'items': [{
        'group': 'COMPUTERS', 'category': 'NOTEBOOKS', 'description': 'Ноутбук', 'price': 6_500_000}],
    'initial_payment': 500_000, 'amount': 6_500_000, 'term_value': 12, 'life_insurance': False,
    'work_insurance': False, 'is_sms_notification_allowed': True, **_CLIENT, 'birth_place': 'г. Тверь',
    'gender': 'F', 'passport_series': '4510', 'passport_number': '123456', 'passport_division_code': '690-001',
    'passport_issue_date': '2010-06-01', 'passport_issued_by': 'ОВД Московского района г. Твери',
    'registration_address': _ADDRESS, 'is_living_in_registration_address': True,
    'relation_persons': [{'type': 'MOTHER', 'first_name': 'Анна', 'mobile_phone': '+79169876543'}],
    'employment': 'EMPLOYEE', 'salary_income_amount': 9_000_000, 'employer_scope': 'EDUCATION',
}
_DEAL = {'partner_guid': PARTNER_GUID, 'form_guid': FORM_GUID, 'offer_guid': OFFER_GUID}
_FILES = [{'file_guid': FILE_GUID, 'file_name': 'Договор.pdf'}]
REQUESTS: dict[str, dict[str, Any]] = {
    'get_offers': {'partner_guid': PARTNER_GUID, 'form_guid': FORM_GUID},
    'check_sms_code': {**_DEAL, 'code': '123456'},
    'save_scans': {
        **_DEAL, 'scans': [{'type': 'AGREEMENT_1', 'mime_type': 'image/jpeg', 'base64': '/9j/4AAQSkZJRg=='}]},
    'cancel': {'partner_guid': PARTNER_GUID, 'form_guid': FORM_GUID},
}
ANSWERS: dict[str, dict[str, Any]] = {
    'create_form': {'form_guid': FORM_GUID},
    'get_offers': {
        'offer_status': 'done', 'files': [{'file_guid': FILE_GUID, 'file_name': 'Согласие.pdf'}],
        'offers': [{
            'guid': OFFER_GUID, 'name': 'Покупка в кредит', 'initial_payment': 500_000, 'amount': 6_000_000,
            'life_insurance_sum': 0, 'work_insurance_sum': 0, 'term_value': 12, 'term_unit': 'month',
            'regular_payment_amount': 548_000, 'regular_period_type': 'month', 'rate': 17.9}]},
    'get_contract': {
        'contract_status': 'done', 'files': _FILES,
        'contract': {
            'number': 'Д-2026-000123', 'effective_rate': 18.412, 'amount': 6_000_000, 'term_value': 12,
            'term_unit': 'month', 'regular_payment_amount': 548_000, 'first_payment_date': '2026-03-05',
            'payments_count': 12}},
    'get_scans_status': {
        'scans_status': 'RESCAN_NEEDED',
        'scans': [{'type': 'AGREEMENT_1', 'status': 'RESCAN_NEEDED', 'decline_reason': 'Не видна подпись'}]},
    'get_signing_status': {'signing_status': 'NOT_SIGNED'},
    'get_payment_status': {
        'payment_status': 'paid',
        'payments': [{
            'payed_at': '2026-02-05 14:03:11', 'status': 'success', 'amount': 600_000,
            'transaction_number': 'T-778899'}]},
    'get_issue_status': {'issue_status': 'done'},
}
VALIDATION = 2000
ERROR_DATA: dict[int, dict[str, Any]] = {
    2000: {'items[0].category': ['Выберите категорию из группы PHONES'], 'email': ['Обязательное поле: заполните его']},
    7000: {'attempts_left': 4},
    7001: {'retry_after': 18},
}


def request_of(name: str) -> dict[str, Any]:
    """An example body of a method other than create_form."""
    return REQUESTS.get(name, _DEAL)


def error_data_of(name: str, code: int) -> dict[str, Any]:
    """An example of `data` of an error."""
    if code == VALIDATION and name != 'create_form':
        return {'form_guid': ERROR_DATA[VALIDATION]['email']}
    return ERROR_DATA.get(code, {})


def answer_of(name: str) -> dict[str, Any]:
    """An example of `data`; empty for methods that have nothing to tell."""
    return ANSWERS.get(name, {})
