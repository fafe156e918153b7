"""What both gates share: an fsynced journal, and orders that a test gives over HTTP; nothing of the platform."""
from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Journal:
    """Lines of JSON that a killed process cannot lose."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def write(self, **event: Any) -> None:
        line = (json.dumps(event, ensure_ascii=False) + '\n').encode()
        with self._lock:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            try:
                os.write(descriptor, line)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


class Orders:
    """What the gate is to do next: a list used up one by one, then its usual way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: list[str] = []

    def give(self, orders: list[str]) -> None:
        with self._lock:
            self._next = list(orders)

    def take(self) -> str:
        with self._lock:
            return self._next.pop(0) if self._next else ''


def serve_orders(port: int, obey: Callable[[dict[str, Any]], Any]) -> None:
    """POST / with a JSON object on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers['Content-Length']))
            answer = json.dumps(obey(json.loads(body))).encode()
            self.send_response(200)
            self.send_header('Content-Length', str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    threading.Thread(target=ThreadingHTTPServer(('127.0.0.1', port), Handler).serve_forever, daemon=True).start()
