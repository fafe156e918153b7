"""Fixtures of the front door: a web server of its own over the test database.

pytest reads this file before Django is set up when it is asked for this directory: what needs Django is imported late.
"""
from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.dp.wire import Web, running_web


@pytest.fixture(scope='session')
def web(django_db_setup: None) -> Iterator[Web]:
    """granian over the migrated test database; its tests are marked django_db, or there would be none."""
    from django.conf import settings
    from django.db import connection

    name = connection.settings_dict['NAME']
    address, mark, query = settings.DATABASE_URL.partition('?')
    server_address = address.rpartition('/')[0]
    with running_web(f'{server_address}/{name}{mark}{query}') as server:
        yield server


@pytest.fixture(autouse=True)
def fresh_terms() -> Iterator[None]:
    """Settings of partners are read anew in every test."""
    from denimhub.dp.limits import forget_terms

    forget_terms()
    yield
    forget_terms()
