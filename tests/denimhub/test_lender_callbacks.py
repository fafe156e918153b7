"""A lender's callback is believed only by its signature, and then it only makes us ask."""
from __future__ import annotations

import base64
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from standardwebhooks.webhooks import Webhook

from jobs.models import Job
from lenders.models import Lender, LenderCallback
from offers.models import Submission
from tests.world import a_lender, a_partner, a_point, an_offered_application

pytestmark = pytest.mark.django_db
SECRET = 'whsec_' + base64.b64encode(b's' * 32).decode()
OTHER = 'whsec_' + base64.b64encode(b'o' * 32).decode()


@pytest.fixture
def lender() -> Lender:
    made = a_lender()
    made.credentials = {'callback_secrets': [SECRET]}
    made.save()
    return made


@pytest.fixture
def form_guid(lender: Lender) -> str:
    application, _offer = an_offered_application(a_point(a_partner()), lender)
    return str(application.guid)


def send(
    lender: Lender | str, values: Any, *, secret: str = SECRET, event_id: str = 'event-1', age_seconds: int = 0,
    body: bytes | None = None, **headers: str,
) -> HttpResponse:
    moment = datetime.now(UTC) - timedelta(seconds=age_seconds)
    raw = json.dumps(values)
    signed = {
        'webhook-id': event_id, 'webhook-timestamp': str(int(moment.timestamp())),
        'webhook-signature': Webhook(secret).sign(event_id, moment, raw), **headers}
    code = lender if isinstance(lender, str) else lender.code
    answer: Any = Client(enforce_csrf_checks=True).post(
        f'/lenders/callback/{code}', raw if body is None else body, content_type='application/json', headers=signed)
    return answer  # type: ignore[no-any-return]


def nudges() -> list[str]:
    return list(Job.objects.filter(kind='offers.nudge').values_list('subject', flat=True))


def test_a_signed_callback_makes_us_ask_and_changes_nothing_itself(lender: Lender, form_guid: str) -> None:
    before = list(Submission.objects.values())
    answer = send(lender, {'form_guid': form_guid, 'event': 'issue', 'status': 'issued'})
    assert (answer.status_code, answer.content) == (204, b'')
    assert nudges() == [form_guid]
    assert list(Submission.objects.values()) == before
    assert LenderCallback.objects.get().event == 'issue'


def test_a_repeated_event_is_taken_once(lender: Lender, form_guid: str) -> None:
    for _ in range(3):
        assert send(lender, {'form_guid': form_guid, 'event': 'issue'}).status_code == 204
    assert LenderCallback.objects.count() == 1
    assert nudges() == [form_guid]


@pytest.mark.parametrize('changes', [
    {'secret': OTHER}, {'age_seconds': 301}, {'age_seconds': -310}, {'body': b'{}'},
    {'webhook-signature': ''}, {'webhook-signature': 'v1'}, {'webhook-signature': 'v1,***'},
    {'webhook-signature': 'v1,' + 'я'}, {'webhook-timestamp': 'now'}, {'webhook-timestamp': '9' * 400},
    {'webhook-id': 'another'}, {'body': b'\xff\xfe'},
])
def test_a_forged_or_stale_callback_changes_nothing(lender: Lender, form_guid: str, changes: dict[str, Any]) -> None:
    answer = send(lender, {'form_guid': form_guid, 'event': 'issue'}, **changes)
    assert (answer.status_code, json.loads(answer.content)) == (401, {'error': 'the signature is wrong'})
    assert nudges() == []
    assert not LenderCallback.objects.exists()


def test_an_unknown_lender_is_answered_as_a_wrong_signature(lender: Lender, form_guid: str) -> None:
    wrong = send(lender, {'form_guid': form_guid, 'event': 'issue'}, secret=OTHER)
    unknown = send('nobody', {'form_guid': form_guid, 'event': 'issue'})
    empty = send('nobody', {'form_guid': form_guid, 'event': 'issue'}, secret='whsec_' + 'A' * 43)
    assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content)
    assert (wrong.status_code, wrong.content) == (empty.status_code, empty.content)


def test_a_lender_without_a_secret_cannot_call_back(form_guid: str) -> None:
    silent = a_lender()
    for secret in (SECRET, 'whsec_' + 'A' * 43):
        assert send(silent, {'form_guid': form_guid, 'event': 'issue'}, secret=secret).status_code == 401
    assert nudges() == []


def test_another_lenders_form_is_not_asked_about(lender: Lender, form_guid: str) -> None:
    stranger = a_lender()
    stranger.credentials = {'callback_secrets': [OTHER]}
    stranger.save()
    assert send(stranger, {'form_guid': form_guid, 'event': 'issue'}, secret=OTHER).status_code == 204
    assert send(lender, {'form_guid': str(uuid.uuid4()), 'event': 'issue'}, event_id='event-2').status_code == 204
    assert nudges() == []
    assert not LenderCallback.objects.exists()


def test_both_secrets_work_while_they_are_changed(lender: Lender, form_guid: str) -> None:
    lender.credentials = {'callback_secrets': [OTHER, SECRET]}
    lender.save()
    assert send(lender, {'form_guid': form_guid, 'event': 'a'}, event_id='e1').status_code == 204
    assert send(lender, {'form_guid': form_guid, 'event': 'a'}, event_id='e2', secret=OTHER).status_code == 204
    assert LenderCallback.objects.count() == 2


@pytest.mark.parametrize('values', [
    {}, [], None, 1, {'form_guid': 'x', 'event': 'issue'}, {'form_guid': 1, 'event': 'issue'},
    {'form_guid': '6a3ab6a4-5d0a-4f0e-9d7c-7f4ab0a3c001'}, {'form_guid': ['a'], 'event': 'issue'},
    {'form_guid': '6a3ab6a4-5d0a-4f0e-9d7c-7f4ab0a3c001', 'event': 'Иванов'},
    {'form_guid': '6a3ab6a4-5d0a-4f0e-9d7c-7f4ab0a3c001', 'event': 'x' * 41},
])
def test_a_signed_body_that_says_nothing_is_refused(lender: Lender, values: Any) -> None:
    assert send(lender, values).status_code == 400
    assert not LenderCallback.objects.exists()


def test_too_much_is_refused_unread(lender: Lender) -> None:
    assert send(lender, {'form_guid': 'x' * 20_000, 'event': 'issue'}).status_code == 413


def test_only_post(lender: Lender) -> None:
    assert Client().get(f'/lenders/callback/{lender.code}').status_code == 405
