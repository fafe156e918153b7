"""Asking for work: in the caller's transaction, one open job of a kind and subject, one statement."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import Job
from jobs.registry import Run, UnknownKind, find, job
from jobs.services import Asked, enqueue, enqueue_many
from jobs.testing import open_jobs, run_due, stand_in
from tests.jobs.tools import ask, at_once, only_job


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    with stand_in('test.a'), stand_in('test.b', queue='documents'):
        yield


@pytest.mark.django_db
def test_a_job_is_written_with_its_queue_and_data() -> None:
    ask('test.b', 'form-1', data={'version': 2, 'lender': 'bank'})
    job_row = only_job()
    assert (job_row.kind, job_row.queue, job_row.subject, job_row.data, job_row.state) == (
        'test.b', 'documents', 'form-1', {'version': 2, 'lender': 'bank'}, 'READY')
    assert (job_row.attempts, job_row.fence, job_row.lease_until, job_row.nudged_until) == (0, 0, None, None)


@pytest.mark.django_db
def test_outside_a_transaction_it_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        enqueue('test.a', 's')
    assert Job.objects.count() == 0


@pytest.mark.django_db
def test_a_kind_nobody_registered_is_refused() -> None:
    with transaction.atomic(), pytest.raises(UnknownKind, match=r"'test\.typo'"):
        enqueue('test.typo', 's')
    assert Job.objects.count() == 0


@pytest.mark.django_db
def test_a_rolled_back_fact_leaves_no_work() -> None:
    with transaction.atomic():
        enqueue('test.a', 's')
        transaction.set_rollback(True)
    assert Job.objects.count() == 0


@pytest.mark.django_db
def test_it_costs_one_statement() -> None:
    with transaction.atomic(), CaptureQueriesContext(connection, ) as queries:
        enqueue('test.a', 's', data={'n': 1})
        enqueue_many([Asked('test.a', str(number)) for number in range(50)])
    assert len(queries) == 2


@pytest.mark.django_db
def test_the_same_open_job_is_kept() -> None:
    ask('test.a', data={'n': 1})
    first = only_job()
    ask('test.a', data={'n': 2}, due_in_seconds=100)
    again = only_job()
    assert (again.pk, again.data, again.due_at) == (first.pk, {'n': 1}, first.due_at)


@pytest.mark.django_db
def test_an_open_job_is_moved_earlier_never_later() -> None:
    ask('test.a', due_in_seconds=1000)
    ask('test.a', due_in_seconds=10)
    soon = only_job().due_at
    assert timedelta(seconds=5) < soon - timezone.now() < timedelta(seconds=15)
    ask('test.a', due_in_seconds=500)
    assert only_job().due_at == soon


@pytest.mark.django_db
def test_not_unique_jobs_stand_beside_each_other() -> None:
    ask('test.a', unique=False)
    ask('test.a', unique=False)
    ask('test.a')
    assert Job.objects.count() == 3


@pytest.mark.django_db
def test_after_the_end_the_same_may_be_asked_again() -> None:
    ask('test.a')
    assert run_due() == 1
    ask('test.a')
    assert sorted(Job.objects.values_list('state', flat=True)) == ['DONE', 'READY']


@pytest.mark.django_db
def test_many_at_once_keep_the_soonest_of_equal_ones() -> None:
    with transaction.atomic():
        enqueue_many([Asked('test.a', 'x', 50), Asked('test.a', 'x', 5), Asked('test.b', 'x'), Asked('test.a', 'y')])
        enqueue_many([])
    assert sorted(open_jobs()) == [('test.a', 'x'), ('test.a', 'y'), ('test.b', 'x')]
    assert Job.objects.get(kind='test.a', subject='x').due_at - timezone.now() < timedelta(seconds=20)


@pytest.mark.django_db
def test_what_is_asked_while_the_job_runs_is_done_afterwards() -> None:
    seen: list[int] = []

    def step(run: Run) -> None:
        seen.append(run.attempt)
        if len(seen) == 1:
            # Somebody else's transaction, after this step has read.
            ask('test.again')
        with run.finish():
            pass

    with stand_in('test.again', step):
        ask('test.again')
        assert run_due() == 2
    assert seen == [1, 1]
    assert only_job().state == 'DONE'


@pytest.mark.django_db(transaction=True)
def test_racing_requests_make_one_job() -> None:
    def work(_number: int) -> None:
        for subject in ('x', 'y', 'z'):
            ask('test.a', subject)

    assert at_once(12, work) == [None] * 12
    assert sorted(open_jobs()) == [('test.a', 'x'), ('test.a', 'y'), ('test.a', 'z')]


@pytest.mark.django_db(transaction=True)
def test_racing_requests_for_many_jobs_do_not_deadlock() -> None:
    names = [str(number) for number in range(20)]

    def work(number: int) -> None:
        ordered = names if number % 2 else names[::-1]
        for _ in range(5):
            with transaction.atomic():
                enqueue_many([Asked('test.a', name) for name in ordered])

    assert at_once(6, work) == [None] * 6
    assert Job.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_no_request_is_lost_between_a_running_job_and_its_end() -> None:
    """Each request either finds the job before it reads, or has it performed once more."""
    counted: list[int] = []

    def step(run: Run) -> None:
        counted.append(Job.objects.filter(kind='test.fact').count())
        with run.finish():
            pass

    def work(number: int) -> Any:
        for count in range(15):
            if number == 0:
                run_due(kinds=['test.count'])
            else:
                with transaction.atomic():
                    enqueue('test.fact', f'{number}-{count}')
                    enqueue('test.count', '')

    with stand_in('test.fact'), stand_in('test.count', step):
        assert at_once(4, work) == [None] * 4
        run_due(kinds=['test.count'])
    assert counted[-1] == 45


def test_two_steps_cannot_have_one_name() -> None:
    with pytest.raises(ValueError, match='two steps'):
        job('test.a', queue='lenders')(lambda run: None)
    assert find('test.a').queue == 'lenders'
