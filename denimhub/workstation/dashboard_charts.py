"""What the dashboard draws, as plain numbers: steps of the funnel, columns of days, words of time. Pure."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from denimhub.workstation.dashboard_deals import COUNTED, Day
from denimhub.workstation.words import NO_BREAK

STEPS: Final = (
    ('created', 'Заявки созданы'), ('sent', 'Переданы кредиторам'), ('offered', 'Есть предложения'),
    ('chosen', 'Предложение выбрано'), ('signed', 'Договор подписан'), ('issued', 'Деньги выданы'))
ENDS: Final = (
    ('declined', 'отказ'), ('failed', 'сбой'), ('canceled', 'отменена'), ('expired', 'истёк срок'))
BAR: Final = 1000
"""Length of a whole bar in units of its picture."""
CHART_WIDTH: Final = 900
CHART_HEIGHT: Final = 160
_LABEL_DAYS: Final = 5


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the funnel: how many came so far, their share of all and of the step before, who went no further."""

    title: str
    count: int
    share: int
    of_before: int
    lost: int
    bar: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """Steps with the ends that applications came to; `open` are under way."""

    steps: tuple[Step, ...]
    ends: tuple[tuple[str, int], ...]
    open: int
    lent: int

    @property
    def created(self) -> int:
        """All applications."""
        return self.steps[0].count

    @property
    def issued(self) -> int:
        """Those whose money is out."""
        return self.steps[-1].count


@dataclass(frozen=True, slots=True)
class Column:
    """One day of the chart; lengths in units of the picture, measured from its foot."""

    day: date
    created: int
    issued: int
    x: int
    width: int
    created_height: int
    issued_height: int
    label: str

    @property
    def created_y(self) -> int:
        """Upper edge of the column."""
        return CHART_HEIGHT - self.created_height

    @property
    def issued_y(self) -> int:
        """Upper edge of the inner column."""
        return CHART_HEIGHT - self.issued_height

    @property
    def label_x(self) -> int:
        """Middle of the column."""
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns of days and the greatest of them; `said` tells the picture in words."""

    columns: tuple[Column, ...]
    most: int
    said: str


def percent(part: int, whole: int) -> int:
    """Whole percents, half up; 0 of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else 0


def summed(days: Sequence[Day]) -> dict[str, int]:
    """Figures of many days as one."""
    return {name: sum(getattr(day, name) for day in days) for name in COUNTED}


def funnel(days: Sequence[Day]) -> Funnel:
    """The funnel of these days."""
    total = summed(days)
    steps, before = [], total['created']
    for name, title in STEPS:
        count = total[name]
        steps.append(Step(
            title, count, percent(count, total['created']), percent(count, before), max(before - count, 0),
            BAR * count // total['created'] if total['created'] else 0))
        before = count
    ends = tuple((title, total[name]) for name, title in ENDS)
    ended = sum(count for _title, count in ends) + total['issued']
    return Funnel(tuple(steps), ends, total['created'] - ended, total['lent'])


def chart(days: Sequence[Day], *, last: date, length: int) -> Chart:
    """Columns of the `length` days that end with `last`; days without applications are there too."""
    known: Mapping[date, Day] = {day.day: day for day in days}
    shown = [last - timedelta(days=back) for back in range(length - 1, -1, -1)]
    rows = [known.get(day, Day(day)) for day in shown]
    most = max((row.created for row in rows), default=0)
    step = CHART_WIDTH // length
    columns = tuple(
        Column(
            row.day, row.created, row.issued, number * step, max(step - 4, 1), _height(row.created, most),
            _height(row.issued, most), f'{row.day:%d.%m}' if (length - 1 - number) % _LABEL_DAYS == 0 else '')
        for number, row in enumerate(rows))
    return Chart(columns, most, _said(rows, most))


def _height(count: int, most: int) -> int:
    return max(CHART_HEIGHT * count // most, 2) if count and most else 0


def _said(rows: Sequence[Day], most: int) -> str:
    created, issued = sum(row.created for row in rows), sum(row.issued for row in rows)
    if not created:
        return 'Заявок за эти дни не было.'
    best = max(rows, key=lambda row: row.created)
    return f'Заявок {created}, выдано {issued}; больше всего заявок {best.day:%d.%m.%Y}: {most}.'


def lasted(seconds: float | None) -> str:
    """A length of time as people say it, with no-break spaces: `14 с`, `2 мин 05 с`, `1 ч 12 мин`, `3 дн`."""
    if seconds is None:
        return '—'
    whole = max(int(seconds + 0.5), 0)
    if whole < 60:
        said = f'{seconds:.1f} с'.replace('.', ',') if seconds < 10 else f'{whole} с'
    elif whole < 3600:
        said = f'{whole // 60} мин {whole % 60:02} с'
    elif whole < 48 * 3600:
        said = f'{whole // 3600} ч {whole % 3600 // 60:02} мин'
    else:
        said = f'{whole // 86_400} дн'
    return said.replace(' ', NO_BREAK)
