"""Builds that last longer than a request may: where they run, what the database allows them, what a failure leaves."""
from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from unittest import mock

import pytest
from django.db import connection, transaction

from jobs.models import Job
from jobs.registry import Again, find
from jobs.services import enqueue
from jobs.testing import run_due, shift_due
from registries.formats.base import Format, Sheet
from registries.formats.catalogue import FORMATS
from registries.models import RegistryFile, RegistryVersion
from registries.rules import period_of
from registries.selectors_build import subject_of_build
from registries.services import counterparty_of
from registries.services_build import SNAPSHOT_SECONDS, build_registry
from registries.turns import LARGE_SECONDS, turn
from tests.registries.deals import Shop
from vault.models import StoredFile

pytestmark = pytest.mark.django_db(transaction=True)
DAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
PERIOD = period_of(date(2026, 3, 10), date(2026, 3, 10), 'Europe/Moscow')
LIMITS = ('statement_timeout', 'idle_in_transaction_session_timeout')


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.issue(at=DAY)
    run_due(kinds=['registries.book'])
    return shop


def limits() -> list[str]:
    with connection.cursor() as cursor:
        return [str(cursor.execute(f'SHOW {name}').fetchone()[0]) for name in LIMITS]


@pytest.mark.parametrize('name', ['registries.build', 'registries.make', 'registries.match'])
def test_large_work_is_never_done_where_two_minutes_end_it(name: str) -> None:
    kind = find(name)
    assert (kind.queue, kind.max_seconds) == ('sms', LARGE_SECONDS)


def test_a_build_has_the_time_it_needs_and_leaves_the_limits_as_they_were(shop: Shop) -> None:
    before, seen = limits(), []

    def write(sheet: Sheet) -> Iterator[bytes]:
        seen.append(limits())
        yield from FORMATS['csv'].write(sheet)

    with mock.patch.dict(FORMATS, {'xml': Format('xml', 'application/xml', write)}):
        build_registry(counterparty=counterparty_of(shop.partner), period=PERIOD, formats=['xml'], made_by='test',
                       wait_seconds=0)
    assert seen == [[f'{SNAPSHOT_SECONDS // 60}min'] * 2]
    assert limits() == before


def test_one_build_at_a_time_in_a_process() -> None:
    refused: list[bool] = []

    def second() -> None:
        try:
            with turn():
                refused.append(False)
        except Again:
            refused.append(True)

    with turn():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    with turn():
        pass
    assert refused == [True]


def test_a_build_that_breaks_in_a_file_leaves_nothing_and_the_next_attempt_finishes(shop: Shop) -> None:
    party = counterparty_of(shop.partner)
    stored = set(StoredFile.objects.values_list('pk', flat=True))

    def write(sheet: Sheet) -> Iterator[bytes]:
        yield b'half of it'
        raise OSError('the disk went away')

    with transaction.atomic():
        enqueue('registries.build', subject_of_build(party, PERIOD.date_from, PERIOD.date_to), data={'by': 'anna'})
    with mock.patch.dict(FORMATS, {'xlsx': Format('xlsx', 'application/octet-stream', write)}):
        run_due(kinds=['registries.build'])
    job = Job.objects.get(kind='registries.build')
    assert (job.state, job.attempts) == ('READY', 1)
    assert not RegistryVersion.objects.exists()
    assert not RegistryFile.objects.exists()
    assert set(StoredFile.objects.values_list('pk', flat=True)) == stored
    shift_due(60)
    run_due(kinds=['registries.build'])
    version = RegistryVersion.objects.get()
    assert (version.number, version.count, version.made_by, version.files.count()) == (1, 1, 'anna', 2)
