"""The HTTP side of the stand: a threading server with keep-alive, one thread per connection."""
from __future__ import annotations

import contextlib
import json
import select
import socket
import sys
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from sandbox import auth, payment, start_page
from sandbox.api import Api, Reply, json_reply, problem_reply
from sandbox.operations import ProtocolError

MAX_BODY_BYTES = 64 * 1024 * 1024
MAX_PAGE_BODY_BYTES = 16 * 1024
HANG_SECONDS = 120.0


class Server(ThreadingHTTPServer):
    """Threads die with the process; the listen queue takes a burst of connections."""

    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], api: Api, secret: str) -> None:
        super().__init__(address, Handler)
        self.api = api
        self.secret = secret

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news; anything else is a line."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            log_line({'event': 'crash', 'error': traceback.format_exc(limit=5)})


def log_line(values: dict[str, object]) -> None:
    """One JSON line on standard error; only ids, never a client's data."""
    sys.stderr.write(json.dumps(values, ensure_ascii=False) + '\n')
    sys.stderr.flush()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = 'HTTP/1.1'
    server_version = 'DenimHubSandbox'
    sys_version = ''
    timeout = 90
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """The stand writes its own lines."""

    def _answer(self) -> None:
        started = time.monotonic()
        try:
            reply = self._route()
        except OSError:
            raise
        except Exception:  # noqa: BLE001 - the client gets a 500, the log the reason
            log_line({'event': 'crash', 'error': traceback.format_exc(limit=8)})
            reply = problem_reply(ProtocolError(500, 'internal', 'internal error'))
        self._deliver(reply)
        if reply.operation:
            log_line({
                'event': 'call', 'path': urlsplit(self.path).path.split('/')[1], 'operation': reply.operation,
                'form_guid': reply.form_guid, 'status': reply.status, 'effect': reply.effect, 'fate': reply.fate,
                'ms': round((time.monotonic() - started) * 1000, 1)})

    do_GET = do_POST = do_PUT = _answer  # noqa: N815

    def _read(self, limit_bytes: int) -> bytes | None:
        length = self.headers.get('Content-Length', '0')
        if self.headers.get('Transfer-Encoding') or not (length.isascii() and length.isdigit()):
            return None
        if int(length) > limit_bytes:
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionError('the client went away while sending')
        return body

    def _refuse_body(self) -> Reply:
        self.close_connection = True
        return problem_reply(ProtocolError(413, 'body_not_taken', 'Content-Length is missing or too large'))

    def _route(self) -> Reply:
        url = urlsplit(self.path)
        profile = self.server.api.profile_of(url.path)
        is_page = url.path.startswith('/pay/')
        body = self._read(MAX_PAGE_BODY_BYTES if profile is None else MAX_BODY_BYTES)
        if body is None:
            return self._refuse_body()
        if profile is not None:
            if not auth.is_allowed(
                    profile, self.server.secret, self.headers, self.command, self.path, body, time.time()):
                return problem_reply(ProtocolError(401, 'unauthorized', 'the credentials are wrong'))
            key = self.headers.get('Idempotency-Key') or ''
            return self.server.api.handle(
                profile, self.command, url.path, key, body, self._called())
        if is_page and self.command == 'POST':
            return payment.submit(self.server.api, url.path.removeprefix('/pay/'), body)
        if self.command != 'GET':
            return problem_reply(ProtocolError(405, 'method_not_allowed', 'only GET'))
        if is_page:
            return payment.show(self.server.api, url.path.removeprefix('/pay/'))
        return self._public(url.path, url.query)

    def _called(self) -> str:
        """The address by which the caller knows this stand, behind a proxy with TLS too."""
        scheme = 'https' if self.headers.get('X-Forwarded-Proto') == 'https' else 'http'
        return f'{scheme}://{self.headers.get("Host") or "localhost"}'

    def _public(self, path: str, query: str) -> Reply:
        if path.startswith('/files/'):
            fields = parse_qs(query)
            return self.server.api.file(path, fields.get('until', [''])[0], fields.get('token', [''])[0])
        if path == '/journal':
            return self.server.api.journal(parse_qs(query).get('form_guid', [''])[0])
        if path == '/registry':
            asked = parse_qs(query)
            return self.server.api.registry(asked.get('lender', [''])[0], asked.get('date', [''])[0])
        if path == '/healthz':
            return json_reply(200, {'status': 'ok'})
        if path == '/':
            return start_page.show()
        return problem_reply(ProtocolError(404, 'not_found', 'no such page'))

    def _deliver(self, reply: Reply) -> None:
        if reply.fate == 'hang':
            self._hang()
        if reply.fate != 'send':
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(reply.status)
        self.send_header('Content-Type', reply.content_type)
        self.send_header('Content-Length', str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header('Connection', 'close')
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()

    def _hang(self) -> None:
        """Hold the connection until the client gives up."""
        deadline = time.monotonic() + HANG_SECONDS
        while time.monotonic() < deadline:
            readable, _, _ = select.select([self.connection], [], [], 1.0)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return
