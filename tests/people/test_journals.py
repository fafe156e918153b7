"""The journal of access: read by auditor and security, taken as a file by the auditor alone, and that is noted too."""
from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.people.people import BACK_OFFICE, a_person, browser
from vault.access import note_access
from vault.models import AccessNote

pytestmark = pytest.mark.django_db
WHERE = '/admin/journal-of-access/'


def days() -> dict[str, str]:
    today = timezone.localdate().isoformat()
    return {'date_from': today, 'date_to': today}


def test_the_auditor_takes_the_journal_and_leaves_a_note() -> None:
    note_access(
        actor='operator anna', reason='=cmd|calc', subject='guid-1', fields=['phone', 'email'], ip='203.0.113.7')
    auditor = a_person('auditor')
    answer: Any = browser(auditor).post(WHERE, days())
    lines = b''.join(answer.streaming_content).decode().removeprefix('\ufeff').splitlines()
    assert lines[0] == 'когда (Москва);кто;чьи данные;зачем;поля;адрес'
    assert lines[1].split(';')[1:] == ['operator anna', 'guid-1', "'=cmd|calc", 'phone, email', '203.0.113.7']
    assert AccessNote.objects.latest('id').actor == f'operator {auditor.username}'


@pytest.mark.parametrize('group', BACK_OFFICE)
def test_nobody_else_takes_it(group: str) -> None:
    answer = browser(a_person(group)).post(WHERE, days())
    assert answer.status_code == (200 if group == 'auditor' else 403)
    assert AccessNote.objects.exists() == (group == 'auditor')


def test_days_that_are_none_give_no_file() -> None:
    answer = browser(a_person('auditor')).post(WHERE, {'date_from': '2026-02-30', 'date_to': 'x'})
    assert (answer.status_code, answer.streaming) == (200, False)
    assert not AccessNote.objects.exists()


def test_the_list_offers_it_to_who_may() -> None:
    page = '/admin/vault/accessnote/'
    assert WHERE in browser(a_person('auditor')).get(page).content.decode()
    assert WHERE not in browser(a_person('security')).get(page).content.decode()
