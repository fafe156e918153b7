"""The lists of variables, filters, functions, tags and styles as the guide for operators prints them. Pure.

`python -m contracts.templates.guide FILE` writes them anew between the marks of a guide.
"""
from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from contracts.forms.data import FormKind
from contracts.templates.rules_css import PAGE_PROPERTIES, PROPERTIES
from contracts.templates.rules_html import TAGS
from contracts.templates.samples import sample_values
from contracts.templates.sandbox import FILTERS, FUNCTIONS, LOOP_NAMES, PAGE_NAMES, Offered
from contracts.templates.variables import (
    ANY_STAGE,
    BOTH,
    DATE_PARTS,
    RATE_PARTS,
    SUM_PARTS,
    VARIABLES,
    Stage,
    Type,
    Variable,
)

_SECTIONS: Final = {
    'client': 'Клиент', 'lender': 'Кредитор', 'seller': 'Продавец', 'signing': 'Подписание', 'product': 'Продукт',
    'request': 'Анкета', 'contract': 'Договор', 'qr': 'QR-код', 'goods': 'Товары', 'schedule': 'График платежей',
}
_PARTS: Final = (('сумма', SUM_PARTS), ('дата', DATE_PARTS), ('ставка', RATE_PARTS))
_MARKS: Final = re.compile(r'(<!-- list: (\w+) -->\n).*?(<!-- end -->)', re.DOTALL)
_TYPES: Final = {Type.TEXT: 'текст', Type.FLAG: 'да/нет', Type.NUMBER: 'число', Type.LIST: 'список'}


def filled(guide: str) -> str:
    """A guide with every list between its marks written anew."""
    return _MARKS.sub(_written, guide)


def _written(found: re.Match[str]) -> str:
    return f'{found[1]}\n{_LISTS[found[2]]()}\n{found[3]}'


def variables_list() -> str:
    """Tables of variables by group; sums, dates and rates have one line each, their parts a table of their own."""
    return '\n'.join(_variables())


def _variables() -> Iterator[str]:
    samples = {stage: sample_values(FormKind.POS, stage) for stage in Stage}
    parts = dict(_whole_and_parts())
    section = ''
    for variable in VARIABLES:
        if variable.path in parts.values():
            continue
        name = re.split(r'[.\[_]', variable.path)[0]
        if name != section:
            section = name
            yield from (f'\n### {_SECTIONS[name]}\n', '| Переменная | Что это | Вид | Пример |', '|---|---|---|---|')
        kind = next((words for words, path in ((words, path) for words, path in _heads()) if path == variable.path), '')
        yield (
            f'| `{variable.path}` | {_title(variable, bool(kind))} | {kind or _TYPES[variable.type]} | '
            f'{_example(samples[variable.stages[-1]], variable)} |')
    yield ''


def _heads() -> Iterator[tuple[str, str]]:
    """Sums, dates and rates by the path of their first part."""
    paths = {variable.path for variable in VARIABLES}
    for path in sorted(paths):
        for words, parts in _PARTS:
            if all(path + part in paths for part in parts):
                yield words, path
                break


def _whole_and_parts() -> Iterator[tuple[str, str]]:
    for words, path in _heads():
        for part in dict(_PARTS)[words]:
            if part:
                yield f'{path} {part}', path + part


def _title(variable: Variable, is_head: bool) -> str:
    title = variable.title.rsplit(': ', 1)[0] if is_head else variable.title
    notes = [
        *(['только POS'] if variable.kinds != BOTH else []),
        *([{Stage.OFFER: 'стадия offer', Stage.CONTRACT: 'стадия contract'}[variable.stages[0]]]
          if variable.stages != ANY_STAGE else [])]
    return f'{title} ({", ".join(notes)})' if notes else title


def _example(values: Mapping[str, Any], variable: Variable) -> str:
    found: Any = values
    for step in re.findall(r'\[\]|\w+', variable.path):
        found = found[0] if step == '[]' else found[step]
    if isinstance(found, bool):
        return 'да' if found else 'нет'
    return '' if isinstance(found, list) else str(found)


def parts_list() -> str:
    """What is added to the name of a sum, a date, a rate."""
    lines = []
    for words, parts, path in (
        ('сумма', SUM_PARTS, 'contract.amount'), ('дата', DATE_PARTS, 'contract.made_on'),
        ('ставка', RATE_PARTS, 'contract.rate'),
    ):
        lines += [f'\n| Вид «{words}» | Что это | Пример |', '|---|---|---|']
        values = sample_values(FormKind.POS, Stage.CONTRACT)['contract']
        name = path.removeprefix('contract.')
        lines += [f'| `{path}{part}` | {about} | {values[name + part]} |' for part, about in parts.items()]
    return '\n'.join([*lines, ''])


def _offered(found: Mapping[str, Offered]) -> str:
    lines = ['| Имя | Что делает | Пример |', '|---|---|---|']
    lines += [
        f'| `{name}` | {offered.title} | `{{{{ {offered.example.replace("|", chr(92) + "|")} }}}}` |'
        for name, offered in found.items()]
    return '\n'.join([*lines, ''])


def _names(names: Any) -> str:
    return ', '.join(f'`{name}`' for name in sorted(names)) + '\n'


def _pages() -> str:
    lines = [f'| `{name}` | {title} |' for name, title in PAGE_NAMES.items()]
    lines += [f'| `loop.{name}` | счётчик внутри `for` |' for name in sorted(LOOP_NAMES)]
    return '\n'.join(['| Имя | Что это |', '|---|---|', *lines, ''])


_LISTS: Final[dict[str, Callable[[], str]]] = {
    'variables': variables_list, 'parts': parts_list, 'filters': lambda: _offered(FILTERS),
    'functions': lambda: _offered(FUNCTIONS), 'pages': _pages, 'tags': lambda: _names(TAGS),
    'styles': lambda: _names(PROPERTIES), 'page_styles': lambda: _names(PAGE_PROPERTIES),
}


if __name__ == '__main__':
    path = Path(sys.argv[1])
    path.write_text(filled(path.read_text(encoding='utf-8')), encoding='utf-8')
