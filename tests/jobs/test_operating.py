"""Housekeeping, the lease keeper, the operator's command and admin, the tests' own driver."""

import json
import time
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.contrib.messages.storage.base import BaseStorage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import RequestFactory

from jobs import leases, registry
from jobs.admin import JobAdmin
from jobs.keeper import Keeper
from jobs.models import Job
from jobs.registry import Run
from jobs.selectors import Backlog, backlogs
from jobs.services import enqueue
from jobs.testing import open_jobs, run_due, run_until_quiet, shift_due, stand_in
from tests.jobs.tools import ask, only_job


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    with stand_in('test.a'), stand_in('test.b', queue='sms'):
        yield


def command(*argv: str, **options: Any) -> str:
    out = StringIO()
    call_command('jobs', *argv, stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_old_done_jobs_are_deleted_and_nothing_else(settings: Any) -> None:
    settings.JOBS_KEEP_DONE_DAYS = 30
    for subject in ('old', 'young'):
        ask('test.a', subject)
    run_due()
    ask('test.a', 'open')
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE jobs_job SET created_at = now() - interval '31 days', due_at = now() - interval '31 days',"
            " finished_at = CASE WHEN subject = 'old' THEN now() - interval '31 days' ELSE finished_at END")
    ask('jobs.delete_done', '')
    assert run_due(kinds=['jobs.delete_done'], raise_errors=True) == 1
    assert sorted(Job.objects.filter(kind='test.a').values_list('subject', flat=True)) == ['open', 'young']


@pytest.mark.django_db
def test_the_sweeper_of_files_is_work_that_comes_round(settings: Any, tmp_path: Any) -> None:
    settings.VAULT_FILES_DIR = str(tmp_path)
    assert {'jobs.delete_done', 'vault.sweep_files'} <= registry.periodic_kinds().keys()
    ask('vault.sweep_files', '')
    assert run_due(raise_errors=True) == 1
    assert only_job().state == 'READY'


@pytest.mark.django_db(transaction=True)
def test_the_keeper_renews_what_runs_and_stops_at_its_bound() -> None:
    ask('test.a')
    lease = leases.take(only_job().pk)
    assert lease is not None
    run, keeper = Run(lease), Keeper()
    shift_due(8)
    with keeper.keeping(run, max_seconds=60):
        keeper.renew_once()
        assert leases.take(lease.job_id) is None
        shift_due(8)
        keeper.renew_once()
        shift_due(3)
        assert leases.take(lease.job_id) is None
    with keeper.keeping(run, max_seconds=0):
        keeper.renew_once()
        shift_due(8)
        keeper.renew_once()
        taken = leases.take(lease.job_id)
        assert taken is not None
        assert taken.fence == 2


@pytest.mark.django_db(transaction=True)
def test_the_keeper_does_not_renew_a_lease_that_is_no_longer_ours() -> None:
    ask('test.a')
    lease = leases.take(only_job().pk)
    assert lease is not None
    run, keeper = Run(lease), Keeper()
    run.lease_ends = time.monotonic()
    shift_due(leases.LEASE_SECONDS)
    assert leases.take(lease.job_id) is not None
    before = only_job().lease_until
    with keeper.keeping(run, max_seconds=60):
        keeper.renew_once()
    assert only_job().lease_until == before
    assert not run.may_talk()


@pytest.mark.django_db
def test_the_backlog_counts_what_waits_and_what_is_parked() -> None:
    for subject in ('x', 'y'):
        ask('test.a', subject)
    ask('test.b', 'later', due_in_seconds=60)
    ask('test.b', 'parked')
    command('park', '--subject', 'parked')
    shift_due(5)
    lenders, sms = backlogs()
    assert (lenders.queue, lenders.overdue, lenders.parked) == ('lenders', 2, 0)
    assert 5 <= lenders.oldest_seconds < 15
    assert sms == Backlog('sms', 0, 0.0, 1)


