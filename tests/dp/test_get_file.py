"""get_file: the caller's own documents out of the encrypted store, byte for byte."""
from __future__ import annotations

import hashlib
import uuid
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from applications.models import Document
from denimhub.dp.get_file import disposition
from partners.models import Partner
from tests.world import a_partner, a_point, an_application
from vault.files import store_file
from vault.models import AccessNote

pytestmark = pytest.mark.django_db
CONTENT = b'%PDF-1.7 ' + bytes(range(256)) * 12_000


@pytest.fixture
def owner() -> Partner:
    return a_partner()


@pytest.fixture
def document(owner: Partner) -> Document:
    application = an_application(a_point(owner))
    stored = store_file(CONTENT, content_type='application/pdf', kind='document', context=str(application.guid))
    return Document.objects.create(
        application=application, stage='contract', kind='contract', file=stored, file_name='Договор № 1.pdf')


def fetch(client: Client, partner_guid: object, file_guid: object, **headers: str) -> Any:
    return client.get(
        '/dp/get_file', {'partner_guid': str(partner_guid), 'file_guid': str(file_guid)}, headers=headers)


def test_a_document_is_streamed_with_its_name(client: Client, owner: Partner, document: Document) -> None:
    response = fetch(client, owner.guid, document.guid)
    assert response.status_code == 200
    assert response.streaming
    assert response.getvalue() == CONTENT
    assert response['Content-Type'] == 'application/pdf'
    assert response['Content-Length'] == str(len(CONTENT))
    assert response['Content-Disposition'] == (
        'attachment; filename="Dogovor 1.pdf"; '
        "filename*=UTF-8''%D0%94%D0%BE%D0%B3%D0%BE%D0%B2%D0%BE%D1%80%20%E2%84%96%201.pdf")
    assert response['Cache-Control'] == 'no-store'
    assert response['X-Content-Type-Options'] == 'nosniff'
    assert response['Content-Security-Policy'] == "sandbox; default-src 'none'"
    assert response['Accept-Ranges'] == 'bytes'
    assert response['ETag'] == f'"{hashlib.sha256(CONTENT).hexdigest()}"'


def test_every_miss_is_the_same_404(client: Client, owner: Partner, document: Document) -> None:
    stranger, blocked = a_partner(), a_partner(is_blocked=True)
    unknown = fetch(client, uuid.uuid4(), uuid.uuid4())
    assert unknown.status_code == 404
    assert unknown.json()['error_code'] == 404
    for partner_guid, file_guid in (
            (stranger.guid, document.guid), (owner.guid, uuid.uuid4()), (owner.guid, document.file.guid),
            (owner.guid, str(document.guid).upper()), (owner.guid, f'{{{document.guid}}}'), (owner.guid, document.pk),
            (blocked.guid, document.guid), ('', document.guid), (owner.guid, '\x00')):
        response = fetch(client, partner_guid, file_guid)
        assert response.status_code == 404
        assert response.content == unknown.content


def test_a_damaged_file_is_an_envelope_and_not_a_half_of_it(
    client: Client, owner: Partner, document: Document,
) -> None:
    blob = Path(settings.VAULT_FILES_DIR) / document.file.storage_name
    sealed = bytearray(blob.read_bytes())
    sealed[100] ^= 1
    blob.write_bytes(sealed)
    response = fetch(client, owner.guid, document.guid)
    assert response.status_code == 500
    assert response.json()['error_code'] == 500


# --- parts ----------------------------------------------------------------------------------------------------------

SIZE = len(CONTENT)


@pytest.mark.parametrize(('asked', 'first', 'last'), [
    ('bytes=0-0', 0, 0), ('bytes=0-', 0, SIZE - 1), ('bytes=5-9', 5, 9), ('bytes=-1', SIZE - 1, SIZE - 1),
    ('bytes=-100', SIZE - 100, SIZE - 1), (f'bytes=-{SIZE * 9}', 0, SIZE - 1), ('BYTES=7-7', 7, 7),
    ('bytes=1048570-1048590', 1_048_570, 1_048_590), (f'bytes=2000000-{SIZE * 9}', 2_000_000, SIZE - 1),
    (f'bytes={SIZE - 1}-', SIZE - 1, SIZE - 1), ('bytes= 3-4 ', 3, 4), ('bytes=0-999999999999999999', 0, SIZE - 1)])
