"""The evidence from the workstation: only with the right and a reason, and never without a note."""
from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import Settings

from applications.models import Document
from contracts.evidence_package import build_package
from contracts.models import Signature
from tests.contracts.till import Till
from vault.models import AccessNote

pytestmark = pytest.mark.django_db


def desk_of(*permissions: str) -> Client:
    """A browser of an operator with these rights in the room of contracts."""
    user = User.objects.create_user('petrova', password='correct horse battery', is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label='contracts', codename__in=permissions))
    client = Client(REMOTE_ADDR='203.0.113.9')
    client.force_login(user)
    return client


@pytest.fixture
def desk(till: Till) -> Client:
    """The browser of an operator who may export, and a signed deal."""
    till.signed()
    return desk_of('export_evidence', 'view_contract', 'view_signature')


def address(till: Till) -> str:
    return f'/admin/contracts/contract/{till.contract.pk}/evidence/'


def test_with_a_reason_the_package_is_given_and_noted(till: Till, desk: Client) -> None:
    answer = desk.post(address(till), {'reason': ' Запрос суда по делу № 2-17/2026 '})
    assert answer.status_code == 200
    package = build_package(till.application)
    assert answer.content == package.zipped()
    assert answer['Content-Disposition'] == f'attachment; filename="{package.name}.zip"'
    assert (answer['Content-Type'], 'no-store' in answer['Cache-Control']) == ('application/zip', True)
    assert answer['X-Content-Type-Options'] == 'nosniff'
    assert 'evidence.pdf' in {name.partition('/')[2] for name in zipfile.ZipFile(BytesIO(answer.content)).namelist()}
    note = AccessNote.objects.get()
    assert (note.actor, note.reason) == ('operator petrova', 'Запрос суда по делу № 2-17/2026')
    assert (note.subject, note.ip) == (str(till.application.guid), '203.0.113.9')


@pytest.mark.parametrize('reason', ['', '    ', 'суд', 'x' * 501])
def test_without_a_reason_nothing_is_given_nor_noted(till: Till, desk: Client, reason: str) -> None:
    answer = desk.post(address(till), {'reason': reason})
    assert (answer.status_code, answer['Content-Type']) == (200, 'text/html; charset=utf-8')
    assert 'errorlist' in answer.content.decode()
    assert AccessNote.objects.count() == 0


def test_the_page_shows_no_personal_data_and_notes_nothing(till: Till, desk: Client) -> None:
    page = desk.get(address(till)).content.decode()
    assert 'Скачать пакет' in page
    assert 'записи доказательств' not in page
    assert '№ 1 (подпись)' in page
    for secret in ('9160000000', till.form['last_name'], till.newest_code()):
        assert secret not in page
    assert AccessNote.objects.count() == 0


def test_without_the_right_there_is_neither_button_nor_page(till: Till) -> None:
    till.signed()
    other = desk_of('view_contract', 'view_signature')
    for call in (other.get, other.post):
        assert call(address(till), {'reason': 'Запрос суда'}).status_code == 403
    assert address(till) not in other.get(f'/admin/contracts/contract/{till.contract.pk}/change/').content.decode()
    assert AccessNote.objects.count() == 0
    assert Client().post(address(till), {'reason': 'Запрос суда'}).status_code == 302


def test_contract_and_signature_lead_to_the_page(till: Till, desk: Client) -> None:
    for page in (f'contract/{till.contract.pk}', f'signature/{Signature.objects.get().pk}'):
        assert f'href="{address(till)}"' in desk.get(f'/admin/contracts/{page}/change/').content.decode()


def test_of_a_contract_nobody_signed_there_is_nothing_to_give(till: Till) -> None:
    till.ready()
    desk = desk_of('export_evidence', 'view_contract')
    assert 'ещё ничего не подписано' in desk.get(address(till)).content.decode()
    answer = desk.post(address(till), {'reason': 'Запрос суда'}, follow=True)
    assert 'ничего не подписано' in answer.content.decode()
    assert AccessNote.objects.count() == 0
    assert desk.get('/admin/contracts/contract/999999/evidence/').status_code == 404


def test_damaged_evidence_is_not_given_and_the_operator_knows_whom_to_call(
    till: Till, desk: Client, settings: Settings,
) -> None:
    document = Document.objects.select_related('file').filter(application=till.application).first()
    assert document is not None
    (Path(str(settings.VAULT_FILES_DIR)) / document.file.storage_name).write_bytes(b'rot')
    answer = desk.post(address(till), {'reason': 'Запрос суда'}, follow=True)
    assert 'сообщите эксплуатации' in answer.content.decode()
    assert AccessNote.objects.count() == 0
