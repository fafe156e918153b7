"""The log-in: password, second step, five tries, and nothing told to strangers."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import structlog
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import Client
from django.utils import timezone

from denimhub.people import slowdown
from denimhub.people.models import Tries
from tests.people.logging_in import LOGIN, SECOND, SECRET, code, is_in, log_in, set_up
from tests.people.people import PASSWORD, a_person, a_superuser
from vault.models import AccessNote

pytestmark = pytest.mark.django_db
HOME: dict[str, Any] = {'REMOTE_ADDR': '203.0.113.7'}
AWAY: dict[str, Any] = {'REMOTE_ADDR': '198.51.100.9'}


def test_a_person_logs_in_by_password_and_the_session_gets_a_new_name() -> None:
    user, client = a_person('operator'), Client()
    client.get(LOGIN)
    client.session.save()
    assert client.get('/admin/')['Location'] == '/admin/login/?next=/admin/'
    assert client.get('/admin/login/?next=/admin/')['Location'] == '/accounts/login/?next=/admin/'
    answer: Any = log_in(client, user.username)
    assert (answer.status_code, answer['Location']) == (302, '/admin/')
    assert is_in(client)


def test_a_superuser_logs_in_loudly() -> None:
    boss = a_superuser()
    with structlog.testing.capture_logs() as logs:
        log_in(Client(), boss.username)
    assert [line['log_level'] for line in logs if line['event'] == 'people.superuser_logged_in'] == ['warning']
    assert AccessNote.objects.get().actor == f'operator {boss.username}'


def test_an_unknown_name_and_a_wrong_password_are_answered_alike() -> None:
    user = a_person('operator')
    pages = [log_in(Client(), name, 'неверный пароль совсем') for name in (user.username, 'nobody-at-all')]
    texts = [page.content.decode().replace(name, '') for page, name in zip(
        pages, (user.username, 'nobody-at-all'), strict=True)]
    strip = [text.split('csrfmiddlewaretoken')[0] + text.split('alert')[1] for text in texts]
    assert [page.status_code for page in pages] == [200, 200]
    assert strip[0] == strip[1]
    assert 'неверн' in strip[0].lower() or 'wrong' in strip[0]


def test_an_unknown_name_costs_a_hash_too(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str | None] = []
    made = AbstractBaseUser.set_password

    def noted(self: AbstractBaseUser, raw: str | None) -> None:
        hashed.append(raw)
        made(self, raw)

    monkeypatch.setattr(AbstractBaseUser, 'set_password', noted)
    log_in(Client(), 'nobody-at-all', 'какой-то длинный пароль')
    assert hashed == ['какой-то длинный пароль']


def test_a_closed_account_is_answered_like_a_wrong_password() -> None:
    user, client = a_person('operator', is_active=False), Client()
    assert log_in(client, user.username).status_code == 200
    assert not is_in(client)


def test_five_wrong_passwords_slow_one_address_down_and_not_the_owner_elsewhere() -> None:
    user = a_person('operator')
    for _try in range(5):
        log_in(Client(), user.username, 'неверный пароль совсем', **AWAY)
    stranger, owner = Client(), Client()
    assert log_in(stranger, user.username, **AWAY).status_code == 200
    assert not is_in(stranger)
    assert log_in(owner, user.username, **HOME).status_code == 302
    assert is_in(owner)


def test_the_pause_is_over_after_fifteen_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    user = a_person('operator')
    for _try in range(6):
        log_in(Client(), user.username, 'неверный пароль совсем')
    later = timezone.now() + slowdown.PAUSE + timedelta(seconds=1)
    assert log_in(Client(), user.username).status_code == 200
    monkeypatch.setattr('denimhub.people.slowdown.timezone.now', lambda: later)
    slowdown.take_password_try(user.username, '127.0.0.1')


def test_unknown_names_are_slowed_down_the_same_way() -> None:
    for _try in range(5):
        slowdown.take_password_try('nobody', '203.0.113.7')
    with pytest.raises(slowdown.Paused):
        slowdown.take_password_try(' NOBODY ', '203.0.113.7')
    assert Tries.objects.count() == 1
    assert b'nobody' not in bytes(Tries.objects.get().who)


def test_a_right_password_begins_the_count_anew() -> None:
    user = a_person('operator')
    for _round in range(3):
        for _try in range(4):
            log_in(Client(), user.username, 'неверный пароль совсем')
        assert log_in(Client(), user.username).status_code == 302


def test_the_second_step_lets_in_once_a_code() -> None:
    user = a_person('operator')
    set_up(user)
    client = Client()
    answer: Any = log_in(client, user.username)
    assert answer['Location'] == SECOND
    assert not is_in(client)
    now = code()
    assert client.post(SECOND, {'code': '000000' if now != '000000' else '111111'}).status_code == 200
    assert not is_in(client)
    assert client.post(SECOND, {'code': now}).status_code == 302
    assert is_in(client)
    again = Client()
    log_in(again, user.username)
    for used in (now, code(-1)):
        assert again.post(SECOND, {'code': used}).status_code == 200
        assert not is_in(again)


def test_five_wrong_codes_slow_the_second_step_down() -> None:
    user = a_person('operator')
    set_up(user)
    client = Client()
    log_in(client, user.username, **AWAY)
    for wrong in range(5):
        client.post(SECOND, {'code': f'{wrong:06}'}, **AWAY)
    client.post(SECOND, {'code': code()}, **AWAY)
    assert not is_in(client)
    owner = Client()
    log_in(owner, user.username, **HOME)
    owner.post(SECOND, {'code': code()}, **HOME)
    assert is_in(owner)


def test_a_secret_lies_sealed_and_opens_for_its_owner_only() -> None:
    user, thief = a_person('operator'), a_person('operator')
    set_up(user)
    set_up(thief)
    row = Authenticator.objects.get(user=user)
    assert SECRET not in str(row.data)
    stolen = Authenticator.objects.get(user=thief)
    stolen.data['secret'] = row.data['secret']
    stolen.save()
    client = Client()
    log_in(client, thief.username)
    assert client.post(SECOND, {'code': code()}).status_code == 200
    assert not is_in(client)


def test_set_up_gives_recovery_codes_once_and_each_works_once() -> None:
    user, client = a_person('operator'), Client()
    log_in(client, user.username)
    page = client.get('/accounts/2fa/totp/activate/')
    assert '<svg' in page.content.decode()
    secret = page.context['form'].secret
    answer: Any = client.post('/accounts/2fa/totp/activate/', {'code': code(secret=secret)})
    assert answer['Location'] == '/accounts/2fa/recovery-codes/'
    shown = client.get(answer['Location'])
    codes = shown.context['unused_codes']
    assert len(codes) == 10
    assert codes[0] in shown.content.decode()
    stored = str(list(Authenticator.objects.values_list('data', flat=True)))
    assert [one for one in (secret, *codes) if one in stored] == []
    for expected in (True, False):
        other = Client()
        log_in(other, user.username)
        other.post(SECOND, {'code': codes[0]})
        assert is_in(other) is expected


def test_staff_without_a_second_step_open_nothing_but_its_set_up(settings: Any) -> None:
    settings.STAFF_TOTP_REQUIRED = True
    user, client = a_person('operator'), Client()
    log_in(client, user.username)
    for address in ('/admin/', '/admin/applications/application/', '/', '/docs/'):
        answer: Any = client.get(address)
        assert (answer.status_code, answer['Location']) == (302, '/accounts/2fa/totp/activate/'), address
    assert client.post('/admin/logout/').status_code == 403
    assert client.get('/accounts/2fa/totp/activate/').status_code == 200
    set_up(user)
    assert is_in(client)


def test_there_is_no_sign_up_here() -> None:
    answer: Any = Client().post('/accounts/signup/', {'username': 'x', 'password1': PASSWORD})
    assert (answer.status_code, answer['Location']) == (302, '/')


def test_an_e_mail_as_user_name_is_the_same_in_any_case() -> None:
    a_person('operator', username='anna@example.ru')
    client = Client()
    log_in(client, 'Anna@Example.RU')
    assert is_in(client)
