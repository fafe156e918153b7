"""Registries of the demo history in each status, their deliveries, corrections by two persons, a matching that differs.
"""
from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from denimhub.demo.history_world import AUTHOR, World
from lenders.models import Lender
from partners.models import Partner
from registries.models import Counterparty, LedgerLine, Registry, RegistryVersion
from registries.models_corrections import CorrectionRequest
from registries.models_delivery import Delivery, DeliveryTarget
from registries.models_matching import MatchLine, MatchRun
from registries.rules import last_period, period_of
from registries.services import counterparty_of
from registries.services_build import build_registry
from registries.services_corrections import (
    approve_correction,
    refuse_correction,
    request_correction,
    withdraw_correction,
)
from registries.services_delivery import finish_sending, queue_deliveries, start_sending, stop_sending
from registries.services_matching import match_file, take_in
from registries.services_resolution import ask_forced, resolve
from registries.services_status import check_version
from registries.services_targets import save_target
from registries.statuses import Cadence, LineEvent
from registries.statuses_delivery import DeliveryStatus
from registries.statuses_matching import Channel, OutcomeName, ResolutionKind

_HEAD: Final = ('our_id', 'lender_id', 'contract_number', 'status', 'amount_kopecks', 'at')
_LEAST_LINES: Final = 5
"""One for each outcome that needs a deal of ours."""
_DAYS: Final = 31
Move = Callable[[Delivery], None]


def fill_registries(world: World) -> None:
    """Everything there is to see of reconciliation; what is there already stays as it is."""
    street = world.partners['street']
    steps: tuple[tuple[Partner | Lender, Callable[[], None]], ...] = (
        (street, lambda: _sent(street)),
        (world.partners['polus'], lambda: _built(world.partners['polus'])),
        (world.partners['oak'], lambda: _failing(world.partners['oak'])),
        (world.lenders['demo-neva'], lambda: _draft(world.lenders['demo-neva'])))
    for party, step in steps:
        if not Registry.objects.filter(counterparty=counterparty_of(party)).exists():
            step()
    if not CorrectionRequest.objects.filter(line__partner=street).exists():
        _correct_and_resend(street)
    busiest = _busiest(world)
    if busiest is not None and not MatchRun.objects.filter(counterparty__lender__in=world.lenders.values()).exists():
        _differences(_matching(busiest))


def _today() -> date:
    return timezone.localdate()


def _build(party: Counterparty, first: date, last: date) -> RegistryVersion:
    return build_registry(
        counterparty=party, period=period_of(first, last, party.zone), formats=party.formats, made_by=AUTHOR,
        wait_seconds=0)


def _month(party: Counterparty) -> RegistryVersion:
    return _build(party, _today() - timedelta(days=_DAYS), _today() - timedelta(days=1))


def _built(partner: Partner) -> None:
    """Made, and nobody has checked it."""
    party = counterparty_of(partner)
    _build(party, *last_period(Cadence.WEEK, _today()))
    _month(party)


def _draft(lender: Lender) -> None:
    """The month is not over."""
    _build(counterparty_of(lender), _today().replace(day=1), _today())


def _sent(partner: Partner) -> None:
    """Checked; the accountant has it, the archive not yet."""
    version = check_version(version=_month(counterparty_of(partner)), actor='supervisor')
    _queue(version, {'Бухгалтерия': _taken, 'Архив': _nothing})


def _failing(partner: Partner) -> None:
    """Checked, and each address has a trouble of its own."""
    version = check_version(version=_month(counterparty_of(partner)), actor='supervisor')
    _queue(version, {
        'Бухгалтерия': _refused, 'Казначейство': _unclear, 'Архив': _under_way, 'Аудитор магазина': _nothing})


def _corrections(version: RegistryVersion) -> None:
    """One of each: approved into the sent registry, refused, withdrawn, and one that waits for the second person."""
    asks, decides = _person('supervisor'), _person('supervisor2')
    lines = list(LedgerLine.objects.filter(
        partner=version.registry.counterparty.partner, event=LineEvent.ISSUED,
        period_at__lt=version.registry.ends_at).order_by('seq')[:4])
    if len(lines) < 4:
        return
    approve_correction(by=decides, why='сверено с чеком', request=request_correction(
        line=lines[0], by=asks, reason='Скидка по чеку не была учтена', sums={'price': -50_000},
        for_partner=version.registry))
    refuse_correction(by=decides, why='Сумма договора верна', request=request_correction(
        line=lines[1], by=asks, reason='Магазин сообщил другую сумму', sums={'amount': -10_000}))
    withdraw_correction(by=asks, why='Ошибка при вводе', request=request_correction(
        line=lines[2], by=asks, reason='Возврат товара', sums={'price': -1_000}))
    request_correction(line=lines[3], by=asks, reason='Клиент вернул товар в день выдачи')


