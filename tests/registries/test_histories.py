"""Histories of the ledger: whatever comes in whatever order, each line is counted once and every file stays as it is.

Each step of a history is followed by a count of everything in plain Python (tests/registries/counted.py).
REGISTRY_HISTORIES sets how many are played; 10 000 for a long night.
"""
from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import psycopg
import psycopg.conninfo
import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.models import Contract
from registries import services_build
from registries.models import Counterparty, LedgerLine, PeriodMark, Registry, RegistryVersion
from registries.models_corrections import CorrectionRequest
from registries.rules import Period, month_of, period_of
from registries.services import close_period, counterparty_of
from registries.services_build import build_registry
from registries.services_corrections import CorrectionRefused, approve_correction, request_correction
from tests.registries import counted
from tests.registries.deals import Shop
from tests.registries.people import a_person
from tests.world import a_lender
from vault.files import read_file

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HISTORIES = int(os.environ.get('REGISTRY_HISTORIES', '150'))
ZONES = ('Europe/Moscow', 'Asia/Vladivostok', 'Europe/Kaliningrad', 'America/New_York')


class Killed(Exception):
    """The process ended here."""


@dataclass
class World:
    """Two partners and two lenders, each in another zone, and contracts on which lines may be booked."""

    contracts: list[Contract] = field(default_factory=list)
    parties: list[Counterparty] = field(default_factory=list)
    booked: int = 0
    held: list[psycopg.Connection[Any]] = field(default_factory=list)
    seen: dict[int, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lenders = [a_lender(), a_lender()]
        shops = [Shop(lender=lender) for lender in lenders]
        for number, (shop, lender) in enumerate((shop, lender) for shop in shops for lender in lenders):
            shop.lender = lender
            texts = ('заказ, «7»', '=1+1', '', 'кавычка " и\nстрока')
            self.contracts += [shop.contract(external_id=f'{texts[number]}{number}') for _ in range(1)]
        self.parties = [*(counterparty_of(shop.partner) for shop in shops), *map(counterparty_of, lenders)]
        for party, zone in zip(self.parties, ZONES, strict=True):
            party.zone = zone
            party.save()
        self.anna, self.boris = (a_person(name, 'ask_correction', 'approve_correction') for name in ('anna', 'boris'))

    def forget(self) -> None:
        """Begin anew: rows of the ledger and of registries only."""
        self.release()
        tables = ', '.join(model._meta.db_table for model in (
            LedgerLine, Registry, RegistryVersion, CorrectionRequest))
        with connection.cursor() as cursor:
            cursor.execute(f'TRUNCATE {tables}, registries_periodmark CASCADE')
        self.seen.clear()

    def release(self) -> None:
        """Let go of every transaction that is held open."""
        for held in self.held:
            held.close()
        self.held.clear()

    # --- what may happen --------------------------------------------------------------------------------------------

    def book(self, event: str, who: int, at: datetime, amount: int) -> None:
        """One line, as the room books it."""
        LedgerLine.objects.create(**self.line(event, who, at, amount))

    def line(self, event: str, who: int, at: datetime, amount: int) -> dict[str, Any]:
        contract = self.contracts[who % len(self.contracts)]
        self.booked += 1
        sums = {
            'ISSUED': {'price': amount + 7, 'initial_payment': 7, 'amount': amount, 'partner_fee': amount // 50,
                       'lender_fee': amount // 100, 'to_pay': amount - amount // 50},
            'PAID': {'payment': amount}, 'CANCELLED': {'price': amount, 'initial_payment': 1}}[event]
        form = contract.application
        return {'key': f'{event}:{self.booked}', 'event': event, 'occurred_at': at, 'partner': form.partner,
                'lender': contract.lender, 'contract': contract, 'is_sandbox': True, 'kind': 'pos',
                'form_guid': form.guid, 'external_id': form.external_id, 'contract_number': contract.number,
                'point_code': form.point.code, **sums}

    def hold(self) -> None:
        """A transaction of somebody else begins, and has a number in the database."""
        held = psycopg.connect(_dsn())
        held.execute('SELECT pg_current_xact_id()')
        self.held.append(held)

    def end_held(self, event: str, who: int, at: datetime, amount: int) -> None:
        """It books its line only now, and commits."""
        held = self.held.pop(0)
        values = {name + '_id' if hasattr(value, 'pk') else name: getattr(value, 'pk', value)
                  for name, value in self.line(event, who, at, amount).items()}
        row = {'seq': 0, 'booked_at': at, 'period_at': at, 'lender_deal_id': '', 'reason': '', 'author': '',
               'approver': '', **dict.fromkeys(counted.SUMS, 0), **values}
        names = ', '.join(f'"{name}"' for name in row)
        held.execute(f'INSERT INTO registries_ledgerline ({names}) VALUES ({", ".join(["%s"] * len(row))})'.encode(),
                     list(row.values()))
        held.commit()
        held.close()

    def correct(self, pick: int, share: int, targets: tuple[bool, bool]) -> None:
        """A correction of any line, wholly or in part, for the present or for registries that were made."""
        lines = list(LedgerLine.objects.select_related('contract', 'partner', 'lender', 'corrects').order_by('seq'))
        book = counted.read()
        made = {version.registry_id for version in book.versions if version.number}

        def fit(line: LedgerLine, side: str) -> list[Registry]:
            return [registry for registry in book.registries.values() if registry.pk in made
                    and counted.side_of(registry) == side and counted.is_in(book, registry, book.by_id[line.pk])]

        wanted = [side for side, is_wanted in zip(('partner', 'lender'), targets, strict=True) if is_wanted]
        # Rather a line that stands in registries of the sides that are wanted.
        lines = [line for line in lines if all(fit(line, side) for side in wanted)] or lines
        if not lines:
            return
        line = lines[pick % len(lines)]
        found = {side: fit(line, side) for side in wanted}
        named: dict[str, Registry | None] = {
            f'for_{side}': rows[pick % len(rows)] for side, rows in found.items() if rows}
        root = line
        while root.corrects is not None:
            root = root.corrects
        key = 'payment' if root.event == 'PAID' else 'price'
        sums = None if share == 0 else {key: share}
        try:
            asked = request_correction(line=line, by=self.anna, reason='x', sums=sums, **named)
            approve_correction(request=asked, by=self.boris)
        except CorrectionRefused:
            pass

    def corrected(self, who: int, kind: str, day: int, share: int, side: str, rebuilt: bool) -> None:
        """A line, its registry, a correction for that registry, and what is then made of both and of today."""
        contract = self.contracts[who]
        party = next(number for number, whose in enumerate(self.parties) if getattr(whose, f'{side}_id') == (
            contract.lender_id if side == 'lender' else contract.application.partner_id))
        self.book('ISSUED', who, moment(day, 43_200), 5_000)
        self.build(party, kind, day)
        self.correct(-1, share, (side == 'partner', side == 'lender'))
        for back in (day, 0) if rebuilt else ():
            self.build(party, kind, back)

    def build(self, party: int, kind: str, day: int) -> None:
        """A registry of a day, week or month; what the database refuses changes nothing."""
        whose = self.parties[party % len(self.parties)]
        wanted = period(whose, kind, day)
        try:
            build_registry(counterparty=whose, period=wanted, formats=['csv'], made_by='test', wait_seconds=0)
        except DatabaseError:
            assert not PeriodMark.objects.filter(at=wanted.ends_at).exists()

    def kill(self, party: int, kind: str, day: int, point: str) -> None:
        """The same, and the process ends in the middle."""
        with suppress(Killed), dying_at(point):
            self.build(party, kind, day)

    def twice(self, party: int, kind: str, day: int) -> None:
        """Two start the same build at once."""
        barrier = threading.Barrier(2)

        def one() -> None:
            try:
                barrier.wait()
                self.build(party, kind, day)
            finally:
                connection.close()

        in_threads(one, one)


def _dsn() -> str:
    given_ = connection.get_connection_params()
    return psycopg.conninfo.make_conninfo(**{
        name: given_[name] for name in ('host', 'port', 'dbname', 'user', 'password') if given_.get(name)})


def in_threads(*calls: Callable[[], None]) -> None:
    errors: list[BaseException] = []

    def guarded(call: Callable[[], None]) -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@contextmanager
def dying_at(point: str) -> Iterator[None]:
    """Die before the named function of the build, or after it."""
    when, _separator, name = point.partition(' ')
    real = getattr(services_build, name)

    def dies(*arguments: Any, **named: Any) -> Any:
        if when == 'after':
            real(*arguments, **named)
        raise Killed

    with mock.patch.object(services_build, name, dies):
        yield


POINTS = ('after close_period', 'after write_blob', 'before _write', 'after _save_files', 'before note_made',
          'after note_made')


def period(party: Counterparty, kind: str, back: int) -> Period:
    """The day so many days ago in the counterparty's zone, its week or its month."""
    day = timezone.now().date() - timedelta(days=back)
    first, last = {'day': (day, day), 'month': month_of(day), 'week': (
        day - timedelta(days=day.weekday()), day + timedelta(days=6 - day.weekday()))}[kind]
    return period_of(first, last, party.zone)


def moment(back: int, second: int) -> datetime:
    """A moment so many days ago, often at the very edge of a day in one of the zones."""
    day = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=back)
    return day + timedelta(seconds=second)


numbers = st.integers(0, 3)
days = st.sampled_from([-1, 0, 1, 1, 2, 2, 3, 3, 4, 8, 30, 45])
"""Few, so that bookings and builds meet."""
kinds = st.sampled_from(['day', 'day', 'week', 'month'])
edges = st.sampled_from([-7 * 3600, 0, 0, 1, 3599, 3600, 8 * 3600 - 1, 43_200, 86_399])
amounts = st.integers(100, 10_000_000)
moments = st.builds(moment, days, edges)
events = st.sampled_from(['ISSUED', 'ISSUED', 'ISSUED', 'PAID', 'CANCELLED'])
bookings = st.tuples(st.just('book'), events, numbers, moments, amounts)
builds = st.tuples(st.just('build'), numbers, kinds, days)
steps = st.one_of(
    bookings, bookings, bookings, builds, builds, builds,
    st.tuples(st.just('correct'), numbers, st.sampled_from([0, 0, -50, 70, -10**8]),
              st.tuples(st.booleans(), st.booleans())),
    st.tuples(st.just('corrected'), numbers, kinds, days, st.sampled_from([0, -50, 70]),
              st.sampled_from(['partner', 'lender']), st.booleans()),
    st.tuples(st.just('kill'), numbers, kinds, days, st.sampled_from(POINTS)),
    st.tuples(st.just('twice'), numbers, kinds, days),
    st.tuples(st.just('hold')),
    st.tuples(st.just('end_held'), events, numbers, moments, amounts),
    st.tuples(st.just('clock'), st.sampled_from([-86_400 * 3, -3600, 3600, 86_400 * 3, 0])))


def play(world: World, history: list[tuple[Any, ...]]) -> None:
    """One history from the beginning, counted after every step."""
    world.forget()
    shift = 0
    for name, *arguments in history:
        if name == 'clock':
            shift = arguments[0]
            continue
        if name == 'end_held' and not world.held:
            continue
        with time_machine.travel(datetime.now(tz=timezone.get_current_timezone()) + timedelta(seconds=shift)):
            getattr(world, name)(*arguments)
        counted.check(counted.read(), world.seen)
    world.release()
    rebuild(world)


def rebuild(world: World) -> None:
    """In the end everything is asked for once more: the same bytes, or the next version where corrections waited."""
    versions = RegistryVersion.objects.filter(number__gt=0).select_related('registry__counterparty')
    for row in Registry.objects.filter(versions__in=versions).distinct().select_related('counterparty'):
        whole = period_of(row.date_from, row.date_to, row.counterparty.zone)
        made = build_registry(counterparty=row.counterparty, period=whole, formats=['csv'], made_by='test',
                              wait_seconds=0)
        again = build_registry(counterparty=row.counterparty, period=whole, formats=['csv'], made_by='test',
                               wait_seconds=0)
        assert made.pk == again.pk
        lines = counted.canonical(counted.read(), made)
        assert lines in read_file(again.files.get(format='csv').file)
    book = counted.read()
    counted.check(book, world.seen)
    newest = {version.registry_id: version for version in book.versions if version.number}
    for registry_id, version in newest.items():
        assert version.count == len(counted.lines_of(book, book.registries[registry_id]))


def test_every_history_counts_each_line_once() -> None:
    world = World()

    @settings(max_examples=HISTORIES, deadline=None, database=None, derandomize=HISTORIES <= 150,
              suppress_health_check=list(HealthCheck))
    @given(st.lists(steps, min_size=6, max_size=18))
    def play_one(history: list[tuple[Any, ...]]) -> None:
        play(world, history)

    try:
        play_one()
    finally:
        world.release()


def test_a_build_waits_for_a_line_that_is_being_committed() -> None:
    """F59: the lower number commits later than the build began, and stands in it all the same."""
    world = World()
    world.forget()
    booked, may_commit = threading.Event(), threading.Event()
    at = moment(10, 43_200)

    def slow() -> None:
        try:
            with transaction.atomic():
                world.book('ISSUED', 0, at, 500)
                booked.set()
                assert may_commit.wait(10)
        finally:
            connection.close()

    def builder() -> None:
        try:
            assert booked.wait(10)
            threading.Timer(0.3, may_commit.set).start()
            world.build(0, 'day', 10)
        finally:
            connection.close()

    in_threads(slow, builder)
    version = RegistryVersion.objects.get()
    assert (version.number, version.count, version.totals['amount']) == (1, 1, 500)
    counted.check(counted.read(), {})


def test_a_transaction_open_across_a_build_books_into_the_next_day() -> None:
    world = World()
    world.forget()
    world.hold()
    world.build(0, 'day', 10)
    world.end_held('ISSUED', 0, moment(10, 43_200), 500)
    world.build(0, 'day', 10)
    world.build(0, 'day', 9)
    assert list(RegistryVersion.objects.order_by('registry__date_from').values_list('number', 'count')) == [
        (1, 0), (1, 1)]
    counted.check(counted.read(), {})


@pytest.mark.parametrize('point', POINTS)
def test_a_build_that_was_killed_is_made_once_all_the_same(point: str) -> None:
    world = World()
    world.forget()
    world.book('ISSUED', 0, moment(10, 43_200), 500)
    world.kill(0, 'day', 10, point)
    after_death = RegistryVersion.objects.filter(number__gt=0).count()
    assert after_death == 0
    world.build(0, 'day', 10)
    version = RegistryVersion.objects.get()
    assert (version.number, version.status, version.count, version.events.count()) == (1, 'BUILT', 1, 1)
    counted.check(counted.read(), {})


def test_no_clock_of_ours_closes_a_period_that_is_not_over() -> None:
    world = World()
    world.forget()
    world.book('ISSUED', 0, timezone.now(), 500)
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        world.build(0, 'day', 3)
        with pytest.raises(DatabaseError):
            close_period(at=timezone.now() - timedelta(days=1))
    assert not RegistryVersion.objects.exists()
    world.book('ISSUED', 0, timezone.now(), 500)
    counted.check(counted.read(), {})
