"""A scan in the workstation: what was found in it, and the way to its picture for those who may see it."""
from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from denimhub.people.services import join
from scans.models import Scan
from tests.contracts.till import Till
from tests.scans.stage import wire, work
from vault.models import AccessNote

pytestmark = pytest.mark.django_db


@pytest.fixture
def scan(till: Till) -> Scan:
    """A scan of a passport, looked at."""
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    work(seconds=1)
    return Scan.objects.get(application=till.application)


def page_for(group: str, scan: Scan) -> str:
    """The page of the scan as somebody of this group gets it."""
    user = User.objects.create_user('olga', password='x' * 15, is_staff=True)
    join(user=user, group=group)
    client = Client()
    client.force_login(user)
    return client.get(reverse('admin:scans_scan_change', args=[scan.pk])).content.decode()


def way_to_the_picture(scan: Scan) -> str:
    return reverse('admin:applications_application_scan', args=[scan.application_id, scan.pk, 'display'])


def test_the_page_says_what_was_found_and_what_the_lender_got_and_shows_no_picture(scan: Scan) -> None:
    page = page_for('supervisor', scan)
    assert '900 × 640' in page
    assert scan.file.sha256 in page
    assert way_to_the_picture(scan) in page
    assert 'src="/admin/applications' not in page
    assert not AccessNote.objects.exists()


def test_one_who_may_see_scans_but_not_pictures_gets_no_way_to_them(scan: Scan) -> None:
    page = page_for('auditor', scan)
    assert scan.file.sha256 in page
    assert way_to_the_picture(scan) not in page