def _correct_and_resend(partner: Partner) -> None:
    """The corrected version replaces the one that was sent; what had not gone out of the old one never will."""
    before = _month(counterparty_of(partner))
    _corrections(before)
    version = _month(counterparty_of(partner))
    for delivery in before.deliveries.filter(status=DeliveryStatus.QUEUED):
        with transaction.atomic():
            start_sending(delivery)
            _close(delivery)
    if version.pk != before.pk:
        version = check_version(version=version, actor='supervisor2')
        _queue(version, {'Бухгалтерия': _taken, 'Архив': _taken})


def _queue(version: RegistryVersion, moves: dict[str, Move]) -> None:
    """Deliveries and what became of them in one transaction: no worker ever sees them queued."""
    party = version.registry.counterparty
    with transaction.atomic():
        targets = [_target(party, name) for name in moves]
        for delivery in queue_deliveries(version=version, asked_by='supervisor', targets=targets):
            if delivery.status == DeliveryStatus.QUEUED:
                moves[delivery.target.name](delivery)


def _target(party: Counterparty, name: str) -> DeliveryTarget:
    known = DeliveryTarget.objects.filter(counterparty=party, name=name).first()
    return known or save_target(
        counterparty=party, name=name, channel='email', settings={'to': [f'registry-{party.pk}@demo.example']},
        author=AUTHOR)


def _taken(delivery: Delivery) -> None:
    start_sending(delivery)
    finish_sending(delivery, 'принято: 250 OK')
    _close(delivery)


def _refused(delivery: Delivery) -> None:
    start_sending(delivery)
    stop_sending(delivery, DeliveryStatus.FAILED, '550 mailbox unavailable')
    _close(delivery)


def _unclear(delivery: Delivery) -> None:
    start_sending(delivery)
    stop_sending(delivery, DeliveryStatus.UNKNOWN, 'the connection ended before the answer')
    _park(delivery, 'the connection ended before the answer')


def _under_way(delivery: Delivery) -> None:
    start_sending(delivery)
    _park(delivery, 'an operator stopped it')


def _nothing(delivery: Delivery) -> None:
    _park(delivery, 'an operator stopped it')


def _close(delivery: Delivery) -> None:
    _job(delivery, "state = 'DONE', attempts = 1, fence = 1, finished_at = statement_timestamp()")


def _park(delivery: Delivery, why: str) -> None:
    _job(delivery, "state = 'PARKED', attempts = 3, fence = 3, last_error = %s", why)


def _job(delivery: Delivery, change: str, *values: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE jobs_job SET {change}"  # noqa: S608 - constants above
                       " WHERE kind = 'registries.deliver' AND subject = %s AND state <> 'DONE'",
                       [*values, str(delivery.guid)])


def _busiest(world: World) -> Counterparty | None:
    """The lender with most deals, if they are enough for every outcome."""
    rows = LedgerLine.objects.filter(event=LineEvent.ISSUED, lender__in=world.lenders.values())
    best = rows.values('lender').annotate(count=Count('pk')).order_by('-count', 'lender').first()
    if best is None or best['count'] < _LEAST_LINES:
        return None
    return counterparty_of(Lender.objects.get(pk=best['lender']))


def _matching(party: Counterparty) -> MatchRun:
    """A file of the lender in which one line of each kind differs."""
    lines = list(LedgerLine.objects.filter(
        lender=party.lender, event=LineEvent.ISSUED).select_related('contract').order_by('period_at', 'seq'))
    first, last = (lines[number].period_at.astimezone().date() for number in (0, -1))
    rows = [_row(line) for line in lines]
    rows[2]['amount_kopecks'] += 150_00
    rows[3]['status'] = 'CANCELLED'
    rows.append(dict(rows[1]))
    rows.append({**rows[1], 'our_id': '', 'lender_id': 'NO-1', 'contract_number': 'НЕТ-0001',
                 'amount_kopecks': 31_500_00})
    del rows[0]
    taken, _is_new = take_in(
        counterparty=party, name='deals.csv', content=_sheet(rows), channel=Channel.UPLOAD, taken_by='supervisor')
    return match_file(taken=taken, made_by='supervisor', dates=(first, last - timedelta(days=1)))


def _row(line: LedgerLine) -> dict[str, Any]:
    return {
        'our_id': str(line.form_guid), 'lender_id': line.lender_deal_id, 'contract_number': line.contract_number,
        'status': 'ISSUED', 'amount_kopecks': line.amount, 'at': line.occurred_at.isoformat()}


def _sheet(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    sheet = csv.DictWriter(out, _HEAD)
    sheet.writeheader()
    sheet.writerows(rows)
    return out.getvalue().encode()


def _differences(run: MatchRun) -> None:
    """One is decided, one waits for the second person, the rest is open."""
    by = _person('supervisor')
    heads = MatchLine.objects.filter(run=run, is_head=True)
    line = heads.filter(outcome=OutcomeName.MISSING_THERE).first()
    if line is not None:
        resolve(line=line, kind=ResolutionKind.WILL_COME, reason='Кредитор обещал дослать', by=by)
    line = heads.filter(outcome=OutcomeName.AMOUNT_MISMATCH).first()
    if line is not None:
        ask_forced(line=line, reason='Разница — страховка, которую кредитор показывает в сумме', by=by)


def _person(username: str) -> AbstractUser:
    return get_user_model().objects.get(username=username)
