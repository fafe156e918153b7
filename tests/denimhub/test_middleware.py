"""Every request has an id and a line; the partner API passes nothing meant for browsers."""
import json

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client, override_settings
from django.urls import path
from structlog.contextvars import bind_contextvars


def _view(request: HttpRequest, rest: str = '') -> HttpResponse:
    bind_contextvars(partner=7, code=2000)
    has = [name for name in ('session', 'user', 'csp_nonce') if hasattr(request, name)]
    return JsonResponse({'has': has, 'id': request.headers['X-Request-ID']})


def _fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError('for phone +79161234567')


urlpatterns = [path('dp/fail', _fail), path('dp/<rest>', _view), path('page/<rest>', _view)]
pytestmark = pytest.mark.urls(__name__)


def test_the_api_passes_no_browser_middleware(client: Client) -> None:
    answer = client.post('/dp/anything')
    assert answer.json()['has'] == []
    assert 'Content-Security-Policy' not in answer.headers
    assert answer.headers['X-Content-Type-Options'] == 'nosniff'


def test_a_page_passes_all_of_it(client: Client) -> None:
    answer = client.get('/page/x')
    assert answer.json()['has'] == ['session', 'user', 'csp_nonce']
    assert "default-src 'none'" in answer.headers['Content-Security-Policy']
    assert answer.headers['X-Frame-Options'] == 'DENY'
    assert answer.headers['Referrer-Policy'] == 'same-origin'


@pytest.mark.parametrize('sent', ['', 'short', 'x' * 65, 'with space in it', 'инъекция'])
def test_a_missing_or_odd_request_id_is_replaced(client: Client, sent: str) -> None:
    answer = client.get('/page/x', headers={'X-Request-ID': sent} if sent.isascii() else {})
    given = answer.headers['X-Request-ID']
    assert len(given) == 32
    assert answer.json()['id'] == given


def test_a_good_request_id_is_kept(client: Client) -> None:
    assert client.get('/page/x', headers={'X-Request-ID': 'till-42_abcdef'}).headers['X-Request-ID'] == 'till-42_abcdef'


def test_one_line_says_what_happened_without_the_query(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    answer = client.post('/dp/create_form?partner_guid=secret')
    line = json.loads(capsys.readouterr().err)
    assert {name: line[name] for name in ('event', 'method', 'path', 'status', 'partner', 'code', 'request_id')} == {
        'event': 'request', 'method': 'POST', 'path': '/dp/create_form', 'status': 200, 'partner': 7, 'code': 2000,
        'request_id': answer.headers['X-Request-ID']}
    assert line['ms'] >= 0
    assert 'secret' not in json.dumps(line)


def test_what_one_request_bound_does_not_reach_the_next(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    client.post('/dp/create_form')
    client.get('/nowhere')
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert line['status'] == 404
    assert 'partner' not in line


@override_settings(DEBUG=False)
def test_an_error_below_the_short_cut_is_a_500_with_a_masked_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Client(raise_request_exception=False).post('/dp/fail')
    assert answer.status_code == 500
    written = capsys.readouterr().err
    assert '79161234567' not in written


