"""The guide of integrators tells what the API does: methods, errors, states, fields, words, scenarios, examples."""
from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db.models.enums import ChoicesType
from django.utils.translation import override

from applications import refusals, vocabulary
from applications.questionnaire import fields, objects
from applications.questionnaire.marks import Mode, Row
from applications.questionnaire.reading import Profile, read_form
from contracts import rules
from contracts.rules import Facts, Stage
from contracts.statuses import ScansState
from denimhub.dp import errors
from denimhub.dp.urls import METHODS
from sandbox.scenarios import Scenario
from tests.denimhub.documents import EXAMPLES, GUIDE, table_after

METHOD_NAMES = [method.name for method in METHODS] + ['get_file']
ANSWERS = {method.name: method.module.Answer for method in METHODS}
_INDEPENDENT_OF_STATE = ('create_form', 'get_file')


def test_the_guide_begins_with_when_to_hand_the_goods_over() -> None:
    first = next(line for line in GUIDE.splitlines()[1:] if line.strip())
    assert first == '> **Отдавайте товар только после того, как `get_issue_status` вернул `issue_status` = `done`.**'


def test_the_guide_has_a_section_for_each_method_and_no_other() -> None:
    section = GUIDE.split('\n## Методы\n', 1)[1].split('\n## ', 1)[0]
    assert sorted(re.findall(r'^### (\w+)$', section, re.MULTILINE)) == sorted(METHOD_NAMES)


def test_the_guide_tells_every_error_and_every_fault() -> None:
    told = {int(code) for code in re.findall(r'^\| (\d{3,4}) \|', GUIDE, re.MULTILINE)}
    codes = {kind.code for kind in _refusals()}
    faults = {
        int(kind.status) for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Fault)}
    assert told == codes | faults


def _refusals() -> list[type[refusals.Refusal]]:
    return [
        kind for kind in vars(refusals).values()
        if isinstance(kind, type) and issubclass(kind, refusals.Refusal) and kind is not refusals.Refusal]


def _every_facts() -> Iterator[Facts]:
    flags = ['has_contract', 'is_paid', 'was_ready', 'was_signed', 'is_unclear', 'confirm_refused', 'wants_scans']
    for values in itertools.product([False, True], repeat=len(flags)):
        for state in ScansState.values:
            yield Facts(**dict(zip(flags, values, strict=True)), scans_state=state, has_payment_page=True)


def _possible_words(cell: rules.Cell) -> set[str]:
    """What a cell may answer, in the guide's words."""
    words: set[str] = set()
    for answer in {cell(facts) for facts in _every_facts()} if callable(cell) else {cell}:
        if answer == rules.SAME_CODE:
            words |= {'успех', str(rules.WRONG_OFFER)}
        else:
            words.add({rules.WORKS: 'да', rules.SUCCESS: 'успех'}.get(str(answer), str(answer)))
    return words


def test_the_state_tables_tell_every_cell_of_the_declared_one() -> None:
    told: dict[tuple[str, str], set[str]] = {}
    for mark in ('<!-- states: A -->', '<!-- states: B -->'):
        heading, *rows = table_after(GUIDE, mark)
        for row in rows:
            stage = re.search(r'<!-- (\w+) -->', row[0])
            assert stage is not None
            for column, cell in zip(heading[1:], row[1:], strict=True):
                told[stage[1], column.strip('`')] = set(re.findall(r'\b\d{4}\b|\bуспех\b|\bда\b|(?<=`)\w+(?=`)', cell))
    assert told == {
        (stage.name, method.value): _possible_words(cell)
        for stage in Stage for method, cell in rules.TABLE[stage].items() if method.value not in _INDEPENDENT_OF_STATE}


def test_the_scenario_table_tells_every_scenario() -> None:
    rows = table_after(GUIDE, '<!-- scenarios -->')[1:]
    assert [row[0].strip('`') for row in rows] == sorted(scenario.value for scenario in Scenario)


_ANY_KIND = frozenset(Mode) - {Mode.UNKNOWN}
_MARKS: dict[str, frozenset[Mode]] = {
    '': frozenset(), 'pos, bnpl': _ANY_KIND, 'да': _ANY_KIND, 'pos': frozenset({Mode.POS_ONLINE, Mode.POS_OFFLINE}),
    'bnpl': frozenset({Mode.BNPL, Mode.BNPL_LARGE}), 'pos; bnpl дороже 40 000 ₽': _ANY_KIND - {Mode.BNPL},
    'pos OFFLINE': frozenset({Mode.POS_OFFLINE})}
_EITHER = ('registration_address', 'registration_address_string', 'residence_address', 'residence_address_string')


@pytest.mark.parametrize(('name', 'rows'), [
    ('create_form', fields.FIELDS), ('Item', objects.ITEM), ('RelationPerson', objects.RELATION_PERSON),
    ('Address', objects.ADDRESS), ('Scan', objects.SCAN)])
def test_the_field_tables_tell_every_field_and_its_mark(name: str, rows: tuple[Row, ...]) -> None:
    told = {row[0].strip('`'): row[2] for row in table_after(GUIDE, f'<!-- fields: {name} -->')[1:]}
    assert list(told) == [row.name for row in rows]
    assert [field for field, mark in told.items() if 'одно из двух' in mark] == [
        field for field in told if name == 'create_form' and field in _EITHER]
    assert {field: _MARKS[mark] for field, mark in told.items() if 'одно из двух' not in mark} == {
        row.name: frozenset(mode for mode in _ANY_KIND if row.is_required(mode))
        for row in rows if name != 'create_form' or row.name not in _EITHER}


def test_the_guide_tells_every_word_of_every_dictionary() -> None:
    words = {
        word.value for name in vocabulary.__all__ if isinstance(getattr(vocabulary, name), ChoicesType)
        for word in getattr(vocabulary, name)}
    assert {word for word in words if f'`{word}`' not in GUIDE} == set()


def test_every_json_block_of_the_guide_is_an_example_that_is_checked() -> None:
    assert len(EXAMPLES) == len(re.findall(r'^```json$', GUIDE, re.MULTILINE)) >= len(METHOD_NAMES)


@pytest.mark.parametrize(('name', 'text'), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_examples_parse_and_are_valid(name: str, text: str) -> None:
    value = json.loads(text)
    what, kind, *more = name.split()
    if what == 'error':
        _check_error(int(kind), value)
    elif kind == 'answer':
        assert value.keys() == {'status', 'data'}
        assert value['status'] == 'success'
        ANSWERS[what].model_validate(value['data'])
    elif what == 'create_form':
        _check_form(value, *more)
    else:
        method = next(method for method in METHODS if method.name == what)
        assert method.request.read(value).model_fields_set == value.keys()


def _check_form(value: dict[str, Any], kind: str, channel: str) -> None:
    """A fragment for a till is the online form with the fragment's fields."""
    if channel == 'OFFLINE':
        online = next(text for name, text in EXAMPLES if name == 'create_form request pos ONLINE')
        value = json.loads(online) | value
    form = read_form(json.dumps(value).encode(), profile=Profile(kind, channel, today=date(2026, 11, 24)))
    assert value.keys() - form.values.keys() <= {'scans'}


def _check_error(code: int, value: dict[str, Any]) -> None:
    refusal = next(kind for kind in _refusals() if kind.code == code)
    assert value.keys() == {'status', 'error_code', 'error_message', 'data'}
    assert (value['status'], value['error_code']) == ('error', code)
    with override('ru'):
        assert value['error_message'] == str(refusal.message)
