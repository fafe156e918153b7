"""What is wrong with a body: messages by path, each telling what to do."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from applications.questionnaire.formats import PATTERN_MESSAGES

Location = tuple[int | str, ...]
_MANY_WORDS = 12


class Problems:
    """Messages by path, in the order in which they were found; a path says the same thing once."""

    def __init__(self) -> None:
        self._by_path: dict[str, list[str]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_path)

    def __contains__(self, path: str) -> bool:
        return path in self._by_path

    def add(self, path: str, message: str) -> None:
        messages = self._by_path.setdefault(path, [])
        if message not in messages:
            messages.append(message)

    def add_missing(self, path: str) -> None:
        """A required field that is absent, null or an empty string."""
        self.add(path, missing_message())

    def add_all(self, messages: Mapping[str, Sequence[str]]) -> None:
        for path, several in messages.items():
            for message in several:
                self.add(path, message)

    def add_pydantic(self, trouble: ValidationError) -> list[Location]:
        """Adds what pydantic found and returns where it found it."""
        return self.add_errors(trouble.errors(include_url=False, include_input=False))

    def add_errors(self, errors: list[ErrorDetails]) -> list[Location]:
        places: list[Location] = []
        language = get_language()
        for error in errors:
            self.add(path_of(error['loc']), _message(error, language))
            places.append(error['loc'])
        return places

    def by_path(self) -> dict[str, list[str]]:
        return self._by_path


def path_of(location: Location) -> str:
    """`('items', 0, 'category')` → `items[0].category`."""
    text = ''
    for step in location:
        if isinstance(step, int):
            text += f'[{step}]'
        else:
            text += f'.{step}' if text else step
    return text


def missing_message() -> str:
    return _(_MISSING)


def _message(error: ErrorDetails, language: str | None) -> str:
    limit_name = _LIMIT_OF.get(error['type'])
    return _render(error['type'], error['ctx'][limit_name] if limit_name else None, language)


@lru_cache(maxsize=1024)
def _render(kind: str, limit: Any, language: str | None) -> str:
    """The message for a kind of error in the active language, which only keys the cache; `limit` is what the field
    allows, never what was sent.
    """
    if kind == 'string_pattern_mismatch':
        return str(PATTERN_MESSAGES[limit])
    if kind == 'literal_error':
        return _word_message(limit)
    return _(_MESSAGES.get(kind, _OTHER)) % {'limit': limit}


def _word_message(expected: str) -> str:
    """Pydantic's "'A', 'B' or 'C'" in our words."""
    words = expected.replace(' or ', ', ').replace("'", '')
    if words.count(', ') >= _MANY_WORDS:
        return _('Unknown value: take one from the dictionary of this field')
    return _('Unknown value: take one of %(words)s') % {'words': words}


_LIMIT_OF = {
    'string_too_long': 'max_length', 'string_pattern_mismatch': 'pattern', 'literal_error': 'expected',
    'greater_than_equal': 'ge', 'less_than_equal': 'le', 'too_long': 'max_length',
}
_MISSING = gettext_noop('Required field: fill it in')
_OTHER = gettext_noop('Wrong value: see the description of the field')
_MESSAGES: dict[str, str] = {
    'missing': _MISSING,
    'string_too_short': _MISSING,
    'too_short': _MISSING,
    'string_type': gettext_noop('Send a string'),
    'string_too_long': gettext_noop('At most %(limit)s characters'),
    'int_type': gettext_noop('Send an integer without quotes and fraction'),
    'greater_than_equal': gettext_noop('Not less than %(limit)s'),
    'less_than_equal': gettext_noop('Not more than %(limit)s'),
    'bool_type': gettext_noop('Send true or false without quotes'),
    'list_type': gettext_noop('Send an array'),
    'dict_type': gettext_noop('Send an object'),
    'too_long': gettext_noop('At most %(limit)s elements'),
}
