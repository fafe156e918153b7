"""Secrets of the second step over a rotation of keys, and tries that come all at once."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from denimhub.people import slowdown
from denimhub.people.adapters import opened, raw_of
from denimhub.people.models import Tries
from denimhub.people.second_step import check_code, reseal
from tests.people.logging_in import SECRET, code, set_up
from tests.people.people import a_person
from vault import keysets, rotation
from vault.rotation import Report
from vault.sealing import primary_prefix


@pytest.mark.django_db
def test_secrets_come_under_the_new_key_and_still_let_in(settings: Any) -> None:
    user = a_person('operator')
    set_up(user)
    assert reseal() == Report('mfa.Authenticator', 0, 0)
    settings.VAULT_AEAD_KEYS = keysets.add_key(settings.VAULT_AEAD_KEYS, 'AEAD')
    assert Report('mfa.Authenticator', 1, 0) in list(rotation.rotate())
    sealed = Authenticator.objects.get().data['secret']
    assert raw_of(sealed).startswith(primary_prefix())
    assert opened(sealed).decode() == SECRET
    assert reseal() == Report('mfa.Authenticator', 0, 0)
    assert check_code(user, code(), ip='203.0.113.7') is not None


@pytest.mark.django_db
def test_a_secret_that_does_not_open_is_counted_and_left(settings: Any) -> None:
    user = a_person('operator')
    set_up(user)
    row = Authenticator.objects.get()
    row.data['secret'] = f'{user.pk}:AAAA'
    row.save()
    assert reseal() == Report('mfa.Authenticator', 0, 1)
    assert Authenticator.objects.get().data['secret'] == f'{user.pk}:AAAA'


@pytest.mark.django_db(transaction=True)
def test_twenty_tries_at_once_are_five() -> None:
    def one(_number: int) -> bool:
        try:
            slowdown.take_password_try('anna', '203.0.113.7')
        except slowdown.Paused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(20))) == slowdown.TRIES
    assert Tries.objects.get().paused_until is not None


@pytest.mark.django_db(transaction=True)
def test_a_code_sent_ten_times_at_once_lets_in_once() -> None:
    user = a_person('operator')
    set_up(user)
    now = code()

    def one(number: int) -> bool:
        try:
            return check_code(user, now, ip=f'203.0.113.{number}') is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(10))) == 1
