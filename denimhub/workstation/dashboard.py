"""The first page of the workstation: how today and the last thirty days went, and what waits for people.

Figures are kept for a minute in the process, those of days that are over and of lenders for longer. A question that
would take too long is given up and said to be so: the page itself always answers.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from denimhub.people.access import may
from denimhub.workstation.dashboard_charts import chart, funnel, lasted, percent
from denimhub.workstation.dashboard_deals import (
    Day,
    LenderWork,
    Scope,
    days_between,
    lenders_between,
    spending_between,
)
from denimhub.workstation.dashboard_duties import (
    LenderState,
    approvals,
    lender_states,
    parked_jobs,
    part_states,
    reconciliation,
    stuck,
)
from denimhub.workstation.patience import TooBroad, patience
from partners.staff import partner_of

_Figure = TypeVar('_Figure')

DAYS: Final = 30
KEPT_SECONDS: Final = 60
LONG_KEPT_SECONDS: Final = 600
"""For days that are over, and for what is asked of a whole month."""
WORLDS: Final = (('live', 'Боевые', False), ('sandbox', 'Песочница', True), ('all', 'Все', None))
BROKEN_SHARE: Final = 50
"""Percent of calls of the last five minutes that failed, from which a lender counts as not answering."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted and when; without a value it would have taken too long."""

    at: datetime
    value: Any


@dataclass(frozen=True, slots=True)
class LenderRow:
    """A lender on the dashboard: what it made of forms, how its calls go, whether it is asked at all."""

    state: LenderState
    work: LenderWork | None
    approval: int | None
    median: str
    p95: str
    words: str
    is_bad: bool
    link: str


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the first page: the whole dashboard, a partner's own, or neither for who has no right to one."""
    partner = partner_of(request.user)
    if partner is not None:
        return context | {'title': 'Сводка', 'dashboard': _of_partner(Scope(partner_id=partner.pk)), 'partner': partner}
    if not may(request.user, 'dashboard.view'):
        return context
    world = chosen_world(request)
    scope = Scope(is_sandbox=next(value for name, _title, value in WORLDS if name == world))
    worlds = [{'title': title, 'query': urlencode({'world': name}), 'is_chosen': name == world}
              for name, title, _value in WORLDS]
    return context | {'title': 'Сводка', 'dashboard': _of_platform(request, scope), 'worlds': worlds}


def chosen_world(request: HttpRequest) -> str:
    """`live`, `sandbox` or `all`; what nobody has chosen is live, and all where everything is of the sandbox."""
    asked = request.GET.get('world', '')
    if asked in {name for name, _title, _value in WORLDS}:
        return asked
    return 'all' if settings.DENIMHUB_ENV == 'development' else 'live'


def _of_partner(scope: Scope) -> dict[str, Any]:
    return _deals(scope) | {'spending': _spending(scope)}


def _of_platform(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    attention, parked = kept('attention', scope, lambda: stuck(scope)), kept('parked', Scope(), parked_jobs)
    world = {} if scope.is_sandbox is None else {'world': 'sandbox' if scope.is_sandbox else 'live'}
    states, waiting = kept('lenders', Scope(), lender_states), kept('approvals', Scope(), approvals)
    return _deals(scope) | {
        'spending': _spending(scope),
        'attention': attention.value, 'attention_link': _link(
            request, 'applications.application', attention='on', **world),
        'parked': parked, 'parked_total': sum(one.count for one in parked.value or ()),
        'parked_link': _link(request, 'jobs.job', state__exact='PARKED'),
        'lenders': None if states.value is None else _lender_rows(request, scope, states.value),
        'parts': kept('parts', Scope(), part_states, seconds=5),
        'reconciliation': kept('reconciliation', Scope(), reconciliation),
        'approvals': waiting, 'links': _links(request),
    }


def _deals(scope: Scope) -> dict[str, Any]:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=DAYS - 1)
    today = kept(f'today:{midnight:%Y%m%d}', scope, lambda: days_between(midnight, midnight + timedelta(days=1), scope))
    past = kept(f'past:{since:%Y%m%d}', scope, lambda: days_between(since, midnight, scope),
                seconds=LONG_KEPT_SECONDS)
    month: list[Day] | None = None if past.value is None or today.value is None else [*past.value, *today.value]
    return {
        'counted_at': today.at, 'days': DAYS,
        'today': None if today.value is None else funnel(today.value),
        'month': None if month is None else funnel(month),
        'chart': None if month is None else chart(month, last=midnight.date(), length=DAYS)}


