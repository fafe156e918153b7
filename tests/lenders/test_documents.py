"""Printed forms of a lender: fetched through the door, compared with what was announced, looked at, encrypted."""
from __future__ import annotations

import base64
import hashlib
import itertools
import json
import socket
import threading
import zlib
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from denimhub.demo.forms import scan
from lenders import breaker, documents, transport
from lenders.catalogue import adapter_for
from lenders.contract import (
    Capabilities,
    DocumentStage,
    LenderDocument,
    LenderTrouble,
    LenderUnavailable,
    NotUnderstood,
    Ref,
    RequestRefused,
)
from lenders.documents import Received, receive
from lenders.models import Exchange, Lender
from lenders.rules import MOST_DOCUMENT_BYTES, check_documents, distinct_kinds, file_names
from tests.lenders.papers import a_pdf, announced, encrypted_pdf, signed_pdf, with_action, with_attachment
from tests.lenders.test_door import raw_server
from tests.lenders.test_garbage import BASE, CONTRACT, FORM
from vault.files import read_file
from vault.limited.pool import TooSlow
from vault.models import StoredFile
from vault.sweeping import sweep

PDF = a_pdf()
REF = Ref(FORM)
LINK = '/files/token-of-this-link-1234/contract.pdf'


@pytest.fixture(autouse=True)
def own_documents(request: pytest.FixtureRequest) -> None:
    """The lender brings its own printed forms at both stages."""
    if 'lender' in request.fixturenames:
        lender: Lender = request.getfixturevalue('lender')
        lender.settings = {'own_documents': ['offers', 'contract']}
        lender.save()


def take(lender: Lender, httpserver: HTTPServer, *forms: dict[str, Any]) -> list[Received]:
    """The lender's contract with these forms, taken in."""
    httpserver.expect_request(BASE + '/contract').respond_with_json({**CONTRACT, 'documents': list(forms)})
    adapter = adapter_for(Lender.objects.get(pk=lender.pk))
    answer = adapter.fetch_contract(REF)
    return receive(adapter, REF, answer.documents, stage=DocumentStage.CONTRACT)


def pulls() -> list[Exchange]:
    return list(Exchange.objects.filter(operation='document').order_by('id'))


def refused(
    lender: Lender, httpserver: HTTPServer, trouble_kind: type[LenderTrouble], /, **changes: Any,
) -> LenderTrouble:
    """The trouble that a single form makes; nothing is stored by it."""
    with pytest.raises(LenderTrouble) as trouble:
        take(lender, httpserver, announced(PDF, **changes))
    assert isinstance(trouble.value, trouble_kind), trouble.value
    assert not StoredFile.objects.exists()
    return trouble.value


# --- what goes well --------------------------------------------------------------------------------------------------


def test_a_form_in_base64_is_taken_without_another_call(lender: Lender, httpserver: HTTPServer) -> None:
    form, = take(lender, httpserver, announced(PDF))
    assert (form.kind, form.name) == ('contract', 'Договор.pdf')
    assert (form.file.sha256, form.file.context, form.file.kind) == (
        hashlib.sha256(PDF).hexdigest(), FORM, 'document.contract')
    assert read_file(form.file) == PDF
    assert not StoredFile.objects.exists()
    assert pulls() == []


def test_a_form_behind_a_link_is_pulled_without_our_credentials(lender: Lender, httpserver: HTTPServer) -> None:
    seen: list[Request] = []

    def give(request: Request) -> Response:
        seen.append(request)
        return Response(PDF, content_type='application/pdf')

    httpserver.expect_request(LINK).respond_with_handler(give)
    form, = take(lender, httpserver, announced(PDF, url=httpserver.url_for(LINK) + '?signature=secret'))
    assert read_file(form.file) == PDF
    assert seen[0].query_string == b'signature=secret'
    assert {'Authorization', 'Denimhub-Signature', 'Idempotency-Key', 'Cookie'} & set(seen[0].headers.keys()) == set()
    row, = pulls()
    assert row.path == f'http://localhost:{httpserver.port}/files/…/…?…'
    assert row.request == {'documents': {
        'kind': 'contract', 'sha256': hashlib.sha256(PDF).hexdigest(), 'size_bytes': len(PDF)}}
    assert (row.status, row.trouble, row.raw, row.response) == (200, '', '', {'bytes': len(PDF)})
    assert row.finished_at is not None


