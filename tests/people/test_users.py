"""Accounts of the back office: made and changed by the security administrator, never their own, never a superuser's."""
from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from tests.people.logging_in import is_in, log_in, set_up
from tests.people.people import a_person, a_superuser, browser, staff_of
from tests.world import a_partner

pytestmark = pytest.mark.django_db
ADD = '/admin/auth/user/add/'


def page_of(user: User) -> str:
    return reverse('admin:auth_user_change', args=[user.pk])


def values(user: User, *groups: str, **more: Any) -> dict[str, Any]:
    return {'username': user.username, 'first_name': 'Анна', 'last_name': 'Ким', 'email': '', 'is_active': 'on',
            'groups': [Group.objects.get(name=group).pk for group in groups], **more}


def test_a_person_is_hired_and_sets_the_password_by_a_link() -> None:
    client = browser(a_person('security'))
    answer: Any = client.post(ADD, {
        'username': 'Anna@Example.ru', 'first_name': 'Анна', 'last_name': 'Ким', 'email': 'anna@example.ru',
        'is_active': 'on', 'groups': [Group.objects.get(name='operator').pk]})
    assert answer.status_code == 302
    anna = User.objects.get(username='anna@example.ru')
    assert (anna.is_staff, anna.is_superuser, anna.has_usable_password()) == (True, False, False)
    assert [group.name for group in anna.groups.all()] == ['operator']
    link = reverse('admin:people_password_link', args=[anna.pk])
    assert client.get(link).status_code == 200
    shown = client.post(link).context['lines'][-1][1]
    path = shown.removeprefix('http://testserver')
    guest = Client()
    form: Any = guest.get(path)
    new = 'снег белый а ночь чёрная'
    done: Any = guest.post(form['Location'], {'password1': new, 'password2': new})
    assert done['Location'] == '/accounts/password/reset/key/done/'
    assert log_in(guest, 'anna@example.ru', new).status_code == 302
    assert is_in(guest)
    assert 'Ссылка не действует' in Client().get(path).content.decode()


def test_a_role_is_changed_by_another_and_not_by_oneself() -> None:
    chief, anna = a_person('security'), a_person('operator')
    client = browser(chief)
    assert client.post(page_of(anna), values(anna, 'supervisor')).status_code == 302
    assert [group.name for group in anna.groups.all()] == ['supervisor']
    assert client.post(page_of(chief), values(chief, 'security', 'supervisor')).status_code == 403
    assert [group.name for group in chief.groups.all()] == ['security']


def test_a_superuser_is_out_of_reach_and_nobody_becomes_one() -> None:
    boss, anna = a_superuser(), a_person('operator')
    client = browser(a_person('security'))
    before = list(User.objects.filter(pk=boss.pk).values())
    for address in (page_of(boss), reverse('admin:people_password_link', args=[boss.pk]),
                    reverse('admin:people_reset_second_step', args=[boss.pk])):
        assert client.post(address, values(boss)).status_code == 403
    client.post(page_of(anna), values(anna, 'operator', is_superuser='on', user_permissions=[
        Permission.objects.get(codename='change_user').pk]))
    assert list(User.objects.filter(pk=boss.pk).values()) == before
    anna.refresh_from_db()
    assert (anna.is_superuser, anna.user_permissions.count()) == (False, 0)


def test_staff_of_a_partner_get_no_group_of_the_back_office() -> None:
    worker = staff_of(a_partner())
    client = browser(a_person('security'))
    assert client.post(page_of(worker), values(worker, 'supervisor', 'security')).status_code == 302
    assert [group.name for group in worker.groups.all()] == ['partner']
    anna = a_person('operator')
    assert client.post(page_of(anna), values(anna, 'partner')).status_code == 200
    assert [group.name for group in anna.groups.all()] == ['operator']


def test_who_lost_the_telephone_has_the_second_step_taken_off() -> None:
    anna = a_person('operator')
    set_up(anna)
    for group in ('supervisor', 'auditor'):
        address = reverse('admin:people_reset_second_step', args=[anna.pk])
        assert browser(a_person(group)).post(address).status_code == 403
    assert Authenticator.objects.filter(user=anna).exists()
    assert browser(a_person('security')).post(address).status_code == 302
    assert not Authenticator.objects.filter(user=anna).exists()


def test_a_closed_account_is_closed_at_once() -> None:
    anna = a_person('operator')
    desk = browser(anna)
    assert is_in(desk)
    closing = values(anna, 'operator')
    del closing['is_active']
    assert browser(a_person('security')).post(page_of(anna), closing).status_code == 302
    assert not is_in(desk)


@pytest.mark.parametrize('text', [
    'коротко', 'denimhub-demo-2026', 'password password', 'x' * 129, 'qwertyqwertyqwerty123'])
def test_a_weak_password_is_not_taken(text: str) -> None:
    anna = a_person('operator')
    before = anna.password
    answer = browser(anna).post('/accounts/password/change/', {
        'oldpassword': 'трава зелёная а небо синее', 'password1': text, 'password2': text})
    assert answer.status_code == 200
    anna.refresh_from_db()
    assert anna.password == before


def test_secrets_of_the_library_have_no_page() -> None:
    client = browser(a_superuser())
    for address in ('/admin/mfa/authenticator/', '/admin/account/emailaddress/'):
        assert client.get(address).status_code == 404
