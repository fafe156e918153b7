"""What counts as absent: null, "", an empty array, a text of blanks only."""
from __future__ import annotations

from collections.abc import Iterable
from itertools import filterfalse
from typing import Any, Final

HOLDERS: Final = (
    'items', 'relation_persons', 'scans', 'registration_address', 'residence_address', 'employer_address')
"""Fields with objects in them: a look at these is ten times shorter than one at all fields."""


def without_absent(document: dict[str, Any]) -> dict[str, Any]:
    """Without null, "" and empty arrays, at the top and in the objects of the form; what is full is shared."""
    kept = document.copy() if _is_full(document.values()) else {
        name: value for name, value in document.items() if not _is_absent(value)}
    for name in HOLDERS:
        value = kept.get(name)
        if type(value) is dict:
            kept[name] = _filled(value)
        elif type(value) is list:
            kept[name] = [_filled(inner) if type(inner) is dict else inner for inner in value]
    return kept


def _is_full(values: Iterable[Any]) -> bool:
    """Whether nothing counts as absent; only what is false is looked at one by one, 0 and False for the most part."""
    return not any(map(_is_absent, filterfalse(None, values)))


def _is_absent(value: Any) -> bool:
    return value is None or value == '' or value == []


def _filled(inner: dict[str, Any]) -> dict[str, Any]:
    if all(inner.values()):
        return inner
    return {name: value for name, value in inner.items() if value or (value is not None and value != '')}


def drop_blank(document: dict[str, Any]) -> None:
    """Texts of blanks only count as empty too; changes the document, not the objects in it."""
    for name, value in list(document.items()):
        if type(value) is str and not value.strip():
            del document[name]
        elif type(value) is dict:
            document[name] = _without_blank(value)
        elif type(value) is list:
            document[name] = [_without_blank(inner) if type(inner) is dict else inner for inner in value]


def _without_blank(inner: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in inner.items() if type(value) is not str or value.strip()}
