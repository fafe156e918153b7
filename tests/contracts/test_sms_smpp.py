"""SMPP 3.4, spoken to over a real connection with an SMSC of the tests: in a process, with a journal."""
from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import smpp34
import structlog
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from applications.models import Event
from contracts.models import Message
from contracts.models_messages import MessagePart
from contracts.sms import smpp, smpp_pdu
from contracts.sms.base import (
    DeliveryState,
    GatewayClosed,
    GatewayRefused,
    GatewayTrouble,
    GatewayUnavailable,
    GatewayUnclear,
    Outgoing,
    Receipt,
    Sent,
)
from contracts.sms.parts import split
from contracts.sms.smpp import Smpp
from jobs.testing import run_due, run_until_quiet, shift_due
from tests.contracts.fakes import FakeLender
from tests.contracts.gates.running import RunningGate, until
from tests.contracts.till import Till

SEND, WATCH = ['contracts.send_message'], ['contracts.watch_delivery']
GUID, PHONE = '6b0b3c1e-4c8e-4a55-9f5e-0f1d3a0a9d11', '+79161234567'
LONG = 'Тестовый банк: код для подписания договора № 1 на сумму 1,00 руб. Никому не сообщайте его. Код: 480152'
SHORT = 'Банк: код 480152'


@pytest.fixture
def gate(tmp_path: Path, settings: Settings) -> Iterator[RunningGate]:
    gate = RunningGate('smpp', tmp_path)
    settings.SMS_GATEWAY, settings.SMPP_HOST, settings.SMPP_PORT = 'smpp', '127.0.0.1', gate.port
    settings.SMPP_SYSTEM_ID, settings.SMPP_PASSWORD, settings.SMPP_SENDER = 'denimhub', 'secret', 'DenimHub'
    settings.SMPP_TLS, settings.SMPP_LONG_MESSAGES, settings.SMPP_PER_SECOND = False, 'udh', 0
    gate.start()
    yield gate
    smpp.hang_up()
    gate.stop()


@pytest.fixture
def heard() -> Iterator[list[Receipt]]:
    """Reports that came by themselves, in place of the rows that keep them."""
    receipts: list[Receipt] = []
    real = smpp._line.listener
    smpp.listen(lambda _gateway, receipt: receipts.append(receipt))
    yield receipts
    smpp._line.listener = real


def outgoing(text: str = SHORT, *, minutes: float | None = 5) -> Outgoing:
    return Outgoing(GUID, PHONE, text, None if minutes is None else timezone.now() + timedelta(minutes=minutes))


def test_a_short_message_is_one_submit(gate: RunningGate) -> None:
    accepted = Smpp().send(outgoing(minutes=4.999))
    [line] = gate.seen('accepted')
    assert (accepted.gateway_ids, accepted.parts, accepted.cost) == ((line['id'],), 1, None)
    assert (line['text'], line['phone'], line['source'], line['source_ton']) == (SHORT, '79161234567', 'DenimHub', 5)
    assert (line['coding'], line['registered'], line['esm_class'], line['options']) == (8, 1, 0, {})
    assert re.fullmatch(r'0000000004(58|59)000R', line['life'])


def test_parts_with_headers_share_a_reference_and_repeat_it(gate: RunningGate) -> None:
    for _ in range(2):
        accepted = Smpp().send(outgoing(LONG))
    lines = gate.seen('accepted')
    assert accepted.gateway_ids == (lines[2]['id'], lines[3]['id'])
    assert ''.join(line['text'] for line in lines[:2]) == LONG
    assert [line['esm_class'] for line in lines] == [0x40] * 4
    assert {line['header'][:8] for line in lines} == {lines[0]['header'][:8]}
    assert [line['header'][8:] for line in lines] == ['0201', '0202'] * 2
    assert all(line['bytes'] <= 140 for line in lines)


def test_parts_with_parameters(gate: RunningGate, settings: Settings) -> None:
    settings.SMPP_LONG_MESSAGES = 'sar'
    Smpp().send(outgoing(LONG))
    first, second = gate.seen('accepted')
    assert first['text'] + second['text'] == LONG
    assert (first['esm_class'], first['header']) == (0, '')
    assert (first['options']['020e'], first['options']['020f']) == ('02', '01')
    assert (second['options']['020e'], second['options']['020f']) == ('02', '02')
    assert first['options']['020c'] == second['options']['020c']


