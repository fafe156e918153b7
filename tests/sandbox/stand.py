"""The sandbox lenders as a process of their own, and a client that speaks the protocol without our adapter."""
from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

import urllib3

from sandbox import auth
from sandbox.profiles import PROFILES, api_secret

ROOT = Path(__file__).resolve().parents[2]
SECRET = 'tests-own-secret'
WAIT_SECONDS = 10.0


class Stand:
    """One running sandbox; `pace` multiplies all its thinking times."""

    def __init__(self, db: Path, *, pace: float = 0.1, callback_url: str = '') -> None:
        self.db = db
        self.pace = pace
        self.callback_url = callback_url
        self.lines: list[str] = []
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f'http://127.0.0.1:{self.port}'

    def start(self) -> None:
        """Start, or start again on the same port and file."""
        command = [
            sys.executable, '-m', 'sandbox', '--port', str(self.port), '--db', str(self.db), '--pace', str(self.pace)]
        if self.callback_url:
            command += ['--callback-url', self.callback_url]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env={**os.environ, 'SANDBOX_SECRET': SECRET})
        assert self.process.stderr is not None
        first = self.process.stderr.readline()
        self.port = json.loads(first)['port']
        threading.Thread(target=self._drain, args=(self.process.stderr,), daemon=True).start()

    def _drain(self, stream: IO[str]) -> None:
        for line in stream:
            self.lines.append(line)

    def kill(self) -> None:
        """Die as in a power cut of the process."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait(timeout=5)

    def journal(self, form_guid: str) -> list[dict[str, Any]]:
        """The calls about one form."""
        answer = urllib3.request('GET', f'{self.url}/journal?form_guid={form_guid}')
        calls: list[dict[str, Any]] = answer.json()['calls']
        return calls

    def effects(self, form_guid: str, operation: str) -> int:
        """How many calls of an operation changed something."""
        return sum(call['effect'] for call in self.journal(form_guid) if call['operation'] == operation)


SCAN_FILES = {
    'sandbox-bank': ('image/jpeg', b'\xff\xd8\xffhello canary\xff\xd9'),
    'sandbox-mfo': ('application/pdf', b'%PDF-1hello canary%%EOF'),
}
"""What each lender takes for a scan: nothing but the ends of a file are looked at. The words are canaries of tests."""


@dataclass
class Client:
    """One application at one sandbox lender, spoken to over plain HTTP."""

    stand: Stand
    lender: str = 'sandbox-mfo'
    phone: str = '+79161230000'
    kind: str = 'pos'
    channel: str = 'ONLINE'
    amount: int = 5_000_000
    form: dict[str, Any] = field(default_factory=dict)
    form_guid: str = field(default_factory=lambda: str(uuid.uuid4()))

    def call(
        self, method: str, action: str = '', body: dict[str, Any] | None = None, *, key: str = '',
        timeout_seconds: float = 5.0,
    ) -> tuple[int, Any]:
        """One call: HTTP status and the decoded answer (bytes when it is not JSON)."""
        profile = next(profile for profile in PROFILES if profile.code == self.lender)
        path = f'{profile.prefix}/applications/{self.form_guid}{action}'
        raw = b'' if body is None else json.dumps(body).encode()
        secret = api_secret(SECRET, self.lender)
        headers = {'Authorization': f'Bearer {secret}'}
        if profile.auth == 'hmac':
            moment = str(int(time.time()))
            headers = {'DenimHub-Timestamp': moment,
                       'DenimHub-Signature': f'v1={auth.signature(secret, method, path, moment, raw)}'}
        if method != 'GET':
            headers['Idempotency-Key'] = key or str(uuid.uuid4())
        answer = urllib3.request(
            method, self.stand.url + path, headers=headers, body=raw, retries=False, timeout=timeout_seconds)
        try:
            return answer.status, json.loads(answer.data)
        except ValueError:
            return answer.status, answer.data

    def body(self) -> dict[str, Any]:
        """The body of submit."""
        return {
            'kind': self.kind, 'channel': self.channel, 'amount': self.amount, 'initial_payment': 0,
            'term_value': 12, 'life_insurance': False, 'work_insurance': False, 'client': {'phone': self.phone},
            **self.form}

    def submit(self, *, key: str = 'submit') -> tuple[int, Any]:
        """Bring the form."""
        return self.call('PUT', body=self.body(), key=f'{self.form_guid}:{key}')

    def until(self, action: str, done: Callable[[Any], bool]) -> Any:
        """Ask until the answer is as wanted."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            _, answer = self.call('GET', action)
            if done(answer):
                return answer
            assert time.monotonic() < deadline, answer
            time.sleep(0.02)

    def decided(self) -> Any:
        """The scoring's word."""
        return self.until('/decision', lambda answer: answer['status'] != 'pending')

    def to_contract(self) -> Any:
        """Submit, choose the first offer, wait for the contract."""
        assert self.submit()[0] == 200
        offer = self.decided()['offers'][0]
        assert self.call('POST', '/choice', {'offer_id': offer['offer_id']})[0] == 200
        return self.until('/contract', lambda answer: answer['stage'] != 'pending')

    def sign(self) -> tuple[int, Any]:
        """Report a signature taken by the platform."""
        return self.call('POST', '/signature', {'signed_at': '2026-01-01T00:00:00Z', 'documents_sha256': ['a' * 64]})

    def send_scans(self, *types: str, version: int = 1, from_form: bool = False) -> tuple[int, Any]:
        """Bring scans of the sort this lender takes."""
        content_type, content = SCAN_FILES[self.lender]
        files = [{
            'type': kind, 'version': version, 'from_form': from_form, 'content_type': content_type,
            'content': base64.b64encode(content).decode(),
        } for kind in types]
        return self.call('POST', '/scans', {'files': files})

    def checked_scans(self) -> Any:
        """The verdicts when none is pending."""
        return self.until('/scans', lambda answer: all(one['stage'] != 'checking' for one in answer['verdicts']))

    def issued(self) -> Any:
        """The state when the issue is over."""
        return self.until('/state', lambda answer: answer['issue'] not in ('pending', 'not_confirmed'))

    def page(self, contract: dict[str, Any], result: str, **fields: str) -> urllib3.BaseHTTPResponse:
        """Press a button of the payment page."""
        return urllib3.request(
            'POST', contract['payment_url'], body=urlencode({'result': result, **fields}), redirect=False, timeout=15,
            headers={'Content-Type': 'application/x-www-form-urlencoded'})
