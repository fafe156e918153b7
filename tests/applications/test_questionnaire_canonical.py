"""The canonical form: equal for equal forms, another for any change that means something."""
from __future__ import annotations

import copy
import random
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from applications.questionnaire import FORM_VERSION, Mode, Questionnaire, ScanIn, canonical
from applications.questionnaire.fields import FIELDS
from applications.questionnaire.objects import ADDRESS, ITEM, RELATION_PERSON
from tests.applications.forms import form, full_form, problems, read, scan

ADDRESSES = ('registration_address', 'residence_address', 'employer_address')
PLACES: list[tuple[Any, ...]] = [
    *((row.name,) for row in FIELDS if row.name not in {'items', 'relation_persons', 'scans', *ADDRESSES}),
    *((name, row.name) for name in ADDRESSES for row in ADDRESS),
    *(('items', 0, row.name) for row in ITEM),
    *(('relation_persons', 0, row.name) for row in RELATION_PERSON)]
OTHER = {
    'partner_guid': 'other', 'gender': 'M', 'mobile_phone': '+79160000001', 'home_phone': '+74950000001',
    'registration_phone': '+74950000002', 'work_phone': '+74950000003', 'email': 'other@example.ru',
    'snils': '000-000-000 00',
    'inn': '7707083893', 'passport_series': '4511', 'passport_number': '654321', 'passport_division_code': '770-001',
    'postal_code': '170101', 'first_name_translit': 'ANNA', 'last_name_translit': 'IVANOVA',
    'success_payment_redirect_url': 'https://shop.example.ru/1', 'failed_payment_redirect_url': 'https://shop.example.ru/2',
    'category': 'PDA', 'amount': 6_499_999, 'price': 6_500_001, 'car_manufacture_year': 2016,
}
DICTIONARIES = {
    row.name: row.type.__args__[0].__args__
    for row in (*FIELDS, *ITEM, *RELATION_PERSON) if 'Literal' in str(row.type)}


def holder_of(body: dict[str, Any], place: tuple[Any, ...]) -> Any:
    holder: Any = body
    for step in place[:-1]:
        holder = holder[step]
    return holder


def other_value(name: str, now: Any) -> Any:
    if name in OTHER:
        return OTHER[name]
    if name in DICTIONARIES:
        return next(word for word in DICTIONARIES[name] if word != now)
    if isinstance(now, bool):
        return not now
    if isinstance(now, int):
        return now + 1
    if name.endswith('_date'):
        return '1985-01-02' if name == 'birth_date' else '2016-07-08'
    return f'{now}1'


def bytes_of(body: dict[str, Any], mode: Mode = Mode.POS_OFFLINE) -> bytes:
    return canonical(read(body, mode))


USUAL = bytes_of(full_form())


@pytest.mark.parametrize('place', PLACES, ids=str)
def test_a_change_of_any_one_field_changes_the_canonical_form(place: tuple[Any, ...]) -> None:
    body = full_form()
    holder = holder_of(body, place)
    holder[place[-1]] = other_value(str(place[-1]), holder[place[-1]])
    if place[-1] == 'group':
        body['items'][0].update(group='OTHER', category='OTHER_SERVICES')
    assert problems(body, Mode.POS_OFFLINE) == {}
    assert bytes_of(body) != USUAL


@given(place=st.sampled_from(PLACES), text=st.text(st.characters(categories=['L', 'N', 'Pd']), min_size=1, max_size=20))
@settings(max_examples=300, deadline=None)
def test_any_other_text_makes_another_form(place: tuple[Any, ...], text: str) -> None:
    body = full_form()
    holder = holder_of(body, place)
    before = holder[place[-1]]
    holder[place[-1]] = text
    assume(problems(body, Mode.POS_OFFLINE) == {})
    after: Any = read(body, Mode.POS_OFFLINE).values
    for step in place[:-1]:
        after = after[step]
    stored_before: Any = read(full_form(), Mode.POS_OFFLINE).values
    for step in place[:-1]:
        stored_before = stored_before[step]
    same = after.get(place[-1]) == stored_before.get(place[-1])
    assert (bytes_of(body) == USUAL) is same, before


@given(
    empties=st.dictionaries(st.sampled_from([row.name for row in FIELDS]), st.sampled_from([None, ''])),
    seed=st.integers())
@settings(max_examples=200, deadline=None)
def test_absent_null_and_empty_are_the_same_and_so_is_any_order(empties: dict[str, Any], seed: int) -> None:
    body = form(Mode.POS_OFFLINE)
    usual = bytes_of(body)
    for name, empty in empties.items():
        body.setdefault(name, empty)
    names = list(body)
    random.Random(seed).shuffle(names)
    assert bytes_of({name: body[name] for name in names}) == usual


def test_notations_of_the_same_value_are_the_same_form() -> None:
    body = full_form()
    body.update(
        mobile_phone='8 (916) 123-45-67', passport_series='45 10', passport_division_code='690001',
        snils='11223344595', first_name=' Мария ', is_admin=True)
    body['registration_address']['unknown'] = 1
    assert bytes_of(body) == USUAL


def test_a_scan_counts_by_its_type_and_bytes_not_by_its_notation() -> None:
    body = form(Mode.POS_OFFLINE)
    usual = bytes_of(body)
    broken = copy.deepcopy(body)
    text = broken['scans'][0]['base64']
    broken['scans'][0].update(base64=f'data:image/jpg;base64,{text[:8]}\n{text[8:]}', mime_type='image/jpg')
    assert bytes_of(broken) == usual
    for changed in (scan('PASSPORT_MAIN', b'other'), scan('PASSPORT_CHILDREN', b'\xff\xd8\xff picture')):
        other = copy.deepcopy(body)
        other['scans'].append(changed)
        assert bytes_of(other) != usual


def test_version_1_is_for_ever() -> None:
    """Stored hashes are compared under their own version: these bytes may never change."""
    values = {
        'last_name': 'Ёжиков "А"', 'amount': 5, 'items': [{'price': 5, 'group': 'OTHER'}], 'life_insurance': False,
        'registration_address': {'house': '1', 'region_code': 69}, 'not_of_the_form': 1}
    scans = [ScanIn('CLIENT_PHOTO', 'image/jpeg', b'photo')]
    assert FORM_VERSION == 1
    assert canonical(Questionnaire(values, scans, Mode.POS_ONLINE), 1).decode() == (
        '[1,[["amount",5],["items",[[["group","OTHER"],["price",5]]]],["last_name","Ёжиков \\"А\\""],'
        '["life_insurance",false],["registration_address",[["house","1"],["region_code",69]]]],'
        f'[["CLIENT_PHOTO","image/jpeg","{sha256(b"photo").hexdigest()}"]]]')
