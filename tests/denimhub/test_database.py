"""The health check of kept connections: silent ones are taken as they are, ended ones are opened again."""
from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from denimhub.database.base import DatabaseWrapper

connection = cast(DatabaseWrapper, connections['default'])


@pytest.fixture
def kept(transactional_db: None) -> Iterator[None]:
    """A connection at the beginning of a new request."""
    connection.ensure_connection()
    connection.health_check_enabled, connection.health_check_done = True, False
    yield
    connection.close()


def _backend() -> int:
    assert connection.connection is not None
    return int(connection.connection.info.backend_pid)


def _statements(pid: int) -> str:
    """The newest statement of a backend, as the server sees it."""
    with psycopg.connect(settings.DATABASE_URL) as other:
        row = other.execute('SELECT query FROM pg_stat_activity WHERE pid = %s', [pid]).fetchone()
    assert row is not None
    return str(row[0])


def test_a_silent_connection_is_not_asked(kept: None) -> None:
    pid = _backend()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'before'")
    connection.health_check_done = False
    connection.close_if_health_check_failed()
    assert connection.health_check_done
    assert _backend() == pid
    assert _statements(pid) == "SELECT 'before'"


def test_a_connection_that_the_server_has_ended_is_opened_again(kept: None) -> None:
    pid = _backend()
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as other:
        other.execute('SELECT pg_terminate_backend(%s, 5000)', [pid])
    with connection.cursor() as cursor:
        cursor.execute('SELECT 1')
        assert cursor.fetchone() == (1,)
    assert _backend() != pid


def test_a_connection_that_was_closed_here_is_opened_again(kept: None) -> None:
    assert connection.connection is not None
    connection.connection.close()
    with connection.cursor() as cursor:
        cursor.execute('SELECT 1')
        assert cursor.fetchone() == (1,)
