from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts.forms.data import FormKind
from contracts.forms.schedule import cost_of, payment_schedule
from contracts.templates.guide import filled
from contracts.templates.samples import sample_values
from contracts.templates.values import contract_values
from contracts.templates.variables import VARIABLES, Stage, Type, variable_at, variables_for
from tests.contracts_forms.samples import CLIENT, CONTRACT, CREDIT, PURCHASE

GUIDE = Path(__file__).parents[2] / 'docs' / 'templates.ru.md'
EVERY = [(kind, stage) for kind in FormKind for stage in Stage]


def _leaves(values: Any, path: str = '') -> Iterator[tuple[str, Any]]:
    if type(values) is dict:
        for name, value in values.items():
            yield from _leaves(value, f'{path}.{name}'.removeprefix('.'))
    elif type(values) is list:
        yield path, values
        for value in values:
            yield from _leaves(value, f'{path}[]')
    else:
        yield path, values


@pytest.mark.parametrize(('kind', 'stage'), EVERY)
def test_values_hold_exactly_the_variables_of_the_list(kind: FormKind, stage: Stage) -> None:
    listed = {variable.path for variable in VARIABLES if stage in variable.stages}
    assert {path for path, _value in _leaves(sample_values(kind, stage))} == listed


@pytest.mark.parametrize(('kind', 'stage'), EVERY)
def test_every_value_is_plain_and_of_the_type_of_its_variable(kind: FormKind, stage: Stage) -> None:
    types = {Type.TEXT: str, Type.FLAG: bool, Type.NUMBER: int, Type.LIST: list}
    by_path = {variable.path: variable for variable in VARIABLES}
    for path, value in _leaves(sample_values(kind, stage)):
        assert type(value) is types[by_path[path].type], path


@pytest.mark.parametrize(('kind', 'stage'), EVERY)
def test_a_variable_that_has_a_meaning_is_filled_in_the_sample(kind: FormKind, stage: Stage) -> None:
    found = dict(_leaves(sample_values(kind, stage)))
    assert [variable.path for variable in variables_for(kind, stage) if found[variable.path] in ('', [])] == []


def test_a_purchase_in_parts_has_empty_number_and_full_cost_in_percent() -> None:
    values = contract_values(PURCHASE)
    assert values['contract']['number'] == values['contract']['effective_rate'] == values['qr'] == ''
    assert values['product'] == {'is_pos': False, 'is_bnpl': True}
    assert values['client']['full_name_dative'] == 'Ивановой Марии' or values['client']['full_name_dative']


def test_sums_and_dates_are_those_of_our_own_contract() -> None:
    values = contract_values(CONTRACT)
    contract, payments = values['contract'], payment_schedule(CREDIT)
    assert contract['amount_full'] == (
        '122\u00a0119,00\u00a0руб. (Сто двадцать две тысячи сто девятнадцать рублей 00 копеек)')
    assert contract['full_cost_kopecks'] == cost_of(CREDIT)
    assert contract['effective_rate'] == '27,431'
    assert contract['made_on_words'] == '«24»\u00a0ноября\u00a02026\u00a0г.'
    assert (contract['made_on_day'], contract['made_on_month_words'], contract['made_on_year']) == (
        '24', 'ноября', '2026')
    assert [line['payment_kopecks'] for line in values['schedule']] == [line.amount for line in payments]
    assert values['schedule'][-1]['balance'] == '0,00'
    assert values['schedule_total']['principal_kopecks'] == CREDIT.loan
    assert values['goods_total'] == '124\u00a0999,00'


def test_what_the_client_has_not_told_is_empty() -> None:
    client = replace(CLIENT, birth_date=None, passport_issue_date=None, passport_number='', email='', middle_name='')
    values = contract_values(replace(CONTRACT, client=client))['client']
    assert values['birth_date'] == values['birth_date_words'] == values['passport'] == values['email'] == ''
    assert values['has_passport'] is values['is_male'] is values['is_female'] is False


def test_private_characters_and_line_breaks_of_a_client_become_spaces() -> None:
    client = replace(CLIENT, last_name='А\ue003Б\nВ\x00', passport_issued_by='\ue001')
    values = contract_values(replace(CONTRACT, client=client))
    assert values['client']['last_name'] == 'А Б В '
    assert values['client']['passport_issued_by'] == ' '
    assert not any('\ue000' <= char <= '\uf8ff' for _path, value in _leaves(values) for char in str(value))


def test_a_path_with_numbers_finds_its_variable() -> None:
    found = variable_at('schedule[11].payment')
    assert found is not None
    assert found.path == 'schedule[].payment'
    assert variable_at('schedule[].nothing') is None
    assert variable_at('client') is None


def test_the_guide_of_operators_lists_what_there_is() -> None:
    guide = GUIDE.read_text(encoding='utf-8')
    assert filled(guide) == guide, f'run: python -m contracts.templates.guide {GUIDE.name}'
    assert '`contract.amount_kopecks`' in guide
    assert '`schedule_table`' in guide
