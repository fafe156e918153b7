"""The form of one story: the same seed gives the same client, goods and sums."""
from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from applications.questionnaire import Profile, Questionnaire, ScanIn, peek, read_form
from denimhub.demo import history_data as data
from denimhub.demo.forms import SCANS_OFFLINE
from denimhub.demo.history_world import SLOW, Shop
from denimhub.demo.pictures import drawn_scan
from partners.selectors import Origin

_MOSCOW = ZoneInfo('Europe/Moscow')
_PICTURES: dict[str, bytes] = {}


def picture(type_: str) -> bytes:
    """The drawing of a document, drawn once in a process."""
    if type_ not in _PICTURES:
        _PICTURES[type_] = drawn_scan(type_)
    return _PICTURES[type_]


def scan_in(type_: str) -> ScanIn:
    """The drawing as a till sends it."""
    return ScanIn(type_, 'image/jpeg', picture(type_))


def checked_form(
    shop: Shop, point: tuple[str, str, str, str], origin: Origin, *, external_id: str, dice: Random, at: datetime,
    is_slow: bool,
) -> Questionnaire:
    """A valid form of create_form as of a moment, checked by the rules of the platform."""
    channel, code, _name, kind = point
    body = _client(dice) | {
        'partner_guid': str(origin.partner_guid), 'point_code': code, 'external_id': external_id}
    body |= _bnpl(shop, dice) if kind == 'bnpl' else _pos(shop, dice, at)
    if is_slow:
        body['credit_product_code'] = SLOW
    if channel == 'offline' and kind == 'pos':
        body['scans'] = [
            {'type': type_, 'mime_type': 'image/jpeg', 'base64': base64.b64encode(picture(type_)).decode()}
            for type_ in SCANS_OFFLINE]
    return read_form(peek(json.dumps(body).encode()), profile=Profile(
        kind, origin.channel, origin.redirect_hosts, at.astimezone(_MOSCOW).date()))


def _client(dice: Random) -> dict[str, Any]:
    is_man = dice.random() < 0.5
    first_name, middle_name, last_name = dice.choice(data.MEN if is_man else data.WOMEN)
    seller_code, seller_name = dice.choice(data.SELLERS)
    town, _type, _code, postal = dice.choice(data.TOWNS)
    line = f'{postal}, {town}, ул. {dice.choice(data.STREETS)}, д. {dice.randint(1, 90)}, кв. {dice.randint(1, 140)}'
    return {
        'point_user_code': seller_code, 'point_user_name': seller_name,
        'mobile_phone': f'+7916{dice.randint(1_000_000, 9_999_999)}', 'first_name': first_name,
        'middle_name': middle_name or '-', 'last_name': last_name, 'gender': 'M' if is_man else 'F',
        'birth_date': f'{dice.randint(1962, 2002)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}',
        'birth_place': f'г. {town}', 'email': 'client@example.com',
        'passport_series': f'{dice.randint(40, 65)}{dice.randint(10, 24)}',
        'passport_number': f'{dice.randint(100_000, 999_999)}', 'passport_division_code': '770-045',
        'passport_issue_date': f'{dice.randint(2021, 2024)}-0{dice.randint(1, 9)}-1{dice.randint(0, 9)}',
        'passport_issued_by': 'ГУ МВД России', 'registration_address_string': line,
        'is_living_in_registration_address': True, 'residence_address_string': line}

def _pos(shop: Shop, dice: Random, at: datetime) -> dict[str, Any]:
    goods = dice.sample(shop.goods, dice.choice((1, 1, 1, 2)))
    price = sum(one.price for one in goods)
    town, type_, code, postal = dice.choice(data.TOWNS)
    return {
        'items': [_item(one) for one in goods], 'amount': price,
        'initial_payment': price * dice.choice((0, 10, 10, 20, 30)) // 100 // 100_00 * 100_00,
        'term_value': dice.choice((6, 10, 12, 12, 18, 24)), 'life_insurance': dice.random() < 0.3,
        'work_insurance': False, 'is_sms_notification_allowed': True,
        'relation_persons': [{'type': 'FRIEND', 'first_name': 'Пётр', 'mobile_phone': '+79161234567'}],
        'employment': 'EMPLOYEE', 'salary_income_amount': dice.randint(45, 190) * 1_000_00,
        'employer_scope': 'INFORMATION_TECHNOLOGY', 'marital_status': 'SINGLE', 'education': 'HIGHER',
        'employer_official_name': dice.choice(data.EMPLOYERS), 'employment_position': dice.choice(data.POSITIONS),
        'job_start_date': str((at - timedelta(days=dice.randint(200, 4000))).date()),
        'registration_address': {
            'region_name': town, 'region_type': type_, 'region_code': code, 'street_name': dice.choice(data.STREETS),
            'street_type': 'ул', 'street_code': 1725, 'house': str(dice.randint(1, 90)),
            'flat': str(dice.randint(1, 140)), 'postal_code': postal},
    }


def _bnpl(shop: Shop, dice: Random) -> dict[str, Any]:
    good = min(shop.goods, key=lambda one: (one.price > 40_000_00, dice.random()))
    return {
        'items': [_item(good) | {'vendor_code': f'V-{dice.randint(100, 999)}', 'storage_unit': 'шт'}],
        'amount': good.price, 'success_payment_redirect_url': 'https://shop.example.com/paid',
        'failed_payment_redirect_url': 'https://shop.example.com/not-paid'}


def _item(good: data.Goods) -> dict[str, Any]:
    return {'group': good.group, 'category': good.category, 'description': good.description, 'price': good.price}
