"""The schedule: each period once, in order, at the hour where the counterparty lives, whatever was cut off."""
from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import transaction

from jobs.services import enqueue
from jobs.testing import run_due, shift_due
from registries import steps_schedule
from registries.models import Counterparty, Registry, RegistryVersion
from registries.models_delivery import Delivery, Schedule
from registries.rules_delivery import due_periods
from registries.services import counterparty_of
from registries.services_status import check_version
from registries.services_targets import save_target
from tests.registries.deals import Shop
from tests.registries.test_delivery import Killed

KINDS = ['registries.schedule', 'registries.make']
NOW = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)  # 7:00 in Moscow


@pytest.mark.parametrize(('cadence', 'now', 'expected'), [
    ('day', datetime(2026, 3, 11, 6, tzinfo=UTC), [('2026-03-08', '2026-03-08'), ('2026-03-09', '2026-03-09'),
                                       ('2026-03-10', '2026-03-10')]),
    ('day', datetime(2026, 3, 11, 5, 59, tzinfo=UTC), [('2026-03-08', '2026-03-08'), ('2026-03-09', '2026-03-09')]),
    ('week', datetime(2026, 3, 16, 6, tzinfo=UTC), [('2026-03-02', '2026-03-08'), ('2026-03-09', '2026-03-15')]),
    ('week', datetime(2026, 3, 16, 5, tzinfo=UTC), [('2026-03-02', '2026-03-08')]),
    ('month', datetime(2026, 5, 1, 6, tzinfo=UTC), [('2026-03-01', '2026-03-31'), ('2026-04-01', '2026-04-30')]),
    ('month', datetime(2026, 5, 1, 5, tzinfo=UTC), [('2026-03-01', '2026-03-31')]),
    ('custom', datetime(2026, 5, 1, 6, tzinfo=UTC), []),
    ('day', datetime(2026, 3, 8, 12, tzinfo=UTC), []),
])
def test_what_is_due(cadence: str, now: datetime, expected: list[tuple[str, str]]) -> None:
    found = due_periods(cadence, now, 6, date(2026, 3, 8))
    assert [(str(first), str(last)) for first, last in found] == expected


def test_no_more_than_31_missed_periods() -> None:
    found = due_periods('day', datetime(2026, 12, 31, 12, tzinfo=UTC), 6, date(2026, 1, 1))
    assert (len(found), str(found[0][0]), str(found[-1][0])) == (31, '2026-11-30', '2026-12-30')


def a_schedule(*, starts_on: date = date(2026, 3, 10), with_target: bool = True, **fields: Any) -> Counterparty:
    shop = Shop()
    shop.issue(at=datetime(2026, 3, 10, 9, tzinfo=UTC))
    run_due(kinds=['registries.book'])
    party = counterparty_of(shop.partner)
    if with_target:
        save_target(counterparty=party, name='почта', channel='email', settings={'to': ['a@example.ru']},
                    author='test')
    Schedule.objects.create(**{'counterparty': party, 'auto_send': True, 'starts_on': starts_on} | fields)
    return party


def ask() -> None:
    """What the dispatcher does every five minutes."""
    with transaction.atomic():
        enqueue('registries.schedule', '')


def look(now: datetime = NOW) -> None:
    """The schedule comes round."""
    with time_machine.travel(now, tick=True):
        run_due(kinds=KINDS, raise_errors=True)
    shift_due(3600)


def made() -> list[tuple[str, int, str, int]]:
    return [(str(row.registry.date_from), row.number, row.status, row.deliveries.count())
            for row in RegistryVersion.objects.order_by('id')]


@pytest.mark.django_db(transaction=True)
def test_missed_days_are_made_in_their_order_and_once() -> None:
    from_the_fifth = a_schedule(starts_on=date(2026, 3, 5))
    for _ in range(3):
        ask()
        look()
    assert made() == [(f'2026-03-{day:02}', 1, 'CHECKED', 1) for day in range(5, 11)]
    assert Registry.objects.filter(counterparty=from_the_fifth).count() == 6
    assert RegistryVersion.objects.get(registry__date_from='2026-03-10').count == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_before_the_hour_of_its_zone() -> None:
    a_schedule(due_hour=8)
    ask()
    look()
    assert made() == []
    ask()
    look(NOW.replace(hour=5))
    assert made() == [('2026-03-10', 1, 'CHECKED', 1)]


@pytest.mark.django_db(transaction=True)
def test_a_person_checks_first_where_that_is_wanted() -> None:
    a_schedule(auto_send=False)
    for _ in range(2):
        ask()
        look()
    assert made() == [('2026-03-10', 1, 'BUILT', 0)]
    check_version(version=RegistryVersion.objects.get(), actor='operator anna')
    for _ in range(2):
        ask()
        look()
    assert made() == [('2026-03-10', 1, 'CHECKED', 1)]


@pytest.mark.django_db(transaction=True)
def test_without_an_address_the_registry_waits_in_the_workstation() -> None:
    a_schedule(with_target=False)
    for _ in range(2):
        ask()
        look()
    assert made() == [('2026-03-10', 1, 'CHECKED', 0)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize('place', ['build_registry', 'check_version', 'queue_deliveries'])
@pytest.mark.parametrize('when', ['before', 'after'])
def test_a_kill_at_any_step_doubles_nothing(monkeypatch: pytest.MonkeyPatch, place: str, when: str) -> None:
    a_schedule()
    real = getattr(steps_schedule, place)

    def die(**arguments: Any) -> Any:
        if when == 'after':
            real(**arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(steps_schedule, place, die)
        ask()
        with pytest.raises(Killed):
            look()
    shift_due(3600)
    ask()
    look()
    assert made() == [('2026-03-10', 1, 'CHECKED', 1)]
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_schedule_out_of_force_makes_nothing() -> None:
    a_schedule(is_active=False)
    ask()
    look()
    assert made() == []
