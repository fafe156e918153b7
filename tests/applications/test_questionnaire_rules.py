"""Rules between fields, all problems in one answer, in words that tell what to do."""
from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from applications.questionnaire import Mode, redirect_problem
from applications.questionnaire.formats import MAX_SAFE_INTEGER
from applications.vocabulary import CATEGORIES_BY_GROUP, ItemCategory, ItemGroup
from tests.applications.forms import form, full_form, problems, read

MONEY = st.integers(min_value=-(10**20), max_value=10**20)
SOUND_MONEY = st.integers(min_value=0, max_value=MAX_SAFE_INTEGER)


def items(*prices: int) -> list[dict[str, Any]]:
    return [
        {'group': 'OTHER', 'category': 'OTHER_SERVICES', 'description': 'Товар', 'price': price, 'vendor_code': 'A',
         'storage_unit': 'шт'} for price in prices]


@given(amount=SOUND_MONEY, first=SOUND_MONEY, prices=st.lists(SOUND_MONEY, min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_first_payment_below_amount_at_most_the_sum_of_prices(amount: int, first: int, prices: list[int]) -> None:
    body = form(Mode.POS_ONLINE, amount=amount, initial_payment=first, items=items(*prices))
    taken = first < amount <= sum(prices)
    assert (problems(body, Mode.POS_ONLINE) == {}) is taken


@given(amount=MONEY, first=MONEY, price=MONEY)
@settings(max_examples=300, deadline=None)
def test_any_integers_are_either_sound_money_or_named_problems(amount: int, first: int, price: int) -> None:
    body = form(Mode.BNPL, amount=amount, initial_payment=first, items=items(price))
    mode = Mode.BNPL_LARGE if amount > 4_000_000 else Mode.BNPL
    found = set(problems({**form(Mode.BNPL_LARGE), **body} if mode is Mode.BNPL_LARGE else body, mode))
    sound = 0 <= first < amount <= price <= MAX_SAFE_INTEGER
    assert (found == set()) is sound
    assert found <= {'amount', 'initial_payment', 'items[0].price'}


@pytest.mark.parametrize('category', list(ItemCategory))
def test_a_category_belongs_to_one_group(category: ItemCategory) -> None:
    for group in ItemGroup:
        goods = items(2_400_000)
        goods[0].update(group=group.value, category=category.value)
        found = problems(form(Mode.BNPL, items=goods), Mode.BNPL)
        assert set(found) == (set() if category in CATEGORIES_BY_GROUP[group] else {'items[0].category'})


@pytest.mark.parametrize(('born', 'today', 'taken'), [
    ('2008-01-15', date(2026, 1, 15), True), ('2008-01-16', date(2026, 1, 15), False),
    ('2008-02-29', date(2026, 2, 28), False), ('2008-02-29', date(2026, 3, 1), True),
    ('2030-01-01', date(2026, 1, 15), False), ('1900-01-01', date(2026, 1, 15), True)])
def test_the_client_is_an_adult(born: str, today: date, taken: bool) -> None:
    found = problems(form(Mode.BNPL, birth_date=born), Mode.BNPL, today=today)
    assert set(found) == (set() if taken else {'birth_date'})


@pytest.mark.parametrize('name', ['passport_issue_date', 'international_passport_issue_date'])
@pytest.mark.parametrize(('day', 'taken'), [
    ('1990-05-16', False), ('1990-05-17', False), ('1990-05-18', True), ('2026-01-15', True), ('2026-01-16', False)])
def test_passports_are_given_after_birth_and_not_in_the_future(name: str, day: str, taken: bool) -> None:
    assert set(problems({**full_form(), name: day}, Mode.POS_OFFLINE)) == (set() if taken else {name})


@pytest.mark.parametrize('sent', [
    '+79161234567', '89161234567', '79161234567', '9161234567', '8 (916) 123-45-67', '+7 916 123 45 67',
    '+7(916)123-45-67', '8-916-123-45-67', '+7\u00a0916\u00a0123\u201145\u201167', ' 8.916.123.45.67 ',
    '8 10 7 916 123 45 67',
    'тел. 8 916 123-45-67'])
def test_a_mobile_phone_is_taken_in_any_usual_notation(sent: str) -> None:
    body = form(Mode.POS_ONLINE, mobile_phone=sent)
    body['relation_persons'][0]['mobile_phone'] = sent
    values = read(body, Mode.POS_ONLINE).values
    assert values['mobile_phone'] == values['relation_persons'][0]['mobile_phone'] == '+79161234567'


@pytest.mark.parametrize('sent', [
    '+74951234567', '84951234567', '1234567', '+380441234567', '+77271234567', '+7916123456', '+791612345678', 'нет',
    '+', '+7 916 123-45-6x'])
def test_what_is_no_russian_mobile_is_refused_where_one_is_needed(sent: str) -> None:
    body = form(Mode.POS_ONLINE, mobile_phone=sent)
    body['relation_persons'].append({'type': 'SON', 'mobile_phone': sent})
    assert set(problems(body, Mode.POS_ONLINE)) == {'mobile_phone', 'relation_persons[1].mobile_phone'}


@pytest.mark.parametrize('name', ['home_phone', 'registration_phone', 'work_phone'])
def test_the_other_phones_are_any_russian_numbers(name: str) -> None:
    for good in ('+74951234567', '8 800 555-35-35', '+79161234567', '(3822) 12-34-56'):
        assert set(problems({**full_form(), name: good}, Mode.POS_OFFLINE)) == set(), good
    for bad in ('+1 212 555 0100', '12-34-56', 'нет', '+77271234567'):
        assert set(problems({**full_form(), name: bad}, Mode.POS_OFFLINE)) == {name}, bad


def test_an_extension_in_the_work_phone_is_kept() -> None:
    body = full_form()
    body['work_phone'] = '+7 495 123-45-67 доб. 12'
    assert read(body, Mode.POS_OFFLINE).values['additional_work_phone'] == '12-34'
    del body['additional_work_phone']
    values = read(body, Mode.POS_OFFLINE).values
    assert (values['work_phone'], values['additional_work_phone']) == ('+74951234567', '12')


@pytest.mark.parametrize('none', ['-', 'нет', 'НЕТ', ' нет '])
def test_a_client_without_a_middle_name(none: str) -> None:
    assert 'middle_name' not in read(form(Mode.BNPL, middle_name=none), Mode.BNPL).values
    assert set(problems(form(Mode.BNPL, middle_name=None), Mode.BNPL)) == {'middle_name'}


@pytest.mark.parametrize(('url', 'taken'), [
    ('https://shop.example.ru/paid?order=1#top', True), ('https://SHOP.example.ru', True),
    ('https://shop.example.ru:443/paid', True), ('HTTPS://shop.example.ru/', True), ('https://shop.example.ru./', True),
    ('https://shop.example.ru/путь', True), ('http://shop.example.ru/', False), ('https://other.example.ru/', False),
    ('https://shop.example.ru.evil.ru/', False), ('https://evil.ru/shop.example.ru', False),
    ('https://shop.example.ru@evil.ru/', False), ('https://user:pass@shop.example.ru/', False),
    ('https://shop.example.ru:8443/', False), ('https://shop.example.ru\\@evil.ru/', False),
    ('https://shop.example.ru/\r\nX: 1', False), ('//shop.example.ru/', False), ('javascript:alert(1)', False),
    ('https:///paid', False), ('https://', False), ('https://shop.example.ru:99999/', False), ('https://[::1]/', False),
    ('https://shop .example.ru/', False), ('https:/shop.example.ru', False), ('https://shop.example.ru:x/', False)])
def test_redirects_go_to_the_partners_own_hosts_over_https(url: str, taken: bool) -> None:
    found = problems(form(Mode.BNPL, failed_payment_redirect_url=url), Mode.BNPL, hosts=('shop.example.ru',))
    assert set(found) == (set() if taken else {'failed_payment_redirect_url'})


def test_hosts_are_compared_in_punycode_and_an_empty_list_allows_every_host() -> None:
    assert redirect_problem('https://магазин.рф/', ['xn--80aairftm.xn--p1ai']) is None
    assert redirect_problem('https://xn--80aairftm.xn--p1ai/', ['Магазин.РФ.']) is None
    assert redirect_problem('https://anything.example/', []) is None


def test_all_problems_come_at_once_rules_included() -> None:
    body = full_form()
    body.update(
        first_name='', email='x', amount=9 * 10**9, birth_date='2010-01-01', mobile_phone='12', inn='500100732258',
        success_payment_redirect_url='http://a.ru', term_value='12', gender='X')
    body['items'][0]['category'] = 'RINGS'
    body['items'].append({'group': 'NO', 'category': 'RINGS', 'description': 'x', 'price': 5})
    body['registration_address'].pop('house')
    body['relation_persons'][0].update(type='UNCLE', mobile_phone='495')
    body['scans'].pop()
    assert set(problems(body, Mode.POS_OFFLINE)) == {
        'first_name', 'email', 'amount', 'birth_date', 'mobile_phone', 'inn', 'success_payment_redirect_url',
        'term_value', 'gender', 'items[0].category', 'items[1].group', 'registration_address.house',
        'relation_persons[0].type', 'relation_persons[0].mobile_phone', 'scans'}


def test_messages_are_russian_or_english_and_tell_what_to_do() -> None:
    body = form(Mode.BNPL, email='x', first_name='')
    with override('ru'):
        assert problems(body, Mode.BNPL) == {
            'email': ['Передайте адрес электронной почты вида name@example.ru'],
            'first_name': ['Обязательное поле: заполните его']}
    with override('en'):
        assert problems(body, Mode.BNPL) == {
            'email': ['Send an e-mail address like name@example.ru'],
            'first_name': ['Required field: fill it in']}
