"""SMS: the outbox, what is sent to which gateway and when, links to the payment page."""
from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence

import pytest
import time_machine
from django.core.management import call_command
from pytest_django import Settings

from applications.models import Event
from contracts.models import Message
from contracts.sms.base import (
    Accepted,
    GatewayClosed,
    GatewayRefused,
    GatewayTrouble,
    GatewayUnavailable,
    GatewayUnclear,
    Outgoing,
    Receipt,
    Sent,
)
from contracts.sms.catalogue import GATEWAYS
from jobs.testing import run_until_quiet
from tests.contracts.fakes import FakeLender
from tests.contracts.till import Till, later, snapshot


@pytest.mark.django_db
def test_outbox_prints_json_lines_oldest_first(lender: FakeLender) -> None:
    first, second = Till(lender).ready(), Till(lender, phone='+79160000001').ready()
    lines = _outbox()
    assert [line['phone'] for line in lines] == ['+79160000000', '+79160000001']
    assert all(set(line) == {'phone', 'text', 'sent_at'} for line in lines)
    assert _outbox('+79160000001') == lines[1:]
    assert lines[1]['text'].endswith(f'Код: {second.newest_code()}')
    assert lines[0]['text'].endswith(f'Код: {first.newest_code()}')
    assert _outbox('+79169999999') == []


