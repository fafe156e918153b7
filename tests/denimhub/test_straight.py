"""The straight way of the API says, byte for byte, what the way through Django's handler says."""
from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import structlog
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

from applications.models import Application
from applications.questionnaire import Mode
from denimhub import straight, wsgi
from denimhub.database.base import DatabaseWrapper
from denimhub.dp.urls import METHODS
from tests.applications.forms import form
from tests.world import a_partner, a_point, an_application

KNOWN = {'Content-Type', 'Content-Length', 'Cache-Control', 'X-Request-ID', 'X-Content-Type-Options'}


@pytest.fixture(autouse=True)
def outside_of_transactions(transactional_db: None) -> Iterator[None]:
    """As in a server: what a call finds in an open transaction, it closes."""
    connection.ensure_connection()
    yield
    connection.close()


def _environ(path: str, body: bytes = b'{}', **others: str) -> dict[str, Any]:
    return {
        'REQUEST_METHOD': 'POST', 'PATH_INFO': path, 'SCRIPT_NAME': '', 'QUERY_STRING': '',
        'CONTENT_TYPE': 'application/json', 'CONTENT_LENGTH': str(len(body)), 'wsgi.input': io.BytesIO(body),
        'wsgi.errors': sys.stderr, 'wsgi.url_scheme': 'http', 'SERVER_NAME': 'localhost', 'SERVER_PORT': '80',
        'REMOTE_ADDR': '127.0.0.1', 'HTTP_X_REQUEST_ID': 'till-0001', **others}


def _ask(application: Any, environ: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    said: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        said.update(status=status, headers=dict(headers))

    body = b''.join(application(environ, start_response))
    return said['status'], said['headers'], body


def _both(environ: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    """The answer of the straight way, after the other way has said the same."""
    sent = environ['wsgi.input'].getvalue()
    usual = _ask(WSGIHandler(), environ | {'wsgi.input': io.BytesIO(sent)})
    direct = _ask(wsgi.application, environ | {'wsgi.input': io.BytesIO(sent)})
    assert direct == usual
    return direct


def test_every_post_method_goes_straight_and_nothing_else() -> None:
    assert {f'/dp/{method.name}' for method in METHODS} == straight.PATHS
    assert all(straight.is_straight(_environ(path)) for path in straight.PATHS)
    others = ['/dp/get_file', '/dp/', '/dp/create_form/', '/dp/Create_form', '/admin/', '/livez']
    assert not any(straight.is_straight(_environ(path)) for path in others)
    assert not straight.is_straight(_environ('/dp/cancel', SCRIPT_NAME='/under'))


def test_the_layers_are_the_first_ones_of_the_settings() -> None:
    assert settings.MIDDLEWARE[:2] == ['denimhub.middleware.RequestLog', 'denimhub.middleware.PartnerShortCut']


@pytest.mark.parametrize('path', sorted(straight.PATHS))
def test_a_refusal_is_the_same_on_both_ways(path: str) -> None:
    status, headers, body = _both(_environ(path))
    assert status == '200 OK'
    assert json.loads(body)['error_code'] == 2000
    assert headers.keys() == KNOWN
    assert (headers['X-Request-ID'], headers['X-Content-Type-Options']) == ('till-0001', 'nosniff')


def test_success_is_the_same_on_both_ways() -> None:
    application = an_application(a_point(a_partner()))
    asked = {'partner_guid': str(application.partner.guid), 'form_guid': str(application.guid)}
    _status, headers, body = _both(_environ('/dp/get_offers', json.dumps(asked).encode()))
    assert json.loads(body) == {'status': 'success', 'data': {'offer_status': 'pending'}}
    assert headers['Content-Length'] == str(len(body))


@pytest.mark.parametrize(('change', 'status'), [
    ({'REQUEST_METHOD': 'GET'}, '405 Method Not Allowed'), ({'REQUEST_METHOD': 'OPTIONS'}, '405 Method Not Allowed'),
    ({'CONTENT_TYPE': 'text/plain'}, '415 Unsupported Media Type'),
    ({'CONTENT_LENGTH': '70000'}, '413 Request Entity Too Large'), ({'CONTENT_LENGTH': '1'}, '400 Bad Request'),
    ({'CONTENT_LENGTH': ''}, '400 Bad Request'), ({'HTTP_ACCEPT_LANGUAGE': 'en'}, '200 OK'),
], ids=['get', 'options', 'media', 'long', 'half', 'empty', 'english'])
def test_a_fault_is_the_same_on_both_ways(change: dict[str, str], status: str) -> None:
    assert _both(_environ('/dp/get_offers') | change)[0] == status


def test_a_call_leaves_one_line_with_its_id_and_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(straight.layers, 'log', structlog.get_logger().bind())
    _ask(wsgi.application, _environ('/dp/cancel'))
    line = json.loads(capsys.readouterr().err)
    assert {name: line[name] for name in ('event', 'method', 'path', 'status', 'code', 'request_id')} == {
        'event': 'request', 'method': 'POST', 'path': '/dp/cancel', 'status': 200, 'code': 2000,
        'request_id': 'till-0001'}


def _end_the_backend() -> None:
    assert connection.connection is not None
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as other:
        other.execute('SELECT pg_terminate_backend(%s, 5000)', [connection.connection.info.backend_pid])


def test_a_connection_that_broke_between_two_calls_is_not_noticed() -> None:
    application = an_application(a_point(a_partner()))
    asked = json.dumps({'partner_guid': str(application.partner.guid), 'form_guid': str(application.guid)}).encode()
    first = _ask(wsgi.application, _environ('/dp/get_offers', asked))
    _end_the_backend()
    assert _ask(wsgi.application, _environ('/dp/get_offers', asked)) == first


def test_a_connection_that_breaks_within_a_call_is_a_503_and_gone_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    guid = '7b0c54d5-6a2e-4d5b-9d8a-2f1f0c6f7a10'
    asked = json.dumps({'partner_guid': guid, 'form_guid': guid}).encode()
    with monkeypatch.context() as patched:
        patched.setattr(DatabaseWrapper, 'close_if_health_check_failed', lambda self: _end_the_backend())
        status, headers, body = _ask(wsgi.application, _environ('/dp/get_offers', asked))
    assert (status, json.loads(body)['error_code']) == ('503 Service Unavailable', 503)
    assert 'Retry-After' in headers
    assert connection.connection is None


def test_a_form_is_stored_once_whichever_way_it_comes() -> None:
    point = a_point(a_partner())
    origin = {'partner_guid': str(point.partner.guid), 'point_code': point.code}
    body = json.dumps(form(Mode.POS_ONLINE) | origin).encode()
    _status, _headers, first = _ask(wsgi.application, _environ('/dp/create_form', body))
    assert json.loads(first)['status'] == 'success'
    assert _ask(WSGIHandler(), _environ('/dp/create_form', body))[2] == first
    assert Application.objects.count() == 1