def test_a_part_of_a_document(
    client: Client, owner: Partner, document: Document, asked: str, first: int, last: int,
) -> None:
    response = fetch(client, owner.guid, document.guid, Range=asked)
    assert response.status_code == 206
    assert response['Content-Range'] == f'bytes {first}-{last}/{SIZE}'
    assert response['Content-Length'] == str(last - first + 1)
    assert response.getvalue() == CONTENT[first:last + 1]
    assert response['Cache-Control'] == 'no-store'
    assert response['Content-Type'] == 'application/pdf'


@pytest.mark.parametrize('asked', [
    'bytes=0-1,5-6', 'lines=1-2', 'bytes=9-3', 'bytes=', 'bytes=-', 'bytes=a-b', 'bytes 0-1', '0-1', 'bytes=1-2-3',
    'bytes=--5', 'bytes=' + '9' * 50 + '-', 'bytes=٣-٤'])
def test_what_is_not_one_good_range_is_the_whole(
    client: Client, owner: Partner, document: Document, asked: str,
) -> None:
    response = client.get(
        '/dp/get_file', {'partner_guid': str(owner.guid), 'file_guid': str(document.guid)}, HTTP_RANGE=asked)
    assert response.status_code == 200
    assert response.getvalue() == CONTENT
    assert 'Content-Range' not in response


@pytest.mark.parametrize('asked', [f'bytes={SIZE}-', f'bytes={SIZE}-{SIZE + 5}', 'bytes=-0', 'bytes=9999999999-'])
def test_a_range_behind_the_end_is_416(client: Client, owner: Partner, document: Document, asked: str) -> None:
    response = fetch(client, owner.guid, document.guid, Range=asked)
    assert response.status_code == 416
    assert response['Content-Range'] == f'bytes */{SIZE}'
    assert response.json()['error_code'] == 416
    assert not AccessNote.objects.exists()


def test_a_part_is_given_only_of_the_very_same_file(client: Client, owner: Partner, document: Document) -> None:
    etag = f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    part = fetch(client, owner.guid, document.guid, **{'Range': 'bytes=0-9', 'If-Range': etag})
    assert (part.status_code, part.getvalue()) == (206, CONTENT[:10])
    for other in ('"another"', f'W/{etag}', 'Wed, 21 Oct 2026 07:28:00 GMT', etag.strip('"')):
        whole = fetch(client, owner.guid, document.guid, **{'Range': 'bytes=0-9', 'If-Range': other})
        assert whole.status_code == 200
        assert whole.getvalue() == CONTENT


def test_an_empty_file_has_no_part(client: Client, owner: Partner, document: Document) -> None:
    empty = store_file(b'', content_type='application/pdf', kind='document', context=document.file.context)
    Document.objects.filter(pk=document.pk).update(file=empty)
    assert fetch(client, owner.guid, document.guid).getvalue() == b''
    assert fetch(client, owner.guid, document.guid, Range='bytes=0-').status_code == 416
    assert fetch(client, owner.guid, document.guid, Range='bytes=-5').status_code == 416


@given(first=st.integers(0, SIZE - 1), length=st.integers(1, SIZE))
@hypothesis.settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_parts_put_together_are_the_file(
    client: Client, owner: Partner, document: Document, first: int, length: int,
) -> None:
    last = min(first + length, SIZE) - 1
    response = fetch(client, owner.guid, document.guid, Range=f'bytes={first}-{last}')
    assert response.getvalue() == CONTENT[first:last + 1]


def test_a_part_of_a_damaged_file_is_no_part(client: Client, owner: Partner, document: Document) -> None:
    blob = Path(settings.VAULT_FILES_DIR) / document.file.storage_name
    sealed = bytearray(blob.read_bytes())
    sealed[100] ^= 1
    blob.write_bytes(sealed)
    response = fetch(client, owner.guid, document.guid, Range='bytes=2000000-2000009')
    assert (response.status_code, response.json()['error_code']) == (500, 500)