def test_one_payload(gate: RunningGate, settings: Settings) -> None:
    settings.SMPP_LONG_MESSAGES = 'payload'
    accepted = Smpp().send(outgoing(LONG))
    [line] = gate.seen('accepted')
    assert (line['text'], line['bytes'], accepted.parts, len(accepted.gateway_ids)) == (LONG, 0, 2, 1)


@given(
    text=st.text(st.characters(codec='utf-8'), min_size=1, max_size=300),
    way=st.sampled_from(['udh', 'sar', 'payload']), reference=st.integers(0, 0xFFFF))
def test_an_independent_reader_understands_every_submit(text: str, way: str, reference: int) -> None:
    """smpp34 reads what we write: addresses, flags, the text of all parts."""
    joined = b''
    for segment in smpp_pdu.segments(split(text), reference=reference, way=way):
        body = smpp_pdu.submit_body(
            smpp_pdu.sender_address('DenimHub'), smpp_pdu.phone_address(PHONE), segment, life='000000000500000R')
        read = smpp34.decode(smpp_pdu.Pdu(smpp_pdu.SUBMIT_SM, 0, 7, body).encode())
        assert isinstance(read, smpp34.SubmitSm)
        assert (read.source_addr, read.source_addr_ton, read.destination_addr) == ('DenimHub', 5, '79161234567')
        assert (read.dest_addr_ton, read.dest_addr_npi, read.data_coding, read.registered_delivery) == (1, 1, 8, 1)
        assert (read.validity_period, read.sequence_number) == ('000000000500000R', 7)
        content = bytes(read.short_message)
        payload = [tlv.value for tlv in read.tlvs if tlv.tag == smpp_pdu.MESSAGE_PAYLOAD]
        joined += content[6:] if read.esm_class == 0x40 else content or b''.join(map(bytes, payload))
    assert joined.decode('utf-16-be') == text


@given(
    message_id=st.from_regex(r'[A-Za-z0-9-]{1,40}', fullmatch=True),
    stat=st.sampled_from(['DELIVRD', 'EXPIRED', 'UNDELIV', 'REJECTD', 'ENROUTE', 'UNKNOWN']), by_options=st.booleans())
def test_we_read_every_report_that_an_independent_writer_makes(message_id: str, stat: str, by_options: bool) -> None:
    states = {'DELIVRD': 2, 'EXPIRED': 3, 'UNDELIV': 5, 'REJECTD': 8, 'ENROUTE': 1, 'UNKNOWN': 7}
    text = f'id:{message_id} sub:001 dlvrd:001 submit date:2611240930 done date:2611240931 stat:{stat} err:011 text:'
    tlvs = [smpp34.Tlv(smpp_pdu.RECEIPTED_MESSAGE_ID, message_id.encode() + b'\0'),
            smpp34.Tlv(smpp_pdu.MESSAGE_STATE, bytes([states[stat]]))] if by_options else []
    report = smpp34.DeliverSm(
        '79161234567', 'DenimHub', b'' if by_options else text.encode(), esm_class=4, tlvs=tlvs).encode()
    receipt = smpp.read_receipt(smpp_pdu.read_deliver(smpp_pdu.decode(report).body))
    assert receipt is not None
    expected = {
        'DELIVRD': DeliveryState.DELIVERED, 'EXPIRED': DeliveryState.EXPIRED, 'UNDELIV': DeliveryState.FAILED,
        'REJECTD': DeliveryState.FAILED}.get(stat, DeliveryState.UNKNOWN)
    assert (receipt.gateway_id, receipt.state) == (message_id, expected)


@given(st.binary(max_size=200))
def test_bytes_of_a_stranger_are_a_report_or_are_refused(body: bytes) -> None:
    with contextlib.suppress(smpp_pdu.BadPdu):
        smpp.read_receipt(smpp_pdu.read_deliver(body))
    with pytest.raises(smpp_pdu.BadPdu):
        smpp_pdu.decode(b'\0' * 3 + body[:12])


@pytest.mark.parametrize(('order', 'trouble', 'taken'), [
    ('throttle', GatewayUnavailable, 0), ('full', GatewayUnavailable, 0), ('refuse', GatewayRefused, 0),
    ('sender', GatewayClosed, 0), ('drop', GatewayUnclear, 0), ('lose', GatewayUnclear, 1)])
