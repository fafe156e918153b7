"""Real processes: a Celery worker, the dispatcher, PostgreSQL and the broker between them, and violence."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from jobs import dispatching
from jobs.heartbeat import parts
from jobs.leases import LEASE_SECONDS
from jobs.models import Job
from jobs.services import Asked, enqueue_many
from jobs.testing import stand_in
from tests.jobs.tools import ask

pytestmark = [
    pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group('jobs_broker')]

TREE = Path(__file__).resolve().parents[2]
# A database of the broker that no other test uses.
BROKER_DATABASE = 11


def database_url() -> str:
    """The tests' own database, for other processes."""
    url = urlsplit(os.environ['DATABASE_URL'])
    return urlunsplit(url._replace(path=f'/{settings.DATABASES["default"]["NAME"]}'))


def broker_url() -> str:
    """The same server, a database of our own."""
    url = os.environ['REDIS_URL']
    if url.startswith('unix'):
        return re.sub(r'\?.*$', '', url) + f'?db={BROKER_DATABASE}'
    return urlunsplit(urlsplit(url)._replace(path=f'/{BROKER_DATABASE}'))


class System:
    """A dispatcher and workers, as processes that can be hurt."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal_file = folder / 'journal'
        self.broker = redis.Redis.from_url(broker_url())
        self.processes: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **os.environ, 'DATABASE_URL': database_url(), 'REDIS_URL': broker_url(), 'PYTHONPATH': str(TREE),
            'TEST_JOURNAL': str(self.journal_file), 'PYTHONUNBUFFERED': '1',
        }

    def start(self, *argv: str, **environment: str) -> 'subprocess.Popen[bytes]':
        """Start a Python module."""
        log = (self.folder / f'{len(self.processes)}.log').open('wb')
        with log:
            process = subprocess.Popen(
                [sys.executable, '-m', *argv], cwd=TREE, env={**self.environment, **environment}, stdout=log,
                stderr=log, start_new_session=True)
        self.processes.append(process)
        return process

    def dispatcher(self, **environment: str) -> 'subprocess.Popen[bytes]':
        """Start a dispatcher."""
        return self.start('tests.jobs.parts.dispatch', **environment)

    def worker(self, name: str = 'one', queue: str = 'lenders', pool: str = 'threads', **environment: str
               ) -> 'subprocess.Popen[bytes]':
        """Start a worker."""
        return self.start(
            'celery', '-A', 'tests.jobs.parts.app', 'worker', '-n', f'{name}@%h', '-Q', queue, '-P', pool, '-c', '4',
            '--without-gossip', '--without-mingle', '--without-heartbeat', '--loglevel', 'INFO', **environment)

    def workers(self, **environment: str) -> list['subprocess.Popen[bytes]']:
        """Start two workers and wait until both take messages."""
        both = [self.worker('one', **environment), self.worker('two', **environment)]
        ready = [self.folder / f'{self.processes.index(process)}.log' for process in both]
        self.wait(lambda: all(' ready.' in log.read_text() for log in ready), 60)
        return both

    def busy(self, workers: list['subprocess.Popen[bytes]']) -> 'subprocess.Popen[bytes]':
        """The worker that has begun the first step."""
        self.wait(lambda: self.journal('began'), 20)
        pid = self.journal('began')[0]['pid']
        return next(worker for worker in workers if worker.pid == pid)

    def journal(self, event: str) -> list[dict[str, Any]]:
        """What the steps told."""
        if not self.journal_file.exists():
            return []
        lines = [json.loads(line) for line in self.journal_file.read_text().splitlines()]
        return [line for line in lines if line['event'] == event]

    def wait(self, done: Callable[[], Any], seconds: float) -> float:
        """Wait until something is so; returns how long it took."""
        began = time.monotonic()
        while not done():
            if time.monotonic() - began > seconds:
                logs = '\n'.join(path.read_text()[-3000:] for path in sorted(self.folder.glob('*.log')))
                waiting = {queue: self.broker.llen(queue) for queue in ('lenders', 'documents')}
                pytest.fail(f'not within {seconds} s, {waiting}\n{list(Job.objects.values())}\n{logs}')
            time.sleep(0.05)
        return time.monotonic() - began

    def wait_for_done(self, count: int, seconds: float) -> float:
        """Wait until so many jobs are done."""
        return self.wait(lambda: Job.objects.filter(kind__startswith='test.', state='DONE').count() == count, seconds)

    def stop(self) -> None:
        """End everything that was started here."""
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        self.broker.flushdb()
        self.broker.close()


def kill(process: 'subprocess.Popen[bytes]', number: int = signal.SIGKILL) -> None:
    """Signal a process with all its children."""
    os.killpg(process.pid, number)
    if number == signal.SIGKILL:
        process.wait(10)


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    made = System(tmp_path)
    made.broker.flushdb()
    with stand_in('test.work'), stand_in('test.draw', queue='documents'):
        yield made
    made.stop()


def fill(count: int, **data: int | str) -> None:
    with transaction.atomic():
        enqueue_many([Asked('test.work', f's{number}', data=data) for number in range(count)])


def test_work_flows_through_both_pools_and_every_part_beats(system: System) -> None:
    system.dispatcher()
    system.worker()
    system.worker('two', 'documents', 'prefork')
    fill(40)
    ask('test.draw', 'd', data={'seconds': 0})
    system.wait_for_done(41, 60)
    system.wait(lambda: len(system.journal('written')) == 41, 5)
    written = system.journal('written')
    assert sorted(line['fence'] for line in written) == [1] * 41
    assert {line['queue'] for line in written if line['subject'] == 'd'} == {'documents'}
    assert {line['queue'] for line in written if line['subject'] != 'd'} == {'lenders'}
    pids = {queue: {line['pid'] for line in written if line['queue'] == queue} for queue in ('lenders', 'documents')}
    assert not pids['lenders'] & pids['documents']
    system.wait(lambda: {part.name for part in parts() if part.age_seconds < 10} == {
        'dispatcher', 'worker.documents', 'worker.lenders'}, 10)


def test_a_killed_worker_costs_at_most_fifteen_seconds(system: System) -> None:
    system.dispatcher()
    workers = system.workers()
    fill(8, seconds=2)
    victim = system.busy(workers)
    kill(victim)
    # Those it had begun wait for the end of its lease, those it had only taken for the next nudge: ten seconds and five
    # from the database's own now, whatever the machine is busy with.
    left = Job.objects.filter(kind='test.work', state='READY').annotate(
        lease_left=F('lease_until') - Now(), nudge_left=F('nudged_until') - Now())
    waits = [(job.lease_left or timedelta(), job.nudge_left or timedelta()) for job in left]
    assert waits
    assert all(lease <= timedelta(seconds=LEASE_SECONDS) for lease, _nudge in waits)
    assert all(nudge <= timedelta(seconds=dispatching.NUDGE_SECONDS) for _lease, nudge in waits)
    system.wait_for_done(8, 60)
    again = {line['subject'] for line in system.journal('began') if line['pid'] == victim.pid}
    assert again
    written = {line['subject']: line['fence'] for line in system.journal('writing')}
    assert sorted(written) == [f's{number}' for number in range(8)]
    # One that was killed between its lease and its first word is done again too.
    assert {subject for subject, fence in written.items() if fence == 2} >= again, system.journal_file.read_text()
    assert set(written.values()) == {1, 2}


def test_a_frozen_worker_that_wakes_up_writes_nothing(system: System) -> None:
    system.dispatcher()
    workers = system.workers()
    ask('test.work', 'slow', data={'seconds': 2})
    frozen = system.busy(workers)
    kill(frozen, signal.SIGSTOP)
    system.wait_for_done(1, 40)
    kill(frozen, signal.SIGCONT)
    # The first worker reaches its writing, and the fence refuses it.
    system.wait(lambda: len(system.journal('writing')) == 2, 20)
    time.sleep(1)  # for a 'written' that must not come
    assert [line['fence'] for line in system.journal('written')] == [2]
    job = Job.objects.get(kind='test.work')
    assert (job.state, job.fence, job.last_error) == ('DONE', 2, '')


def test_a_long_step_keeps_its_lease(system: System) -> None:
    system.dispatcher()
    system.workers()
    ask('test.work', 'long', data={'seconds': 14})
    system.wait_for_done(1, 40)
    assert [(line['event'], line['fence']) for line in system.journal('began')] == [('began', 1)]


def test_an_emptied_broker_loses_no_work(system: System) -> None:
    """Messages of a broker that forgets everything, its queues' bindings too, are sent again at once."""
    dispatcher = system.dispatcher()
    # Three quarters of the concurrency of the settings; periodic jobs of other rooms may stand in the same queue.
    sent = settings.JOBS_CONCURRENCY['lenders'] * 3 // 4
    fill(sent)
    system.wait(lambda: system.broker.llen('lenders') >= sent, 40)
    system.broker.flushdb()
    # Well before the nudges themselves run out.
    assert system.wait(lambda: system.broker.llen('lenders') >= sent, 5) < dispatching.NUDGE_SECONDS - 1
    system.worker()
    for number in range(5):
        system.broker.flushdb()
        with transaction.atomic():
            enqueue_many([Asked('test.work', f'more {number} {count}', data={'seconds': 1}) for count in range(5)])
        time.sleep(0.5)
    system.wait_for_done(sent + 25, 60)
    assert dispatcher.poll() is None


@pytest.mark.parametrize('point', [
    'dispatch.claimed', 'test.work.before', 'test.work.noted', 'test.work.before_write', 'test.work.written'])
def test_a_process_that_dies_anywhere_costs_no_work(system: System, point: str) -> None:
    flag = system.folder / 'flag'
    failing = {'DENIMHUB_FAILPOINT': point, 'DENIMHUB_FAILPOINT_FLAG': str(flag)}
    processes = [system.dispatcher(**failing), system.dispatcher(**failing), *system.workers(**failing)]
    ask('test.work', 'once')
    system.wait_for_done(1, 40)
    system.wait(lambda: any(process.poll() is not None for process in processes), 10)
    assert [process.returncode for process in processes if process.poll() is not None] == [137]
    assert flag.exists()
    unhurt = point in {'dispatch.claimed', 'test.work.written'}
    assert [line['fence'] for line in system.journal('writing')] == [1 if unhurt else 2]