def test_a_form_under_the_application_is_fetched_with_our_credentials(lender: Lender, httpserver: HTTPServer) -> None:
    httpserver.expect_request(BASE + '/documents/d-1', headers={'Authorization': 'Bearer token'}).respond_with_data(PDF)
    form, = take(lender, httpserver, announced(PDF, document_id='d-1'))
    assert read_file(form.file) == PDF


def test_pictures_are_forms_too(lender: Lender, httpserver: HTTPServer) -> None:
    picture = scan('PASSPORT_MAIN')
    content = base64.b64decode(picture['base64'])
    form, = take(lender, httpserver, announced(
        content, content_type=picture['mime_type'], name='../../Памятка клиенту.PDF'))
    assert form.name in ('Памятка клиенту.png', 'Памятка клиенту.jpg')
    assert form.file.content_type == picture['mime_type']


def test_offers_bring_forms_as_well(lender: Lender, httpserver: HTTPServer) -> None:
    from tests.lenders.test_garbage import DECISION

    httpserver.expect_request(LINK).respond_with_data(PDF)
    told = announced(PDF, kind='consent', url=httpserver.url_for(LINK))
    httpserver.expect_request(BASE + '/decision').respond_with_json({**DECISION, 'documents': [told]})
    adapter = adapter_for(lender)
    form, = receive(adapter, REF, adapter.fetch_decision(REF).documents, stage=DocumentStage.OFFERS)
    assert (form.kind, form.file.kind) == ('consent', 'document.offers')


@pytest.mark.parametrize('content', [
    signed_pdf(), with_action({'/S': '/URI', '/URI': 'https://bank.example'}), a_pdf(pages=120),
    with_action({'/S': '/URI', '/URI': 'mailto:help@bank.example'}), with_action({'/S': '/Named', '/N': '/NextPage'}),
    with_action({'/S': '/GoTo', '/D': 'chapter'}, on='opening'),
], ids=['signature', 'web link', '120 pages', 'mail link', 'next page', 'opens at a chapter'])
def test_what_signing_programs_and_text_processors_leave_is_harmless(
    lender: Lender, httpserver: HTTPServer, content: bytes,
) -> None:
    form, = take(lender, httpserver, announced(content))
    assert read_file(form.file) == content


# --- links that lead astray ------------------------------------------------------------------------------------------


@pytest.mark.parametrize('url', [
    'http://127.0.0.1:{port}/x', 'http://169.254.169.254/latest/meta-data/', 'http://[::1]:{port}/x',
    'https://evil.example/x', 'http://user@localhost:{port}/x', 'http://localhost:{other}/x', 'file:///etc/passwd',
    'ftp://localhost:{port}/x', 'http://localhost:{port}/x#y', 'http://localhost.:{port}/x',
], ids=['loopback by number', 'cloud metadata', 'loopback v6', 'foreign host', 'user name', 'other port', 'file', 'ftp',
        'fragment', 'dot at the end'])
def test_a_link_elsewhere_is_not_followed(lender: Lender, httpserver: HTTPServer, url: str) -> None:
    link = url.format(port=httpserver.port, other=httpserver.port - 1)
    trouble = refused(lender, httpserver, NotUnderstood, url=link)
    assert 'link' in trouble.reason
    assert [request.path for request, _ in httpserver.log] == [BASE + '/contract']
    row, = pulls()
    assert row.status is None
    assert row.trouble == f'NotUnderstood: {trouble.reason}'


def test_a_redirect_is_not_followed(lender: Lender, httpserver: HTTPServer) -> None:
    headers = {'Location': httpserver.url_for('/inner')}
    httpserver.expect_request(LINK).respond_with_data('', status=302, headers=headers)
    httpserver.expect_request('/inner').respond_with_data(PDF)
    refused(lender, httpserver, NotUnderstood, url=httpserver.url_for(LINK))
    assert [request.path for request, _ in httpserver.log][1:] == [LINK]


