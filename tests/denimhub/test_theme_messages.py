"""The theme of the workstation speaks Russian: every text of the installed django-unfold has a translation."""
from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import read_mo
from django.utils import translation

from denimhub.devstack.messages import compiled, untranslated
from denimhub.devstack.messages_theme import COMPILED, read_theme_catalogue, texts_of_theme

PLACES = re.compile(r'%\(\w+\)[sd]|\{\w*\}|%[sd]')
KEPT = [message for message in read_theme_catalogue() if message.id]


def one_of(text: Any) -> str:
    return text if isinstance(text, str) else str(text[0])


def test_every_text_of_the_installed_theme_is_translated() -> None:
    texts = set(texts_of_theme())
    assert len(texts) > 100
    with translation.override('ru'):
        english = [text for text in texts if (
            translation.gettext(text) if isinstance(text, str) else translation.ngettext(text[0], text[1], 1)
        ) == one_of(text)]
    assert sorted(map(one_of, english)) == [], 'add them to locale/unfold and run make messages'


def test_the_compiled_catalogue_is_the_one_of_the_sources() -> None:
    assert COMPILED.read_bytes() == compiled(read_theme_catalogue()), 'run make messages'
    assert untranslated(read_theme_catalogue()) == []


def test_the_catalogue_holds_nothing_that_theme_and_django_have_dropped() -> None:
    known = {one_of(text) for text in texts_of_theme()}
    for app in ('admin', 'auth'):
        known |= set(_django(app))
    assert [one_of(message.id) for message in KEPT if one_of(message.id) not in known] == []


def _django(app: str) -> list[str]:
    place = Path(str(import_module(f'django.contrib.{app}').__file__)).parent
    with (place / 'locale' / 'ru' / 'LC_MESSAGES' / 'django.mo').open('rb') as file:
        return [one_of(message.id) for message in read_mo(file)]


def test_translations_keep_the_places_for_values() -> None:
    for message in KEPT:
        for text in message.string if isinstance(message.string, tuple) else (message.string,):
            assert set(PLACES.findall(str(text))) == set(PLACES.findall(one_of(message.id))), message.id


@pytest.mark.parametrize(('count', 'words'), [
    (1, 'Найден 1 результат'), (3, 'Найдено 3 результата'), (5, 'Найдено 5 результатов'),
    (11, 'Найдено 11 результатов'), (21, 'Найден 21 результат'), (0, 'Найдено 0 результатов')])
def test_counts_have_their_russian_forms(count: int, words: str) -> None:
    texts = next(text for text in texts_of_theme() if isinstance(text, tuple) and 'Found' in text[0])
    with translation.override('ru'):
        shown = translation.ngettext(texts[0], texts[1], count) % {'counter': count, 'time': '0,1'}
    assert shown.strip() == f'{words} за 0,1 с'


def test_texts_of_django_that_break_on_gender_are_replaced() -> None:
    with translation.override('ru'):
        assert translation.gettext('The {name} “{obj}” was changed successfully.') == 'Сохранено: {name} «{obj}».'
        assert translation.gettext('Add %s') % 'группа' == 'Добавить: группа'
