"""Hot statements say what an ordinary cursor says, and fail as it fails."""
from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

import psycopg
import pytest
from django.conf import settings
from django.db import DataError, IntegrityError, OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from denimhub.database.base import DatabaseWrapper
from partners.models import Partner
from tests.world import a_partner
from vault.statements import Statement

ECHO = Statement(
    'SELECT %s::bigint, %s::text, %s::uuid, %s::bytea, %s::boolean, %s::timestamptz, %s::numeric, %s::text')
VALUES: list[Any] = [
    2**40, 'Ёжик "А" \\ %', uuid.UUID(int=5), b'\x00\xff', True,
    dt.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=dt.UTC), Decimal('17.900'), None]
NAME = Statement('SELECT id, name FROM partners_partner WHERE guid = %s')
RENAME = Statement('UPDATE partners_partner SET name = %s WHERE id = %s RETURNING id')
REPEAT = Statement('INSERT INTO partners_partner SELECT * FROM partners_partner WHERE id = %s RETURNING id')


@pytest.fixture
def direct(transactional_db: None) -> Iterator[None]:
    """Outside of transactions, where statements are asked for directly."""
    yield
    connection.close()


def _asked() -> list[str]:
    """The names of what this connection has prepared."""
    assert connection.connection is not None
    rows = connection.connection.execute('SELECT name FROM pg_prepared_statements').fetchall()
    return [name for name, in rows if name.startswith('statement_')]


def test_values_of_every_kind_come_back_as_they_went(direct: None) -> None:
    assert ECHO.first_row(VALUES) == ECHO.first_row(VALUES) == tuple(VALUES)
    assert len(_asked()) == 1


def test_it_reads_what_a_cursor_reads_and_none_without_rows(direct: None) -> None:
    partner = a_partner(name='Техника')
    assert NAME.first_row([partner.guid]) == (partner.pk, 'Техника')
    assert NAME.first_row([uuid.uuid4()]) is None


def test_it_is_a_transaction_of_its_own(direct: None) -> None:
    partner = a_partner()
    assert RENAME.first_row(['Другое', partner.pk]) == (partner.pk,)
    assert connection.connection is not None
    with psycopg.connect(connection.connection.info.dsn) as other:
        assert other.execute('SELECT name FROM partners_partner').fetchall() == [('Другое',)]


def test_inside_a_transaction_it_belongs_to_it(direct: None) -> None:
    partner = a_partner(name='Прежнее')
    with transaction.atomic():
        RENAME.first_row(['Другое', partner.pk])
        transaction.set_rollback(True)
    assert NAME.first_row([partner.guid]) == (partner.pk, 'Прежнее')


def test_it_is_counted_with_the_other_queries(direct: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert ECHO.first_row(VALUES) == tuple(VALUES)
    assert len(queries) == 1


def test_faults_are_those_of_django_and_change_nothing(direct: None) -> None:
    partner = a_partner(name='Прежнее')
    with pytest.raises(IntegrityError):
        REPEAT.first_row([partner.pk])
    with pytest.raises(DataError):
        RENAME.first_row(['NUL \x00', partner.pk])
    with pytest.raises(DataError):
        RENAME.first_row(['x' * 5000, partner.pk])
    assert list(Partner.objects.values_list('name', flat=True)) == ['Прежнее']


def test_a_rollback_that_drops_what_was_prepared_is_not_felt(direct: None) -> None:
    assert NAME.first_row([str(uuid.uuid4())]) is None
    for _ in range(10):  # enough for psycopg to prepare a statement of its own, and then to drop all
        with contextlib.suppress(LookupError), transaction.atomic():
            list(Partner.objects.filter(name='nobody'))
            raise LookupError
    assert NAME.first_row([str(uuid.uuid4())]) is None


def test_a_new_connection_prepares_anew(direct: None) -> None:
    assert ECHO.first_row(VALUES) == tuple(VALUES)
    connection.close()
    assert ECHO.first_row(VALUES) == tuple(VALUES)
    assert len(_asked()) == 1


def test_a_lost_connection_is_an_operational_fault_and_then_opened_again(direct: None) -> None:
    assert ECHO.first_row(VALUES) == tuple(VALUES)
    assert connection.connection is not None
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as other:
        other.execute('SELECT pg_terminate_backend(%s, 5000)', [connection.connection.info.backend_pid])
    cast(DatabaseWrapper, connections['default']).health_check_done = True
    with pytest.raises(OperationalError):
        ECHO.first_row(VALUES)
    connection.close_if_unusable_or_obsolete()
    assert ECHO.first_row(VALUES) == tuple(VALUES)
