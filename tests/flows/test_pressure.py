"""Too many large bodies at once, and a disk that is full: 503 for some, memory bounded, nothing half stored."""
from __future__ import annotations

import base64
import io
import json
import os
import socket
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.test import override_settings
from PIL import Image

from denimhub.demo.forms import SCANS_OFFLINE
from tests.dp.wire import JSON, Web
from tests.flows.backlog import connect, put_off
from tests.flows.story import Story
from tests.harness.system import RunningSystem
from vault.files import read_file
from vault.models import StoredFile

pytestmark = pytest.mark.slow

BODIES_AT_ONCE = 40
SCANS_IN_A_BODY = 10
MOST_WEB_BYTES = 1_500_000_000
ANSWER_SECONDS = 120.0
DISK_BYTES = 400 * 1024
"""Holds one of the three scans of a form, and a part of the second."""
COLUMNS = ('guid', 'kind', 'context', 'content_type', 'storage_name', 'key_id', 'sha256', 'size_bytes')


@pytest.fixture
def system(running_system: RunningSystem) -> Iterator[RunningSystem]:
    """The running system, free of what other stories left to do, and whole again after each test."""
    put_off(running_system)
    yield running_system
    running_system.mend()


def noise(side: int) -> str:
    """A JPEG that nothing can shrink, in Base64; 1190 pixels a side are 2.2 MB of it, 350 a fifth of a megabyte."""
    content = io.BytesIO()
    Image.frombytes('RGB', (side, side), os.urandom(3 * side**2)).save(content, 'JPEG', quality=98)
    return base64.b64encode(content.getvalue()).decode()


def scans(count: int, side: int) -> list[dict[str, str]]:
    return [{'type': SCANS_OFFLINE[number % len(SCANS_OFFLINE)], 'mime_type': 'image/jpeg', 'base64': noise(side)}
            for number in range(count)]


# --- 40 large bodies at once ----------------------------------------------------------------------------------------


class LargeBodies:
    """Forms of some 30 MB with external ids of their own; the scans are shared, or the test would hold a gigabyte."""

    def __init__(self, system: RunningSystem) -> None:
        self.port = system.port
        form = Story(system, 'pos_offline').form()
        del form['scans']
        self.form = form
        self.tail = b',"scans":' + json.dumps(scans(SCANS_IN_A_BODY, 1190)).encode() + b'}'

    def send(self) -> int:
        """HTTP status; 0 when the connection was cut before the answer could be read."""
        head = json.dumps(self.form | {'external_id': f'large-{uuid.uuid4()}'}).encode()[:-1]
        with socket.create_connection(('127.0.0.1', self.port), timeout=ANSWER_SECONDS) as line:
            line.sendall((
                f'POST /dp/create_form HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\n'
                f'Content-Length: {len(head) + len(self.tail)}\r\n\r\n').encode() + head)
            # A caller who is refused at once is answered before the body is read.
            with suppress(ConnectionError):
                line.sendall(self.tail)
            with suppress(ConnectionError):
                return int(line.recv(4096)[9:12] or 0)
        return 0