# --- HEAD -----------------------------------------------------------------------------------------------------------

def test_head_tells_everything_but_the_content(client: Client, owner: Partner, document: Document) -> None:
    query = {'partner_guid': str(owner.guid), 'file_guid': str(document.guid)}
    told, whole = client.head('/dp/get_file', query), client.get('/dp/get_file', query)
    names = ('Content-Type', 'Content-Length', 'Content-Disposition', 'ETag', 'Accept-Ranges', 'Cache-Control')
    assert (told.status_code, told.content) == (200, b'')
    assert [told[name] for name in names] == [whole[name] for name in names]
    part = client.head('/dp/get_file', query, headers={'Range': 'bytes=0-9'})
    assert (part.status_code, part.content, part['Content-Length']) == (206, b'', '10')
    missing = client.head('/dp/get_file', query | {'file_guid': str(uuid.uuid4())})
    assert (missing.status_code, missing.content) == (404, b'')


def test_head_is_not_for_the_other_methods(client: Client) -> None:
    assert client.head('/dp/get_offers').status_code == 405
    assert client.post('/dp/get_file').status_code == 405


# --- names ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(('name', 'latin', 'true'), [
    ('contract.pdf', 'contract.pdf', 'contract.pdf'),
    ('График платежей.pdf', 'Grafik platezhey.pdf',
     '%D0%93%D1%80%D0%B0%D1%84%D0%B8%D0%BA%20%D0%BF%D0%BB%D0%B0%D1%82%D0%B5%D0%B6%D0%B5%D0%B9.pdf'),
    ('a"b\\c/d.pdf', 'ab_c_d.pdf', 'a%22b_c_d.pdf'), ('a\r\nSet-Cookie: x', 'a__Set-Cookie: x', 'a__Set-Cookie%3A%20x'),
    ('50%25.pdf', '5025.pdf', '50%2525.pdf'), ('   ', 'file', 'file'), ('合同', 'file', '%E5%90%88%E5%90%8C'),
    ("it's (1)*.pdf", "it's (1)*.pdf", 'it%27s%20%281%29%2A.pdf')])
def test_names_are_given_twice(name: str, latin: str, true: str) -> None:
    assert disposition(name) == f'attachment; filename="{latin}"; filename*=UTF-8\'\'{true}'


# --- who has read it ------------------------------------------------------------------------------------------------

def test_every_reading_leaves_a_note_and_a_miss_or_a_head_none(
    client: Client, owner: Partner, document: Document,
) -> None:
    query = {'partner_guid': str(owner.guid), 'file_guid': str(document.guid)}
    client.head('/dp/get_file', query)
    fetch(client, a_partner().guid, document.guid)
    assert not AccessNote.objects.exists()
    fetch(client, owner.guid, document.guid)
    fetch(client, owner.guid, document.guid, Range='bytes=0-9')
    notes = list(AccessNote.objects.values_list('actor', 'reason', 'subject', 'fields', 'ip'))
    assert notes == [(
        f'partner {owner.guid}', 'get_file', str(document.application.guid), ['document:contract'], '127.0.0.1')] * 2


def test_the_note_has_the_address_of_the_reader_and_not_of_our_proxy(
    client: Client, owner: Partner, document: Document, settings: Any,
) -> None:
    settings.TRUSTED_PROXIES = ['127.0.0.0/8']
    fetch(client, owner.guid, document.guid, **{'X-Forwarded-For': '198.51.100.1, 203.0.113.9'})
    assert AccessNote.objects.get().ip == '203.0.113.9'


def test_a_file_costs_two_queries(
    client: Client, owner: Partner, document: Document, django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    fetch(client, uuid.uuid4(), uuid.uuid4())  # the settings of partners are read every 15 s
    with django_assert_num_queries(2):
        fetch(client, owner.guid, document.guid)