def live(lender: Lender) -> Lender:
    """The same lender as a live one: in production with TLS and at public addresses only."""
    return Lender.objects.create(
        code='live', name='Live', is_sandbox=False, adapter='denimhub', base_url='https://api.bank.example',
        kinds=['pos'], settings=lender.settings, document_hosts=['files.bank.example'], connect_timeout_seconds=0.5,
        read_timeout_seconds=0.5)


@pytest.fixture
def production(settings: Any) -> None:
    """What development is spared holds."""
    settings.DENIMHUB_ENV = 'production'


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every connection that the door tries to make; none is made."""
    tried: list[Any] = []

    def refuse(address: Any, timeout: Any = None) -> socket.socket:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, 'create_connection', refuse)
    return tried


INNER = [
    '127.0.0.1', '10.0.0.1', '192.168.1.1', '172.16.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '::1', '::',
    'fe80::1', 'fc00::1', 'fec0::1', '::ffff:127.0.0.1', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::7f00:1',
    '2002:7f00:1::', '2001:0:7f00:1::', '224.0.0.1', 'ff02::1', '255.255.255.255', '240.0.0.1', '192.0.2.1',
    '198.18.0.1',
]


def pull_live(lender: Lender) -> None:
    document = LenderDocument(
        'contract', 'x', 'application/pdf', hashlib.sha256(PDF).hexdigest(), link='https://files.bank.example/d/1')
    adapter_for(live(lender)).fetch_document(REF, document)


@pytest.mark.usefixtures('production')
@pytest.mark.parametrize('address', INNER)
def test_a_name_that_leads_inside_is_never_connected_to(
    lender: Lender, connects: list[Any], monkeypatch: pytest.MonkeyPatch, address: str,
) -> None:
    monkeypatch.setattr(transport, 'resolve', lambda host, port: ['93.184.216.34', address])
    with pytest.raises(LenderUnavailable):
        pull_live(lender)
    assert connects == []
    assert pulls()[0].trouble.startswith('LenderUnavailable')


@pytest.mark.usefixtures('production')
def test_a_name_that_changes_its_address_is_connected_to_as_it_was_checked(
    lender: Lender, connects: list[Any], monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = itertools.chain([['93.184.216.34']], itertools.repeat(['127.0.0.1']))
    asked: list[str] = []

    def rebind(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    monkeypatch.setattr(transport, 'resolve', rebind)
    with pytest.raises(LenderUnavailable):
        pull_live(lender)
    assert (asked, connects) == (['files.bank.example'], [('93.184.216.34', 443)])


@pytest.mark.usefixtures('production')
def test_a_live_lender_is_never_pulled_from_in_plain_http(lender: Lender, httpserver: HTTPServer) -> None:
    row = live(lender)
    row.document_hosts = [f'localhost:{httpserver.port}']
    document = LenderDocument('contract', 'x', 'application/pdf', 'a' * 64, link=httpserver.url_for(LINK))
    with pytest.raises(NotUnderstood, match='https'):
        adapter_for(row).fetch_document(REF, document)
    assert httpserver.log == []


# --- answers that are not the form -----------------------------------------------------------------------------------


@pytest.mark.parametrize(('status', 'kind'), [
    (400, RequestRefused), (401, RequestRefused), (403, RequestRefused), (404, RequestRefused), (410, RequestRefused),
    (429, LenderUnavailable), (500, LenderUnavailable), (502, LenderUnavailable), (503, LenderUnavailable),
    (504, LenderUnavailable), (204, NotUnderstood), (206, NotUnderstood),
])
def test_what_a_store_of_files_answers_stops_no_other_call(
    lender: Lender, httpserver: HTTPServer, status: int, kind: type[LenderTrouble],
) -> None:
    httpserver.expect_request(LINK).respond_with_data('', status=status, headers={'Retry-After': '3000'})
    refused(lender, httpserver, kind, url=httpserver.url_for(LINK))
    lender.refresh_from_db()
    assert lender.paused_until is None
    assert adapter_for(lender).fetch_contract(REF).documents


def test_a_dead_store_opens_its_own_circuit(lender: Lender, httpserver: HTTPServer) -> None:
    httpserver.expect_request(LINK).respond_with_data('', status=500)
    for _ in range(5):
        refused(lender, httpserver, LenderUnavailable, url=httpserver.url_for(LINK))
    asked = sum(request.path == LINK for request, _ in httpserver.log)
    assert 'circuit' in refused(lender, httpserver, LenderUnavailable, url=httpserver.url_for(LINK)).reason
    assert sum(request.path == LINK for request, _ in httpserver.log) == asked == 5


def test_silence_is_waited_for_no_longer_than_agreed(lender: Lender, httpserver: HTTPServer) -> None:
    given_up = threading.Event()

    def keep_silent(request: Request) -> Response:
        given_up.wait(60)
        return Response(PDF)

    httpserver.expect_request(LINK).respond_with_handler(keep_silent)
    try:
        refused(lender, httpserver, LenderUnavailable, url=httpserver.url_for(LINK))
    finally:
        given_up.set()


@pytest.mark.parametrize('head', [
    b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', b'HTTP/1.1 200 OK\r\nContent-Length: 26214400\r\n\r\n',
], ids=['endless chunks', '25 MB'])
def test_a_body_without_end_is_cut(lender: Lender, httpserver: HTTPServer, head: bytes) -> None:
    chunk = b'100000\r\n' + b' ' * 0x100000 + b'\r\n'
    url = raw_server([head, *[chunk] * 25])
    Lender.objects.filter(pk=lender.pk).update(document_hosts=[url.removeprefix('http://')])
    trouble = refused(lender, httpserver, NotUnderstood, url=f'{url}/x')
    assert trouble.reason == f'the answer is longer than {MOST_DOCUMENT_BYTES} bytes'


def test_a_zip_bomb_is_not_unpacked(lender: Lender, httpserver: HTTPServer) -> None:
    bomb = zlib.compress(b'%PDF-1.7' + b' ' * 50_000_000, 9)
    httpserver.expect_request(LINK).respond_with_data(bomb, headers={'Content-Encoding': 'deflate'})
    assert 'compressed' in refused(lender, httpserver, NotUnderstood, url=httpserver.url_for(LINK)).reason


def test_other_bytes_than_were_announced_are_refused(lender: Lender, httpserver: HTTPServer) -> None:
    httpserver.expect_request(LINK).respond_with_data(a_pdf('another'))
    assert 'announced' in refused(lender, httpserver, NotUnderstood, url=httpserver.url_for(LINK)).reason
    assert 'announced' in pulls()[0].trouble
    assert 'announced' in refused(lender, httpserver, NotUnderstood, sha256='a' * 64).reason
    assert 'announced' in refused(lender, httpserver, NotUnderstood, size_bytes=len(PDF) + 1).reason


HTML = b'<html><script>alert(1)</script></html>'


@pytest.mark.parametrize(('content', 'word'), [
    (HTML, 'not a PDF'), (b'', 'announced'), (b'PK\x03\x04' + PDF, 'not a PDF'), (PDF[:400], 'does not open'),
    (b'\x89PNG\r\n\x1a\n' + PDF, 'another type'), (encrypted_pdf(), 'encrypted'), (with_attachment(), 'scripts'),
    (with_action({'/S': '/JavaScript', '/JS': 'app.alert(1)'}, on='opening'), 'scripts'),
    (with_action({'/S': '/Launch', '/F': 'cmd.exe'}), 'scripts'),
    (with_action({'/S': '/URI', '/URI': 'javascript:alert(1)'}), 'scripts'),
    (with_action({'/S': '/URI', '/URI': 'file:///etc/passwd'}), 'scripts'),
    (with_action({'/S': '/Named', '/N': '/Print'}), 'scripts'),
    (with_action({'/S': '/SubmitForm', '/F': 'https://evil.example'}), 'scripts'),
    (a_pdf(pages=201), '200 pages'),
], ids=['HTML', 'nothing', 'archive', 'cut off', 'PNG on top', 'encrypted', 'attachment', 'script', 'launch',
        'script link', 'file link', 'print', 'submit', '201 pages'])
def test_what_is_not_a_harmless_form_is_refused(
    lender: Lender, httpserver: HTTPServer, content: bytes, word: str,
) -> None:
    httpserver.expect_request(LINK).respond_with_data(content, content_type='application/pdf')
    told = announced(content, url=httpserver.url_for(LINK), size_bytes=None)
    if not content:
        told['sha256'] = 'a' * 64
    with pytest.raises(NotUnderstood, match=word) as trouble:
        take(lender, httpserver, told)
    assert 'Договор' not in trouble.value.reason
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize('changes', [
    {'content': 'JVBERi0=', 'url': 'https://api.bank.example/x'}, {'url': ''}, {'content': 'not base64!', 'url': ''},
    {'sha256': 'A' * 64}, {'sha256': ''}, {'size_bytes': 0}, {'size_bytes': MOST_DOCUMENT_BYTES + 1},
    {'kind': 'Договор'},
    {'content_type': 'text/html'}, {'content_type': 'image/svg+xml'}, {'name': ''}, {'name': 'a\x00b'},
    {'name': 'x' * 151}, {'document_id': '../../other/contract'}, {'document_id': 'd-1', 'content': 'JVBERi0='},
])
def test_a_strange_announcement_is_not_understood(
    lender: Lender, httpserver: HTTPServer, changes: dict[str, Any],
) -> None:
    refused(lender, httpserver, NotUnderstood, **{'url': httpserver.url_for(LINK), **changes})
    assert pulls() == []


# --- how many, how much, whose ---------------------------------------------------------------------------------------


def test_two_hundred_forms_are_refused_before_any_is_pulled(lender: Lender, httpserver: HTTPServer) -> None:
    with pytest.raises(NotUnderstood):
        take(lender, httpserver, *[announced(PDF, url=httpserver.url_for(LINK))] * 200)
    assert pulls() == []


def test_the_size_of_all_forms_is_bounded_as_announced_and_as_come(
    lender: Lender, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(NotUnderstood, match='together'):
        take(lender, httpserver, *[announced(PDF, url=httpserver.url_for(LINK), size_bytes=15_000_000)] * 3)
    assert pulls() == []
    monkeypatch.setattr(documents, 'MOST_DOCUMENTS_BYTES', len(PDF) * 2)
    httpserver.expect_request(LINK).respond_with_data(PDF)
    with pytest.raises(NotUnderstood, match='together'):
        take(lender, httpserver, *[announced(PDF, url=httpserver.url_for(LINK), size_bytes=None)] * 3)
    assert not StoredFile.objects.exists()


def test_fetching_that_takes_too_long_is_begun_anew(
    lender: Lender, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(documents, 'RECEIVE_SECONDS', -1.0)
    refused(lender, httpserver, LenderUnavailable)


def test_forms_are_brought_exactly_where_that_was_agreed(lender: Lender, httpserver: HTTPServer) -> None:
    with pytest.raises(NotUnderstood, match='missing'):
        take(lender, httpserver)
    httpserver.clear()
    Lender.objects.filter(pk=lender.pk).update(settings={'own_documents': ['offers']})
    with pytest.raises(NotUnderstood, match='agreed'):
        take(lender, httpserver, announced(PDF))
    Lender.objects.filter(pk=lender.pk).update(settings={})
    check_documents((), stage=DocumentStage.OFFERS, capabilities=Capabilities())


def test_an_answer_with_forms_may_be_longer_than_others(lender: Lender, httpserver: HTTPServer) -> None:
    long = announced(PDF, content='A' * 6_000_000)
    with pytest.raises(NotUnderstood, match='announced'):
        take(lender, httpserver, long)
    Lender.objects.filter(pk=lender.pk).update(settings={})
    httpserver.clear()
    with pytest.raises(NotUnderstood, match='longer'):
        take(lender, httpserver, long)


def test_nothing_is_taken_inside_a_transaction(lender: Lender) -> None:
    document = LenderDocument('contract', 'x', 'application/pdf', hashlib.sha256(PDF).hexdigest(), content=PDF)
    with transaction.atomic(), pytest.raises(RuntimeError, match='inside a transaction'):
        receive(adapter_for(lender), REF, [document], stage=DocumentStage.CONTRACT)


def test_forms_that_were_never_put_in_force_are_swept(lender: Lender, httpserver: HTTPServer) -> None:
    sweep(older_than_seconds=0)
    httpserver.expect_request(LINK).respond_with_data(HTML)
    with pytest.raises(LenderTrouble):
        take(lender, httpserver, announced(PDF), announced(HTML, url=httpserver.url_for(LINK)))
    assert sweep(older_than_seconds=0) == 1


def test_trouble_and_values_tell_no_names(lender: Lender, httpserver: HTTPServer) -> None:
    name = 'Договор Канарейкина.pdf'
    httpserver.expect_request('/files/Kanareikin.pdf').respond_with_data(HTML)
    url = httpserver.url_for('/files/Kanareikin.pdf') + '?client=Kanareikin'
    trouble = refused(lender, httpserver, NotUnderstood, name=name, url=url)
    shown = repr([trouble, *Exchange.objects.values('path', 'request', 'response', 'trouble')]) + repr(
        adapter_for(lender).fetch_contract(REF))
    assert 'анарейк' not in shown
    assert 'Kanareikin' not in shown


# --- names and kinds -------------------------------------------------------------------------------------------------


def named(*names: str, content_type: str = 'application/pdf') -> list[str]:
    return file_names([LenderDocument('contract', name, content_type, '') for name in names])


@pytest.mark.parametrize(('name', 'clean'), [
    ('Договор.pdf', 'Договор.pdf'), ('Договор', 'Договор.pdf'), ('Договор.PDF', 'Договор.pdf'),
    ('../../etc/passwd', 'passwd.pdf'), ('C:\\Мои документы\\Договор.pdf', 'Договор.pdf'), ('a.exe', 'a.exe.pdf'),
    ('  Договор   № 1 .pdf ', 'Договор № 1.pdf'), ('...', 'contract.pdf'), ('.pdf', 'contract.pdf'),
    ('Договор\u202efdp.exe', 'Договор fdp.exe.pdf'), ('a"b;c:d*e?f|g', 'a b c d e f g.pdf'), ('/', 'contract.pdf'),
    ('x' * 150, 'x' * 100 + '.pdf'), ('и\u0306.pdf', 'й.pdf'),
])
def test_names_are_cleaned(name: str, clean: str) -> None:
    assert named(name) == [clean]


def test_no_two_names_and_kinds_are_alike() -> None:
    assert named('a.pdf', 'a.pdf', 'A.PDF', 'a (2)') == ['a.pdf', 'a (2).pdf', 'A (3).pdf', 'a (2) (2).pdf']
    forms = [LenderDocument(kind, 'a', 'application/pdf', '') for kind in ('terms', 'terms', 'other', 'terms')]
    assert distinct_kinds(forms) == ['terms', 'terms 2', 'other', 'terms 3']


@given(st.lists(st.text(min_size=1, max_size=150), max_size=20))
def test_any_names_become_distinct_plain_names(names: list[str]) -> None:
    made = named(*names)
    assert len({name.casefold() for name in made}) == len(names)
    for name in made:
        assert name.endswith('.pdf')
        assert len(name) <= 120
        assert not set(name) & set('/\\<>:"|?*;%\r\n\x00\u202e')
        json.dumps(name).encode()


def test_circuits_of_files_are_those_of_the_lender(lender: Lender, httpserver: HTTPServer) -> None:
    breaker.keep_quiet(lender.code, 60)
    with pytest.raises(LenderUnavailable, match='pause'):
        adapter_for(lender).fetch_document(
            REF, LenderDocument('contract', 'x', 'application/pdf', 'a' * 64, link=httpserver.url_for(LINK)))
    assert httpserver.log == []


def test_a_form_that_could_not_be_looked_at_in_time_is_fetched_anew(
    lender: Lender, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow(content_type: str, content: bytes) -> None:
        raise TooSlow

    monkeypatch.setattr(documents, 'look_at_document', slow)
    refused(lender, httpserver, LenderUnavailable)
