"""get_file: the caller's own documents out of the encrypted store, byte for byte."""
from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from applications.models import Document
from partners.models import Partner
from tests.world import a_partner, a_point, an_application
from vault.files import store_file

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


def fetch(client: Client, partner_guid: object, file_guid: object) -> Any:
    return client.get('/dp/get_file', {'partner_guid': str(partner_guid), 'file_guid': str(file_guid)})


def test_a_document_is_streamed_with_its_name(client: Client, owner: Partner, document: Document) -> None:
    response = fetch(client, owner.guid, document.guid)
    assert response.status_code == 200
    assert response.streaming
    assert response.getvalue() == CONTENT
    assert response['Content-Type'] == 'application/pdf'
    assert response['Content-Length'] == str(len(CONTENT))
    assert response['Content-Disposition'] == (
        "attachment; filename*=utf-8''%D0%94%D0%BE%D0%B3%D0%BE%D0%B2%D0%BE%D1%80%20%E2%84%96%201.pdf")
    assert response['Cache-Control'] == 'no-store'
    assert response['X-Content-Type-Options'] == 'nosniff'


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
