"""A till that says exactly the bytes it is told to, and the web server it says them to."""
from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0
JSON = 'application/json'


@dataclass(frozen=True)
class Reply:
    """What came back; `envelope` fails on anything but JSON."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def envelope(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


def is_envelope(reply: Reply) -> bool:
    """Whether the answer is the document's envelope, to the letter."""
    if not reply.headers.get('content-type', '').startswith(JSON):
        return False
    said = reply.envelope
    if said.get('status') == 'success':
        return reply.status == 200 and set(said) == {'status', 'data'}
    return (
        set(said) == {'status', 'error_code', 'error_message', 'data'} and said['status'] == 'error'
        and isinstance(said['error_code'], int) and isinstance(said['error_message'], str)
        and isinstance(said['data'], dict) and (reply.status == 200 or said['error_code'] == reply.status))


class Web:
    """granian with the platform behind it, on a port of its own."""

    def __init__(self, port: int, pid: int) -> None:
        self.port = port
        self.pid = pid

    def send(
        self, path: str, body: bytes | Iterable[bytes] = b'', *, verb: str = 'POST', media_type: str | None = JSON,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """One request on a connection of its own; a body in pieces goes out chunked."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        try:
            connection.putrequest(verb, path, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if media_type is not None:
                connection.putheader('Content-Type', media_type)
            if isinstance(body, bytes):
                connection.putheader('Content-Length', str(len(body)))
                connection.endheaders()
                if body:
                    connection.send(body)
            else:
                connection.putheader('Transfer-Encoding', 'chunked')
                connection.endheaders()
                for piece in body:
                    connection.send(b'%x\r\n%s\r\n' % (len(piece), piece))
                connection.send(b'0\r\n\r\n')
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def open_upload(self, path: str, length: int) -> socket.socket:
        """A connection that has announced a body of this length and not sent it."""
        line = socket.create_connection(('127.0.0.1', self.port), timeout=60)
        line.sendall((
            f'POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\nContent-Length: {length}\r\n'
            '\r\n').encode())
        return line


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_web(database_url: str, *, threads: int = 10) -> Iterator[Web]:
    """One worker process of granian over the given database."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, '-m', 'granian', '--interface', 'wsgi', '--host', '127.0.0.1', '--port', str(port), '--http',
         '1', '--no-ws', '--workers', '1', '--blocking-threads', str(threads), '--log-level', 'error',
         'denimhub.wsgi:application'],
        cwd=ROOT, env={**os.environ, 'DATABASE_URL': database_url, 'PYTHONPATH': str(ROOT), 'WEB_PROCESSES': '1'},
        stdin=subprocess.DEVNULL)
    try:
        web = Web(port, process.pid)
        _wait(web, process)
        yield web
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(web: Web, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError('the web server did not start')
        try:
            if web.send('/livez', verb='GET', media_type=None).status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError('the web server does not answer')
