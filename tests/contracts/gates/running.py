"""A gate as a process: started, hurt, asked what it has seen."""
from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

TREE = Path(__file__).resolve().parents[3]
_PATIENCE_SECONDS = 15.0


class RunningGate:
    """`smsc` or `smpp` on a port that stays the same when it is started again."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.port, self.control_port = free_port(), free_port()
        self.journal_file = folder / f'{kind}.journal'
        self._program = f'tests.contracts.gates.{kind}_gate'
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen([
            sys.executable, '-m', self._program, str(self.port), str(self.control_port), str(self.journal_file)],
            cwd=TREE)
        until(lambda: listens(self.port) and listens(self.control_port), 'the gate listens')

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def order(self, **order: Any) -> Any:
        request = urllib.request.Request(f'http://127.0.0.1:{self.control_port}/', json.dumps(order).encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def seen(self, event: str) -> list[dict[str, Any]]:
        """Lines of the journal of one kind."""
        if not self.journal_file.exists():
            return []
        lines = [json.loads(line) for line in self.journal_file.read_text(encoding='utf-8').splitlines()]
        return [line for line in lines if line['event'] == event]

    def wait_for(self, event: str, count: int) -> list[dict[str, Any]]:
        until(lambda: len(self.seen(event)) >= count, f'{count} × {event}')
        return self.seen(event)


def until(holds: Any, what: str) -> None:
    """Wait for something another process does."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f'not in time: {what}'
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    try:
        socket.create_connection(('127.0.0.1', port), 0.5).close()
    except OSError:
        return False
    return True
