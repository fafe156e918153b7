"""A broker that is gone or hangs, a database that falls again and again: partners see 503 at worst, nothing is lost."""
from __future__ import annotations

import json
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest

from denimhub.demo.forms import demo_phone, scan
from denimhub.dp.urls import METHODS
from tests.dp.wire import Reply, Web
from tests.flows.backlog import connect, put_off
from tests.flows.story import Story
from tests.harness.system import RunningSystem

pytestmark = pytest.mark.slow

FALLS = 4
TILLS = 4
BETWEEN_FALLS = 15
"""So many forms have to be stored before the database falls again."""
AFTER_A_FALL = 60.0


@pytest.fixture
def system(running_system: RunningSystem) -> Iterator[RunningSystem]:
    """The running system, free of what other stories left to do, and whole again after each test."""
    put_off(running_system)
    yield running_system
    running_system.mend()


def say(system: RunningSystem, method: str, body: dict[str, Any]) -> Reply:
    """A call of a method; the whole HTTP answer."""
    return Web(system.port, 0).send(f'/dp/{method}', json.dumps(body).encode())


def statuses_of_all_methods(story: Story, file_guid: str) -> dict[str, int]:
    """HTTP status of each of the 15 methods for a form whose contract is ready."""
    own: dict[str, dict[str, Any]] = {
        'create_form': Story(story.system).form(), 'check_sms_code': {'code': '000000'},
        'save_scans': {'scans': [scan('AGREEMENT_1')]}}
    known = {'partner_guid': story.partner_guid, **story.keys}
    # In the order of a deal, so that each comes to a form that is still alive.
    found = {
        method.name: say(story.system, method.name, known | own.get(method.name, {})).status for method in METHODS}
    query = urlencode({'partner_guid': story.partner_guid, 'file_guid': file_guid})
    found['get_file'] = Web(story.system.port, 0).send(f'/dp/get_file?{query}', verb='GET', media_type=None).status
    return found


@pytest.mark.parametrize('with_signal', [signal.SIGKILL, signal.SIGSTOP], ids=['gone', 'hanging'])
def test_all_methods_answer_without_the_broker_and_work_goes_on_with_it(
    system: RunningSystem, with_signal: signal.Signals,
) -> None:
    story = Story(system)
    story.create()
    story.confirm_offer()
    files = story.contract()['files']
    system.kill('valkey', with_signal)
    meanwhile = Story(system)
    meanwhile.create()
    statuses = statuses_of_all_methods(story, files[0]['file_guid'])
    assert statuses == dict.fromkeys([*(method.name for method in METHODS), 'get_file'], 200)
    assert meanwhile.ok('get_offers')['offer_status'] == 'pending'
    system.mend()
    meanwhile.confirm_offer()
    assert meanwhile.effects('submit') == {'sandbox-bank': 1, 'sandbox-mfo': 1}


@dataclass
class Till:
    """Sends one form after another, each once, and notes what it was told."""

    system: RunningSystem
    stored: threading.Semaphore
    over: threading.Event
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    odd: list[bytes] = field(default_factory=list)

    def run(self) -> None:
        while not self.over.is_set():
            form = Story(self.system, 'bnpl').form(mobile_phone=demo_phone())
            self.forms[form['external_id']] = form
            reply = say(self.system, 'create_form', form)
            self.statuses[reply.status] += 1
            said = reply.envelope
            if (reply.status, said['status']) not in {(200, 'success'), (503, 'error')}:
                self.odd.append(reply.body)
            elif reply.status == 200:
                self.acknowledged[form['external_id']] = said['data']['form_guid']
                self.stored.release()


def stored_forms(system: RunningSystem) -> dict[str, list[str]]:
    """Guids of all forms by their external id."""
    found: dict[str, list[str]] = {}
    with connect(system) as connection:
        for external_id, guid in connection.execute('SELECT external_id, guid FROM applications_application'):
            found.setdefault(external_id, []).append(str(guid))
    return found


@pytest.fixture
def durable(system: RunningSystem) -> Iterator[RunningSystem]:
    """Servers of tests do not wait for their log; this one writes it before it says that a form is stored."""
    with connect(system) as connection:
        connection.execute('ALTER DATABASE denimhub SET synchronous_commit TO on')
    system.restart('web')
    yield system
    system.mend()
    with connect(system) as connection:
        connection.execute('ALTER DATABASE denimhub RESET synchronous_commit')
    # Hundreds of forms wait to be scored: the next story would wait behind them.
    put_off(system)


def fall(system: RunningSystem) -> None:
    """`pg_ctl -m immediate stop`, then the start with the recovery of a crash."""
    postgres = system.servers.process('postgres')
    postgres.send_signal(signal.SIGQUIT)
    postgres.wait(30)
    system.restart('postgres')


def wait_for_forms(stored: threading.Semaphore) -> None:
    for _ in range(BETWEEN_FALLS):
        assert stored.acquire(timeout=AFTER_A_FALL), 'forms are not stored any more'


def test_what_was_acknowledged_outlives_every_fall_of_the_database(durable: RunningSystem) -> None:
    stored, over = threading.Semaphore(0), threading.Event()
    tills = [Till(durable, stored, over) for _ in range(TILLS)]
    threads = [threading.Thread(target=till.run, daemon=True) for till in tills]
    for thread in threads:
        thread.start()
    try:
        for _ in range(FALLS):
            wait_for_forms(stored)
            fall(durable)
        wait_for_forms(stored)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    statuses: Counter[int] = sum((till.statuses for till in tills), Counter())
    assert [body for till in tills for body in till.odd] == [], failures(durable)
    assert set(statuses) == {200, 503}
    saved = stored_forms(durable)
    forms = {key: form for till in tills for key, form in till.forms.items()}
    acknowledged = {key: guid for till in tills for key, guid in till.acknowledged.items()}
    assert {key: saved.get(key) for key in acknowledged} == {key: [guid] for key, guid in acknowledged.items()}
    retry_the_others(durable, {key: forms[key] for key in forms.keys() - acknowledged.keys()}, saved)


def failures(system: RunningSystem) -> list[str]:
    """Lines of the web about what it had no answer for."""
    return [line for line in system.log('web').splitlines() if '"dp.failed"' in line]


def retry_the_others(
    system: RunningSystem, forms: dict[str, dict[str, Any]], saved: dict[str, list[str]],
) -> None:
    """A retry finds the form that was stored without an answer, and stores the one that was not."""
    for external_id, form in forms.items():
        guid = retried(system, form)
        assert saved.get(external_id, [guid]) == [guid]
    after = stored_forms(system)
    assert all(len(after[external_id]) == 1 for external_id in forms)


def retried(system: RunningSystem, form: dict[str, Any]) -> str:
    """The guid of a form, sent until it is taken: connections that fell with the database may still be found out."""
    until = time.monotonic() + AFTER_A_FALL
    while (reply := say(system, 'create_form', form)).status == 503 and time.monotonic() < until:
        time.sleep(0.2)
    assert (reply.status, reply.envelope['status']) == (200, 'success'), reply.body.decode()
    guid: str = reply.envelope['data']['form_guid']
    return guid
