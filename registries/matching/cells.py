"""One cell of a file as a value: a sum in kopecks, a moment, a word, a key."""
from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Final

from registries.formulas import BEGINNINGS

Cell = str | int | float | Decimal | bool | date | time | None

_SPACES: Final = str.maketrans('', '', " \u00a0\u202f\u2009\t'₽")
_PLAIN: Final = re.compile(r'[+-]?\d{1,15}(?:\.(?:\d{1,2}|\d\d00+))?')
# Not three digits after the sign: "1.230" may be a thousand and more.
_GROUPED: Final = {
    '.': re.compile(r'([+-]?\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?'),
    ',': re.compile(r'([+-]?\d{1,3}(?:\.\d{3})+)(?:,(\d{1,2}))?'),
}
_FORMULA: Final = re.compile(f"^'(?=[{BEGINNINGS}])")
_BLANKS: Final = re.compile('[ \t\n\r\x0b\x0c\u00a0]+')
_CONTROLS: Final = re.compile('[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]')
_DATE_FORMATS: Final = ('%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M', '%d.%m.%Y', '%d.%m.%y')
_YEARS: Final = range(2000, 2100)
MOST_KOPECKS: Final = 10 ** 15


class CellProblem(Exception):
    """A cell that does not say what its column should; the code names what is wrong."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def text(cell: Cell) -> str:
    """A text with single spaces, none around it, and without the apostrophe that registries put before a formula.

    The comparison treats texts of the ledger alike.
    """
    if cell is None:
        return ''
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        cell = int(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=' ')
    found = _BLANKS.sub(' ', _FORMULA.sub('', str(cell).strip(), count=1)).strip(' ')
    return found if found.isprintable() else _CONTROLS.sub('\ufffd', found)


def kopecks(cell: Cell, unit: str, decimal: str) -> int:
    """A sum in kopecks, exactly. Raises CellProblem for what is not a sum or has a fraction of a kopeck."""
    if isinstance(cell, str):
        value = _sum_of_text(cell, decimal)
        # "100,00" kopecks are rubles by mistake.
        if unit == 'kopecks' and '.' in str(value):
            raise CellProblem('amount')
    elif isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        raise CellProblem('amount')
    else:
        value = _sum_of_number(cell)
    if unit == 'rubles':
        value *= 100
    if value != value.to_integral_value() or abs(value) > MOST_KOPECKS:
        raise CellProblem('amount')
    return int(value)


def moment(cell: Cell, formats: tuple[str, ...]) -> datetime:
    """A moment, with an offset only when the cell tells one; a date alone is its first moment."""
    if isinstance(cell, str):
        found = _moment_of_text(cell.strip(), formats)
    elif isinstance(cell, datetime):
        found = cell
    elif isinstance(cell, date):
        found = datetime.combine(cell, time.min)
    else:
        raise CellProblem('at')
    if found.year not in _YEARS:
        raise CellProblem('at')
    return found


def _sum_of_number(cell: float | Decimal) -> Decimal:
    """Spreadsheets hold binary fractions: within a thousandth of a kopeck the sum is the one with two decimals."""
    value = Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)
    if not value.is_finite() or abs(value) > MOST_KOPECKS:
        raise CellProblem('amount')
    rounded = value.quantize(Decimal('0.01'))
    if abs(value - rounded) > Decimal('0.00001'):
        raise CellProblem('amount')
    return rounded


def _sum_of_text(cell: str, decimal: str) -> Decimal:
    told = cell.strip()
    if ' ' in told or '\u00a0' in told or '₽' in told or "'" in told or '\u202f' in told or '\u2009' in told:
        told = _without_groups(told)
    told = told.replace('−', '-')
    if decimal != ',' and _PLAIN.fullmatch(told):
        return Decimal(told)
    points = ('.', ',') if decimal == 'any' else (decimal,)
    for point in points:
        found = _GROUPED[point].fullmatch(told)
        # "1,234" may be a thousand or one and a bit: only a mapping that tells the decimal sign can say.
        if found and (decimal != 'any' or found[2] is not None):
            whole = found[1].replace(',', '').replace('.', '')
            return Decimal(f'{whole}.{found[2]}' if found[2] else whole)
        if point == ',' and '.' not in told and _PLAIN.fullmatch(told.replace(',', '.', 1)):
            return Decimal(told.replace(',', '.', 1))
    raise CellProblem('amount')


def _without_groups(told: str) -> str:
    """Spaces may stand between groups of three digits only."""
    bare = re.sub(r'\s*(₽|руб\.?|р\.)$', '', told.strip())
    groups = re.split("[ \u00a0\u202f\u2009']", bare)
    if any(len(re.split('[.,]', group)[0]) != 3 for group in groups[1:]):
        raise CellProblem('amount')
    return bare.translate(_SPACES)


@lru_cache(maxsize=8192)
def _moment_of_text(told: str, formats: tuple[str, ...]) -> datetime:
    if not formats:
        try:
            return datetime.fromisoformat(told)
        except ValueError:
            pass
    for pattern in formats or _DATE_FORMATS:
        try:
            return datetime.strptime(told, pattern)  # noqa: DTZ007 - the zone is the counterparty's
        except ValueError:
            continue
    raise CellProblem('at')
