"""Pictures of scans in the workstation: who may see them, and that nobody looks unnoticed."""
from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from scans.models import Scan
from tests.contracts.till import Till
from tests.scans.stage import content, wire, work
from vault.files import read_file
from vault.models import AccessNote

pytestmark = pytest.mark.django_db


@pytest.fixture
def scan(till: Till) -> Scan:
    """A scan of a passport, looked at."""
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    work(seconds=1)
    return Scan.objects.get(application=till.application)


def operator(*permissions: str) -> Client:
    """A logged-in browser of somebody with these permissions."""
    user = User.objects.create_user('olga', password='x' * 15, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def addresses(scan: Scan) -> list[str]:
    return [reverse(f'admin:scans_scan_{name}', args=[scan.pk]) for name in ('thumbnail', 'picture')]


def test_one_who_may_see_scans_but_not_pictures_sees_no_picture(scan: Scan) -> None:
    client = operator('view_scan')
    page = client.get(reverse('admin:scans_scan_change', args=[scan.pk]))
    assert page.status_code == 200
    assert 'thumbnail' not in page.content.decode()
    for address in addresses(scan):
        assert client.get(address).status_code == 403
        assert client.post(address, {'reason': 'проверка документа'}).status_code in {403, 405}
    assert not AccessNote.objects.exists()


def test_strangers_are_sent_to_the_log_in(scan: Scan) -> None:
    for address in addresses(scan):
        assert Client().get(address).status_code == 302
    assert not AccessNote.objects.exists()


def test_the_page_shows_a_thumbnail_and_what_the_lender_got(scan: Scan) -> None:
    client = operator('view_scan', 'view_scan_image', 'view_sentfile')
    page = client.get(reverse('admin:scans_scan_change', args=[scan.pk])).content.decode()
    assert reverse('admin:scans_scan_thumbnail', args=[scan.pk]) in page
    assert '900 × 640' in page
    assert scan.file.sha256 in page
    response = client.get(addresses(scan)[0])
    assert scan.thumbnail_file is not None
    assert response.getvalue() == read_file(scan.thumbnail_file)
    assert response['Content-Type'] == 'image/jpeg'
    assert 'no-store' in response['Cache-Control']
    assert response['X-Content-Type-Options'] == 'nosniff'
    note = AccessNote.objects.get()
    assert (note.actor, note.subject, note.fields) == (
        'operator olga', str(scan.application.guid), ['scan:PASSPORT_MAIN:1:thumbnail'])


def test_the_picture_asks_for_a_reason_and_notes_it(scan: Scan) -> None:
    client = operator('view_scan', 'view_scan_image')
    address = addresses(scan)[1]
    asked = client.get(address)
    assert (asked.status_code, 'Зачем нужно изображение' in asked.content.decode()) == (200, True)
    for reason in ('', '   ', 'нет'):
        refused = client.post(address, {'reason': reason, 'copy': 'display'})
        assert refused.status_code == 400
        assert refused['Content-Type'].startswith('text/html')
    assert not AccessNote.objects.exists()
    shown = client.post(address, {'reason': '  спор с   клиентом ', 'copy': 'display'})
    assert scan.display_file is not None
    assert shown.getvalue() == read_file(scan.display_file)
    assert shown['Content-Disposition'] == 'inline'
    original = client.post(address, {'reason': 'запрос банка', 'copy': 'original'})
    assert original.getvalue() == content('PASSPORT_MAIN')
    assert original['Content-Disposition'] == 'attachment; filename="PASSPORT_MAIN-1.jpg"'
    assert list(AccessNote.objects.order_by('id').values_list('reason', 'fields', 'ip')) == [
        ('спор с клиентом', ['scan:PASSPORT_MAIN:1:display'], '127.0.0.1'),
        ('запрос банка', ['scan:PASSPORT_MAIN:1:original'], '127.0.0.1')]


def test_a_scan_that_is_not_there_is_404(scan: Scan) -> None:
    client = operator('view_scan', 'view_scan_image')
    assert client.get(reverse('admin:scans_scan_picture', args=[scan.pk + 999])).status_code == 404
    assert not AccessNote.objects.exists()
