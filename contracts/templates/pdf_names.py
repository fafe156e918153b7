"""What the names of PDF fields mean: variables, lines of lists, and the lines that have no field of their own. Pure.

A name is the path of a variable: `client.full_name`, `goods[0].name`. `goods.0.name` means the same, since some
programs have no brackets. `client.full_name#2` is another place for the same value, for programs that give no two
fields one name. `goods_more` and `schedule_more` take, as text, every line of the list without a field of its own.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from contracts.forms.data import FormKind
from contracts.templates.variables import Stage, Type, variable_at, variables_for

MORE: Final = {'goods_more': 'goods', 'schedule_more': 'schedule'}
QR: Final = 'qr'
_COPY: Final = re.compile(r'#\d{1,3}$')
_DOTTED: Final = re.compile(r'\.(\d{1,3})(?=\.)')
_ROW: Final = re.compile(r'([a-z_]+)\[(\d{1,3})\]\.([a-z_]+)')


@dataclass(frozen=True, slots=True)
class Meaning:
    """A field's variable: its path, and for a line of a list the list and the line (from 0). `type` None: no such."""

    path: str
    type: Type | None
    list_name: str = ''
    row: int = 0


@cache
def meaning_of(name: str) -> Meaning:
    """What a field is called after; the name need not be one of ours."""
    path = _DOTTED.sub(r'[\1]', _COPY.sub('', name.strip()))
    if path in MORE:
        return Meaning(path, Type.TEXT)
    variable = variable_at(path)
    if variable is None or '[]' in path:
        return Meaning(path, None)
    row = _ROW.fullmatch(path)
    if row is None:
        return Meaning(path, variable.type)
    return Meaning(path, variable.type, row[1], int(row[2]))


def is_known_at(meaning: Meaning, stage: Stage) -> bool:
    """Whether forms of this stage have the variable."""
    path = MORE.get(meaning.path, meaning.path)
    variable = variable_at(path)
    return variable is not None and stage in variable.stages


def nearest(path: str, kind: FormKind, stage: Stage) -> str:
    """The known name that looks most like this one; empty when none does."""
    if len(path) > 80:
        return ''
    found = _ROW.fullmatch(path)
    row = found[2] if found else '0'
    known = [
        *(one.path.replace('[]', f'[{row}]') for one in variables_for(kind, stage) if one.type != Type.LIST), *MORE]
    return next(iter(get_close_matches(path, known, n=1, cutoff=0.7)), '')


def value_at(meaning: Meaning, values: Mapping[str, Any]) -> str | bool | None:
    """What to print: text, yes or no; '' for a line beyond the list; None when the form has no such variable."""
    found: Any = values
    if meaning.list_name:
        rows = values.get(meaning.list_name)
        if not isinstance(rows, list):
            return None
        found = rows[meaning.row] if meaning.row < len(rows) else None
        if found is None:
            return False if meaning.type == Type.FLAG else ''
        found = found.get(meaning.path.rsplit('.', 1)[1])
    else:
        for step in meaning.path.split('.'):
            found = found.get(step) if isinstance(found, Mapping) else None
    if isinstance(found, bool):
        return found
    return str(found) if isinstance(found, str | int) else None


def rows_left(meanings: Iterable[Meaning], values: Mapping[str, Any]) -> dict[str, list[int]]:
    """Lines of the lists a form uses that have no field of their own, by the name of the list."""
    with_fields: dict[str, set[int]] = {}
    for meaning in meanings:
        if meaning.list_name:
            with_fields.setdefault(meaning.list_name, set()).add(meaning.row)
        elif meaning.path in MORE:
            with_fields.setdefault(MORE[meaning.path], set())
    return {
        name: [row for row in range(len(values.get(name, ()))) if row not in rows]
        for name, rows in with_fields.items()}


def more_text(list_name: str, rows: Iterable[int], values: Mapping[str, Any]) -> str:
    """These lines of a list as text, each on a line of its own."""
    lines = [values[list_name][row] for row in rows]
    if list_name == 'goods':
        return '\n'.join(f'{line["number"]}. {line["name"]} — {line["price"]} руб.' for line in lines)
    return '\n'.join(
        f'{line["number"]}. {line["date"]} — {line["payment"]} руб. (основной долг {line["principal"]}, '
        f'проценты {line["interest"]}, остаток {line["balance"]})' for line in lines)
