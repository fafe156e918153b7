"""Reads around corrections: what is left of a line, what a deal sums up to, which registries hold a line."""
from __future__ import annotations

from typing import Literal

from django.db.models import Q, QuerySet, Sum

from registries.models import LedgerLine, Registry
from registries.rules import MONEY_KEYS
from registries.rules_corrections import total
from registries.statuses import LineEvent

Target = Literal['partner', 'lender']


def root_event(line: LedgerLine) -> str:
    """The event that a line records or, for a correction, the one that its corrections go back to."""
    while line.event == LineEvent.CORRECTED and line.corrects is not None:
        line = line.corrects
    return line.event


def sums_left_of(line: LedgerLine) -> dict[str, int]:
    """The sums of a line with all corrections of it, and corrections of those."""
    family, newest = [line], [line.pk]
    while newest:
        found = list(LedgerLine.objects.filter(corrects__in=newest))
        family += found
        newest = [row.pk for row in found]
    return total([{key: getattr(row, key) for key in MONEY_KEYS} for row in family])


def sums_of_deal(contract_id: int) -> dict[str, int]:
    """All lines of one deal, corrections included."""
    lines = LedgerLine.objects.filter(contract_id=contract_id)
    sums = lines.aggregate(**{f'{key}_sum': Sum(key) for key in MONEY_KEYS})
    return {key: int(sums[f'{key}_sum'] or 0) for key in MONEY_KEYS}


def registries_of(line: LedgerLine, side: Target) -> QuerySet[Registry]:
    """Registries of this side, made in a version, that hold a line: by its time or because it was written for them."""
    own: Registry | None = getattr(line, f'for_{side}')
    rows = Registry.objects.filter(
        **{f'counterparty__{side}': getattr(line, f'{side}_id')}, versions__number__gt=0).distinct()
    belongs = Q(starts_at__lte=line.period_at, ends_at__gt=line.period_at)
    if own is not None:
        belongs = Q(pk=own.pk) | (belongs & ~Q(kind=own.kind))
    return rows.filter(belongs).order_by('date_from', 'pk')


def holds(registry: Registry, line: LedgerLine, side: Target) -> bool:
    """Whether a line stands in a registry of this side that was made."""
    return registries_of(line, side).filter(pk=registry.pk).exists()