def test_trouble_is_sorted_by_what_may_be_done_next(
    gate: RunningGate, order: str, trouble: type[GatewayTrouble], taken: int,
) -> None:
    gate.order(next=[order])
    with structlog.testing.capture_logs() as lines, pytest.raises(trouble) as raised:
        Smpp().send(outgoing())
    assert type(raised.value) is trouble
    assert len(gate.seen('accepted')) == taken
    assert not any(secret in f'{raised.value!r} {lines}' for secret in ('9161234567', '480152', 'secret'))
    assert Smpp().send(outgoing()).parts == 1


def test_a_busy_gateway_gets_the_rest_of_a_message_a_little_later(gate: RunningGate) -> None:
    gate.order(next=['', 'throttle', ''])
    assert Smpp().send(outgoing(LONG)).parts == 2
    assert ''.join(line['text'] for line in gate.seen('accepted')) == LONG


def test_one_connection_serves_many_and_is_made_again(gate: RunningGate) -> None:
    for _ in range(3):
        Smpp().send(outgoing())
    assert len(gate.seen('bound')) == 1
    gate.order(nonsense=True)
    until(lambda: gate.order()['bound'] == 0, 'the client hangs up on nonsense')
    Smpp().send(outgoing())
    assert (len(gate.seen('bound')), len(gate.seen('accepted'))) == (2, 4)


def test_signs_of_life_are_given(gate: RunningGate) -> None:
    Smpp().send(outgoing())
    gate.order(enquire=True)
    assert gate.wait_for('answer', 1) == [{'event': 'answer', 'command': 0x15, 'status': 0}]


def test_a_wrong_password_is_our_account_and_no_message(gate: RunningGate, settings: Settings) -> None:
    settings.SMPP_PASSWORD = 'wrong'
    with pytest.raises(GatewayClosed):
        Smpp().send(outgoing())
    assert gate.seen('accepted') == []


def test_a_gate_that_is_not_there_has_surely_taken_nothing(gate: RunningGate) -> None:
    gate.stop()
    with pytest.raises(GatewayUnavailable):
        Smpp().send(outgoing())
    with pytest.raises(GatewayUnavailable, match='a moment ago'):
        Smpp().send(outgoing())


@pytest.mark.parametrize(('state', 'known'), [
    ('DELIVRD', DeliveryState.DELIVERED), ('EXPIRED', DeliveryState.EXPIRED), ('UNDELIV', DeliveryState.FAILED),
    ('REJECTD', DeliveryState.FAILED), ('ENROUTE', DeliveryState.UNKNOWN)])
def test_the_gateway_is_asked(gate: RunningGate, state: str, known: DeliveryState) -> None:
    accepted = Smpp().send(outgoing(LONG))
    gate.order(state=state)
    receipts = Smpp().status(Sent(GUID, PHONE, accepted.gateway_ids))
    assert [(receipt.gateway_id, receipt.state) for receipt in receipts] == [
        (gateway_id, known) for gateway_id in accepted.gateway_ids]


def test_a_gateway_without_questions_knows_nothing(gate: RunningGate) -> None:
    accepted = Smpp().send(outgoing())
    gate.order(queries=False)
    assert Smpp().status(Sent(GUID, PHONE, accepted.gateway_ids)) == []


@pytest.mark.parametrize('way', ['text', 'options'])
def test_a_report_is_confirmed_once_it_is_kept(gate: RunningGate, heard: list[Receipt], way: str) -> None:
    accepted = Smpp().send(outgoing())
    gate.order(**{'report': 'DELIVRD', 'as': way})
    assert gate.wait_for('answer', 1) == [{'event': 'answer', 'command': 0x05, 'status': 0}]
    assert [(receipt.gateway_id, receipt.state) for receipt in heard] == [
        (accepted.gateway_ids[0], DeliveryState.DELIVERED)]


def test_a_report_that_was_not_kept_is_left_to_the_gateway(gate: RunningGate, heard: list[Receipt]) -> None:
    def fail(_gateway: str, _receipt: Receipt) -> None:
        raise RuntimeError('the database is away')

    smpp.listen(fail)
    Smpp().send(outgoing())
    gate.order(report='DELIVRD')
    assert gate.wait_for('answer', 1)[0]['status'] == 0x64


