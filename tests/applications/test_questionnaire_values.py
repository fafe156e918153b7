"""Values of single fields: types, bounds, dictionaries, formats, and what is never stored."""
from __future__ import annotations

from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from applications.questionnaire import Mode
from applications.questionnaire.fields import FIELDS
from applications.questionnaire.formats import DATE, KLADR, KOPECKS, MAX_BIGINT, MAX_SAFE_INTEGER
from applications.questionnaire.objects import ADDRESS, ITEM, RELATION_PERSON, SCAN
from tests.applications.forms import form, full_form, problems, read

ENUMS = [row.name for row in FIELDS if 'Literal' in str(row.type)]
DATES = [row.name for row in FIELDS if row.type == DATE]
MONEY = [row.name for row in FIELDS if row.type == KOPECKS]
TEXTS = [row.name for row in FIELDS if get_args(row.type)[:1] == (str,)]
BOOLEANS = [row.name for row in FIELDS if get_args(row.type)[:1] == (bool,)]
INTEGERS = [row.name for row in FIELDS if get_args(row.type)[:1] == (int,)]


def test_the_table_knows_all_fields_of_each_type() -> None:
    assert (len(ENUMS), len(DATES), len(MONEY), len(BOOLEANS), len(INTEGERS)) == (21, 10, 7, 11, 13)


def path_of_change(name: str, value: Any, mode: Mode = Mode.POS_OFFLINE) -> set[str]:
    return set(problems({**full_form(), name: value}, mode))


@pytest.mark.parametrize('name', ENUMS)
def test_a_word_outside_its_dictionary_is_refused(name: str) -> None:
    for bad in ['NOT_A_WORD', 'other', 1, True, ['OTHER'], {}]:
        assert path_of_change(name, bad) == {name}, bad


@pytest.mark.parametrize(('holder', 'row'), [
    (holder, row) for holder, rows in (('items', ITEM), ('relation_persons', RELATION_PERSON), ('scans', SCAN))
    for row in rows if 'Literal' in str(row.type)], ids=lambda value: getattr(value, 'name', value))
def test_a_word_outside_its_dictionary_is_refused_in_objects(holder: str, row: Any) -> None:
    body = full_form()
    body[holder].append({**body[holder][0], row.name: 'NOT_A_WORD'})
    assert set(problems(body, Mode.POS_OFFLINE)) == {f'{holder}[{len(body[holder]) - 1}].{row.name}'}


@pytest.mark.parametrize('name', DATES)
def test_only_real_dates_are_dates(name: str) -> None:
    for bad in [
            '2015-02-29', '2015-13-01', '2015-00-10', '2015-04-31', '1900-02-29', '2100-02-29', '15-04-01', '2015-4-1',
            '2015-04-01T00:00:00', '1428883200', '01.04.2015', '٢٠١٥-٠٤-٠١', '2015-04-01\n2', 20150401, True,
            ['2015-04-01']]:
        assert path_of_change(name, bad) == {name}, bad


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
@settings(max_examples=200, deadline=None)
def test_every_real_date_of_three_centuries_is_one(day: date) -> None:
    assert path_of_change('marriage_date', day.isoformat()) == set()


@pytest.mark.parametrize('name', INTEGERS)
def test_numbers_are_json_integers_in_bounds(name: str) -> None:
    for bad in [-1, 1.0, 1.5, '100', True, [1], MAX_SAFE_INTEGER + 1, 10**30, -10**30]:
        assert name in path_of_change(name, bad), bad


@pytest.mark.parametrize(('bad', 'taken'), [
    (-1, False), (0, True), (MAX_BIGINT, True), (MAX_BIGINT + 1, False), ('50', False), (50.0, False)])
@pytest.mark.parametrize('name', [row.name for row in ADDRESS if row.type == KLADR])
def test_codes_of_an_address_fit_a_bigint(name: str, bad: Any, taken: bool) -> None:
    body = full_form()
    body['registration_address'][name] = bad
    assert set(problems(body, Mode.POS_OFFLINE)) == (set() if taken else {f'registration_address.{name}'})


@pytest.mark.parametrize('name', BOOLEANS)
def test_booleans_are_json_booleans(name: str) -> None:
    for bad in ['true', 1, 0, 'да', [True]]:
        assert path_of_change(name, bad) == {name}, bad


@pytest.mark.parametrize('name', TEXTS)
def test_texts_are_strings_without_control_characters(name: str) -> None:
    for bad in [
            'a\x00b', 'a\u202eb', 'a\u2066b', 'a\u200fb', '\x1b[1m', 'a\x7f', 7, 1.5, True, {}, ['x']]:
        assert path_of_change(name, bad) == {name}, bad


