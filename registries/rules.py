"""Pure: periods in a zone, fees, columns of a registry. Sums in kopecks."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registries.statuses import Cadence

_ONE: Final = Decimal(1)
_DAY: Final = timedelta(days=1)


def fee(base: int, percent: Decimal, fixed: int) -> int:
    """A fee in kopecks: `percent` of `base` (not negative), rounded half up once, and a fixed sum.

    The one rule of rounding for money in registries.
    """
    return int((Decimal(base) * percent / 100).quantize(_ONE, rounding=ROUND_HALF_UP)) + fixed


@dataclass(frozen=True, slots=True)
class Period:
    """Two dates, both inclusive, and the moments between which they lie in one zone."""

    date_from: date
    date_to: date
    starts_at: datetime
    ends_at: datetime

    @property
    def kind(self) -> Cadence:
        """A day, a week from Monday, a calendar month, or any other dates."""
        if self.date_from == self.date_to:
            return Cadence.DAY
        if self.date_from.weekday() == 0 and self.date_to - self.date_from == 6 * _DAY:
            return Cadence.WEEK
        if self.date_from.day == 1 and self.date_to == month_of(self.date_from)[1]:
            return Cadence.MONTH
        return Cadence.CUSTOM


def period_of(date_from: date, date_to: date, zone: str) -> Period:
    """The moments of dates in a zone; a day that begins twice or not at all begins at its first real moment."""
    if date_to < date_from:
        raise ValueError('the period ends before it begins')
    where = ZoneInfo(zone)
    return Period(date_from, date_to, _start(date_from, where), _start(date_to + _DAY, where))


def last_period(cadence: Cadence, today: date) -> tuple[date, date]:
    """The newest dates of a cadence that are over on `today`. Raises ValueError for CUSTOM."""
    if cadence == Cadence.DAY:
        return today - _DAY, today - _DAY
    if cadence == Cadence.WEEK:
        monday = today - timedelta(days=today.weekday())
        return monday - 7 * _DAY, monday - _DAY
    if cadence == Cadence.MONTH:
        return month_of(today.replace(day=1) - _DAY)
    raise ValueError('dates of this kind are chosen by hand')


def month_of(day: date) -> tuple[date, date]:
    """First and last day of the month of a day."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - _DAY


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)


class Show(Enum):
    """How a column is written: as it is, as a sum in rubles, as a moment in the counterparty's zone, as a number."""

    TEXT = 'text'
    MONEY = 'money'
    MOMENT = 'moment'
    NUMBER = 'number'


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a registry: `key` in files for machines, `title` for people, `field` of the ledger."""

    key: str
    title: str | Promise
    field: str
    show: Show = Show.TEXT
    width: int = 16
    by_default: bool = True


COLUMNS: Final[tuple[Column, ...]] = (
    Column('seq', _('No. in the ledger'), 'seq', Show.NUMBER, 10),
    Column('occurred_at', _('Happened at'), 'occurred_at', Show.MOMENT, 20),
    Column('event', _('Event'), 'event', width=12),
    Column('external_id', _('External id'), 'external_id', width=24),
    Column('contract_number', _('Contract number'), 'contract_number', width=20),
    Column('form_guid', _('Form'), 'form_guid', width=38, by_default=False),
    Column('lender_deal_id', _('Id at the lender'), 'lender_deal_id', width=24, by_default=False),
    Column('kind', _('Kind'), 'kind', width=8),
    Column('point_code', _('Point of sale'), 'point_code', width=14),
    Column('partner', _('Partner'), 'partner', width=24),
    Column('lender', _('Lender'), 'lender', width=24),
    Column('price', _('Price of the goods, ₽'), 'price', Show.MONEY),
    Column('initial_payment', _('First payment, ₽'), 'initial_payment', Show.MONEY),
    Column('amount', _('Loan, ₽'), 'amount', Show.MONEY),
    Column('payment', _('Paid by the client, ₽'), 'payment', Show.MONEY),
    Column('partner_fee', _('Fee of the partner, ₽'), 'partner_fee', Show.MONEY),
    Column('lender_fee', _('Fee of the lender, ₽'), 'lender_fee', Show.MONEY, by_default=False),
    Column('to_pay', _('To pay to the partner, ₽'), 'to_pay', Show.MONEY),
    Column('corrects', _('Corrects No.'), 'corrects', Show.NUMBER, 12),
    Column('reason', _('Reason'), 'reason', width=30),
)
BY_KEY: Final = {column.key: column for column in COLUMNS}
NEEDED: Final = ('external_id', 'contract_number', 'amount')
"""What no choice may leave out: by these a deal is found and its loan counted."""
_OF_LENDERS: Final = frozenset({'lender_fee', 'lender_deal_id'})
_OF_PARTNERS: Final = frozenset({'partner_fee', 'to_pay'})


def default_columns(*, for_lender: bool) -> tuple[str, ...]:
    """What a registry shows when nothing was chosen: each side sees its own fee and not the other's."""
    hidden = _OF_PARTNERS if for_lender else _OF_LENDERS
    wanted = _OF_LENDERS if for_lender else frozenset()
    own = 'lender' if for_lender else 'partner'
    return tuple(
        column.key for column in COLUMNS
        if (column.by_default or column.key in wanted) and column.key not in hidden and column.key != own)


def chosen_columns(keys: Sequence[str], *, for_lender: bool) -> tuple[Column, ...]:
    """The columns of a registry in their order. Raises ValueError with what is wrong with a choice."""
    names = tuple(keys) or default_columns(for_lender=for_lender)
    problem = column_problem(names, for_lender=for_lender)
    if problem:
        raise ValueError(problem)
    return tuple(BY_KEY[name] for name in names)


def column_problem(keys: Iterable[str], *, for_lender: bool) -> str:
    """Why a choice of columns cannot be used, empty when it can."""
    names = list(keys)
    unknown = [name for name in names if name not in BY_KEY]
    if unknown:
        return f'unknown columns: {", ".join(unknown)}'
    if len(set(names)) != len(names):
        return 'a column stands there twice'
    missing = [name for name in NEEDED if name not in names]
    if missing:
        return f'columns that every registry has: {", ".join(missing)}'
    foreign = sorted((_OF_PARTNERS if for_lender else _OF_LENDERS) & set(names))
    return f'columns of the other side: {", ".join(foreign)}' if foreign else ''


MONEY_KEYS: Final = tuple(column.key for column in COLUMNS if column.show == Show.MONEY)