def _outbox(phone: str | None = None) -> list[dict[str, str]]:
    out = io.StringIO()
    call_command('sms_outbox', phone=phone, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


class Recorder:
    """A gateway that remembers and answers as told."""

    name = 'recorder'
    tells_delivery = False

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.trouble: list[GatewayTrouble] = []
        self.found: Accepted | GatewayTrouble | None = None
        self.looked = 0

    def send(self, message: Outgoing) -> Accepted:
        if self.trouble:
            raise self.trouble.pop(0)
        self.sent.append(message)
        return Accepted((f'id-{len(self.sent)}',), 3, 1140)

    def find(self, message: Outgoing) -> Accepted | None:
        self.looked += 1
        if isinstance(self.found, GatewayTrouble):
            raise self.found
        return self.found

    def status(self, sent: Sent) -> Sequence[Receipt]:
        return ()


@pytest.fixture
def gateway(settings: Settings) -> Iterator[Recorder]:
    recorder = Recorder()
    GATEWAYS['recorder'] = lambda: recorder
    settings.SMS_GATEWAY = 'recorder'
    yield recorder
    del GATEWAYS['recorder']


@pytest.mark.django_db
def test_live_messages_go_to_the_gateway_and_not_to_the_outbox(lender: FakeLender, gateway: Recorder) -> None:
    Till(lender, is_sandbox=False).ready()
    row = Message.objects.get()
    assert (row.status, row.gateway, row.gateway_id) == ('sent', 'recorder', 'id-1')
    assert (row.parts, row.cost, row.delivery_status) == (3, 1140, 'unknown')
    assert (gateway.sent[0].message_id, gateway.sent[0].phone) == (str(row.guid), '+79160000000')
    assert _outbox() == []


@pytest.mark.django_db
def test_sandbox_messages_never_reach_a_gateway(lender: FakeLender, gateway: Recorder) -> None:
    Till(lender).ready()
    assert gateway.sent == []
    assert len(_outbox()) == 1


@pytest.mark.django_db
def test_message_waits_for_the_gateway(lender: FakeLender, gateway: Recorder) -> None:
    gateway.trouble = [GatewayUnavailable('down')] * 3
    till = Till(lender, is_sandbox=False).ready()
    assert Message.objects.get().status == 'queued'
    run_until_quiet(60, advance_clock=True, kinds=['contracts.send_message'])
    assert (Message.objects.get().status, len(gateway.sent)) == ('sent', 1)
    till.ok('check_sms_code', code=till.newest_code())


@pytest.mark.django_db
def test_expired_code_is_not_sent(lender: FakeLender, gateway: Recorder) -> None:
    gateway.trouble = [GatewayUnavailable('down')]
    Till(lender, is_sandbox=False).ready()
    with time_machine.travel(later(seconds=301), tick=False):
        run_until_quiet(600, advance_clock=True, kinds=['contracts.send_message'])
    assert (Message.objects.get().status, gateway.sent) == ('expired', [])


@pytest.mark.django_db
def test_refused_message_is_not_tried_again(lender: FakeLender, gateway: Recorder) -> None:
    gateway.trouble = [GatewayRefused('bad number')]
    Till(lender, is_sandbox=False).ready()
    run_until_quiet(600, advance_clock=True, kinds=['contracts.send_message'])
    row = Message.objects.get()
    assert (row.status, row.delivery_reason, gateway.sent) == ('refused', 'bad number', [])
    why = Event.objects.filter(subject='SMS code').values_list('actor', 'why')
    assert list(why) == [('system', 'not sent: bad number')]


@pytest.mark.django_db
@pytest.mark.parametrize('trouble', [GatewayUnclear, GatewayClosed], ids=['unclear', 'account'])
def test_what_an_attempt_has_left_at_the_gateway_is_not_sent_again(
    lender: FakeLender, gateway: Recorder, trouble: type[GatewayTrouble],
) -> None:
    gateway.trouble, gateway.found = [trouble('lost')], Accepted(('theirs',), None, 380)
    Till(lender, is_sandbox=False).ready()
    run_until_quiet(60, advance_clock=True, kinds=['contracts.send_message'])
    row = Message.objects.get()
    assert (row.status, row.gateway_id, row.cost, gateway.sent) == ('sent', 'theirs', 380, [])
    assert row.parts == 2


@pytest.mark.django_db
def test_a_first_attempt_does_not_look_first(lender: FakeLender, gateway: Recorder) -> None:
    Till(lender, is_sandbox=False).ready()
    assert (len(gateway.sent), gateway.looked) == (1, 0)


@pytest.mark.django_db
def test_a_gateway_that_cannot_say_what_it_has_gets_the_message_again(lender: FakeLender, gateway: Recorder) -> None:
    gateway.trouble, gateway.found = [GatewayUnclear('lost')], GatewayUnclear('who knows')
    Till(lender, is_sandbox=False).ready()
    run_until_quiet(120, advance_clock=True, kinds=['contracts.send_message'])
    assert (Message.objects.get().status, len(gateway.sent), gateway.looked) == ('sent', 1, 4)


@pytest.mark.django_db
def test_a_code_that_a_newer_one_has_replaced_is_not_sent(lender: FakeLender, gateway: Recorder) -> None:
    gateway.trouble = [GatewayUnavailable('down')] * 2
    till = Till(lender, is_sandbox=False).ready()
    with time_machine.travel(later(seconds=31), tick=False):
        till.ok('resend_sms_code')
        run_until_quiet(60, advance_clock=True, kinds=['contracts.send_message'])
    first, second = Message.objects.order_by('id')
    assert (first.status, second.status) == ('expired', 'sent')
    assert [message.message_id for message in gateway.sent] == [str(second.guid)]
    till.ok('check_sms_code', code=till.newest_code())


@pytest.mark.django_db
def test_a_link_is_not_sent_an_hour_late(lender: FakeLender, gateway: Recorder) -> None:
    till = Till(lender, kind='bnpl', is_sandbox=False).ready()
    gateway.trouble = [GatewayUnavailable('down')]
    till.ok('send_sms_link')
    till.work()
    with time_machine.travel(later(seconds=3601), tick=False):
        run_until_quiet(60, advance_clock=True, kinds=['contracts.send_message'])
    assert Message.objects.get(kind='link').status == 'expired'
    assert len(gateway.sent) == 1


@pytest.mark.django_db
def test_the_console_keeps_the_message_and_tells_it_without_a_digit(
    lender: FakeLender, settings: Settings, capsys: pytest.CaptureFixture[str],
) -> None:
    settings.SMS_GATEWAY = 'console'
    till = Till(lender, is_sandbox=False).ready()
    assert [line['text'] for line in _outbox()] == [Message.objects.get().text]
    lines = map(json.loads, capsys.readouterr().err.splitlines())
    told = next(line for line in lines if line['event'] == 'sms.console')
    assert (told['to'], told['parts']) == ('+7 9** *** ** 00', 2)
    assert told['says'].startswith('Кредитор ')
    assert told['says'].endswith('Код: ******')
    assert till.newest_code() not in json.dumps(told)


@pytest.mark.django_db
def test_payment_link_goes_out_three_times_thirty_seconds_apart(bnpl: Till) -> None:
    bnpl.signed()
    for number in (0, 1, 2):
        with time_machine.travel(later(seconds=31 * number), tick=False):
            bnpl.ok('send_sms_link')
            answer = bnpl.call('send_sms_link')
            assert answer['error_code'] == 7001
            assert answer['data'] == ({'retry_after': 30} if number < 2 else {})
    with time_machine.travel(later(seconds=3600), tick=False):
        before = snapshot()
        assert bnpl.call('send_sms_link')['data'] == {}
        assert snapshot() == before
    bnpl.work()
    texts = [row.text for row in Message.objects.filter(kind='link')]
    assert len(texts) == 3
    assert all('https://pay.example/p/1' in text for text in texts)
