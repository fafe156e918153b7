"""The search of applications: whole values in any usual spelling, and nothing else."""
from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from applications.models import Application
from applications.services import indexes_of
from contracts.models import Contract
from contracts.services import open_contract
from denimhub.workstation.applications_search import find, read_search
from tests.world import QUESTIONNAIRE, a_deal, a_lender, a_partner, a_point, a_route, an_application

DIGITS = st.text('0123456789', min_size=9, max_size=9)
LETTERS = st.text('абвгдеёжзийклмнопрстуфхцчшщъыьэюя', min_size=1, max_size=12)


def client_named(**answers: str) -> Application:
    """An application of a client with these answers, indexed as intake does it."""
    values = QUESTIONNAIRE | answers
    return an_application(
        a_point(a_partner()), phone=values['mobile_phone'],
        **{name: value for name, value in indexes_of(values).items() if name != 'phone_index'})


def found_by(text: str) -> set[int]:
    """Ids of what the search finds."""
    return set(find(Application.objects.all(), text).values_list('pk', flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize('typed', [
    '+79161234567', '8 (916) 123-45-67', '79161234567', '9161234567', ' +7 916 123 45 67 ', '8-916-123-45-67'],
    ids=str)
def test_a_phone_is_found_in_any_spelling(typed: str) -> None:
    wanted, _other = client_named(mobile_phone='+79161234567'), client_named(mobile_phone='+79161234568')
    assert found_by(typed) == {wanted.pk}


@pytest.mark.django_db
@pytest.mark.parametrize('typed', ['4512123456', '4512 123456', '45 12 123456', '45 12 № 123 456'], ids=str)
def test_a_passport_is_found_whole(typed: str) -> None:
    wanted = client_named()
    client_named(passport_number='123457')
    assert found_by(typed) == {wanted.pk}


@pytest.mark.django_db
def test_a_part_of_a_passport_or_a_phone_finds_nothing() -> None:
    client_named()
    assert [found_by(part) for part in ('123456', '4512', '916', '0000000')] == [set()] * 4


@pytest.mark.django_db
@pytest.mark.parametrize('typed', [
    'Королёв', 'КОРОЛЕВ', 'королев', 'Королёв Сергей', 'КОРОЛЁВ  сергей', 'Сергей Королев',
    'Королёв Сергей Павлович'], ids=str)
def test_a_client_is_found_by_last_name_or_last_and_first_name(typed: str) -> None:
    wanted = client_named(last_name='Королёв', first_name='Сергей')
    client_named(last_name='Королёва', first_name='Ксения')
    assert found_by(typed) == {wanted.pk}


@pytest.mark.django_db
def test_another_first_name_is_another_client() -> None:
    client_named(last_name='Королёв', first_name='Сергей')
    assert found_by('Королёв Иван') == set()


@pytest.mark.django_db
def test_a_last_name_of_two_words_is_found() -> None:
    wanted = client_named(last_name='Салтыков Щедрин', first_name='Михаил')
    assert found_by('салтыков щедрин') == found_by('Салтыков Щедрин Михаил') == {wanted.pk}


@pytest.mark.django_db
def test_a_form_is_found_by_its_guid_in_any_spelling() -> None:
    wanted, _other = client_named(), client_named()
    guid = wanted.guid
    assert [found_by(text) for text in (str(guid), str(guid).upper(), guid.hex, f'{{{guid}}}', guid.urn)] == [
        {wanted.pk}] * 5


@pytest.mark.django_db
def test_an_external_id_is_found_at_every_partner_that_uses_it() -> None:
    one, two = (an_application(a_point(a_partner()), external_id='ЗАКАЗ 15/a') for _number in range(2))
    an_application(a_point(a_partner()), external_id='ЗАКАЗ 15/A')
    assert found_by(' ЗАКАЗ 15/a ') == {one.pk, two.pk}


@pytest.mark.django_db
def test_a_guid_may_be_an_external_id() -> None:
    text = str(uuid.uuid4())
    assert found_by(text) == set()
    wanted = an_application(a_point(a_partner()), external_id=text)
    assert found_by(text) == {wanted.pk}


@pytest.mark.django_db
def test_a_form_is_found_by_the_number_of_its_contract() -> None:
    point, lender = a_point(a_partner()), a_lender()
    a_route(point.partner, lender)
    (one, offer), _other = a_deal(point, lender), a_deal(point, lender)
    with transaction.atomic():
        open_contract(application=one, offer=offer)
    Contract.objects.filter(application=one).update(number='Д-2026/17')
    assert (found_by('Д-2026/17'), found_by('Д-2026')) == ({one.pk}, set())


@pytest.mark.django_db
def test_an_empty_search_leaves_the_list_as_it_is() -> None:
    wanted = an_application(a_point(a_partner()), created_at=timezone.now() - timedelta(days=400))
    assert found_by('   ') == {wanted.pk}


@pytest.mark.django_db
@pytest.mark.parametrize('typed', ['\x00', 'a\x00b', '\ud800', 'я' * 5000], ids=['nul', 'inside', 'surrogate', 'long'])
def test_what_no_value_can_equal_finds_nothing(typed: str) -> None:
    an_application(a_point(a_partner()))
    assert found_by(typed) == set()


@given(DIGITS, st.sampled_from(['+7', '7', '8', '', '+7 ', '8 ']), st.sampled_from(['', ' ', '-', '.', '\u2011']))
def test_every_usual_spelling_of_a_mobile_means_the_same_phone(digits: str, code: str, between: str) -> None:
    parts = ['9' + digits[:2], digits[2:5], digits[5:7], digits[7:]]
    wanted = read_search(code + between.join(parts))
    assert wanted is not None
    assert wanted.phone in (f'+79{digits}', None)
    assert wanted.phone == getattr(read_search(f'+79{digits}'), 'phone', None)


@given(LETTERS, LETTERS)
@example('ёж', 'Семён')
def test_case_and_yo_make_no_difference(last_name: str, first_name: str) -> None:
    one, two = (read_search(text) for text in (
        f'{last_name} {first_name}', f'  {last_name.upper()}   {first_name.title()} '.replace('Ё', 'Е')))
    assert one is not None
    assert two is not None
    assert (one.last_name, one.full_names) == (two.last_name, two.full_names)


@given(st.text())
@example('(((((((((((')
@example('+' * 30)
@example("О'Генри")
def test_any_text_means_something_or_nothing(text: str) -> None:
    wanted = read_search(text)
    assert wanted is None or wanted.text == text.strip()
