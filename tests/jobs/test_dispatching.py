"""Which jobs are nudged: once, bounded, fairly, and again when a message vanished."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from jobs import dispatching, leases, registry
from jobs.dispatcher import Dispatcher
from jobs.dispatching import Nudge, claim, kind_limit
from jobs.heartbeat import beat, parts
from jobs.models import Job
from jobs.services import Asked, enqueue_many
from jobs.testing import shift_due, stand_in
from tests.jobs.tools import ask, at_once

pytestmark = pytest.mark.django_db(transaction=True)
CONCURRENCY = {'lenders': 8, 'documents': 2}


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    with ExitStack() as stack:
        for name in ('test.a', 'test.b', 'test.c'):
            stack.enter_context(stand_in(name))
        stack.enter_context(stand_in('test.doc', queue='documents'))
        yield


def known() -> list[registry.Kind]:
    return [kind for kind in registry.kinds() if kind.name.startswith('test.')]


def fill(kind: str, count: int) -> None:
    with transaction.atomic():
        enqueue_many([Asked(kind, f'{kind}-{number}') for number in range(count)])


def by_kind(nudges: Sequence[Nudge]) -> dict[str, int]:
    names = dict(Job.objects.values_list('id', 'kind'))
    return dict(Counter(names[nudge.job_id] for nudge in nudges))


def test_due_jobs_are_nudged_once_oldest_first() -> None:
    for subject in ('first', 'second'):
        ask('test.a', subject)
    ask('test.a', 'later', due_in_seconds=60)
    nudges = claim(known(), CONCURRENCY)
    subjects = dict(Job.objects.values_list('id', 'subject'))
    assert [subjects[nudge.job_id] for nudge in nudges] == ['first', 'second']
    assert {nudge.queue for nudge in nudges} == {'lenders'}
    assert claim(known(), CONCURRENCY) == []


def test_a_vanished_message_is_sent_again_within_seconds() -> None:
    ask('test.a')
    first = claim(known(), CONCURRENCY)
    shift_due(dispatching.NUDGE_SECONDS)
    assert claim(known(), CONCURRENCY) == first


def test_a_leased_job_is_not_nudged_until_its_lease_has_run_out() -> None:
    ask('test.a')
    nudges = claim(known(), CONCURRENCY)
    assert leases.take(nudges[0].job_id) is not None
    shift_due(dispatching.NUDGE_SECONDS)
    assert claim(known(), CONCURRENCY) == []
    shift_due(leases.LEASE_SECONDS - dispatching.NUDGE_SECONDS)
    assert claim(known(), CONCURRENCY) == nudges


def test_done_and_parked_jobs_are_not_nudged() -> None:
    fill('test.a', 2)
    done, parked = Job.objects.order_by('id')
    Job.objects.filter(pk=done.pk).update(state='DONE')
    Job.objects.filter(pk=parked.pk).update(state='PARKED')
    assert claim(known(), CONCURRENCY) == []


@pytest.mark.parametrize(('concurrency', 'limit'), [(1, 1), (2, 2), (4, 3), (8, 6), (32, 24)])
def test_one_kind_takes_three_quarters_at_most(concurrency: int, limit: int) -> None:
    assert kind_limit(concurrency) == limit
    fill('test.a', 100)
    assert len(claim(known(), {'lenders': concurrency})) == limit
    assert claim(known(), {'lenders': concurrency}) == []


def test_a_queue_holds_twice_its_concurrency_at_most() -> None:
    for kind in ('test.a', 'test.b', 'test.c', 'test.doc'):
        fill(kind, 50)
    nudges = claim(known(), CONCURRENCY)
    assert Counter(nudge.queue for nudge in nudges) == {'lenders': 16, 'documents': 2}
    # In turn: no kind has two more than another.
    assert by_kind(nudges) == {'test.a': 6, 'test.b': 5, 'test.c': 5, 'test.doc': 2}


def test_leased_jobs_count_as_in_flight() -> None:
    fill('test.a', 20)
    for nudge in claim(known(), CONCURRENCY):
        assert leases.take(nudge.job_id) is not None
    shift_due(dispatching.NUDGE_SECONDS)
    assert claim(known(), CONCURRENCY) == []


def test_a_kind_that_hangs_does_not_starve_the_others() -> None:
    fill('test.a', 1000)
    for nudge in claim(known(), CONCURRENCY):
        assert leases.take(nudge.job_id) is not None
    ask('test.b')
    assert by_kind(claim(known(), CONCURRENCY)) == {'test.b': 1}


def test_messages_nobody_takes_are_not_piled_up() -> None:
    fill('test.a', 20)
    assert len(claim(known(), CONCURRENCY, {'lenders': 2, 'documents': 8})) == 2
    assert claim(known(), CONCURRENCY, {'lenders': 0}) == []


def test_a_queue_without_workers_is_left_alone() -> None:
    ask('test.doc')
    assert claim(known(), {'lenders': 8}) == []


def test_racing_dispatchers_never_nudge_doubly_and_keep_the_bounds() -> None:
    for kind in ('test.a', 'test.b', 'test.c'):
        fill(kind, 40)

    def work(_number: int) -> list[int]:
        return [nudge.job_id for _ in range(10) for nudge in claim(known(), CONCURRENCY)]

    claimed = [job_id for ids in at_once(4, work) for job_id in ids]
    assert len(claimed) == len(set(claimed)) == 16


def test_racing_dispatchers_and_workers_do_every_job_once() -> None:
    for kind in ('test.a', 'test.b', 'test.c'):
        fill(kind, 20)

    def work(_number: int) -> list[int]:
        # As the dispatcher does: a look that finds another one claiming comes back with nothing and is made again.
        done = []
        deadline = time.monotonic() + 60
        while Job.objects.filter(state='READY').exists() and time.monotonic() < deadline:
            for nudge in claim(known(), CONCURRENCY):
                lease = leases.take(nudge.job_id)
                assert lease is not None
                leases.end(lease.job_id, lease.fence, leases.Ending.done())
                done.append(nudge.job_id)
        return done

    done = [job_id for ids in at_once(3, work) for job_id in ids]
    assert len(done) == len(set(done)) == 60
    assert Job.objects.filter(state='DONE').count() == 60


def test_an_emptied_broker_frees_what_lay_in_it_but_not_what_runs() -> None:
    fill('test.a', 3)
    nudges = claim(known(), CONCURRENCY)
    assert leases.take(nudges[0].job_id) is not None
    assert dispatching.forget_nudges() == 2
    assert [nudge.job_id for nudge in claim(known(), CONCURRENCY)] == [nudge.job_id for nudge in nudges[1:]]


def test_periodic_kinds_have_one_open_row() -> None:
    with stand_in('test.every', every_seconds=60):
        kinds = [registry.find('test.every')]
        dispatching.ensure_periodic(kinds)
        dispatching.ensure_periodic(kinds)
        assert Job.objects.filter(kind='test.every', subject='').count() == 1


class FakeBroker:
    """A broker that takes messages, or fails."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.fails_after: int | None = None
        self.lost = False
        self.closed = 0

    def lost_its_memory(self) -> bool:
        return self.lost

    def lengths(self, queues: Sequence[str]) -> dict[str, int]:
        return dict.fromkeys(queues, 0)

    def send(self, nudge: Nudge) -> None:
        if self.fails_after is not None and len(self.sent) >= self.fails_after:
            raise ConnectionError('no broker')
        self.sent.append(nudge.job_id)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def dispatcher(settings: Any) -> Dispatcher:
    settings.JOBS_CONCURRENCY = CONCURRENCY
    made = Dispatcher()
    made.broker = FakeBroker()  # type: ignore[assignment]
    made._kinds = tuple(known())
    return made


