from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.forms.names import decline

CASES = ('genitive', 'dative', 'accusative', 'instrumental', 'prepositional')
NAMES: dict[tuple[str, str, str, str], tuple[str, ...]] = {
    ('Иванов', 'Иван', 'Иванович', 'M'): (
        'Иванова Ивана Ивановича', 'Иванову Ивану Ивановичу', 'Иванова Ивана Ивановича',
        'Ивановым Иваном Ивановичем', 'Иванове Иване Ивановиче'),
    ('Королёва', 'Любовь', 'Фоминична', 'F'): (
        'Королёвой Любови Фоминичны', 'Королёвой Любови Фоминичне', 'Королёву Любовь Фоминичну',
        'Королёвой Любовью Фоминичной', 'Королёвой Любови Фоминичне'),
    ('Толстой', 'Лев', 'Ильич', 'M'): (
        'Толстого Льва Ильича', 'Толстому Льву Ильичу', 'Толстого Льва Ильича', 'Толстым Львом Ильичом',
        'Толстом Льве Ильиче'),
    ('Шевченко', 'Пётр', 'Лукич', 'M'): (
        'Шевченко Петра Лукича', 'Шевченко Петру Лукичу', 'Шевченко Петра Лукича', 'Шевченко Петром Лукичом',
        'Шевченко Петре Лукиче'),
    ('Мицкевич', 'Адам', '', 'M'): (
        'Мицкевича Адама', 'Мицкевичу Адаму', 'Мицкевича Адама', 'Мицкевичем Адамом', 'Мицкевиче Адаме'),
    ('Мицкевич', 'Анна', '', 'F'): (
        'Мицкевич Анны', 'Мицкевич Анне', 'Мицкевич Анну', 'Мицкевич Анной', 'Мицкевич Анне'),
    ('Черных', 'Ирина', 'Ильинична', 'F'): (
        'Черных Ирины Ильиничны', 'Черных Ирине Ильиничне', 'Черных Ирину Ильиничну', 'Черных Ириной Ильиничной',
        'Черных Ирине Ильиничне'),
    ('Салтыков-Щедрин', 'Михаил', 'Евграфович', 'M'): (
        'Салтыкова-Щедрина Михаила Евграфовича', 'Салтыкову-Щедрину Михаилу Евграфовичу',
        'Салтыкова-Щедрина Михаила Евграфовича', 'Салтыковым-Щедриным Михаилом Евграфовичем',
        'Салтыкове-Щедрине Михаиле Евграфовиче'),
    ('Бонч-Бруевич', 'Анна-Мария', 'Львовна', 'F'): (
        'Бонч-Бруевич Анны-Марии Львовны', 'Бонч-Бруевич Анне-Марии Львовне', 'Бонч-Бруевич Анну-Марию Львовну',
        'Бонч-Бруевич Анной-Марией Львовной', 'Бонч-Бруевич Анне-Марии Львовне'),
    ('Гарсия Маркес', 'Габриэль', 'Хосе', 'M'): (
        'Гарсии Маркеса Габриэля Хосе', 'Гарсии Маркесу Габриэлю Хосе', 'Гарсию Маркеса Габриэля Хосе',
        'Гарсией Маркесом Габриэлем Хосе', 'Гарсии Маркесе Габриэле Хосе'),
    ('Цой', 'Виктор', 'Робертович', 'M'): (
        'Цоя Виктора Робертовича', 'Цою Виктору Робертовичу', 'Цоя Виктора Робертовича', 'Цоем Виктором Робертовичем',
        'Цое Викторе Робертовиче'),
    ('Смит', 'Джейн', '', 'F'): ('Смит Джейн',) * 5,
    ('Саакян', 'Ануш', 'Арменовна', 'F'): (
        'Саакян Ануш Арменовны', 'Саакян Ануш Арменовне', 'Саакян Ануш Арменовну', 'Саакян Ануш Арменовной',
        'Саакян Ануш Арменовне'),
    ('Гасанов', 'Ильгар', 'Мамед оглы', 'M'): (
        'Гасанова Ильгара Мамед оглы', 'Гасанову Ильгару Мамед оглы', 'Гасанова Ильгара Мамед оглы',
        'Гасановым Ильгаром Мамед оглы', 'Гасанове Ильгаре Мамед оглы'),
    ('Гасанова', 'Арзу', 'Лутфияр кызы', 'F'): (
        'Гасановой Арзу Лутфияр кызы', 'Гасановой Арзу Лутфияр кызы', 'Гасанову Арзу Лутфияр кызы',
        'Гасановой Арзу Лутфияр кызы', 'Гасановой Арзу Лутфияр кызы'),
    ('фон Штирлиц', 'Отто', '', 'M'): (
        'фон Штирлица Отто', 'фон Штирлицу Отто', 'фон Штирлица Отто', 'фон Штирлицем Отто', 'фон Штирлице Отто'),
    ('Smith', 'John', '', 'M'): ('Smith John',) * 5,
    ('Рымарь', 'И.', 'И.', 'M'): ('Рымаря И. И.', 'Рымарю И. И.', 'Рымаря И. И.', 'Рымарем И. И.', 'Рымаре И. И.'),
}


