"""The first look at a body: JSON to plain values, with what JSON allows and we do not refused."""
from __future__ import annotations

from typing import Any

import jiter

MAX_DEPTH = 16
_BOM = b'\xef\xbb\xbf'
_LONG_BYTES = 65536
"""In a shorter body the brackets are counted first: fewer than 17 cannot nest 17 deep."""


class NotAForm(ValueError):
    """The body is not one JSON object in UTF-8 with unique keys and at most 16 levels."""


class TooDeep(NotAForm):
    """More than 16 levels of nesting."""


class DuplicateKeys(NotAForm):
    """One object has the same key twice."""


def first_look(body: bytes) -> dict[str, Any]:
    """Plain values of a body; raises NotAForm. Integers of any size come through, checked later by their bounds."""
    body = body.removeprefix(_BOM)
    try:
        document = jiter.from_json(body, allow_inf_nan=False, cache_mode='keys', catch_duplicate_keys=True)
    except ValueError as trouble:
        if 'duplicate key' in str(trouble):
            raise DuplicateKeys from None
        raise NotAForm from None
    if not isinstance(document, dict):
        raise NotAForm
    if len(body) > _LONG_BYTES or body.count(b'{') + body.count(b'[') > MAX_DEPTH:
        _check_depth(document, MAX_DEPTH)
    return document


def _check_depth(value: dict[str, Any] | list[Any], levels: int) -> None:
    if levels == 0:
        raise TooDeep
    for inner in value.values() if type(value) is dict else value:
        if type(inner) is dict or type(inner) is list:
            _check_depth(inner, levels - 1)
