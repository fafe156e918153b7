"""Pre-processing: one form, the shape each lender wants."""
from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenders.adapters.denimhub import mapping
from lenders.adapters.denimhub.mapping import FormStyle, Unmappable
from tests.lenders.forms import ADDRESS, VALUES, lender_form

PLAIN = FormStyle()
BANK = FormStyle(
    names='upper', latin_names=True, phones='ten_digits', addresses='line', absent_middle_name='dash', passport='line',
    words={'gender': {'M': 'MALE', 'F': 'FEMALE'}})
STYLES = st.builds(
    FormStyle, names=st.sampled_from(['as_is', 'upper']), latin_names=st.booleans(),
    phones=st.sampled_from(['e164', 'eleven_digits', 'ten_digits']), addresses=st.sampled_from(['parts', 'line']),
    absent_middle_name=st.sampled_from(['omit', 'empty', 'dash']), passport=st.sampled_from(['parts', 'line']))


def test_the_bank_gets_capitals_latin_ten_digits_and_lines() -> None:
    client = mapping.form_body(lender_form(), BANK)['client']
    assert (client['last_name'], client['first_name'], client['middle_name']) == ('ЩУКАРЁВА', 'ЮЛИЯ', 'ПОДЪЯЧЕВНА')
    assert (client['last_name_latin'], client['first_name_latin']) == ('SHCHUKAREVA', 'IULIIA')
    assert client['phone'] == '9167654321'
    assert client['gender'] == 'FEMALE'
    assert client['passport']['number'] == '4599 876543'
    assert client['registration_address'] == {
        'line': '115035, г Москва, ул Канареечная, д. 5, корп. 2, кв. 47'}
    assert client['residence_address'] == client['registration_address']


def test_the_other_gets_everything_as_it_is() -> None:
    client = mapping.form_body(lender_form(), PLAIN)['client']
    assert client['last_name'] == 'Щукарёва'
    assert client['phone'] == '+79167654321'
    assert client['registration_address'] == ADDRESS
    assert 'last_name_latin' not in client


def test_a_latin_name_of_the_client_wins_over_ours() -> None:
    form = lender_form(values={'last_name_translit': 'Schukareva'})
    assert mapping.form_body(form, BANK)['client']['last_name_latin'] == 'SCHUKAREVA'


@pytest.mark.parametrize(('style', 'expected'), [('omit', None), ('empty', ''), ('dash', '-')])
@pytest.mark.parametrize('given_name', [None, '', '-', 'нет', 'НЕТ'])
def test_an_absent_middle_name_is_told_in_the_lenders_way(style: Any, expected: str | None, given_name: Any) -> None:
    client = mapping.client({**VALUES, 'middle_name': given_name}, FormStyle(absent_middle_name=style))
    assert client.get('middle_name') == expected


def test_a_value_without_a_word_of_the_lender_is_an_error() -> None:
    style = FormStyle(words={'employment': {'STUDENT': 'S'}})
    with pytest.raises(Unmappable, match='employment') as error:
        mapping.form_body(lender_form(), style)
    assert 'EMPLOYEE' not in str(error.value)


def test_an_address_given_in_one_line_goes_as_it_came() -> None:
    values = {**VALUES, 'registration_address': None, 'registration_address_string': 'Москва, Арбат, 1'}
    assert mapping.client(values, PLAIN)['registration_address'] == {'line': 'Москва, Арбат, 1'}


def test_money_stays_in_kopecks_and_flags_are_flags() -> None:
    body = mapping.form_body(lender_form(), BANK)
    assert (body['amount'], body['initial_payment'], body['loan_amount']) == (5_000_000, 500_000, 4_500_000)
    assert (body['life_insurance'], body['work_insurance']) == (True, False)
    assert body['details']['salary_income_amount'] == 7654300
    assert body['items'][0]['price'] == 5_000_000


@given(STYLES)
def test_every_field_of_the_form_reaches_the_lender_and_the_bytes_repeat(style: FormStyle) -> None:
    form = lender_form()
    body = mapping.form_body(form, style)
    text = json.dumps(body, ensure_ascii=False)
    assert text == json.dumps(mapping.form_body(form, style), ensure_ascii=False)
    for trace in ('876543', '4599', '770-987', '11223344595', '500100732259', 'канарейка', 'kanareika@example.ru',
                  '7654321', '7654322', '7654323', '115035', 'MOBILE_PHONES', 'EMPLOYEE', '"has_bank_account": false',
                  '"dependants_count": 0', 'MOTHER'):
        assert trace in text
    assert 'external_id' not in text


@given(st.from_regex(r'\+7[0-9]{10}', fullmatch=True), STYLES)
def test_a_phone_keeps_its_digits(number: str, style: FormStyle) -> None:
    made = mapping.phone(number, style)
    lengths = {'e164': 12, 'eleven_digits': 11, 'ten_digits': 10}
    assert len(made) == lengths[style.phones]
    assert number.endswith(made)


@given(st.text(alphabet='абвгдеёжзийклмнопрстуфхцчшщъыьэюя- ', max_size=30))
def test_a_latin_name_holds_only_what_a_passport_prints(name: str) -> None:
    assert re.fullmatch(r'[A-Z -]*', mapping.latin(name))


@given(st.dictionaries(st.sampled_from(sorted(ADDRESS)), st.text(alphabet='абв1', min_size=1, max_size=5)))
def test_an_address_line_has_no_empty_pieces(parts: dict[str, str]) -> None:
    line = mapping.address_line(parts)
    assert ', ,' not in line
    assert line.strip(', ') == line
