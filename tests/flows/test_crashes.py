"""A process that dies at any point of a running credit delays it by seconds and changes nothing else."""
from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from denimhub.conf.environment import ROOT
from tests.flows.backlog import put_off
from tests.flows.story import Story
from tests.harness.system import RunningSystem

pytestmark = pytest.mark.slow

POINTS = ('noted', 'before_write', 'written')


@pytest.fixture
def system(running_system: RunningSystem) -> Iterator[RunningSystem]:
    """The running system, free of what other stories left to do, and whole again after each test."""
    put_off(running_system)
    yield running_system
    running_system.mend()


def arm(system: RunningSystem, tmp_path: Path, point: str) -> None:
    """The worker will end at once when it reaches this point, the first time only."""
    system.restart('worker', DENIMHUB_FAILPOINT=point, DENIMHUB_FAILPOINT_FLAG=str(tmp_path / 'reached'))


def died_and_came_back(system: RunningSystem) -> None:
    """The armed worker has ended with 137; a new one takes over."""
    assert system.wait_for_exit('worker') == 137
    system.restart('worker')


@pytest.mark.parametrize('point', POINTS)
def test_a_worker_killed_around_submit_makes_no_second_application(
    system: RunningSystem, tmp_path: Path, point: str,
) -> None:
    arm(system, tmp_path, f'offers.submit.{point}')
    story = Story(system)
    story.create()
    died_and_came_back(system)
    assert story.offers()
    assert story.effects('submit') == {'sandbox-bank': 1, 'sandbox-mfo': 1}


@pytest.mark.parametrize('point', POINTS)
def test_a_worker_killed_around_confirm_issues_one_loan(system: RunningSystem, tmp_path: Path, point: str) -> None:
    story = Story(system)
    story.to_signed()
    arm(system, tmp_path, f'contracts.confirm.{point}')
    assert story.confirm()['status'] == 'success'
    died_and_came_back(system)
    story.issue()
    assert sum(story.effects('confirm').values()) == 1


@pytest.mark.parametrize('point', ['before_write', 'written'])
def test_a_worker_killed_around_the_sms_leaves_one_valid_code(
    system: RunningSystem, tmp_path: Path, point: str,
) -> None:
    story = Story(system)
    arm(system, tmp_path, f'contracts.send_message.{point}')
    story.create()
    story.confirm_offer()
    story.contract()
    died_and_came_back(system)
    story.sign()
    assert story.ok('get_signing_status')['signing_status'] == 'SIGNED'


@pytest.mark.parametrize('point', [
    'lenders.after_recv.document', 'contracts.prepare.before_write', 'contracts.prepare.written'])
def test_a_worker_killed_around_the_lenders_forms_puts_them_in_force_once(
    system: RunningSystem, tmp_path: Path, point: str,
) -> None:
    story = Story(system)
    story.create()
    offers = story.offers()
    arm(system, tmp_path, point)
    story.confirm_offer(next(number for number, offer in enumerate(offers) if 'банк' in offer['name']))
    died_and_came_back(system)
    files = story.contract()['files']
    assert [file['file_name'] for file in files] == ['Индивидуальные условия.pdf', 'График платежей.pdf']
    story.sign()
    assert story.ok('get_contract')['files'] == files
    assert sum(story.effects('choose').values()) == 1


def test_losing_everything_in_the_broker_loses_no_work(system: RunningSystem) -> None:
    broker = redis.Redis.from_url(system.env['REDIS_URL'])
    stories = [Story(system) for _number in range(5)]
    for story in stories:
        story.create()
        broker.flushall()
    for story in stories:
        assert story.offers()
        assert story.effects('submit') == {'sandbox-bank': 1, 'sandbox-mfo': 1}
        broker.flushall()


@pytest.mark.parametrize('part', ['worker', 'dispatcher', 'web', 'documents'])
def test_a_part_killed_in_the_middle_of_a_credit_is_outlived(system: RunningSystem, part: str) -> None:
    story = Story(system)
    story.create()
    system.kill(part)
    system.restart(part)
    story.confirm_offer()
    system.kill(part)
    system.restart(part)
    story.contract()
    story.sign()
    assert story.confirm()['status'] == 'success'
    system.kill(part)
    system.restart(part)
    story.issue()
    assert story.effects('submit') == {'sandbox-bank': 1, 'sandbox-mfo': 1}
    assert sum(story.effects('confirm').values()) == 1


def test_a_dead_web_process_right_after_the_form_loses_nothing(system: RunningSystem) -> None:
    story = Story(system)
    form = story.form()
    story.keys = {'form_guid': system.call('create_form', form)['data']['form_guid']}
    system.kill('web')
    system.restart('web')
    assert system.call('create_form', form)['data'] == story.keys
    assert story.offers()
    assert story.effects('submit') == {'sandbox-bank': 1, 'sandbox-mfo': 1}


@contextmanager
def second_worker(system: RunningSystem) -> Iterator[None]:
    """Another worker for the queues of lenders and SMS beside the system's own."""
    command = [
        sys.executable, '-m', 'celery', '-A', 'denimhub', '--quiet', 'worker', '--loglevel', 'WARNING',
        '-n', 'second@%h', '-Q', 'lenders,sms', '-P', 'threads', '-c', '8',
        '--without-gossip', '--without-mingle', '--without-heartbeat']
    with (system.logs / 'second.log').open('wb') as log, subprocess.Popen(
            command, cwd=ROOT, env=system.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log) as worker:
        try:
            yield
        finally:
            worker.terminate()
            worker.wait(30)


def test_a_worker_frozen_while_talking_does_nothing_twice_when_it_wakes(system: RunningSystem) -> None:
    story = Story(system, scenario='1007')
    story.create()
    wait_until(lambda: len(story.journal('submit')) == 2, 'both lenders were asked')
    system.kill('worker', signal.SIGSTOP)
    with second_worker(system):
        wait_until(lambda: len(story.journal()) > 2, 'the second worker asked the lenders what they know')
        system.kill('worker', signal.SIGCONT)
        data = story.wait('get_offers', 'offer_status', {'error', 'declined', 'done'}, seconds=60)
    assert data == {'offer_status': 'error'}
    assert story.effects('submit') == {'sandbox-bank': 1, 'sandbox-mfo': 1}


def wait_until(holds: Callable[[], bool], what: str, *, seconds: float = 40) -> None:
    """Look again and again; fails with what did not come true."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f'not within {seconds} s: {what}'
        time.sleep(0.1)