def test_what_could_not_be_sent_is_sent_when_the_broker_is_back(dispatcher: Dispatcher) -> None:
    broker: Any = dispatcher.broker
    fill('test.a', 5)
    broker.fails_after = 2
    with pytest.raises(ConnectionError):
        dispatcher.tick()
    broker.fails_after = None
    assert dispatcher.tick() == 3
    assert len(set(broker.sent)) == 5


def test_a_lost_memory_is_made_good_at_the_next_look(dispatcher: Dispatcher) -> None:
    broker: Any = dispatcher.broker
    fill('test.a', 3)
    assert dispatcher.tick() == 3
    broker.lost = True
    assert dispatcher.tick() == 3


def test_the_loop_outlives_database_and_broker(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    troubles: list[Exception] = [DatabaseError('away'), ConnectionError('away'), DatabaseError('away')]
    waits: list[float] = []

    def tick() -> int:
        if troubles:
            raise troubles.pop(0)
        dispatcher.stopping.set()
        return 0

    monkeypatch.setattr(dispatcher, 'tick', tick)
    real_wait = dispatcher.stopping.wait

    def wait(pause: float) -> bool:
        waits.append(pause)
        return real_wait(0)

    monkeypatch.setattr(dispatcher.stopping, 'wait', wait)
    dispatcher.run()
    assert troubles == []
    assert waits[0] < waits[1] < waits[2] < waits[3]
    connection.close()


def test_the_dispatcher_shows_that_it_lives(dispatcher: Dispatcher) -> None:
    dispatcher.tick()
    assert [part.name for part in parts()] == ['dispatcher']
    assert 0 <= parts()[0].age_seconds < 5


def test_a_beat_renews_the_one_before() -> None:
    beat('worker.lenders')
    first = parts()[0].beaten_at
    beat('worker.lenders')
    assert [part.name for part in parts()] == ['worker.lenders']
    assert parts()[0].beaten_at > first
