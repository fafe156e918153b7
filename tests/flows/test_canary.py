"""No personal data in logs, in the broker, in plain columns or in plain files: a marked client is looked for there."""
from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import redis

from tests.flows.story import Story
from tests.harness.system import RunningSystem

pytestmark = pytest.mark.slow

CANARY = {
    'last_name': 'Канарейкина', 'first_name': 'Жёлтопера', 'middle_name': 'Клеткоевна', 'birth_place': 'г. Птицеград',
    'passport_number': '908172', 'email': 'canary.7351@birds.example.com', 'codeword': 'зёрнышко7351',
    'passport_issued_by': 'ОВД Жёрдочкинского района', 'birth_date': '1987-11-23',
}


class Listener:
    """All commands that the broker gets while a story is played."""

    def __init__(self, url: str) -> None:
        self.heard: list[str] = []
        self._client = redis.Redis.from_url(url)
        self._marker = 'the story is over'
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def _listen(self) -> None:
        with self._client.monitor() as monitor:  # type: ignore[no-untyped-call]  # missing in the library
            self._ready.set()
            for command in monitor.listen():
                self.heard.append(command['command'])
                if self._marker in command['command']:
                    return

    def stop(self) -> str:
        """Everything heard."""
        self._client.echo(self._marker)
        self._thread.join(10)
        return '\n'.join(self.heard)


def traces(secrets: list[str]) -> list[str]:
    """How a secret could stand in text: as it is, as bytes in hexadecimal, as JSON escapes, in Base64."""
    forms = []
    for secret in secrets:
        raw = secret.encode()
        forms += [secret, raw.hex(), secret.encode('unicode_escape').decode()]
        forms.append(base64.b64encode(raw).decode().rstrip('='))
    return forms


def found_in(text: str, secrets: list[str]) -> list[str]:
    """Secrets that stand in a text; digits only as a number of their own, for fractions of seconds have six too."""
    return [
        secret for secret in secrets
        if secret in text and (not secret.isdigit() or re.search(rf'(?<![\d.]){secret}(?!\d)', text))]


def rows(url: str) -> Iterator[tuple[str, str]]:
    """Every row of every table as text, with the name of its table."""
    parts = urlsplit(url)
    with psycopg.connect(
            host=parse_qs(parts.query)['host'][0], user=parts.username, dbname=parts.path.strip('/')) as connection:
        tables = connection.execute(
            "SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public'").fetchall()
        for table, in tables:
            for row, in connection.execute(f'SELECT row_to_json(t)::text FROM {table} t').fetchall():
                yield table, row


@pytest.mark.parametrize('point', ['pos_offline', 'bnpl'])
def test_a_marked_client_leaves_no_trace_in_the_clear(running_system: RunningSystem, point: str) -> None:
    story = Story(running_system, point)
    listener = Listener(running_system.env['REDIS_URL'])
    story.create(**CANARY)
    story.confirm_offer()
    story.contract()
    code = story.sms_code()
    assert story.code('check_sms_code', code='000000' if code != '000000' else '111111') == 7000
    story.sign()
    assert story.code('create_form', **story.form(**{**CANARY, 'mobile_phone': 'не телефон'})) == 2000
    if point == 'bnpl':
        story.ok('send_sms_link')
        story.pay()
        story.wait('get_payment_status', 'payment_status', {'paid'})
    else:
        asked = story.scans({'REQUESTED', 'ACCEPTED'})['scans']
        wanted = [row['type'] for row in asked if row['status'] == 'REQUESTED']
        if wanted:
            story.send_scans(*wanted)
        story.scans({'ACCEPTED'})
    assert story.confirm()['status'] == 'success'
    story.issue()
    heard = listener.stop()

    # The code is looked for where it would be quoted: six digits alone may stand in any number.
    secrets = traces([*CANARY.values(), story.phone, story.phone[1:]])
    assert len(heard) > 100
    assert found_in(heard, secrets) == []
    for log in running_system.logs.glob('*.log'):
        text = log.read_text(encoding='utf-8')
        assert found_in(text, [*secrets, f'"{code}"', f' {code} ', f'={code}']) == [], log.name
    found = 0
    for table, row in rows(running_system.env['DATABASE_URL']):
        found += 1
        assert found_in(row, [*secrets, f'"{code}"']) == [], table
    assert found > 20
    files = [path for path in Path(running_system.env['FILES_ROOT']).rglob('*') if path.is_file()]
    assert files
    for path in files:
        content = path.read_bytes()
        assert not content.startswith((b'%PDF', b'\xff\xd8')), path.name
        assert [secret for secret in CANARY.values() if secret.encode() in content] == []
