"""The sandbox that HTML templates run in: plain values, a fixed list of filters and functions, nothing else.

Runs only in the limited child. A function leaves marks of private characters in the text where the markup it stands for
belongs; `markup` turns them into tags after everything else has been checked.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateRuntimeError, Undefined
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from num2words import num2words

from contracts.forms.names import decline
from contracts.forms.words import day_words, money, money_full, money_words, plural, rubles
from contracts.templates.tables import goods_table, schedule_table
from contracts.templates.variables import CASES, Stage

PAGE_NUMBER, PAGE_COUNT, QR_OPEN, QR_CLOSE = '\ue001', '\ue002', '\ue003', '\ue004'
"""Private characters: no source and no value may hold them."""
LOOP_NAMES: Final = frozenset({'index', 'index0', 'first', 'last', 'length', 'revindex', 'revindex0'})
MAX_QR_CHARACTERS: Final = 200
MAX_OUTPUT_CHARACTERS: Final = 3_000_000
MAX_KOPECKS: Final = 10 ** 15


@dataclass(frozen=True, slots=True)
class Offered:
    """A filter or function that templates may use: what it does, an example, where it may stand."""

    call: Callable[..., Any]
    title: str
    example: str
    stages: tuple[Stage, ...] = (Stage.OFFER, Stage.CONTRACT)


class TooMuchOutput(Exception):
    """The template writes more than a form may hold."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Reaches keys of dicts, numbers of lists and the counters of a loop; every other attribute does not exist."""

    def __init__(self) -> None:
        super().__init__(
            autoescape=True, undefined=StrictUndefined, cache_size=0, finalize=_printable, keep_trailing_newline=True)
        self.filters = {name: offered.call for name, offered in FILTERS.items()}
        self.tests = {name: self.tests[name] for name in TESTS}
        self.globals = {}

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if type(obj) is dict and type(argument) is str and argument in obj:
            return obj[argument]
        if type(obj) is list and type(argument) is int and 0 <= argument < len(obj):
            return obj[argument]
        if isinstance(obj, LoopContext) and argument in LOOP_NAMES:
            return getattr(obj, argument)
        return self.undefined(f'{argument!r} does not exist')

    def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(obj, _Function):
            raise TemplateRuntimeError('this cannot be called')
        # Jinja adds these inside of loops, for functions that want the whole context.
        for name in ('_loop_vars', '_block_vars'):
            kwargs.pop(name, None)
        return obj(*args, **kwargs)


class _Function:
    """A function of ours; nothing else can be called."""

    __slots__ = ('_call',)

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(*args, **kwargs)


def write(source: str, values: Mapping[str, Any]) -> str:
    """The HTML a checked template writes out of values. Raises what Jinja raises, or TooMuchOutput."""
    context: dict[str, Any] = {**values, 'page_number': PAGE_NUMBER, 'page_count': PAGE_COUNT}
    for name, offered in FUNCTIONS.items():
        context[name] = _Function(_bound(name, offered.call, values))
    parts: list[str] = []
    length = 0
    for part in Sandbox().from_string(source).generate(context):
        length += len(part)
        if length > MAX_OUTPUT_CHARACTERS:
            raise TooMuchOutput
        parts.append(part)
    return ''.join(parts)


def _bound(name: str, call: Callable[..., Any], values: Mapping[str, Any]) -> Callable[..., Any]:
    """The tables know their rows by themselves."""
    if name in {'goods_table', 'schedule_table'}:
        return lambda: Markup(call(values))  # noqa: S704 - built of escaped values
    return call


def _printable(value: Any) -> Any:
    if isinstance(value, Undefined | str | int) and not isinstance(value, bool):
        return value
    raise TemplateRuntimeError('a list, a group or yes/no cannot be printed')