@pytest.mark.parametrize(('name', 'longest'), [
    ('first_name', 1024), ('external_id', 1024), ('employer_official_name', 1024),
    ('registration_address_string', 2048), ('residence_address_string', 2048), ('driver_license_series', 32),
    ('driver_license_number', 32), ('international_passport_series', 32), ('international_passport_number', 32),
    ('pension_certificate', 32), ('additional_work_phone', 20)])
def test_texts_have_their_longest_length(name: str, longest: int) -> None:
    assert path_of_change(name, 'ж' * longest) == set()
    assert path_of_change(name, 'ж' * (longest + 1)) == {name}


@pytest.mark.parametrize(('name', 'good', 'bad'), [
    ('passport_series', ['4510', '45 10'], ['451', '45101', 'АБВГ', '٤٥١٠']),
    ('passport_number', ['000001'], ['12345', '1234567', '12345a']),
    ('passport_division_code', ['690-001', '690001'], ['690 001', '69-0001', '690-00']),
    ('email', ['a@b.ru', 'имя.фамилия@почта.рф', 'a+b@c.d.museum'], [
        'a', 'a@b', '@b.ru', 'a b@c.ru', 'a@b..ru', 'a@@b.ru']),
    ('first_name_translit', ['IVAN', "O'Neil", 'Anna-Maria'], ['ИВАН', 'Ivаn', '1van']),
    ('last_name_translit', ['de la Cruz'], ['Ёж']),
    ('gender', ['M', 'F', 'М'], ['m', 'Ж', 'MALE']),
    ('snils', ['112-233-445 95', '11223344595', '112 233 445 95'], ['112-233-445 96', '1122334459', 'снилс']),
    ('inn', ['500100732259', '7707083893'], ['500100732258', '7707083894', '50010073225', 'инн']),
    ('driver_license_number', ['№ 77/АБ-1'], []),
    ('term_value', [1, 1200], [0, 1201]),
    ('child_count', [0, 99], [100]),
    ('car_manufacture_year', [1900, 2026], [1899, 15]),
])
def test_formats(name: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        assert path_of_change(name, value) == set(), value
    for value in bad:
        assert path_of_change(name, value) == {name}, value


@pytest.mark.parametrize(('name', 'sent', 'stored'), [
    ('gender', 'М', 'M'), ('passport_series', '45 10', '4510'), ('passport_division_code', '690001', '690-001'),
    ('snils', '112-233-445 95', '11223344595'), ('first_name', '  Мария ', 'Мария'),
    ('mobile_phone', '8 (916) 123-45-67', '+79161234567'), ('home_phone', '495 1234567', '+74951234567')])
def test_values_are_stored_in_one_notation(name: str, sent: str, stored: str) -> None:
    assert read({**full_form(), name: sent}, Mode.POS_OFFLINE).values[name] == stored


def test_lists_have_their_longest_length() -> None:
    for name, longest in (('items', 100), ('relation_persons', 10), ('scans', 20)):
        body = full_form()
        body[name] = [body[name][0]] * longest
        assert name not in problems(body, Mode.POS_ONLINE), name
        body[name] = [body[name][0]] * (longest + 1)
        assert set(problems(body, Mode.POS_ONLINE)) == {name}


@pytest.mark.parametrize('bad', [None, 'text', 1, [], {}])
@pytest.mark.parametrize('name', ['items', 'relation_persons', 'scans'])
def test_elements_of_lists_are_objects(name: str, bad: Any) -> None:
    body = full_form()
    body[name].append(bad)
    path = f'{name}[{len(body[name]) - 1}]'
    found = problems(body, Mode.POS_OFFLINE)
    assert found
    assert all(where.startswith(path) for where in found)


def test_unknown_fields_are_ignored_and_not_stored() -> None:
    body = full_form()
    usual = read(full_form(), Mode.POS_OFFLINE).values
    body['is_admin'] = True
    body['items'][0]['quantity'] = 3
    body['registration_address']['planet'] = 'Марс'
    assert read(body, Mode.POS_OFFLINE).values == usual


@pytest.mark.parametrize('name', ['other_realty', 'codeword', 'registration_date', 'email'])
def test_a_text_of_blanks_is_an_empty_one(name: str) -> None:
    body = full_form()
    body[name] = ' \t\n'
    assert problems(body, Mode.POS_OFFLINE) == (
        {} if name != 'email' else problems({**body, 'email': None}, Mode.POS_OFFLINE))


def test_an_empty_array_is_absent() -> None:
    assert 'relation_persons' not in read(form(Mode.BNPL, relation_persons=[]), Mode.BNPL).values
    assert set(problems(form(Mode.POS_ONLINE, items=[]), Mode.POS_ONLINE)) == {'items'}
