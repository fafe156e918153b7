"""The door: what goes out, what comes back, and how trouble is sorted."""
from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.db import transaction
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from lenders import breaker, services, transport
from lenders.breaker import Limits
from lenders.contract import LenderTrouble, LenderUnavailable, NotUnderstood, OutcomeUnknown, RequestRefused
from lenders.door import ANSWER_BYTES, Address, Call, Door, retry_after
from lenders.models import Exchange, Lender
from lenders.transport import Answer, Timing, is_public

FORM = '6a3ab6a4-5d0a-4f0e-9d7c-7f4ab0a3c001'
MakeDoor = Callable[[], Door]


def call(operation: str = 'state', method: str = 'GET', **changes: Any) -> Call:
    return Call(operation, method, '/v1/thing', FORM, **changes)


def body_of(answer: Answer) -> bytes:
    return answer.body


def only_exchange() -> Exchange:
    return Exchange.objects.get()


def test_a_call_goes_out_with_key_and_proof_and_is_logged(door: MakeDoor, httpserver: HTTPServer) -> None:
    seen: list[Request] = []

    def take(request: Request) -> Response:
        seen.append(request)
        return Response('{"status": "pending", "reason": "secret"}', content_type='application/json')

    httpserver.expect_request('/v1/thing', method='POST').respond_with_handler(take)
    shown = {'offer_id': 'a-1', 'client': {'phone': '+79161234567'}}
    sent = call('choose', 'POST', key='key-1', body=b'{}', shown=shown)
    assert door().talk(sent, lambda answer: answer.status) == 200
    headers = seen[0].headers
    assert (headers['Idempotency-Key'], headers['Authorization']) == ('key-1', 'Bearer token')
    assert headers['Content-Type'] == 'application/json'
    row = only_exchange()
    assert (row.operation, row.idempotency_key, str(row.form_guid), row.status) == ('choose', 'key-1', FORM, 200)
    assert row.request == {'offer_id': 'a-1', 'client': '{…}'}
    assert row.response == {'status': 'pending', 'reason': '…'}
    assert row.finished_at is not None
    assert (row.trouble, row.raw) == ('', '')


@pytest.mark.parametrize(('status', 'kind'), [
    (400, RequestRefused), (401, LenderUnavailable), (403, RequestRefused), (404, RequestRefused),
    (409, RequestRefused), (422, RequestRefused), (429, LenderUnavailable), (500, OutcomeUnknown),
    (501, OutcomeUnknown), (502, LenderUnavailable), (503, LenderUnavailable), (504, OutcomeUnknown),
    (301, NotUnderstood), (302, NotUnderstood), (307, NotUnderstood), (204, NotUnderstood),
])
def test_statuses_are_sorted_by_what_may_be_done_next(
    door: MakeDoor, httpserver: HTTPServer, status: int, kind: type[LenderTrouble],
) -> None:
    httpserver.expect_request('/v1/thing').respond_with_data('{}', status=status, content_type='application/json')
    with pytest.raises(LenderTrouble) as trouble:
        door().talk(call(), body_of)
    assert isinstance(trouble.value, kind)
    row = only_exchange()
    assert row.status == status
    assert str(status) in row.trouble or 'redirect' in row.trouble


def test_nobody_there_is_unavailable(lender: Lender, door: MakeDoor) -> None:
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        Lender.objects.filter(pk=lender.pk).update(base_url=f'http://127.0.0.1:{free.getsockname()[1]}')
    with pytest.raises(LenderUnavailable):
        door().talk(call(), body_of)


def test_silence_is_an_unknown_outcome(door: MakeDoor, httpserver: HTTPServer) -> None:
    given_up = threading.Event()

    def keep_silent(request: Request) -> Response:
        given_up.wait(60)
        return Response('{}')

    httpserver.expect_request('/v1/thing').respond_with_handler(keep_silent)
    try:
        with pytest.raises(OutcomeUnknown):
            door().talk(call(), body_of)
    finally:
        given_up.set()
    assert 'no answer in time' in only_exchange().trouble