def _spending(scope: Scope) -> Figures:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=DAYS - 1)
    return kept(f'spending:{since:%Y%m%d}', scope, lambda: spending_between(
        since, midnight, midnight + timedelta(days=1), scope))


def _lender_rows(request: HttpRequest, scope: Scope, states: list[LenderState]) -> list[LenderRow]:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=DAYS - 1)
    work = kept(f'work:{since:%Y%m%d}', scope, lambda: lenders_between(
        since, midnight + timedelta(days=1), scope), seconds=LONG_KEPT_SECONDS // 2)
    known = {one.lender_id: one for one in work.value or ()}
    return [
        _lender_row(request, state, known.get(state.lender_id)) for state in states
        if scope.is_sandbox in (None, state.is_sandbox) and (state.is_active or state.lender_id in known)]


def _lender_row(request: HttpRequest, state: LenderState, work: LenderWork | None) -> LenderRow:
    words, is_bad = state_of(state, timezone.now())
    return LenderRow(
        state, work, percent(work.approved, work.sent) if work and work.sent else None,
        lasted(work.median_seconds if work else None), lasted(work.p95_seconds if work else None), words, is_bad,
        _link(request, 'lenders.exchange', lender__id__exact=str(state.lender_id)))


def state_of(state: LenderState, now: datetime) -> tuple[str, bool]:
    """How a lender does, in words, and whether that is bad. Each worker opens its circuit by itself; what all of them
    see is the share of calls that failed.
    """
    if state.paused_until is not None and state.paused_until > now:
        until = timezone.localtime(state.paused_until)
        return f'пауза до {until:%d.%m %H:%M}' + (f': {state.pause_reason}' if state.pause_reason else ''), True
    if not state.is_active:
        return 'выключен', False
    if state.short and percent(state.short_bad, state.short) >= BROKEN_SHARE:
        return 'не отвечает: вызовы приостанавливаются', True
    if state.long_bad:
        return 'отвечает с ошибками', False
    return ('отвечает' if state.long else 'вызовов не было'), False


def kept(
    name: str, scope: Scope, compute: Callable[[], _Figure], *, seconds: int = KEPT_SECONDS,
) -> Figures:
    """The figures under this name, counted anew when they are older than `seconds`; none when that takes too long."""
    key = f'dashboard:{name}:{scope.is_sandbox}:{scope.partner_id}'
    found: Figures | None = cache.get(key)
    if found is None:
        value: _Figure | None = None
        try:
            with patience():
                value = compute()
        except TooBroad:
            value = None
        found = Figures(timezone.now(), value)
        cache.set(key, found, seconds)
    return found


def _links(request: HttpRequest) -> dict[str, str]:
    """Lists behind the figures, empty where this person may not open one."""
    return {
        'deliveries': _link(request, 'registries.delivery', status__exact='FAILED'),
        'registries': _link(request, 'registries.registry'),
        'matchings': _link(request, 'registries.matchrun'),
        'drifts': _link(request, 'registries.drift', status__exact='OPEN'),
        'corrections': _link(request, 'registries.correctionrequest', status__exact='ASKED'),
        'forced': _link(request, 'registries.forcedmatch', status__exact='ASKED'),
        'templates': _link(request, 'contracts.templateversion', status__exact='WAITING'),
        'outcomes': _link(request, 'contracts.outcomerequest', status__exact='ASKED'),
        'companies': _link(request, 'partners.company', live_status__exact='pending'),
        'changes': _link(request, 'partners.partnerchange', status__exact='waiting'),
        'messages': _link(request, 'contracts.message'),
    }


def _link(request: HttpRequest, model: str, **query: str) -> str:
    app, name = model.split('.')
    if not request.user.has_perm(f'{app}.view_{name}'):
        return ''
    try:
        address = reverse(f'admin:{app}_{name}_changelist')
    except NoReverseMatch:
        return ''
    return f'{address}?{urlencode(query)}' if query else address
