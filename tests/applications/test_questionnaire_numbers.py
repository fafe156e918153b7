"""Quick ways to a usual answer give the same answer as the long ones."""
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.ru import inn

from applications.questionnaire.absent import HOLDERS, without_absent
from applications.questionnaire.documents import is_inn
from applications.questionnaire.fields import FIELDS
from applications.questionnaire.first_look import MAX_DEPTH, TooDeep, first_look
from applications.questionnaire.phones import any_phone, mobile_phone

EMPTY: st.SearchStrategy[Any] = st.sampled_from([None, '', [], 0, False, 0.0, {}, 'x', 1, True])


@given(digits=st.from_regex('[0-9]{10}|[0-9]{12}', fullmatch=True))
@example('7707083893')
@example('500100732259')
@example('500100732250')
def test_an_inn_is_what_the_library_takes_for_one(digits: str) -> None:
    assert is_inn(digits) is inn.is_valid(digits)


@given(nine=st.from_regex('[0-9]{9}', fullmatch=True), ten=st.from_regex('[0-9]{10}', fullmatch=True))
def test_a_number_with_its_check_digits_is_an_inn(nine: str, ten: str) -> None:
    assert is_inn(nine + inn.calc_company_check_digit(nine))
    assert is_inn(ten + inn.calc_personal_check_digits(ten))


def test_the_fields_with_objects_in_them_are_all_named() -> None:
    holding = [row.name for row in FIELDS if isinstance(row.type, dict) or 'TypedDict' in repr(type(row.type))
               or 'list[' in str(row.type)]
    assert sorted(HOLDERS) == sorted(holding)


@given(
    document=st.dictionaries(st.text(max_size=3), EMPTY),
    inner=st.dictionaries(st.text(max_size=3), EMPTY.filter(lambda value: value != [])))
def test_absent_values_go_and_all_others_stay(document: dict[str, Any], inner: dict[str, Any]) -> None:
    whole = {**document, 'items': [inner, 5], 'employer_address': inner}
    kept = {name: value for name, value in inner.items() if value is not None and value != ''}
    expected = {name: value for name, value in whole.items() if value is not None and value not in ('', [])}
    assert without_absent(whole) == {**expected, 'items': [kept, 5], 'employer_address': kept}


@given(digits=st.from_regex('[0-9]{10}', fullmatch=True))
@example('9161234567')
@example('4951234567')
def test_a_number_in_e164_is_read_as_in_any_other_notation(digits: str) -> None:
    other = f'8 ({digits[:3]}) {digits[3:6]}-{digits[6:]}'
    assert mobile_phone(f'+7{digits}') == mobile_phone(other)
    assert any_phone(f'+7{digits}') == any_phone(other)


@pytest.mark.parametrize('text', ['+7９161234567', '+7916123456٧', '+79161234567\n'])
def test_digits_of_other_alphabets_never_pass_as_they_are(text: str) -> None:
    assert mobile_phone(text) in (None, '+79161234567')


@pytest.mark.parametrize(('opening', 'closing'), [(b'{"a":', b'}'), (b'{"a":[', b']}')])
def test_depth_is_told_by_nesting_and_not_by_brackets(opening: bytes, closing: bytes) -> None:
    levels = MAX_DEPTH // opening.count(b'{') // (1 + opening.count(b'['))
    fitting = opening * levels + b'1' + closing * levels
    assert first_look(fitting)
    assert first_look(b'{"b":"[[[[[[[[[[[[[[[[[[[[","c":%b}' % (b'[' + b'[],' * 40 + b'1]'))
    with pytest.raises(TooDeep):
        first_look(opening + fitting + closing)
