"""Production refuses to start when it would be unsafe; the same things are told as checks and at process start."""
import json
import secrets
from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from denimhub.conf.safety import production_problems, refuse_unsafe_process
from vault import keysets

Proper = Callable[..., override_settings]


@pytest.fixture(scope='module')
def proper() -> Proper:
    """A production environment without a fault, and what a test changes in it."""
    keys = {f'VAULT_{purpose}_KEYS': keysets.new_key_set(purpose) for purpose in keysets.PURPOSES}
    base = {
        'DENIMHUB_ENV': 'production', 'SECRET_KEY': secrets.token_urlsafe(64), 'DEBUG': False,
        'ALLOWED_HOSTS': ['credit.example.ru'], 'DATABASE_URL': 'postgres://x@db/x', 'REDIS_URL': 'redis://kv/0',
        **keys}
    return lambda **changes: override_settings(**{**base, **changes})


def test_a_proper_production_has_no_problem(proper: Proper) -> None:
    with proper():
        assert production_problems() == []
        refuse_unsafe_process()


@pytest.mark.parametrize(('changes', 'expected'), [
    ({'SECRET_KEY': 'missing', 'MISSING_SECRET_KEY': 'missing'}, 'denimhub.E001'),
    ({'SECRET_KEY': 'development:' + 'x' * 64}, 'denimhub.E002'),
    ({'SECRET_KEY': 'django-insecure-' + 'x' * 64}, 'denimhub.E002'),
    ({'SECRET_KEY': 'x' * 49}, 'denimhub.E002'),
    ({'VAULT_INDEX_KEYS': ''}, 'denimhub.E003'),
    ({'VAULT_AEAD_KEYS': keysets.new_key_set('AEAD', development=True)}, 'denimhub.E004'),
    ({'VAULT_FILE_KEYS': 'not a key set'}, 'denimhub.E009'),
    ({'DEBUG': True}, 'denimhub.E005'),
    ({'ALLOWED_HOSTS': []}, 'denimhub.E006'),
    ({'ALLOWED_HOSTS': ['*']}, 'denimhub.E006'),
    ({'DATABASE_URL': ''}, 'denimhub.E007'),
    ({'REDIS_URL': ''}, 'denimhub.E008'),
])
def test_each_fault_is_told_with_a_hint_and_stops_the_process(
        proper: Proper, changes: dict[str, object], expected: str) -> None:
    with proper(**changes):
        problems = production_problems()
        assert [problem.id for problem in problems] == [expected]
        assert problems[0].hint
        with pytest.raises(ImproperlyConfigured, match=expected):
            refuse_unsafe_process()


def test_keys_are_never_part_of_what_is_told(proper: Proper) -> None:
    marked = keysets.new_key_set('AEAD', development=True)
    material = json.loads(marked)['key'][0]['keyData']['value']
    with proper(VAULT_AEAD_KEYS=marked), pytest.raises(ImproperlyConfigured) as refused:
        refuse_unsafe_process()
    assert material not in str(refused.value)


def test_development_and_tests_are_left_alone(proper: Proper) -> None:
    with proper(DENIMHUB_ENV='development', DEBUG=True, SECRET_KEY='short', ALLOWED_HOSTS=['*']):
        assert production_problems() == []


SMSC = {'SMS_GATEWAY': 'smsc', 'SMSC_API_KEY': 'key', 'SMSC_SENDER': 'DenimHub', 'SMSC_URL': 'https://smsc.example/sys'}
SMPP = {'SMS_GATEWAY': 'smpp', 'SMPP_HOST': 'smpp.example', 'SMPP_SYSTEM_ID': 'denimhub', 'SMPP_PASSWORD': 'secret-1',
        'SMPP_SENDER': 'DenimHub'}


@pytest.mark.parametrize('gateway', [
    SMSC, SMPP, SMSC | {'SMSC_API_KEY': '', 'SMSC_LOGIN': 'us', 'SMSC_PASSWORD': 'secret-2'},
    SMSC | {'SMSC_CALLBACK_SECRET': 'x' * 16}])
def test_an_sms_gateway_that_is_set_up_has_no_problem(proper: Proper, gateway: dict[str, object]) -> None:
    with proper(**gateway):
        assert production_problems() == []


@pytest.mark.parametrize(('changes', 'expected', 'told'), [
    ({'SMS_GATEWAY': ''}, 'denimhub.E010', 'names no gateway'),
    ({'SMS_GATEWAY': 'console'}, 'denimhub.E010', 'names no gateway'),
    ({'SMS_GATEWAY': 'pigeon'}, 'denimhub.E010', 'names no gateway'),
    (SMSC | {'SMSC_API_KEY': ''}, 'denimhub.E011', 'neither SMSC_API_KEY nor SMSC_LOGIN with SMSC_PASSWORD'),
    (SMSC | {'SMSC_API_KEY': '', 'SMSC_LOGIN': 'us'}, 'denimhub.E011', 'neither SMSC_API_KEY nor SMSC_LOGIN'),
    (SMSC | {'SMSC_SENDER': ''}, 'denimhub.E011', 'SMSC_SENDER is not set'),
    (SMSC | {'SMSC_URL': 'http://smsc.example/sys'}, 'denimhub.E011', 'SMSC_URL is not https'),
    (SMSC | {'SMSC_CALLBACK_SECRET': 'short-secret'}, 'denimhub.E011', 'SMSC_CALLBACK_SECRET is shorter than 16'),
    (SMPP | {'SMPP_PASSWORD': ''}, 'denimhub.E011', 'SMPP_PASSWORD is not set'),
    (SMPP | {'SMPP_HOST': '', 'SMPP_SENDER': ''}, 'denimhub.E011', 'SMPP_HOST is not set; SMPP_SENDER is not set'),
    (SMPP | {'SMPP_LONG_MESSAGES': 'smoke'}, 'denimhub.E011', 'SMPP_LONG_MESSAGES is none of udh, sar, payload'),
])
def test_an_sms_gateway_that_is_not_set_up_stops_the_process(
        proper: Proper, changes: dict[str, object], expected: str, told: str) -> None:
    with proper(**changes):
        [problem] = production_problems()
        assert problem.id == expected
        assert told in problem.msg
        assert not any(secret in f'{problem.msg}{problem.hint}' for secret in ('short-secret', 'secret-1', 'secret-2'))
        with pytest.raises(ImproperlyConfigured, match=expected):
            refuse_unsafe_process()
