"""How long something lasts and when it was, as people read it."""
from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from denimhub.workstation.words import counted

JUST_NOW = 'только что'
_STEPS = (
    (timedelta(days=365), ('год', 'года', 'лет')),
    (timedelta(days=1), ('день', 'дня', 'дней')),
    (timedelta(hours=1), ('час', 'часа', 'часов')),
    (timedelta(minutes=1), ('минута', 'минуты', 'минут')),
)


def age(since: datetime, now: datetime) -> str:
    """The whole greatest units that have passed: `2 минуты`, `3 дня`; less than a minute is `только что`."""
    passed = now - since
    for step, forms in _STEPS:
        if passed >= step:
            return counted(passed // step, *forms)
    return JUST_NOW


def ago(since: datetime, now: datetime) -> str:
    """`2 минуты назад`, `только что`."""
    text = age(since, now)
    return text if text == JUST_NOW else f'{text} назад'


def moscow(at: datetime, now: datetime) -> str:
    """`24.11 16:39:05` in Moscow, with the year when it is another one."""
    local = timezone.localtime(at)
    return f'{local:%d.%m %H:%M:%S}' if local.year == timezone.localtime(now).year else f'{local:%d.%m.%Y %H:%M:%S}'
