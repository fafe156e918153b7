"""One attempt: leases, fences, ends, failures, parking."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from jobs import leases, performing
from jobs.models import Job
from jobs.performing import Outcome
from jobs.registry import Again, AlreadyClosed, LeaseLost, Park, RetryLater, Run, assert_may_talk, assert_no_transaction
from jobs.services import enqueue, park, retry
from jobs.testing import run_due, run_until_quiet, shift_due, stand_in
from tests.jobs.tools import ask, at_once, only_job

pytestmark = pytest.mark.django_db


@contextmanager
def asked(step: Callable[[Run], None], **how: Any) -> Iterator[None]:
    with stand_in('test.step', step, **how), stand_in('test.other'):
        ask('test.step')
        yield


def others() -> int:
    return Job.objects.filter(kind='test.other').count()


def seconds_until_due() -> float:
    return (Job.objects.get(kind='test.step').due_at - timezone.now()).total_seconds()


def test_a_step_sees_what_it_was_asked_for() -> None:
    seen: list[Any] = []

    def step(run: Run) -> None:
        seen.append((run.kind, run.subject, dict(run.data), run.attempt, run.fence))
        with run.finish():
            pass

    with stand_in('test.step', step):
        ask('test.step', 'form-1', data={'n': 1})
        assert run_due() == 1
    assert seen == [('test.step', 'form-1', {'n': 1}, 1, 1)]
    done = only_job()
    assert (done.state, done.lease_until, done.nudged_until, done.attempts) == ('DONE', None, None, 1)
    assert done.finished_at is not None


def test_a_step_that_only_returns_is_done() -> None:
    with asked(lambda run: None):
        assert run_due() == 1
    assert only_job().state == 'DONE'


def test_a_job_is_not_performed_before_its_time() -> None:
    with stand_in('test.step'):
        ask('test.step', due_in_seconds=60)
        assert run_due() == 0
        assert performing.perform(only_job().pk) is Outcome.STALE
        shift_due(61)
        assert run_due() == 1


def test_a_stale_message_is_one_look_up() -> None:
    with asked(lambda run: None):
        run_due()
        for job_id in (only_job().pk, 0):
            assert performing.perform(job_id) is Outcome.STALE
    assert (only_job().fence, only_job().state) == (1, 'DONE')


def test_a_leased_job_is_left_alone_until_the_lease_has_run_out() -> None:
    with asked(lambda run: None):
        job_id = only_job().pk
        assert leases.take(job_id) is not None
        assert performing.perform(job_id) is Outcome.STALE
        shift_due(leases.LEASE_SECONDS)
        assert performing.perform(job_id) is Outcome.ENDED
    assert (only_job().fence, only_job().state) == (2, 'DONE')


@pytest.mark.parametrize('door', ['note', 'finish'])
def test_a_worker_that_woke_late_writes_nothing(door: str) -> None:
    reached: list[str] = []

    def step(run: Run) -> None:
        if run.fence == 1:
            # This worker freezes; another one does the whole job meanwhile.
            shift_due(leases.LEASE_SECONDS)
            run_due(kinds=['test.step'])
            with getattr(run, door)():
                enqueue('test.other', 'late')
                reached.append('late')
        else:
            with run.finish():
                enqueue('test.other', 'in time')

    with asked(step):
        assert performing.perform(only_job().pk) is Outcome.LOST
    assert reached == ['late']
    assert Job.objects.get(kind='test.other').subject == 'in time'
    assert Job.objects.get(kind='test.step').state == 'DONE'


def test_a_failure_of_a_late_worker_changes_nothing() -> None:
    def step(run: Run) -> None:
        if run.fence == 1:
            shift_due(leases.LEASE_SECONDS)
            run_due(kinds=['test.step'])
            raise ValueError('late')

    with asked(step):
        assert performing.perform(only_job().pk) is Outcome.LOST
    assert (only_job().state, only_job().last_error) == ('DONE', '')


def test_a_note_is_kept_though_the_step_fails_afterwards() -> None:
    def step(run: Run) -> None:
        with run.note():
            enqueue('test.other', 'noted')
        with run.finish():
            enqueue('test.other', 'finished')
            raise ValueError

    with asked(step):
        assert run_due(kinds=['test.step']) == 1
    assert list(Job.objects.filter(kind='test.other').values_list('subject', flat=True)) == ['noted']
    assert Job.objects.get(kind='test.step').state == 'READY'


def test_a_failure_waits_longer_each_time_and_is_parked_at_last() -> None:
    def step(_run: Run) -> None:
        raise ValueError('boom')

    pauses: list[float] = []
    with asked(step, max_attempts=4, backoff_seconds=(10, 100)):
        for _ in range(3):
            assert run_due() == 1
            pauses.append(seconds_until_due())
            shift_due(1000)
        assert run_due() == 1
    assert 7 < pauses[0] < 13
    assert all(79 < pause < 121 for pause in pauses[1:])
    parked = only_job()
    assert (parked.state, parked.attempts) == ('PARKED', 4)
    assert parked.last_error.startswith('ValueError: boom at jobs/test_performing.py:')


def test_parking_lets_the_room_settle_its_state_in_the_same_transaction() -> None:
    def step(_run: Run) -> None:
        raise ValueError

    def settle(run: Run) -> None:
        enqueue('test.other', run.subject)

    with asked(step, max_attempts=1, on_park=settle):
        assert run_due(kinds=['test.step']) == 1
    assert (Job.objects.get(kind='test.step').state, others()) == ('PARKED', 1)


def test_a_room_that_cannot_settle_is_asked_again_before_the_step_ever_runs_again() -> None:
    calls: list[str] = []

    def step(_run: Run) -> None:
        calls.append('step')
        raise ValueError

    def settle(_run: Run) -> None:
        calls.append('settle')
        enqueue('test.other', 'half')
        if calls.count('settle') < 3:
            raise OperationalError

    with asked(step, max_attempts=1, on_park=settle):
        run_until_quiet(3600, advance_clock=True, kinds=['test.step'])
    assert calls == ['step', 'settle', 'settle', 'settle']
    assert (Job.objects.get(kind='test.step').state, others()) == ('PARKED', 1)


def test_a_room_that_never_settles_does_not_go_round_for_ever() -> None:
    def settle(_run: Run) -> None:
        raise KeyError

    def step(_run: Run) -> None:
        raise ZeroDivisionError

    with asked(step, max_attempts=2, on_park=settle):
        run_until_quiet(100_000, advance_clock=True)
    assert only_job().state == 'PARKED'
    assert 'not settled: KeyError' in only_job().last_error


def test_a_job_that_kills_its_workers_is_parked_without_running_again() -> None:
    ran: list[int] = []
    with asked(lambda run: ran.append(run.attempt), max_attempts=3):
        for _ in range(3):
            assert leases.take(only_job().pk) is not None
            shift_due(leases.LEASE_SECONDS)
        assert run_due() == 1
    assert ran == []
    assert (only_job().state, only_job().last_error) == ('PARKED', 'every attempt ended with its worker')


def test_a_poll_is_no_failure() -> None:
    def step(run: Run) -> None:
        with run.finish():
            run.again(after_seconds=30)

    with asked(step, max_attempts=1):
        for _ in range(5):
            assert run_due() == 1
            assert 25 < seconds_until_due() < 31
            assert (only_job().state, only_job().attempts, only_job().last_error) == ('READY', 0, '')
            shift_due(31)


@pytest.mark.parametrize(('raised', 'state', 'attempts', 'error', 'seconds'), [
    (Again(40), 'READY', 0, '', 40),
    (RetryLater(50, 'lender says 429'), 'READY', 1, 'lender says 429', 50),
    (Park('an operator decides'), 'PARKED', 1, 'an operator decides', 0),
])
def test_a_step_may_say_what_comes_next(
    raised: Exception, state: str, attempts: int, error: str, seconds: int,
) -> None:
    def step(_run: Run) -> None:
        raise raised

    with asked(step):
        assert run_due() == 1
    row = only_job()
    assert (row.state, row.attempts, row.last_error) == (state, attempts, error)
    assert abs(seconds_until_due() - seconds) < 5


def test_a_step_may_park_inside_its_last_transaction() -> None:
    def step(run: Run) -> None:
        with run.finish():
            enqueue('test.other', 'state settled here')
            run.park('needs a human')

    with asked(step):
        assert run_due(kinds=['test.step']) == 1
    row = Job.objects.get(kind='test.step')
    assert (row.state, row.last_error, others()) == ('PARKED', 'needs a human', 1)


@pytest.mark.parametrize('verb', ['note', 'finish'])
def test_after_the_end_nothing_more_can_be_written(verb: str) -> None:
    refused: list[Exception] = []

    def step(run: Run) -> None:
        with run.finish():
            run.again(after_seconds=5)
        try:
            with getattr(run, verb)():
                enqueue('test.other', 'after')
        except AlreadyClosed as error:
            refused.append(error)
            raise

    with asked(step):
        run_due()
    assert len(refused) == 1
    row = Job.objects.get(kind='test.step')
    # What was raised after the end does not undo it.
    assert (row.state, row.last_error, row.attempts, others()) == ('READY', '', 0, 0)


def test_a_trouble_of_the_database_is_tried_again_soon() -> None:
    def step(_run: Run) -> None:
        raise OperationalError('deadlock detected')

    with asked(step, backoff_seconds=(300,)):
        run_due()
    assert seconds_until_due() < 1.3
    assert only_job().attempts == 1


def test_an_older_release_leaves_unknown_work_to_others() -> None:
    with stand_in('test.step'):
        ask('test.step')
    assert performing.perform(only_job().pk) is Outcome.FAILED
    row = only_job()
    assert (row.state, row.attempts, row.lease_until) == ('READY', 0, None)
    assert 25 < seconds_until_due() < 31


def test_periodic_work_comes_round_by_itself_and_is_never_parked() -> None:
    runs: list[int] = []

    def step(_run: Run) -> None:
        runs.append(1)
        if len(runs) > 1:
            raise ValueError

    with asked(step, max_attempts=2, every_seconds=3600, backoff_seconds=(10,)):
        assert run_due() == 1
        assert 3590 < seconds_until_due() < 3601
        for _ in range(5):
            shift_due(4000)
            assert run_due() == 1
        assert only_job().state == 'READY'
        assert run_until_quiet(1) == 0


def test_talking_is_refused_inside_a_transaction() -> None:
    errors: list[str] = []

    def step(run: Run) -> None:
        assert_no_transaction()
        assert_may_talk()
        with run.note():
            try:
                assert_no_transaction()
            except RuntimeError as error:
                errors.append(str(error))

    with asked(step):
        run_due(raise_errors=True)
    assert errors == ['talking to the outside inside a transaction']


def test_talking_is_refused_when_the_lease_is_about_to_run_out() -> None:
    def step(run: Run) -> None:
        run.lease_ends -= leases.LEASE_SECONDS - 1
        with pytest.raises(LeaseLost):
            assert_may_talk()
        # A note proves the lease and renews it.
        with run.note():
            pass
        assert_may_talk()

    with asked(step):
        run_due(raise_errors=True)
    assert only_job().state == 'DONE'


def test_renewing_keeps_only_what_is_ours() -> None:
    with stand_in('test.step'):
        for subject in 'abc':
            ask('test.step', subject)
        ids = list(Job.objects.order_by('id').values_list('id', flat=True))
        mine, stolen = leases.take(ids[0]), leases.take(ids[1])
        assert mine is not None
        assert stolen is not None
        shift_due(leases.LEASE_SECONDS)
        assert leases.take(ids[1]) is not None
        assert leases.renew([(ids[0], mine.fence), (ids[1], stolen.fence), (ids[2], 0)]) == {ids[0]}
    assert Job.objects.get(pk=ids[0]).lease_until > timezone.now() + timedelta(seconds=5)  # type: ignore[operator]


def test_an_operator_starts_a_parked_job_again() -> None:
    with asked(lambda run: None):
        park(job_ids=[only_job().pk], reason='by hand')
        assert (only_job().state, only_job().last_error) == ('PARKED', 'by hand')
        assert run_due() == 0
        assert retry(job_ids=[only_job().pk]) == 1
        assert run_due() == 1
        assert retry(job_ids=[only_job().pk]) == 0
    assert only_job().state == 'DONE'


def test_a_parked_job_asked_for_anew_gives_way_to_the_newer_one() -> None:
    with asked(lambda run: None):
        old = only_job().pk
        park(job_ids=[old], reason='by hand')
        ask('test.step', due_in_seconds=500)
        assert retry(job_ids=[old]) == 1
        assert Job.objects.get(pk=old).state == 'DONE'
        assert run_due() == 1


def test_parking_a_running_job_takes_its_lease_away() -> None:
    def step(run: Run) -> None:
        park(job_ids=[run.job_id], reason='stop')
        with run.finish():
            enqueue('test.other', 'late')

    with asked(step):
        assert performing.perform(only_job().pk) is Outcome.LOST
    assert (only_job().state, others()) == ('PARKED', 0)


@pytest.mark.django_db(transaction=True)
def test_of_many_messages_one_performs() -> None:
    ran: list[int] = []
    with asked(lambda run: ran.append(run.fence)):
        job_id = only_job().pk
        outcomes = at_once(8, lambda _number: performing.perform(job_id))
    assert sorted(outcome.name for outcome in outcomes) == ['ENDED'] + ['STALE'] * 7
    assert ran == [1]


@pytest.mark.django_db(transaction=True)
def test_a_lease_taken_over_while_the_first_worker_writes_waits_for_it() -> None:
    """The fence is the last statement and holds the row until the commit: nobody takes over in between."""
    with asked(lambda run: None):
        job_id = only_job().pk
        lease = leases.take(job_id)
        assert lease is not None
        shift_due(leases.LEASE_SECONDS)

        def work(number: int) -> Any:
            if number == 0:
                with transaction.atomic():
                    leases.end(job_id, lease.fence, leases.Ending.done())
                    with connection.cursor() as cursor:
                        cursor.execute('SELECT pg_sleep(0.5)')
                return 'written'
            with connection.cursor() as cursor:
                cursor.execute('SELECT pg_sleep(0.2)')
            return performing.perform(job_id)

        assert at_once(2, work) == ['written', Outcome.STALE]
    assert (only_job().state, only_job().fence) == ('DONE', 1)
