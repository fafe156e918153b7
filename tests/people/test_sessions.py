"""Sessions: how long they last, what ends them, and the password asked again before what matters."""
from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from denimhub.people import sessions
from denimhub.people.fresh import fresh_login_required
from denimhub.people.services import join
from tests.people.logging_in import code, is_in, log_in, set_up
from tests.people.people import PASSWORD, a_person, a_superuser, browser, staff_of
from tests.world import a_partner

pytestmark = pytest.mark.django_db
CONFIRM = '/accounts/confirm/'
PRIVATE = '/admin/contracts/contract/1/evidence/'


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Moves what sessions take for now."""
    class Clock:
        ahead = timedelta()

        def passes(self, **how: int) -> None:
            self.ahead += timedelta(**how)

    found = Clock()
    real = timezone.now

    def moved() -> float:
        return (real() + found.ahead).timestamp()

    monkeypatch.setattr('denimhub.people.sessions._now', moved)
    return found


@pytest.mark.parametrize(('group', 'minutes'), [
    ('operator', 15), ('supervisor', 15), ('auditor', 30), ('security', 30)])
def test_an_idle_session_ends(clock: Any, group: str, minutes: int) -> None:
    client = browser(a_person(group))
    assert is_in(client)
    clock.passes(minutes=minutes - 1)
    assert is_in(client)
    clock.passes(minutes=minutes, seconds=1)
    assert not is_in(client)
    assert not is_in(client)


def test_who_sees_personal_data_in_one_group_has_the_short_limit() -> None:
    assert sessions.idle_seconds(a_person('auditor', 'operator')) == 15 * 60
    assert sessions.idle_seconds(a_superuser()) == 15 * 60
    assert sessions.idle_seconds(staff_of(a_partner())) == 30 * 60


def test_a_session_ends_after_twelve_hours_of_work(clock: Any) -> None:
    client = browser(a_person('operator'))
    for _click in range(12 * 6):
        assert is_in(client)
        clock.passes(minutes=10)
    clock.passes(seconds=1)
    assert not is_in(client)


def test_a_session_ends_when_the_role_changes() -> None:
    user = a_person('operator')
    client = browser(user)
    assert is_in(client)
    join(user=user, group='supervisor')
    assert not is_in(client)
    client = browser(user)
    assert is_in(client)
    user.groups.remove(Group.objects.get(name='supervisor'))
    assert not is_in(client)


def test_a_session_ends_when_the_account_is_closed_and_stays_ended() -> None:
    user = a_person('operator')
    client = browser(user)
    assert is_in(client)
    user.is_active = False
    user.save()
    assert not is_in(client)
    user.is_active = True
    user.save()
    assert not is_in(client)


def test_other_sessions_end_when_the_password_changes() -> None:
    user = a_person('operator')
    here, there = browser(user), browser(user)
    assert is_in(there)
    new = 'снег белый а ночь чёрная'
    answer: Any = here.post('/accounts/password/change/', {
        'oldpassword': PASSWORD, 'password1': new, 'password2': new})
    assert answer.status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_a_log_in_gives_the_session_a_new_name() -> None:
    client = Client()
    client.get('/accounts/login/')
    session = client.session
    session['planted'] = 1
    session.save()
    client.cookies['denimhub-session'] = str(session.session_key)
    log_in(client, a_person('operator').username)
    assert client.cookies['denimhub-session'].value != session.session_key
    assert is_in(client)


def test_a_page_that_matters_asks_for_the_password_after_five_minutes(clock: Any) -> None:
    client = browser(a_person('supervisor'))
    assert client.get(PRIVATE).status_code == 404  # there is no contract 1
    clock.passes(minutes=5, seconds=1)
    for answer in (client.get(PRIVATE), client.post(PRIVATE, {'reason': 'запрос суда'})):
        assert (answer.status_code, answer['Location']) == (302, f'{CONFIRM}?next={quote(PRIVATE, safe="")}')
    answer = client.post(CONFIRM, {'password': 'неверный пароль совсем', 'next': PRIVATE})
    assert answer.status_code == 200
    assert client.get(PRIVATE).status_code == 302
    answer = client.post(CONFIRM, {'password': PASSWORD, 'next': PRIVATE})
    assert (answer.status_code, answer['Location']) == (302, PRIVATE)
    assert client.get(PRIVATE).status_code == 404


def test_who_has_a_second_step_gives_the_code_too(clock: Any) -> None:
    user = a_person('supervisor')
    set_up(user)
    client = browser(user)
    client.get('/admin/')
    clock.passes(minutes=6)
    client.post(CONFIRM, {'password': PASSWORD, 'next': PRIVATE})
    assert client.get(PRIVATE).status_code == 302
    client.post(CONFIRM, {'password': PASSWORD, 'code': code(), 'next': PRIVATE})
    assert client.get(PRIVATE).status_code == 404


def test_the_right_is_asked_for_before_the_password(clock: Any) -> None:
    client = browser(a_person('auditor'))
    client.get('/admin/')
    clock.passes(minutes=6)
    assert client.get(PRIVATE).status_code == 403


def test_the_way_back_stays_in_our_house() -> None:
    client = browser(a_person('operator'))
    answer: Any = client.post(CONFIRM, {'password': PASSWORD, 'next': 'https://evil.example/'})
    assert answer['Location'] == '/admin/'


def test_the_decorator_guards_any_view(clock: Any) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse('secret')

    client = browser(a_person('operator'))
    client.get('/admin/')
    request = RequestFactory().get('/partner/keys/?a=1')
    request.session = client.session
    assert fresh_login_required(view)(request).content == b'secret'  # type: ignore[attr-defined]
    clock.passes(minutes=6)
    answer: Any = fresh_login_required(view)(request)
    assert answer['Location'] == f'{CONFIRM}?next={quote("/partner/keys/?a=1", safe="")}'


def test_cookies_and_headers_of_a_page() -> None:
    client = Client()
    answer = log_in(client, a_person('operator').username)
    cookie = client.cookies['denimhub-session']
    assert (cookie['samesite'], cookie['httponly']) == ('Strict', True)
    page = client.get('/admin/')
    assert page.headers['Cross-Origin-Resource-Policy'] == 'same-origin'
    assert page.headers['Cross-Origin-Opener-Policy'] == 'same-origin'
    assert page.headers['Referrer-Policy'] == 'same-origin'
    assert 'no-store' in page.headers['Cache-Control']
    assert "default-src 'none'" in answer.headers['Content-Security-Policy']
