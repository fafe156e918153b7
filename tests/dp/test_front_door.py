"""The view: envelopes, faults, languages, limits, without any real method behind it."""
from __future__ import annotations

import errno
import json
from collections.abc import Callable
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest
import structlog
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.translation import gettext as _

from applications import refusals
from applications.refusals import Busy, ValidationRefused, WrongCode
from denimhub.dp.call import Call, Method
from denimhub.dp.errors import as_fault
from denimhub.dp.language import prefers_english
from denimhub.dp.limits import Terms, forget_terms
from denimhub.dp.schemas import FormCall, ScansCall
from denimhub.dp.view import MethodView
from partners.models import Partner
from vault.files import StorageFull

pytestmark = pytest.mark.django_db
Handle = Callable[[Call, Any], dict[str, Any]]
KEYS = {'partner_guid': 'p', 'form_guid': 'f'}


def door(handle: Handle, request: type[Any] = FormCall) -> Callable[..., HttpResponse]:
    """The view of a method that does what the test says."""
    module = ModuleType('a_method')
    module.__dict__.update(SUMMARY='', Request=request, handle=handle)
    view: Callable[..., HttpResponse] = MethodView.as_view(method=Method('a_method', module, 64 * 1024))
    return view


def send(handle: Handle, body: Any = KEYS, *, request: type[Any] = FormCall, languages: str = '') -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked = RequestFactory().post('/dp/a_method', raw, content_type='application/json',
        headers={'Accept-Language': languages})
    return door(handle, request)(asked)


def raises(trouble: Exception) -> Handle:
    def handle(_call: Call, _body: Any) -> dict[str, Any]:
        raise trouble
    return handle


def said(response: HttpResponse) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(response.content)
    return parsed


def test_success_is_exactly_status_and_data() -> None:
    response = send(lambda _call, body: {'form_guid': body.form_guid, 'rate': Decimal('12.345'), 'имя': 'ё'})
    assert response.content.decode() == '{"status":"success","data":{"form_guid":"f","rate":12.345,"имя":"ё"}}'
    assert response['Content-Type'] == 'application/json; charset=utf-8'
    assert response['Cache-Control'] == 'no-store'
    assert said(send(lambda _call, _body: {})) == {'status': 'success', 'data': {}}


ALL_REFUSALS = [kind for kind in vars(refusals).values() if isinstance(kind, type) and issubclass(
    kind, refusals.Refusal) and kind is not refusals.Refusal]


def test_there_are_13_documented_errors() -> None:
    assert sorted(kind.code for kind in ALL_REFUSALS) == [
        2000, 3102, 3103, 3104, 6009, 6010, 6011, 7000, 7001, 7002, 7003, 7004, 7005]


@pytest.mark.parametrize('kind', ALL_REFUSALS, ids=lambda kind: str(kind.code))
def test_a_documented_error_is_http_200_in_the_envelope(kind: type[refusals.Refusal]) -> None:
    refused = ValidationRefused({'a[0].b': ['x']}) if kind is ValidationRefused else kind()
    response = send(raises(refused))
    assert response.status_code == 200
    assert said(response) == {
        'status': 'error', 'error_code': kind.code, 'error_message': str(kind.message),
        'data': {'a[0].b': ['x']} if kind is ValidationRefused else {}}
    assert said(send(raises(WrongCode(3))))['data'] == {'attempts_left': 3}


@pytest.mark.parametrize(('trouble', 'status', 'retry_after'), [
    (Busy(7), 503, '7'), (OperationalError('server closed the connection'), 503, '2'),
    (InterfaceError('closed'), 503, '2'), (StorageFull('full'), 503, '2'), (OSError(errno.ENOSPC, 'no space'), 503,
    '2'),
    (OSError(errno.EPERM, 'no'), 500, None), (DatabaseError('Key (phone)=(+79161234567)'), 500, None),
    (ValueError('Иванов'), 500, None), (RecursionError(), 500, None)])
def test_trouble_of_the_house_is_503_or_500(trouble: Exception, status: int, retry_after: str | None) -> None:
    response = send(raises(trouble))
    assert response.status_code == status
    assert set(said(response)) == {'status', 'error_code', 'error_message', 'data'}
    assert said(response)['error_code'] == status
    assert response.headers.get('Retry-After') == retry_after


def test_the_text_of_an_unexpected_exception_reaches_neither_the_answer_nor_the_log() -> None:
    with structlog.testing.capture_logs() as lines:
        response = send(raises(ValueError('secret 4510 123456')))
    assert b'secret' not in response.content
    assert [line['event'] for line in lines] == ['dp.failed']
    assert lines[0]['trouble'] == 'ValueError'
    assert 'secret' not in json.dumps(lines, default=str)
    assert any('handle' in frame for frame in lines[0]['where'])