def raw_server(answers: list[bytes], pause_seconds: float = 0.0) -> str:
    """A server that sends these bytes, piece by piece, and hangs up."""
    listener = socket.create_server(('127.0.0.1', 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, listener:
            connection.recv(65536)
            for piece in answers:
                try:
                    connection.sendall(piece)
                except OSError:
                    return
                time.sleep(pause_seconds)

    threading.Thread(target=serve, daemon=True).start()
    return f'http://127.0.0.1:{listener.getsockname()[1]}'


@pytest.mark.parametrize('answers', [
    [], [b'nonsense\r\n\r\n'], [b'HTTP/1.1 200 OK\r\n'], [b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'],
    [b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n'],
    [b'HTTP/1.1 999999 OK\r\n\r\n'], [b'HTTP/1.1 200 OK\r\n' + b'A: b\r\n' * 200 + b'\r\n'],
])
def test_a_broken_answer_is_an_unknown_outcome(lender: Lender, door: MakeDoor, answers: list[bytes]) -> None:
    Lender.objects.filter(pk=lender.pk).update(base_url=raw_server(answers))
    with pytest.raises(OutcomeUnknown):
        door().talk(call(), body_of)


def test_a_dripping_answer_does_not_hold_the_thread(lender: Lender, door: MakeDoor) -> None:
    head = b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n'
    Lender.objects.filter(pk=lender.pk).update(base_url=raw_server([head, *([b'a'] * 100)], pause_seconds=0.1))
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        door().talk(call(), body_of)
    assert time.monotonic() - started < 5


def test_an_endless_answer_is_cut(door: MakeDoor, httpserver: HTTPServer) -> None:
    httpserver.expect_request('/v1/thing').respond_with_data(b' ' * (ANSWER_BYTES + 1))
    with pytest.raises(NotUnderstood, match='longer'):
        door().talk(call(), body_of)


def test_an_endless_answer_without_a_length_is_cut(lender: Lender, door: MakeDoor) -> None:
    head = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
    chunk = b'400\r\n' + b' ' * 1024 + b'\r\n'
    Lender.objects.filter(pk=lender.pk).update(base_url=raw_server([head, chunk * 3]))
    with pytest.raises(NotUnderstood, match='longer'):
        door().talk(call(max_bytes=2000), body_of)


def test_a_compressed_answer_is_not_unpacked(door: MakeDoor, httpserver: HTTPServer) -> None:
    httpserver.expect_request('/v1/thing').respond_with_data(b'\x1f\x8b', headers={'Content-Encoding': 'gzip'})
    with pytest.raises(NotUnderstood, match='compressed'):
        door().talk(call(), body_of)


def test_a_redirect_is_not_followed(door: MakeDoor, httpserver: HTTPServer) -> None:
    httpserver.expect_request('/v1/thing').respond_with_data('', status=307, headers={
        'Location': httpserver.url_for('/inner')})
    httpserver.expect_request('/inner').respond_with_data('{}')
    with pytest.raises(NotUnderstood):
        door().talk(call(), body_of)
    assert [request.path for request, _ in httpserver.log] == ['/v1/thing']


def test_no_talking_inside_a_transaction(door: MakeDoor, httpserver: HTTPServer) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match='inside a transaction'):
        door().talk(call(), body_of)
    assert httpserver.log == []
    assert not Exchange.objects.exists()


def test_a_strange_answer_is_kept_encrypted_and_never_told(door: MakeDoor, httpserver: HTTPServer) -> None:
    httpserver.expect_request('/v1/thing').respond_with_data('{"name": "Канарейкин"', content_type='application/json')

    def read(answer: Answer) -> None:
        raise ValueError(answer.body.decode())

    with pytest.raises(NotUnderstood) as trouble:
        door().talk(call(), read)
    row = only_exchange()
    assert 'Канарейкин' not in str(trouble.value) + row.trouble + str(row.response)
    assert row.raw == '{"name": "Канарейкин"'


def test_five_failures_open_the_circuit_of_one_operation(
    door: MakeDoor, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch,
) -> None:
    httpserver.expect_request('/v1/thing').respond_with_data('', status=500)
    for _ in range(5):
        with pytest.raises(OutcomeUnknown):
            door().talk(call(), body_of)
    with pytest.raises(LenderUnavailable, match='circuit') as trouble:
        door().talk(call(), body_of)
    assert 29 < (trouble.value.retry_after_seconds or 0) <= 30
    assert len(httpserver.log) == 5
    with pytest.raises(OutcomeUnknown):
        door().talk(call('confirm'), body_of)
    real = time.monotonic
    monkeypatch.setattr(time, 'monotonic', lambda: real() + 31)
    httpserver.clear()
    httpserver.expect_request('/v1/thing').respond_with_data('{}')
    assert door().talk(call(), body_of) == b'{}'
    assert door().talk(call(), body_of) == b'{}'


def test_only_one_call_tries_an_open_circuit() -> None:
    limits = Limits(failures=1, open_seconds=0)
    with pytest.raises(OutcomeUnknown), breaker.passage('x', 'state', limits):
        raise OutcomeUnknown('')
    with (
        breaker.passage('x', 'state', limits), pytest.raises(LenderUnavailable),
        breaker.passage('x', 'state', limits),
    ):
        raise AssertionError
    with breaker.passage('x', 'state', limits), breaker.passage('x', 'state', limits):
        pass


def test_calls_of_one_lender_are_not_queued_behind_each_other() -> None:
    inside = threading.Barrier(4, timeout=5)

    def run() -> None:
        with breaker.passage('x', 'state', Limits()):
            inside.wait()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=6)
    assert not inside.broken


def test_a_crowd_is_bounded() -> None:
    limits = Limits(in_flight=1)
    with breaker.passage('x', 'a', limits), pytest.raises(LenderUnavailable), breaker.passage('x', 'b', limits):
        raise AssertionError


def test_the_rate_of_a_lender_is_kept() -> None:
    limits = Limits(calls_per_second=10)
    started = time.monotonic()
    for _ in range(6):
        with breaker.passage('x', 'state', limits):
            pass
    assert time.monotonic() - started >= 0.5


def test_a_rate_far_exceeded_is_refused_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, 'LONGEST_WAIT_SECONDS', 0.1)
    limits = Limits(calls_per_second=2)
    with breaker.passage('x', 'state', limits):
        pass
    with pytest.raises(LenderUnavailable, match='rate'), breaker.passage('x', 'state', limits):
        raise AssertionError


def test_retry_after_silences_every_operation_of_the_lender(door: MakeDoor, httpserver: HTTPServer) -> None:
    httpserver.expect_request('/v1/thing').respond_with_data('', status=429, headers={'Retry-After': '7'})
    with pytest.raises(LenderUnavailable) as trouble:
        door().talk(call(), body_of)
    assert trouble.value.retry_after_seconds == 7
    with pytest.raises(LenderUnavailable) as trouble:
        door().talk(call('confirm'), body_of)
    assert 6 < (trouble.value.retry_after_seconds or 0) <= 7
    assert len(httpserver.log) == 1


def test_retry_after_is_read_in_both_forms_and_capped() -> None:
    assert retry_after({'retry-after': '5'}) == 5
    assert retry_after({'retry-after': '999999999999999'}) == 3600
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 58 < (retry_after({'retry-after': soon}) or 0) <= 60
    past = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    assert retry_after({'retry-after': past}) == 0
    for text in ('', '-1', 'soon', '1.5', '٣'):
        assert retry_after({'retry-after': text}) is None


def test_refused_credentials_pause_the_lender_and_refuse_no_client(
    lender: Lender, door: MakeDoor, httpserver: HTTPServer,
) -> None:
    httpserver.expect_request('/v1/thing').respond_with_data('', status=401)
    with pytest.raises(LenderUnavailable):
        door().talk(call(), body_of)
    lender.refresh_from_db()
    assert lender.paused_until is not None
    assert '401' in lender.pause_reason
    with pytest.raises(LenderUnavailable, match='paused') as trouble:
        door().talk(call(), body_of)
    assert (trouble.value.retry_after_seconds or 0) > 290
    assert len(httpserver.log) == 1
    services.resume(lender_id=lender.pk)
    httpserver.clear()
    httpserver.expect_request('/v1/thing').respond_with_data('{}')
    assert door().talk(call(), body_of) == b'{}'


@pytest.mark.parametrize('address', [
    '127.0.0.1', '10.0.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '::1', 'fc00::1', 'fe80::1%eth0',
    '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '224.0.0.1', '192.168.1.1', '172.16.0.1',
])
def test_inner_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_public_addresses_are_public() -> None:
    assert is_public('93.184.216.34')
    assert is_public('2606:4700:4700::1111')


@pytest.mark.parametrize('host', ['127.0.0.1', 'localhost', '[::1]', '127.0.0.1.'])
def test_a_live_lender_at_an_inner_address_is_never_called(httpserver: HTTPServer, host: str) -> None:
    with pytest.raises(LenderUnavailable):
        transport.send(
            'GET', f'http://{host}:{httpserver.port}/v1/thing', headers={}, body=None, timing=Timing(0.5, 0.5),
            max_bytes=100, inner_allowed=False)
    assert httpserver.log == []


@pytest.mark.django_db
def test_a_live_lender_without_tls_is_never_called(httpserver: HTTPServer) -> None:
    address = Address(1, 'x', httpserver.url_for(''), Timing(0.5, 0.5), inner_allowed=True)
    with pytest.raises(LenderUnavailable, match='https'):
        Door(address, lambda method, url, body: {}).talk(call(), body_of)
    assert httpserver.log == []
