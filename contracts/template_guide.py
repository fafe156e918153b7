"""What the workstation tells operators of templates: every variable with an example, filters and functions. Pure."""
from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from contracts.forms.data import FormKind
from contracts.templates.pdf_names import MORE
from contracts.templates.samples import sample_values
from contracts.templates.sandbox import FILTERS, FUNCTIONS, PAGE_NAMES
from contracts.templates.values import Values
from contracts.templates.variables import Stage, Type, Variable, variables_for

_MORE = {path: field for field, path in MORE.items()}
"""A list as a whole has a field in a PDF only for the lines that have none of their own."""
_STEP = re.compile(r'[^.\[\]]+|\[\]')
_TYPES = {Type.TEXT: 'текст', Type.FLAG: 'да или нет', Type.NUMBER: 'число', Type.LIST: 'список'}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a template may name; `field` is how a PDF field is called, empty where there is none."""

    name: str
    title: str
    type: str = ''
    field: str = ''
    example: str = ''


@dataclass(frozen=True, slots=True)
class Guide:
    """Everything for templates of one kind and stage; unknown words choose `pos` and `contract`."""

    kind: FormKind
    stage: Stage
    variables: tuple[Line, ...]
    functions: tuple[Line, ...]
    filters: tuple[Line, ...]


def guide(kind: str, stage: str) -> Guide:
    """The guide for a kind and a stage as an address of a page names them."""
    form_kind = FormKind(kind) if kind in set(FormKind) else FormKind.POS
    when = Stage(stage) if stage in set(Stage) else Stage.CONTRACT
    values = sample_values(form_kind, when)
    functions = [
        *(Line(f'{name}()', offered.title, example=_written(offered.example, when))
          for name, offered in FUNCTIONS.items() if when in offered.stages),
        *(Line(name, title, example=_written(name, when)) for name, title in PAGE_NAMES.items())]
    filters = (
        Line(name, offered.title, example=_written(offered.example, when)) for name, offered in FILTERS.items())
    return Guide(
        form_kind, when, tuple(_lines(variables_for(form_kind, when), values)), tuple(functions), tuple(filters))


def _written(example: str, stage: Stage) -> str:
    """An expression as a template writes it; where there is no contract yet it speaks of the request."""
    if stage == Stage.OFFER:
        example = example.replace('contract.number', 'lender.name').replace('contract.', 'request.')
    return f'{{{{ {example} }}}}'


def _lines(variables: Iterable[Variable], values: Values) -> Iterable[Line]:
    for variable in variables:
        field = _MORE.get(variable.path, '') if variable.type == Type.LIST else variable.path.replace('[]', '[0]')
        yield Line(variable.path, variable.title, _TYPES[variable.type], field, _example(variable, values))


def _example(variable: Variable, values: Values) -> str:
    found: Any = values
    for step in _STEP.findall(variable.path):
        found = found[0] if step == '[]' else found[step]
    if isinstance(found, bool):
        return 'да' if found else 'нет'
    return f'строк: {len(found)}' if isinstance(found, list) else str(found)