@pytest.mark.django_db
def test_the_command_lists_retries_and_parks() -> None:
    ask('test.a', 'x')
    ask('test.b', 'y')
    assert command('park', '--kind', 'test.a', '--reason', 'lender is down') == '1 changed\n'
    listed = [json.loads(line) for line in command('list', '--json').splitlines()]
    assert [(job['kind'], job['state'], job['last_error']) for job in listed] == [
        ('test.b', 'READY', ''), ('test.a', 'PARKED', 'lender is down')]
    assert 'kind=test.a subject=x state=PARKED' in command('list', '--state', 'PARKED')
    assert json.loads(command('retry', '--state', 'PARKED', '--json')) == {'changed': 1}
    assert command('list', '--state', 'PARKED') == ''
    assert json.loads(command('park', str(listed[0]['id']), '--json')) == {'changed': 1}


@pytest.mark.django_db
@pytest.mark.parametrize('verb', ['retry', 'park'])
def test_the_command_does_nothing_to_everything(verb: str) -> None:
    ask('test.a', 'x')
    with pytest.raises(CommandError, match='Say which jobs'):
        command(verb)
    assert only_job().state == 'READY'


@pytest.mark.django_db
def test_the_admin_offers_its_actions_to_those_who_may(rf: RequestFactory) -> None:
    model_admin = JobAdmin(Job, admin.site)
    request = rf.get('/')
    request.user = User.objects.create_user('viewer', is_staff=True)
    request.user.user_permissions.add(Permission.objects.get(codename='view_job'))
    assert not {'retry', 'park'} & model_admin.get_actions(request).keys()
    assert not model_admin.has_change_permission(request)
    request.user = User.objects.create_user('operator', is_staff=True)
    request.user.user_permissions.add(Permission.objects.get(codename='manage_job'))
    assert {'retry', 'park'} <= model_admin.get_actions(request).keys()


@pytest.mark.django_db
def test_the_admin_parks_and_starts_again(rf: RequestFactory) -> None:
    model_admin = JobAdmin(Job, admin.site)
    request = rf.post('/')
    request.user = User.objects.create_superuser('root')
    request._messages = BaseStorage(request)  # type: ignore[attr-defined]
    ask('test.a', 'x')
    model_admin.park(request, Job.objects.all())
    assert (only_job().state, only_job().last_error) == ('PARKED', 'parked by root')
    model_admin.retry(request, Job.objects.all())
    assert only_job().state == 'READY'


@pytest.mark.django_db
def test_the_driver_performs_what_is_asked_for_on_the_way_and_only_the_chosen_kinds() -> None:
    def step(run: Run) -> None:
        with run.finish():
            if int(run.data['left']):
                ask_more(run)

    def ask_more(run: Run) -> None:
        enqueue('test.chain', f'{run.subject}+', data={'left': int(run.data['left']) - 1}, due_in_seconds=5)

    with stand_in('test.chain', step):
        ask('test.chain', 'x', data={'left': 3})
        ask('test.b', 'other')
        assert run_due(kinds=['test.chain']) == 1
        assert run_until_quiet(100, advance_clock=True, kinds=['test.chain']) == 3
        assert open_jobs() == [('test.b', 'other')]


@pytest.mark.django_db
def test_the_driver_does_not_go_beyond_its_time() -> None:
    ask('test.a', due_in_seconds=50)
    assert run_until_quiet(40, advance_clock=True) == 0
    assert run_until_quiet(0.1) == 0
    assert run_until_quiet(60, advance_clock=True) == 1


@pytest.mark.django_db
def test_the_driver_shows_an_error_when_asked() -> None:
    def step(_run: Run) -> None:
        raise ZeroDivisionError

    with stand_in('test.bad', step):
        ask('test.bad')
        with pytest.raises(ZeroDivisionError):
            run_due(raise_errors=True)
        assert (only_job().state, only_job().attempts) == ('READY', 1)
