"""The environment of a test run: servers, keys, a place for files; made once, inherited by xdist workers."""
import os
import secrets

from django.conf import settings

from denimhub.devstack.embedded import Embedded
from denimhub.devstack.keys import new_vault_keys
from denimhub.devstack.stack import State
from tests.harness.places import new_place, remove_place, sweep_places

_place: tuple[State, Embedded] | None = None


def prepare() -> None:
    """Fill os.environ with whatever it lacks; real values win."""
    global _place  # noqa: PLW0603 - one per process, disposed of at its end
    sweep_places()
    state, servers = _place = new_place()
    os.environ['FILES_ROOT'] = str(state.directory / 'files')
    os.environ.setdefault('SECRET_KEY', secrets.token_urlsafe(64))
    for name, value in new_vault_keys().items():
        os.environ.setdefault(name, value)
    servers.wanted = tuple(server for server, name in (('postgres', 'DATABASE_URL'), ('valkey', 'REDIS_URL'))
                           if not os.environ.get(name))
    if servers.wanted:
        os.environ.update(servers.start())


def load_settings() -> None:
    """Touch the settings, so that pytest-django finds them configured."""
    assert settings.DENIMHUB_ENV == 'test'


def dispose() -> None:
    """Stop the servers, remove everything of this run."""
    if _place is not None:
        remove_place(*_place)
