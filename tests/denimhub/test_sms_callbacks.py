"""A callback of the SMS gateway is believed only by its hash, and then it only makes us ask."""
from __future__ import annotations

import hashlib
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from contracts.models import Message
from jobs.models import Job
from tests.world import a_lender, a_partner, a_point, an_offered_application
from vault.blind import blind_index

pytestmark = pytest.mark.django_db
SECRET, PHONE = 'secret-of-the-callback', '79160000000'


@pytest.fixture
def message(settings: Settings) -> Message:
    settings.SMSC_CALLBACK_SECRET = SECRET
    application, _offer = an_offered_application(a_point(a_partner()), a_lender())
    now = timezone.now()
    return Message.objects.create(
        application=application, kind='code', phone=f'+{PHONE}', phone_index=blind_index(f'+{PHONE}', 'phone'),
        text='Код: 123456', is_sandbox=False, gateway='smsc', status='sent', created_at=now, sent_at=now)


def send(form: dict[str, str], **extra: Any) -> int:
    return Client(enforce_csrf_checks=True).post('/sms/callback/smsc', form, **extra).status_code


def signed(
    guid: object, *, secret: str = SECRET, names: tuple[str, ...] = ('md5', 'sha1'), **more: str,
) -> dict[str, str]:
    told = f'{guid}:{PHONE}:1:{secret}'.encode()
    hashes = {name: hashlib.new(name, told).hexdigest() for name in names}
    return {'id': str(guid), 'phone': PHONE, 'status': '1', 'time': '24.11.2026 09:30:00', 'err': '0', **hashes, **more}


def looks() -> list[str]:
    return list(Job.objects.filter(kind='contracts.watch_delivery').values_list('subject', flat=True))


@pytest.mark.parametrize('names', [('md5',), ('sha1',), ('md5', 'sha1')])
def test_a_signed_callback_makes_us_ask_and_changes_nothing_itself(message: Message, names: tuple[str, ...]) -> None:
    before = Message.objects.values().get()
    for _ in range(2):
        assert send(signed(message.guid, names=names)) == 200
    assert looks() == [str(message.guid)]
    assert Message.objects.values().get() == before


@pytest.mark.parametrize('changes', [
    {'status': '20'}, {'id': str(uuid.uuid4())}, {'phone': '79160000001'}, {'sha1': '0' * 40}, {'sha1': 'я'},
    {'id': ''}, {'status': ''}])
def test_a_forged_callback_changes_nothing(message: Message, changes: dict[str, str]) -> None:
    assert send(signed(message.guid) | changes) == 404
    assert looks() == []


def test_a_callback_under_another_secret_or_without_a_hash_is_refused(message: Message, settings: Settings) -> None:
    assert send(signed(message.guid, secret='other')) == 404
    assert send(signed(message.guid, names=())) == 404
    assert send({}) == 404
    settings.SMSC_CALLBACK_SECRET = ''
    assert send(signed(message.guid, secret='')) == 404
    assert looks() == []


@pytest.mark.parametrize('guid', [uuid.uuid4(), 'not-a-guid', '1' * 36])
def test_an_unknown_message_is_answered_like_a_forged_one(message: Message, guid: object) -> None:
    answer = Client().post('/sms/callback/smsc', signed(guid))
    forged = Client().post('/sms/callback/smsc', signed(guid) | {'sha1': '0' * 40})
    assert (answer.status_code, answer.content) == (forged.status_code, forged.content) == (404, b'')
    assert looks() == []


@pytest.mark.parametrize('change', [{'gateway': 'smpp'}, {'status': 'outbox'}])
def test_only_messages_that_this_gateway_was_given(message: Message, change: dict[str, str]) -> None:
    Message.objects.update(**change)
    assert send(signed(message.guid)) == 404
    assert looks() == []


def test_a_message_whose_fate_is_known_is_not_asked_about(message: Message) -> None:
    Message.objects.update(delivery_status='delivered')
    assert send(signed(message.guid)) == 200
    assert looks() == []


def test_only_short_posts(message: Message) -> None:
    assert Client().get('/sms/callback/smsc').status_code == 405
    assert send(signed(message.guid, more='x' * 20_000)) == 413
    assert looks() == []
