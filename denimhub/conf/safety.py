"""What production refuses to start without, told twice: as system checks and as a hard stop of a process."""
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from contracts.sms import readiness
from contracts.sms.catalogue import GATEWAYS
from vault import keysets

# It tells of every message in the log.
NOT_FOR_PRODUCTION = frozenset({'console'})
SHORTEST_SECRET_KEY = 50  # characters, as Django's own security.W009


def _secret_problems() -> Iterator[CheckMessage]:
    secret = settings.SECRET_KEY
    if secret == settings.MISSING_SECRET_KEY:
        yield Error('SECRET_KEY is not set.', hint='Set SECRET_KEY to a random string of 50 characters or more.',
                    id='denimhub.E001')
    elif secret.startswith((settings.DEVELOPMENT_MARK, 'django-insecure-')) or len(secret) < SHORTEST_SECRET_KEY:
        yield Error('SECRET_KEY is a development key or too short.',
                    hint='Make a new one: python -c "import secrets; print(secrets.token_urlsafe(64))"',
                    id='denimhub.E002')


def _vault_problems() -> Iterator[CheckMessage]:
    for name in settings.VAULT_KEY_SETTINGS:
        keys = getattr(settings, name)
        if not keys:
            yield Error(f'{name} is not set.', hint='Make key sets with `manage.py vault_keys new` and keep them in a '
                        'secret store; without them no stored form can be read.', id='denimhub.E003')
            continue
        try:
            is_development = keysets.describe(keys).is_development
        except keysets.BadKeySet as error:
            yield Error(f'{name}: {error}.', hint='Set it to the one line that `manage.py vault_keys new` prints.',
                        id='denimhub.E009')
            continue
        if is_development:
            yield Error(f'{name} is a development key set.', hint='Keys made by `make run` never leave the machine of '
                        'a developer; make new ones with `manage.py vault_keys new`.', id='denimhub.E004')


def _server_problems() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Error('DEBUG is on.', hint='Remove DEBUG from the environment.', id='denimhub.E005')
    if not settings.ALLOWED_HOSTS or '*' in settings.ALLOWED_HOSTS:
        yield Error('ALLOWED_HOSTS is empty or allows every host.',
                    hint='Set ALLOWED_HOSTS=credit.example.ru,… to the names this service answers to.',
                    id='denimhub.E006')
    if not settings.DATABASE_URL:
        yield Error('DATABASE_URL is not set.', hint='DATABASE_URL=postgres://user:password@host:5432/denimhub',
                    id='denimhub.E007')
    if not settings.REDIS_URL:
        yield Error('REDIS_URL is not set.', hint='REDIS_URL=rediss://:password@host:6379/0', id='denimhub.E008')


def _message_problems() -> Iterator[CheckMessage]:
    gateway = settings.SMS_GATEWAY
    fit = sorted(set(GATEWAYS) - NOT_FOR_PRODUCTION)
    if gateway not in fit:
        yield Error(f'SMS_GATEWAY names no gateway for production: {gateway!r}.',
                    hint=f'Set it to one of: {", ".join(fit)}. With outbox no SMS leaves the house: right for a stand '
                    'only.', id='denimhub.E010')
        return
    missing = readiness.problems(gateway)
    if missing:
        yield Error(f'The SMS gateway {gateway} is not set up: {"; ".join(missing)}.',
                    hint='See "SMS gateways" in docs/operations.md.', id='denimhub.E011')


def production_problems() -> list[CheckMessage]:
    """Everything that makes these settings unsafe for real clients; empty outside production."""
    if settings.DENIMHUB_ENV != 'production':
        return []
    return [*_secret_problems(), *_vault_problems(), *_server_problems(), *_message_problems()]


def check_production(app_configs: Sequence[Any] | None, **_: Any) -> list[CheckMessage]:
    """System check `denimhub.E001` … `denimhub.E011`."""
    return production_problems()


def refuse_unsafe_process() -> None:
    """Stop a web or worker process at its start, since neither runs the system checks by itself."""
    problems = production_problems()
    if problems:
        told = '; '.join(f'{problem.id} {problem.msg} {problem.hint}' for problem in problems)
        raise ImproperlyConfigured(f'Production refuses to start: {told}')
