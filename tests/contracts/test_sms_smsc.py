"""smsc.ru, spoken to over real HTTP with a gate that has its published API: in a process, with a journal."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
import time_machine
from django.utils import timezone
from pytest_django import Settings

from applications.models import Event
from contracts.models import Message
from contracts.models_messages import MessagePart
from contracts.sms.base import (
    DeliveryState,
    GatewayClosed,
    GatewayRefused,
    GatewayTrouble,
    GatewayUnavailable,
    GatewayUnclear,
    Outgoing,
    Sent,
)
from contracts.sms.smsc import Smsc
from jobs.testing import open_jobs, run_due, run_until_quiet, shift_due
from lenders import breaker
from tests.contracts.fakes import FakeLender
from tests.contracts.gates import smsc_gate
from tests.contracts.gates.running import RunningGate
from tests.contracts.till import Till, later

SEND, WATCH = ['contracts.send_message'], ['contracts.watch_delivery']
GUID, PHONE = '6b0b3c1e-4c8e-4a55-9f5e-0f1d3a0a9d11', '+79161234567'
TEXT = 'Банк: код для подписания договора № 1 на сумму 1,00 руб. Никому не сообщайте его. Код: 480152'


@pytest.fixture
def gate(tmp_path: Path, settings: Settings) -> Iterator[RunningGate]:
    gate = RunningGate('smsc', tmp_path)
    settings.SMS_GATEWAY, settings.SMSC_URL = 'smsc', f'http://127.0.0.1:{gate.port}/sys'
    settings.SMSC_API_KEY, settings.SMSC_SENDER = smsc_gate.KEY, 'DenimHub'
    breaker.forget()
    gate.start()
    yield gate
    gate.stop()
    breaker.forget()


def outgoing(*, minutes: float | None = 5, text: str = TEXT, phone: str = PHONE) -> Outgoing:
    return Outgoing(GUID, phone, text, None if minutes is None else timezone.now() + timedelta(minutes=minutes))


def test_a_message_goes_out_under_our_id_with_parts_cost_and_its_life(gate: RunningGate) -> None:
    accepted = Smsc().send(outgoing(minutes=4.5))
    assert (accepted.gateway_ids, accepted.parts, accepted.cost) == ((GUID,), 2, 760)
    assert gate.seen('accepted') == [{
        'event': 'accepted', 'id': GUID, 'phone': PHONE, 'text': TEXT, 'sender': 'DenimHub', 'valid': '00:04',
        'cost': '3'}]


@pytest.mark.parametrize(('minutes', 'life'), [(None, ''), (0.1, '00:01'), (90, '01:29'), (10_000, '24:00')])
def test_the_gateway_never_tries_longer_than_the_message_is_of_use(
    gate: RunningGate, minutes: float | None, life: str,
) -> None:
    Smsc().send(outgoing(minutes=minutes))
    assert gate.seen('accepted')[0]['valid'] == life


def test_login_and_password_serve_as_well(gate: RunningGate, settings: Settings) -> None:
    settings.SMSC_API_KEY = ''
    settings.SMSC_LOGIN, settings.SMSC_PASSWORD = smsc_gate.LOGIN, smsc_gate.PASSWORD
    Smsc().send(outgoing())
    assert len(gate.seen('accepted')) == 1


@pytest.mark.parametrize(('order', 'trouble', 'taken'), [
    ('error 1', GatewayRefused, 0), ('error 2', GatewayClosed, 0), ('error 3', GatewayClosed, 0),
    ('error 4', GatewayClosed, 0), ('error 5', GatewayRefused, 0), ('error 6', GatewayRefused, 0),
    ('error 7', GatewayRefused, 0), ('error 8', GatewayRefused, 0), ('error 9', GatewayUnclear, 0),
    ('http 500', GatewayUnclear, 0), ('http 429', GatewayUnavailable, 0), ('http 403', GatewayClosed, 0),
    ('drop', GatewayUnclear, 0), ('lose', GatewayUnclear, 1), ('garbage', GatewayUnclear, 1),
    ('huge', GatewayUnclear, 1), ('redirect', GatewayClosed, 1),
])
def test_trouble_is_sorted_by_what_may_be_done_next(
    gate: RunningGate, order: str, trouble: type[GatewayTrouble], taken: int,
) -> None:
    gate.order(next=[order])
    with pytest.raises(trouble) as raised:
        Smsc().send(outgoing())
    assert type(raised.value) is trouble
    assert len(gate.seen('accepted')) == taken
    told = f'{raised.value!r} {raised.value.__cause__!r}'
    assert not any(secret in told for secret in (PHONE[1:], '480152', 'подписания', smsc_gate.KEY))


def test_a_gate_that_is_not_there_has_surely_taken_nothing(gate: RunningGate) -> None:
    gate.stop()
    with pytest.raises(GatewayUnavailable):
        Smsc().send(outgoing())


def test_a_lost_answer_is_found_by_our_id(gate: RunningGate) -> None:
    gate.order(next=['lose'])
    assert Smsc().find(outgoing()) is None
    with pytest.raises(GatewayUnclear):
        Smsc().send(outgoing())
    found = Smsc().find(outgoing())
    assert found is not None
    assert (found.gateway_ids, found.cost) == ((GUID,), 760)
    assert Smsc().find(outgoing(phone='+79160000001')) is None


@pytest.mark.parametrize(('status', 'state', 'reason'), [
    (-2, DeliveryState.FAILED, '-2/0'), (-1, DeliveryState.UNKNOWN, ''), (0, DeliveryState.UNKNOWN, ''),
    (1, DeliveryState.DELIVERED, ''), (2, DeliveryState.DELIVERED, ''), (3, DeliveryState.EXPIRED, '3/1'),
    (4, DeliveryState.DELIVERED, ''), (20, DeliveryState.FAILED, '20/1'), (22, DeliveryState.FAILED, '22/1'),
    (23, DeliveryState.FAILED, '23/1'), (24, DeliveryState.FAILED, '24/1'), (25, DeliveryState.FAILED, '25/1'),
    (77, DeliveryState.UNKNOWN, ''),
])
def test_every_status_of_the_api(gate: RunningGate, status: int, state: DeliveryState, reason: str) -> None:
    Smsc().send(outgoing())
    gate.order(states={'*': status})
    [receipt] = Smsc().status(Sent(GUID, PHONE, (GUID,)))
    assert (receipt.gateway_id, receipt.state, receipt.reason) == (GUID, state, reason)
    assert receipt.at is not None
    assert receipt.at <= timezone.now()
    assert Smsc().status(Sent(GUID, '+79160000001', (GUID,))) == ()


def test_nothing_personal_is_logged(gate: RunningGate) -> None:
    gate.order(next=['lose', 'error 6', 'http 500'])
    with structlog.testing.capture_logs() as lines:
        for _ in range(4):
            try:
                Smsc().send(outgoing())
            except GatewayTrouble:
                continue
    assert not any(secret in str(lines) for secret in ('9161234567', '480152', smsc_gate.KEY))


# --- the whole way of a message --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_code_is_sent_and_its_delivery_becomes_known(lender: FakeLender, gate: RunningGate) -> None:
    till = Till(lender, is_sandbox=False).ready()
    row = Message.objects.get()
    assert (row.status, row.gateway, row.gateway_id) == ('sent', 'smsc', str(row.guid))
    assert (row.parts, row.cost, row.delivery_status) == (2, 760, 'unknown')
    assert ('contracts.watch_delivery', str(row.guid)) in open_jobs()
    shift_due(11)
    assert run_due(kinds=WATCH) == 1
    row.refresh_from_db()
    assert (row.delivery_status, len(gate.seen('asked'))) == ('unknown', 1)
    gate.order(states={str(row.guid): 1})
    shift_due(11)
    assert run_due(kinds=WATCH) == 1
    row.refresh_from_db()
    assert row.delivery_status == 'delivered'
    assert row.delivered_at is not None
    assert ('contracts.watch_delivery', str(row.guid)) not in open_jobs()
    till.ok('check_sms_code', code=till.newest_code())


@pytest.mark.django_db
def test_an_undelivered_code_is_told_to_the_operator(lender: FakeLender, gate: RunningGate) -> None:
    till = Till(lender, is_sandbox=False).ready()
    gate.order(states={'*': 3})
    shift_due(11)
    run_due(kinds=WATCH)
    row = Message.objects.get()
    assert (row.delivery_status, row.delivered_at, row.delivery_reason) == ('expired', None, '3/1')
    told = Event.objects.filter(application=till.application, subject='SMS code').values_list('actor', 'why')
    assert list(told) == [('gateway smsc', 'expired: 3/1')]
    till.ok('check_sms_code', code=till.newest_code())


@pytest.mark.django_db
def test_looks_grow_apart_and_end_after_a_day(lender: FakeLender, gate: RunningGate) -> None:
    till = Till(lender, is_sandbox=False).ready()
    for hours in (0, 1, 12, 23.9):
        with time_machine.travel(later(hours=hours), tick=False):
            shift_due(2 * 3600)
            run_due(kinds=WATCH)
    assert len(gate.seen('asked')) == 4
    with time_machine.travel(later(hours=24.1), tick=False):
        shift_due(2 * 3600)
        run_due(kinds=WATCH)
    assert len(gate.seen('asked')) == 4
    assert not [kind for kind, _subject in open_jobs() if kind in WATCH]
    assert Message.objects.get(application=till.application).delivery_status == 'unknown'


@pytest.mark.django_db
def test_a_lost_answer_sends_no_second_message(lender: FakeLender, gate: RunningGate) -> None:
    gate.order(next=['lose'])
    till = Till(lender, is_sandbox=False).ready()
    assert Message.objects.get().status == 'queued'
    run_until_quiet(60, advance_clock=True, kinds=SEND)
    row = Message.objects.get()
    assert (row.status, row.parts, row.cost, len(gate.seen('accepted'))) == ('sent', 2, 760, 1)
    till.ok('check_sms_code', code=till.newest_code())


@pytest.mark.django_db
def test_a_gateway_that_refuses_our_repeat_is_asked_what_it_has(lender: FakeLender, gate: RunningGate) -> None:
    """Error 9 within a minute of a lost answer: the first request was taken."""
    gate.order(next=['lose', 'error 9'])
    Till(lender, is_sandbox=False).ready()
    run_until_quiet(60, advance_clock=True, kinds=SEND)
    assert (Message.objects.get().status, len(gate.seen('accepted'))) == ('sent', 1)


@pytest.mark.django_db
def test_an_account_without_money_loses_no_message(lender: FakeLender, gate: RunningGate) -> None:
    gate.order(next=['error 3', 'error 3'])
    Till(lender, is_sandbox=False).ready()
    run_until_quiet(120, advance_clock=True, kinds=SEND)
    assert (Message.objects.get().status, len(gate.seen('accepted'))) == ('sent', 1)


@pytest.mark.django_db
def test_a_forbidden_text_is_refused_for_good(lender: FakeLender, gate: RunningGate) -> None:
    gate.order(next=['error 6'])
    Till(lender, is_sandbox=False).ready()
    run_until_quiet(60, advance_clock=True, kinds=SEND)
    row = Message.objects.get()
    assert (row.status, row.gateway, row.delivery_reason) == ('refused', 'smsc', '6: forbidden text or sender')
    assert (gate.seen('accepted'), MessagePart.objects.count()) == ([], 0)


@pytest.mark.django_db
def test_after_an_outage_the_living_go_out_soon_and_the_dead_not_at_all(
    lender: FakeLender, gate: RunningGate,
) -> None:
    gate.stop()
    with time_machine.travel(later(seconds=-301), tick=False):
        old = Till(lender, is_sandbox=False).ready()
    fresh = Till(lender, is_sandbox=False, phone='+79160000001').ready()
    for _ in range(30):
        shift_due(10)
        run_due(kinds=SEND)
    gate.start()
    breaker.forget()
    run_until_quiet(10, advance_clock=True, kinds=SEND)
    statuses = dict(Message.objects.values_list('application_id', 'status'))
    assert statuses == {old.application.pk: 'expired', fresh.application.pk: 'sent'}
    assert [line['phone'] for line in gate.seen('accepted')] == ['+79160000001']
