"""From create_form to the lender's door: how long until the form's submit arrives at a lender, on an idle system."""
from __future__ import annotations

import json
import statistics
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.bench.load import Requests, ask

PAUSE_SECONDS = 0.05
_ARRIVAL_SECONDS = 30.0


class Lender:
    """A lender that notes the moment of a submit and declines: no further work follows from it."""

    def __init__(self) -> None:
        arrivals: dict[str, float] = {}
        arrived = threading.Condition()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_PUT(self) -> None:
                moment = time.perf_counter()
                form_guid = self.path.rpartition('/')[2]
                self.rfile.read(int(self.headers['Content-Length']))
                answer = json.dumps({'lender_id': form_guid, 'decision': {'status': 'declined'}}).encode()
                self.send_response(200)
                self.send_header('Content-Type', 'application/json')
                self.send_header('Content-Length', str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                with arrived:
                    arrivals.setdefault(form_guid, moment)
                    arrived.notify_all()

            def log_message(self, *args: Any) -> None:
                """Silent."""

        self.arrivals = arrivals
        self.arrived = arrived
        self.server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f'http://127.0.0.1:{self.server.server_address[1]}'

    def wait_for(self, form_guid: str) -> float:
        """The moment of the submit of a form."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: form_guid in self.arrivals, _ARRIVAL_SECONDS):
                raise RuntimeError(f'the form did not reach the lender within {_ARRIVAL_SECONDS:g} s')
            return self.arrivals[form_guid]


def measure(lender: Lender, port: int, requests: Requests, count: int) -> dict[str, float]:
    """Milliseconds from the sending of create_form to the lender's door, one form after another."""
    took: list[float] = []
    for _ in range(count):
        sent = time.perf_counter()
        answer = json.loads(ask(port, next(requests)))
        took.append((lender.wait_for(answer['data']['form_guid']) - sent) * 1000)
        time.sleep(PAUSE_SECONDS)
    cuts = statistics.quantiles(took, n=100, method='inclusive')
    return {'forms': count, 'p50_ms': cuts[49], 'p99_ms': cuts[98], 'worst_ms': max(took)}