class MemoryOfWeb(threading.Thread):
    """The most memory all processes of web held together, those that open scans included."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.family = psutil.Process(pid)
        self.most_bytes = 0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.05):
            total = 0
            for process in [self.family, *self.family.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    total += process.memory_info().rss
            self.most_bytes = max(self.most_bytes, total)


class Poller(threading.Thread):
    """Asks for the offers of a form all the while."""

    def __init__(self, story: Story) -> None:
        super().__init__(daemon=True)
        self.story = story
        self.statuses: Counter[str] = Counter()
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.05):
            self.statuses[self.story.call('get_offers')['status']] += 1


def test_forty_large_bodies_at_once_are_taken_or_put_off(system: RunningSystem) -> None:
    bodies = LargeBodies(system)
    assert 28_000_000 < len(bodies.tail) < 30 * 1024 * 1024
    story = Story(system)
    story.create()
    story.offers()
    poller, memory = Poller(story), MemoryOfWeb(pid_of_web(system))
    statuses: Counter[int] = Counter()
    threads = [
        threading.Thread(target=lambda: statuses.update([bodies.send()]), daemon=True) for _ in range(BODIES_AT_ONCE)]
    for thread in (poller, memory, *threads):
        thread.start()
    for thread in threads:
        thread.join(ANSWER_SECONDS)
    for watcher in (poller, memory):
        watcher.over.set()
        watcher.join()
    assert statuses.total() == BODIES_AT_ONCE
    assert statuses.keys() <= {200, 503, 0}, statuses
    assert statuses[200] > 0, statuses
    assert 0 < memory.most_bytes <= MOST_WEB_BYTES
    assert poller.statuses.keys() == {'success'}
    assert retried(bodies) == 200


def retried(bodies: LargeBodies) -> int:
    """What a body is told that comes again when the others are through."""
    until = time.monotonic() + ANSWER_SECONDS
    while (status := bodies.send()) in (503, 0) and time.monotonic() < until:
        time.sleep(0.5)
    return status


def pid_of_web(system: RunningSystem) -> int:
    assert system.supervisor is not None
    return system.supervisor.pid('web')


# --- a full disk ----------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(system: RunningSystem) -> Iterator[Path]:
    """A disk of 400 KiB in the place of the files, while the test runs."""
    place = Path(system.env['FILES_ROOT'])
    place.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ['mount', '-t', 'tmpfs', '-o', f'size={DISK_BYTES}', 'tmpfs', str(place)], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip('only root may mount, and a disk cannot be filled otherwise without hurting the others on it')
    try:
        yield place
    finally:
        subprocess.run(['umount', '--lazy', str(place)], check=False)


def stored_files(system: RunningSystem) -> list[StoredFile]:
    """The rows of all files."""
    with connect(system) as connection:
        rows = connection.execute(f'SELECT {", ".join(COLUMNS)} FROM vault_storedfile').fetchall()
    return [StoredFile(**dict(zip(COLUMNS, row, strict=True))) for row in rows]


def count_of(system: RunningSystem, external_id: str) -> int:
    """How many forms are stored under an external id."""
    with connect(system) as connection:
        row = connection.execute(
            'SELECT count(*) FROM applications_application WHERE external_id = %s', [external_id]).fetchone()
    assert row is not None
    return int(row[0])


def blobs(place: Path) -> list[Path]:
    return [file for file in place.rglob('*') if file.is_file()]


def test_a_full_disk_is_a_503_and_leaves_no_row_without_a_whole_blob(
    system: RunningSystem, small_disk: Path,
) -> None:
    form = Story(system, 'pos_offline').form(scans=scans(len(SCANS_OFFLINE), 350))
    before = {file.guid for file in stored_files(system)}
    web = Web(system.port, 0)
    reply = web.send('/dp/create_form', json.dumps(form).encode())
    assert (reply.status, reply.envelope['error_code']) == (503, 503)
    assert 'retry-after' in reply.headers
    assert {file.guid for file in stored_files(system)} == before
    assert count_of(system, form['external_id']) == 0
    # What was whole before the room ran out is the sweeper's; nothing half-written is left.
    assert [file for file in blobs(small_disk) if '.tmp' in file.parts] == []
    polled = web.send('/dp/get_offers', json.dumps({'partner_guid': form['partner_guid'], 'form_guid': 'x'}).encode())
    assert polled.envelope['error_code'] == 3102
    subprocess.run(['mount', '-o', 'remount,size=64m', str(small_disk)], check=True)
    again = web.send('/dp/create_form', json.dumps(form).encode())
    assert again.envelope['status'] == 'success'
    assert count_of(system, form['external_id']) == 1
    kept = [file for file in stored_files(system) if file.guid not in before and file.kind == 'scan']
    sent: list[dict[str, Any]] = form['scans']
    with override_settings(VAULT_FILES_DIR=str(small_disk), VAULT_FILES_STORAGE=''):
        contents = sorted(read_file(file) for file in kept)
    assert contents == sorted(base64.b64decode(one['base64']) for one in sent)
