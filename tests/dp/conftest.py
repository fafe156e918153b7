"""Fixtures of the front door: a web server of its own over the test database."""
from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection

from denimhub.dp.limits import forget_terms
from tests.dp.wire import Web, running_web


@pytest.fixture(scope='session')
def web(django_db_setup: None) -> Iterator[Web]:
    """granian over the migrated test database, without rows."""
    name = connection.settings_dict['NAME']
    base, _slash, tail = settings.DATABASE_URL.rpartition('/')
    head, mark, query = settings.DATABASE_URL.partition('?')
    del base, tail
    with running_web(f'{head.rpartition("/")[0]}/{name}{mark}{query}') as server:
        yield server


@pytest.fixture(autouse=True)
def fresh_terms() -> Iterator[None]:
    """Settings of partners are read anew in every test."""
    forget_terms()
    yield
    forget_terms()