@pytest.mark.parametrize('parts', NAMES, ids=lambda parts: '_'.join(parts[:2]))
def test_a_name_is_declined_as_documents_write_it(parts: tuple[str, str, str, str]) -> None:
    assert tuple(decline(*parts, case) for case in CASES) == NAMES[parts]


def test_without_a_gender_the_patronymic_tells_it() -> None:
    assert decline('Иванов', 'Иван', 'Иванович', '', 'dative') == 'Иванову Ивану Ивановичу'
    assert decline('Образцова', 'Анна', 'Ильинична', '', 'dative') == 'Образцовой Анне Ильиничне'


def test_a_name_of_unknown_gender_stays_in_the_nominative() -> None:
    assert decline('Петренко', 'Саша', '', '', 'dative') == 'Петренко Саша'
    assert decline('Маркес', 'Габриэль', 'Хосе', 'X', 'genitive') == 'Маркес Габриэль Хосе'


def test_an_unknown_case_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        decline('Иванов', 'Иван', '', 'M', 'vocative')


def test_the_library_writes_no_names_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        decline('Иванов', 'Ын', 'Иванович', 'M', 'dative')
    assert not caplog.records


_LETTERS = 'абвгдежзийклмнопрстуфхцчшщъыьэюяё'
_WORD = st.text(_LETTERS, min_size=3, max_size=14).map(str.title)
_CASE = st.sampled_from(CASES)
_GENDER = st.sampled_from(('M', 'F'))


@given(_WORD, _WORD, _WORD, _GENDER, _CASE)
def test_any_russian_name_keeps_its_beginning_and_its_words(
    last: str, first: str, middle: str, gender: str, case: str,
) -> None:
    words = decline(last, first, middle, gender, case).split(' ')
    assert len(words) == 3
    for word, before in zip(words, (last, first, middle), strict=True):
        assert word[:1] == before[:1]
        assert len(word) >= len(before) - 2


@given(_WORD, _WORD, _GENDER, _CASE)
def test_capitals_change_nothing_but_the_size_of_letters(last: str, first: str, gender: str, case: str) -> None:
    assert decline(last.upper(), first.upper(), '', gender, case) == decline(last, first, '', gender, case).upper()


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60), st.sampled_from(('M', 'F', '', '?')), _CASE)
def test_any_text_at_all_comes_through(last: str, first: str, middle: str, gender: str, case: str) -> None:
    declined = decline(last, first, middle, gender, case)
    assert len(declined.split()) == len(f'{last} {first} {middle}'.split())


@given(st.text('abcXYZ0123456789.-()', max_size=20), _GENDER, _CASE)
def test_words_that_are_no_russian_names_stay_as_they_are(word: str, gender: str, case: str) -> None:
    assert decline(word, '', '', gender, case) == word
