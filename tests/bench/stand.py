"""The stand: durable servers of its own, the settings of production, and the web processes that are compared."""
from __future__ import annotations

import json
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from denimhub.conf.environment import ROOT
from denimhub.devstack.check import production_environment
from denimhub.devstack.embedded import Embedded
from denimhub.devstack.parts import Part, Sizes, Supervisor, system_parts
from denimhub.devstack.stack import free_port

START_SECONDS = 120.0
SIZES = Sizes(document_processes=1)
"""Workers and threads of every web process: those of the Procfile."""
HUB, FLOOR, USUAL, ALONE = 'hub', 'floor', 'usual', 'alone'
"""DenimHub, the bare handler, DRF serializers; and DenimHub with one worker, whose memory is looked at."""
_BEHIND = ('worker', 'documents', 'dispatcher')
_CALL = 'import django; django.setup(); from tests.bench import {module}; {module}.main()'


class Stand:
    """All processes of a run; nothing of it is left when the block ends."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix='denimhub-bench-'))
        self.ports = {name: free_port() for name in (HUB, FLOOR, USUAL, ALONE)}
        self.servers = Embedded(self.directory / 'servers', durable=True, name=f'bench-{secrets.token_hex(8)}')
        self.env: dict[str, str] = {}
        self.supervisor: Supervisor | None = None

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
                 ) -> None:
        self._stop()

    def call(self, module: str, **environment: str) -> dict[str, Any]:
        """`main()` of a module of this package in a process of its own, with Django; the JSON it prints last."""
        done = subprocess.run(
            [sys.executable, '-c', _CALL.format(module=module)], env=self.env | environment, cwd=ROOT, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    def start(self, *names: str) -> None:
        """Start parts; web processes are waited for."""
        assert self.supervisor is not None
        for name in names:
            self.supervisor.start_part(name)
        for name in names:
            if name in self.ports:
                self._wait_for(name)

    def stop(self, *names: str) -> None:
        """Stop parts."""
        assert self.supervisor is not None
        for name in names:
            self.supervisor.stop_part(name)

    def start_behind(self) -> None:
        """Workers and dispatcher: everything between a form and the lender's door."""
        self.start(*_BEHIND)

    def stop_behind(self) -> None:
        """Without them only the web works, so a round measures the web."""
        self.stop(*_BEHIND)

    def pid(self, name: str) -> int:
        """Of a part, or of `postgres`."""
        if name == 'postgres':
            return int((self.servers.postgres_data / 'postmaster.pid').read_text().split()[0])
        assert self.supervisor is not None
        return self.supervisor.pid(name)

    def _start(self) -> None:
        self.env = production_environment() | self.servers.start() | {
            'ALLOWED_HOSTS': '127.0.0.1', 'FILES_ROOT': str(self.directory / 'files'), 'PYTHONPATH': str(ROOT),
            'DATABASE_STATEMENT_TIMEOUT_MS': '60000'}
        subprocess.run([sys.executable, 'manage.py', 'migrate', '--verbosity', '0'], env=self.env, cwd=ROOT, check=True)
        self.supervisor = Supervisor(
            self._parts(), environment=self.env, stack=self.directory.name, logs=self.directory / 'log', say=_tell)

    def _stop(self) -> None:
        if self.supervisor is not None:
            self.supervisor.stop()
        self.servers.stop()
        self.servers.remove()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _parts(self) -> list[Part]:
        behind = [part for part in self._system(0) if part.name in _BEHIND]
        return [
            *behind, self._web(HUB), self._web(FLOOR, 'tests.bench.floor:application'),
            self._web(USUAL, 'tests.bench.usual_wsgi:application'), self._web(ALONE, workers=1)]

    def _web(self, name: str, target: str = 'denimhub.wsgi:application', workers: int = SIZES.web_workers) -> Part:
        """The web process of the system under another name, with another application at its end."""
        web = next(part for part in self._system(self.ports[name], workers) if part.name == 'web')
        return Part(name, (*web.argv[:-1], target))

    def _system(self, port: int, workers: int = SIZES.web_workers) -> list[Part]:
        sizes = Sizes(web_workers=workers, document_processes=SIZES.document_processes)
        return system_parts(host='127.0.0.1', port=port, sandbox_port=0, sandbox_db=Path(), sizes=sizes)

    def _wait_for(self, name: str) -> None:
        """Until it listens; then its workers load their application, and requests wait for them."""
        assert self.supervisor is not None
        one = self.supervisor.running[name]
        deadline = time.monotonic() + START_SECONDS
        while not _listens(self.ports[name]):
            if time.monotonic() > deadline or one.process is None or one.process.poll() is not None:
                raise RuntimeError(f'{name} did not start\n{one.log.read_text(errors="replace")[-3000:]}')
            time.sleep(0.1)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) == 0


def _tell(text: str) -> None:
    sys.stderr.write(text + '\n')
