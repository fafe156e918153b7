"""Values out of PDF objects that may be anything at all: a wrong type reads as absent. Only in the limited child."""
from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

import pikepdf

MAX_PARENTS: Final = 32
_FURTHEST: Final = 1e6
"""Points; a page ends at 14 400."""
_LARGEST: Final = 1 << 32


def items(value: Any) -> list[Any]:
    """The items of an array."""
    return list(value.as_list()) if isinstance(value, pikepdf.Array) else []


def number(value: Any) -> float | None:
    """A finite number within reason."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    found = float(value)
    return found if math.isfinite(found) and abs(found) <= _FURTHEST else None


def whole(value: Any, otherwise: int = 0) -> int:
    """A whole number: flags, turns, counts."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not -_LARGEST <= value <= _LARGEST:
        return otherwise
    return int(value)


def numbers(value: Any) -> tuple[float, ...]:
    """An array of numbers; empty when anything else is in it."""
    found = [number(item) for item in items(value)]
    return tuple(item for item in found if item is not None) if None not in found else ()


def name(value: Any) -> str:
    """A name without its slash."""
    return str(value)[1:] if isinstance(value, pikepdf.Name) else ''


def words(value: Any) -> str:
    """A text string, whichever encoding it has."""
    return str(value) if isinstance(value, pikepdf.String) else ''


def is_dictionary(value: Any) -> bool:
    """Whether keys may be asked for."""
    return isinstance(value, pikepdf.Dictionary | pikepdf.Stream)


def within(value: Any, *keys: str) -> Any:
    """A value some dictionaries down, None when one of them is missing."""
    for key in keys:
        # Asking first is ten times as quick as asking for what is not there.
        if not is_dictionary(value) or key not in value:
            return None
        value = value[key]
    return value


def line_of(value: Any) -> Iterator[Any]:
    """A field of a form and its parents, from the bottom up."""
    for _ in range(MAX_PARENTS):
        if not is_dictionary(value):
            return
        yield value
        value = within(value, '/Parent')


def inherited(line: Sequence[Any], key: str) -> Any:
    """The nearest value of an attribute that children take over from their parents."""
    return next((found for one in line if key in one and (found := one[key]) is not None), None)


def box(value: Any) -> tuple[float, float, float, float] | None:
    """A rectangle as left, bottom, right, top, whichever corners it is written with."""
    corners = numbers(value)
    if len(corners) != 4:
        return None
    return (
        min(corners[0], corners[2]), min(corners[1], corners[3]),
        max(corners[0], corners[2]), max(corners[1], corners[3]))


def color(value: Any) -> tuple[float, float, float] | None:
    """A colour as red, green, blue; an array of no numbers is no colour."""
    return rgb(numbers(value))


def rgb(parts: Sequence[float]) -> tuple[float, float, float] | None:
    """Red, green, blue (0 to 1) out of one number (grey), three, or four (CMYK)."""
    bounded = [min(max(part, 0.0), 1.0) for part in parts]
    if len(bounded) == 1:
        return bounded[0], bounded[0], bounded[0]
    if len(bounded) == 3:
        return bounded[0], bounded[1], bounded[2]
    if len(bounded) == 4:
        cyan, magenta, yellow, black = bounded
        return (1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black)
    return None
