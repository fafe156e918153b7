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