def _kopecks(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MAX_KOPECKS:
        raise TemplateRuntimeError('a number of kopecks is wanted here: a variable that ends in _kopecks')
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MAX_KOPECKS:
        raise TemplateRuntimeError('a whole number is wanted here')
    return value


def _words(value: Any) -> str:
    if not isinstance(value, str):
        raise TemplateRuntimeError('text is wanted here')
    return str(value)


def _date_words(value: Any) -> str:
    text = _words(value)
    if not text:
        return ''
    try:
        day, month, year = (int(part) for part in text.split('.'))
        return day_words(date(year, month, day))
    except ValueError:
        raise TemplateRuntimeError('a date as DD.MM.YYYY is wanted here') from None


def _declined(value: Any, case: Any) -> str:
    """A full name (last, first, middle) in another case."""
    if case not in CASES:
        raise TemplateRuntimeError('the case is one of: ' + ', '.join(CASES))
    last, first, middle = (*_words(value).split(maxsplit=2), '', '', '')[:3]
    return decline(last, first, middle, '', case)


def _sentence(value: Any) -> str:
    text = _words(value)
    return text[:1].upper() + text[1:]


def _default(value: Any, instead: Any) -> Any:
    return instead if value == '' else value


def _length(value: Any) -> int:
    if not isinstance(value, list):
        raise TemplateRuntimeError('a list is wanted here')
    return len(value)


def _one_of(value: Any, index: int) -> Any:
    if not isinstance(value, list) or not value:
        raise TemplateRuntimeError('a list with something in it is wanted here')
    return value[index]


def _qr(text: Any, size: Any = 25) -> str:
    if not isinstance(text, str) or len(text) > MAX_QR_CHARACTERS:
        raise TemplateRuntimeError(f'qr takes text of at most {MAX_QR_CHARACTERS} characters')
    if isinstance(size, bool) or not isinstance(size, int) or not 10 <= size <= 60:
        raise TemplateRuntimeError('the size of a qr is 10 to 60 millimetres')
    return f'{QR_OPEN}{size}:{str(text).encode().hex()}{QR_CLOSE}' if text else ''


FILTERS: Final[Mapping[str, Offered]] = {
    'rubles': Offered(lambda value: rubles(_kopecks(value)), 'Копейки как сумма с «руб.»',
                      'contract.amount_kopecks | rubles'),
    'money': Offered(lambda value: money(_kopecks(value)), 'Копейки как сумма', 'contract.amount_kopecks | money'),
    'words': Offered(lambda value: money_words(_kopecks(value)), 'Копейки прописью', 'contract.amount_kopecks | words'),
    'full': Offered(lambda value: money_full(_kopecks(value)), 'Копейки цифрами и прописью',
                    'contract.amount_kopecks | full'),
    'number_words': Offered(lambda value: num2words(_count(value), lang='ru'), 'Целое число прописью',
                            'goods_count | number_words'),
    'plural': Offered(lambda value, one, few, many: plural(_count(value), _words(one), _words(few), _words(many)),
                      'Слово в форме, которой требует число', "goods_count | plural('товар', 'товара', 'товаров')"),
    'date_words': Offered(_date_words, 'Дата ДД.ММ.ГГГГ словами', "'05.02.2027' | date_words"),
    'decline': Offered(_declined, 'Фамилия, имя и отчество в другом падеже: ' + ', '.join(CASES),
                       "seller.operator | decline('instrumental')"),
    'upper': Offered(lambda value: _words(value).upper(), 'Прописные буквы', 'lender.name | upper'),
    'lower': Offered(lambda value: _words(value).lower(), 'Строчные буквы', 'lender.name | lower'),
    'sentence': Offered(_sentence, 'Первая буква прописная', 'contract.amount_words | sentence'),
    'nowrap': Offered(lambda value: _words(value).replace(' ', '\u00a0'), 'Не переносить по пробелам',
                      'client.phone | nowrap'),
    'default': Offered(_default, 'Другой текст, если значение пусто', "client.email | default('—')"),
    'length': Offered(_length, 'Длина списка', 'goods | length'),
    'first': Offered(lambda value: _one_of(value, 0), 'Первая строка списка', '(goods | first).name'),
    'last': Offered(lambda value: _one_of(value, -1), 'Последняя строка списка', '(goods | last).name'),
}
FUNCTIONS: Final[Mapping[str, Offered]] = {
    'qr': Offered(_qr, f'QR-код: текст до {MAX_QR_CHARACTERS} знаков, сторона 10–60 мм (25, если не указана)',
                  'qr(contract.number, 20)'),
    'goods_table': Offered(goods_table, 'Готовая таблица товаров с итогом, класс goods', 'goods_table()'),
    'schedule_table': Offered(schedule_table, 'Готовая таблица платежей с итогом, класс schedule', 'schedule_table()',
                              (Stage.CONTRACT,)),
}
TESTS: Final = ('odd', 'even', 'in', 'eq', 'ne', 'lt', 'le', 'gt', 'ge')
PAGE_NAMES: Final = {'page_number': 'Номер страницы', 'page_count': 'Число страниц'}