def test_an_sms_of_a_client_is_dropped(gate: RunningGate, heard: list[Receipt]) -> None:
    Smpp().send(outgoing())
    gate.order(chat=True)
    assert gate.wait_for('answer', 1)[0]['status'] == 0
    assert heard == []


def test_many_threads_share_the_connection(gate: RunningGate) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(16) as pool:
        accepted = list(pool.map(lambda _number: Smpp().send(outgoing(LONG)), range(40)))
    ids = [gateway_id for one in accepted for gateway_id in one.gateway_ids]
    assert len(set(ids)) == 80
    assert {line['id'] for line in gate.seen('accepted')} == set(ids)
    assert len(gate.seen('bound')) == 1


# --- the whole way of a message --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_code_is_delivered_when_all_its_parts_are(lender: FakeLender, gate: RunningGate) -> None:
    till = Till(lender, is_sandbox=False).ready()
    row = Message.objects.get()
    parts = list(MessagePart.objects.order_by('id'))
    assert (row.status, row.gateway, row.parts, row.cost) == ('sent', 'smpp', 2, None)
    assert row.gateway_id == ','.join(part.gateway_id for part in parts)
    shift_due(11)
    run_due(kinds=WATCH)
    gate.order(state='DELIVRD')
    shift_due(11)
    run_due(kinds=WATCH)
    row.refresh_from_db()
    assert row.delivery_status == 'delivered'
    assert row.delivered_at is not None
    till.ok('check_sms_code', code=till.newest_code())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize('early', [True, False], ids=['report before the answer', 'report after it'])
def test_reports_come_by_themselves_in_any_order_and_twice(
    lender: FakeLender, gate: RunningGate, early: bool,
) -> None:
    if early:
        gate.order(early='DELIVRD')
    Till(lender, is_sandbox=False).ready()
    if not early:
        assert Message.objects.get().delivery_status == 'unknown'
        gate.order(report='DELIVRD', twice=True)
    until(lambda: Message.objects.get().delivery_status == 'delivered', 'the report is kept')
    gate.order(report='UNDELIV', early='')
    gate.wait_for('answer', 4 if early else 6)
    row = Message.objects.get()
    assert (row.delivery_status, row.delivery_reason) == ('delivered', '')
    assert MessagePart.objects.count() == 2
    assert not Event.objects.filter(subject='SMS code').exists()


@pytest.mark.django_db(transaction=True)
def test_one_lost_part_is_a_lost_code_and_the_operator_reads_it(lender: FakeLender, gate: RunningGate) -> None:
    till = Till(lender, is_sandbox=False).ready()
    gate.order(report='UNDELIV')
    until(lambda: Message.objects.get().delivery_status == 'failed', 'the report is kept')
    assert Message.objects.get().delivery_reason == 'UNDELIV/000'
    told = Event.objects.filter(application=till.application, subject='SMS code').values_list('actor', 'why')
    assert list(told) == [('gateway smpp', 'failed: UNDELIV/000')]


@pytest.mark.django_db
def test_a_lost_answer_sends_the_message_once_more_and_one_code_is_valid(
    lender: FakeLender, gate: RunningGate,
) -> None:
    gate.order(next=['', 'lose'])
    till = Till(lender, is_sandbox=False).ready()
    run_until_quiet(60, advance_clock=True, kinds=SEND)
    assert Message.objects.get().status == 'sent'
    texts = [line['text'] for line in gate.seen('accepted')]
    assert len(texts) == 4
    assert texts[:2] == texts[2:]
    till.ok('check_sms_code', code=till.newest_code())


@pytest.mark.django_db
def test_after_an_outage_the_code_goes_out_soon(lender: FakeLender, gate: RunningGate) -> None:
    gate.stop()
    Till(lender, is_sandbox=False).ready()
    for _ in range(5):
        shift_due(10)
        run_due(kinds=SEND)
    assert Message.objects.get().status == 'queued'
    gate.start()
    smpp._line.rest_until = 0.0
    run_until_quiet(10, advance_clock=True, kinds=SEND)
    assert (Message.objects.get().status, len(gate.seen('accepted'))) == ('sent', 2)