def test_a_guid_that_is_absent_or_no_string_is_2000_on_its_path() -> None:
    wrong: tuple[Any, ...] = (None, '', 7, [], {}, True)
    for bad in wrong:
        for name in KEYS:
            answer = said(send(lambda _call, _body: {}, {**KEYS, name: bad}))
            assert answer['error_code'] == 2000
            assert set(answer['data']) == {name}
    assert set(said(send(lambda _call, _body: {}, {}))['data']) == set(KEYS)


def test_a_body_with_scans_gives_files_and_all_problems_at_once() -> None:
    scan = {'type': 'AGREEMENT_1', 'mime_type': 'image/jpg', 'base64': 'AAEC'}
    keys = {**KEYS, 'offer_guid': 'o'}

    def handle(_call: Call, body: ScansCall) -> dict[str, Any]:
        return {'files': [[file.type, file.mime_type, list(file.content)] for file in body.files]}

    answer = said(send(handle, {**keys, 'scans': [scan]}, request=ScansCall))
    assert answer['data'] == {'files': [['AGREEMENT_1', 'image/jpeg', [0, 1, 2]]]}
    bad = {'form_guid': 'f', 'scans': [scan, {**scan, 'type': None, 'base64': '!'}]}
    answer = said(send(handle, bad, request=ScansCall))
    assert set(answer['data']) == {'partner_guid', 'offer_guid', 'scans[1].type', 'scans[1].base64'}
    nothing: tuple[Any, ...] = (None, [], '')
    for none in nothing:
        assert set(said(send(handle, {**keys, 'scans': none}, request=ScansCall))['data']) == {'scans'}


@pytest.mark.parametrize(('header', 'english'), [
    ('', False), ('ru', False), ('en', True), ('en-US,ru', True), ('ru-RU,ru;q=0.9,en;q=0.8', False), ('de', False),
    ('*', False), ('de,en;q=0.5', True), ('en;q=0.3,ru;q=0.9', False), ('EN-gb', True), ('en;q=0', False), (',;q=x',
    False),
    ('ru' * 5000, False)])
def test_english_is_preferred_when_it_stands_before_russian(header: str, english: bool) -> None:
    assert prefers_english(header) is english


def test_the_answer_is_english_only_where_the_partner_allows_it() -> None:
    allowed = Partner.objects.create(name='A', allows_english=True)
    usual = Partner.objects.create(name='B')

    def handle(call: Call, _body: Any) -> dict[str, Any]:
        return {'language': call.language, 'text': _('Required field: fill it in')}

    def language(partner: Partner | None, header: str) -> str:
        guid = str(partner.guid) if partner else 'unknown'
        answer = said(send(handle, {**KEYS, 'partner_guid': guid}, languages=header))
        return str(answer['data']['language'])

    assert language(allowed, 'en-US,ru') == 'en'
    assert language(allowed, 'ru,en') == 'ru'
    assert language(usual, 'en-US,ru') == 'ru'
    assert language(None, 'en') == 'ru'
    english = send(raises(refusals.FormNotFound()), {**KEYS, 'partner_guid': str(allowed.guid)},
        languages='en')
    assert said(english)['error_message'] == 'Application form not found: check form_guid'


def test_a_partner_with_a_limit_gets_429_when_it_is_spent_and_others_do_not(settings: Any) -> None:
    settings.WEB_PROCESSES = 1
    limited = Partner.objects.create(name='A', requests_per_second=1)
    free = Partner.objects.create(name='B')
    forget_terms()

    def answer(partner: Partner) -> HttpResponse:
        return send(lambda _call, _body: {}, {**KEYS, 'partner_guid': str(partner.guid)})

    assert [answer(limited).status_code for _number in range(4)] == [200, 200, 429, 429]
    spent = answer(limited)
    assert said(spent)['error_code'] == 429
    assert 1 <= int(spent['Retry-After']) <= 2
    assert {answer(free).status_code for _number in range(30)} == {200}


def test_a_bucket_fills_with_time_up_to_its_burst(settings: Any) -> None:
    settings.WEB_PROCESSES = 2
    terms = Terms(requests_per_second=10, tokens=0.0, filled_at=100.0)
    assert terms.take(100.0) == pytest.approx(0.2)
    assert terms.take(100.2) == 0.0
    assert [terms.take(200.0) for _number in range(11)].count(0.0) == 10


def test_partners_without_settings_cost_no_query(django_assert_num_queries: Any) -> None:
    partner = Partner.objects.create(name='A')
    body = {**KEYS, 'partner_guid': str(partner.guid)}
    send(lambda _call, _body: {}, body)
    with django_assert_num_queries(0):
        for _number in range(20):
            send(lambda _call, _body: {}, body, languages='en')


def test_a_fault_stays_itself() -> None:
    fault = as_fault(Busy(3))
    assert as_fault(fault) is fault
