"""SMS: their texts, the outbox, gateways, links to the payment page."""
from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.core.management import call_command
from hypothesis import example, given
from hypothesis import strategies as st
from pytest_django import Settings

from contracts.models import Message
from contracts.sms.base import GatewayRefused, GatewayUnavailable, Outgoing
from contracts.sms.catalogue import GATEWAYS
from contracts.texts import code_text, rubles
from jobs.testing import run_until_quiet
from tests.contracts.fakes import FakeLender
from tests.contracts.till import Till, later, snapshot

SIX = re.compile(r'(?<!\d)\d{6}(?!\d)')


@given(
    lender=st.text(st.characters(codec='utf-8', exclude_categories=('Cs', 'Cc')), max_size=40),
    contract=st.from_regex(r'№ [А-Яа-я0-9/ -]{1,30}', fullmatch=True),
    amount=st.integers(0, 10**13), code=st.from_regex(r'[0-9]{6}', fullmatch=True))
@example(lender='Банк 123456', contract='№ 123456-654321/000000', amount=12_345_600, code='000000')
@example(lender='Банк', contract='№ 1234567', amount=123_456, code='123456')
@example(lender='Банк٤٥٦٧٨٩', contract='№ 1', amount=99_999_999_99, code='111111')
def test_code_is_the_only_run_of_six_digits(lender: str, contract: str, amount: int, code: str) -> None:
    text = code_text(lender=lender, contract=contract, amount=amount, code=code)
    assert SIX.findall(text) == [code]
    assert text.endswith(f'Код: {code}')


def test_text_names_lender_sum_and_contract() -> None:
    assert code_text(lender='Тестовый банк', contract='№ ТБ-123456', amount=12_000_050, code='048213') == (
        'Тестовый банк: код для подписания договора № ТБ-123 456 на сумму 120 000,50 руб. '
        'Никому не сообщайте его. Код: 048213')


@given(st.integers(0, 10**15))
def test_rubles_lose_no_kopeck(kopecks: int) -> None:
    digits = int(re.sub(r'\D', '', rubles(kopecks)))
    assert digits == kopecks


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

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.trouble: list[Exception] = []

    def send(self, message: Outgoing) -> str:
        if self.trouble:
            raise self.trouble.pop(0)
        self.sent.append(message)
        return f'id-{len(self.sent)}'


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
    assert (Message.objects.get().status, gateway.sent) == ('refused', [])


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
