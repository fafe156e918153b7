"""Required marks: every mark of the document in every mode, each required field gone in every way it can be."""
from __future__ import annotations

import pytest

from applications.questionnaire import Mode, read_form
from applications.questionnaire.fields import FIELDS
from applications.questionnaire.marks import Row
from applications.questionnaire.objects import ADDRESS, ITEM, RELATION_PERSON, SCAN
from applications.refusals import ValidationRefused
from tests.applications.forms import PROFILES, encode, form, full_form, problems, read

KNOWN_MODES = [mode for mode in Mode if mode is not Mode.UNKNOWN]
REQUIRED = [(mode, row) for mode in KNOWN_MODES for row in FIELDS if row.is_required(mode)]
NESTED = [
    (mode, holder, row) for mode in KNOWN_MODES for holder, rows in (
        ('items', ITEM), ('relation_persons', RELATION_PERSON), ('registration_address', ADDRESS), ('scans', SCAN))
    for row in rows if row.is_required(mode)]
OF_NO_FIELD = 1.5
"""A fraction: no field of the form takes one."""


@pytest.mark.parametrize('mode', KNOWN_MODES)
def test_the_usual_form_of_a_mode_is_taken(mode: Mode) -> None:
    assert problems(form(mode), mode) == {}
    assert read(form(mode), mode).mode is mode


@pytest.mark.parametrize('mode', KNOWN_MODES)
def test_the_full_form_is_taken_in_every_mode_and_keeps_all_104_fields(mode: Mode) -> None:
    values = read(full_form(), mode).values
    assert len(FIELDS) == 104
    assert set(values) == {row.name for row in FIELDS} - {'scans'}


@pytest.mark.parametrize('gone', ['removed', 'null', 'empty', 'wrong type'])
@pytest.mark.parametrize(('mode', 'row'), REQUIRED, ids=lambda value: getattr(value, 'name', str(value)))
def test_a_required_field_is_asked_for_at_its_path(mode: Mode, row: Row, gone: str) -> None:
    body = form(mode)
    if gone == 'removed':
        del body[row.name]
    else:
        body[row.name] = {'null': None, 'empty': '', 'wrong type': OF_NO_FIELD}[gone]
    found = problems(body, mode)
    assert set(found) == {row.name}
    if gone != 'wrong type':
        assert len(found[row.name]) == 1


@pytest.mark.parametrize('gone', ['removed', 'null', 'empty', 'wrong type'])
@pytest.mark.parametrize(
    ('mode', 'holder', 'row'), NESTED, ids=lambda value: getattr(value, 'name', str(value)))
def test_a_required_field_of_an_object_is_asked_for_at_its_path(mode: Mode, holder: str, row: Row, gone: str) -> None:
    body = full_form()
    place = body[holder] if isinstance(body[holder], dict) else body[holder][0]
    step = holder if isinstance(body[holder], dict) else f'{holder}[0]'
    if gone == 'removed':
        del place[row.name]
    else:
        place[row.name] = {'null': None, 'empty': '', 'wrong type': OF_NO_FIELD}[gone]
    found = problems(body, mode)
    missing_photo = {'scans'} if holder == 'scans' and row.name == 'type' and mode is Mode.POS_OFFLINE else set()
    assert set(found) == {f'{step}.{row.name}'} | missing_photo


@pytest.mark.parametrize('empty', [None, ''])
@pytest.mark.parametrize('mode', KNOWN_MODES)
def test_an_optional_field_that_is_null_or_empty_is_absent(mode: Mode, empty: str | None) -> None:
    body = form(mode)
    usual = read(body, mode).values
    missing = {row.name: empty for row in FIELDS if not row.is_required(mode) and row.name not in body}
    assert read({**body, **missing}, mode).values == usual


@pytest.mark.parametrize(('mode', 'needed'), [
    (Mode.POS_ONLINE, True), (Mode.POS_OFFLINE, True), (Mode.BNPL, False), (Mode.BNPL_LARGE, True)])
@pytest.mark.parametrize('name', ['registration_address', 'residence_address'])
def test_an_address_is_sent_as_a_line_or_as_an_object(mode: Mode, needed: bool, name: str) -> None:
    whole = full_form()
    whole['is_living_in_registration_address'] = False
    if mode in {Mode.BNPL, Mode.BNPL_LARGE}:
        whole['amount'] = 4_000_000 if mode is Mode.BNPL else 4_000_001
    for kept in (f'{name}_string', name):
        assert problems({**whole, f'{name}_string': None, name: None, kept: whole[kept]}, mode) == {}
    without = {field: value for field, value in whole.items() if field not in {name, f'{name}_string'}}
    assert set(problems(without, mode)) == ({f'{name}_string'} if needed else set())


def test_who_lives_where_registered_needs_no_residence_address() -> None:
    body = form(Mode.POS_ONLINE, is_living_in_registration_address=False)
    assert set(problems(body, Mode.POS_ONLINE)) == {'residence_address_string'}
    assert problems({**body, 'is_living_in_registration_address': True}, Mode.POS_ONLINE) == {}


def test_bnpl_needs_the_passport_only_above_forty_thousand_rubles() -> None:
    body = form(Mode.BNPL, amount=4_000_000)
    body['items'][0]['price'] = 5_000_000
    assert problems(body, Mode.BNPL) == {}
    assert set(problems({**body, 'amount': 4_000_001}, Mode.BNPL)) == {
        'passport_series', 'passport_number', 'passport_division_code', 'passport_issue_date',
        'registration_address_string', 'residence_address_string'}


@pytest.mark.parametrize('left_out', ['PASSPORT_MAIN', 'PASSPORT_REGISTRATION', 'CLIENT_PHOTO'])
def test_an_offline_pos_form_brings_three_scans(left_out: str) -> None:
    body = form(Mode.POS_OFFLINE)
    body['scans'] = [scan for scan in body['scans'] if scan['type'] != left_out]
    found = problems(body, Mode.POS_OFFLINE)
    assert set(found) == {'scans'}
    assert left_out in found['scans'][0]
    assert problems(body, Mode.POS_ONLINE) == {}


def test_a_form_of_an_unknown_kind_is_checked_by_the_rules_of_all_kinds() -> None:
    body = form(Mode.UNKNOWN, email='wrong', first_name=None)
    body['items'][0].pop('vendor_code')
    assert set(problems(body, Mode.UNKNOWN)) == {'email', 'first_name'}


def test_the_problems_of_the_caller_come_with_those_of_the_form() -> None:
    with pytest.raises(ValidationRefused) as refused:
        read_form(
            encode(form(Mode.UNKNOWN, email='wrong')), profile=PROFILES[Mode.UNKNOWN],
            problems={'point_code': ['unknown']})
    assert refused.value.data['point_code'] == ['unknown']
    assert set(refused.value.data) == {'point_code', 'email'}
