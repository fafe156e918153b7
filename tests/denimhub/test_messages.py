"""Nobody who reads Russian is shown English: the catalogue is whole and compiled."""
from __future__ import annotations

import re

from denimhub.devstack.messages import (
    CATALOGUE,
    COMPILED,
    brought_up_to_date,
    compiled,
    read_catalogue,
    untranslated,
)

HINT = 'run make messages and fill in what it names'
PLACES = re.compile(r'%\(\w+\)[sd]|\{\w*\}|%[sd]')


def test_every_text_of_the_code_is_in_the_catalogue_and_translated() -> None:
    assert untranslated(brought_up_to_date(read_catalogue())) == [], HINT


def test_the_catalogue_holds_nothing_that_the_code_has_dropped() -> None:
    kept = {message.id for message in read_catalogue() if message.id}
    assert kept == {message.id for message in brought_up_to_date(read_catalogue()) if message.id}, HINT


def test_the_compiled_catalogue_is_the_one_of_the_sources() -> None:
    assert COMPILED.read_bytes() == compiled(read_catalogue()), HINT


def test_translations_keep_the_places_for_values() -> None:
    assert CATALOGUE.exists()
    for message in read_catalogue():
        if isinstance(message.id, str) and message.id:
            assert isinstance(message.string, str)
            assert sorted(PLACES.findall(message.id)) == sorted(PLACES.findall(message.string)), message.id
