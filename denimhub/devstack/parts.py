"""The processes of the system and the supervisor that keeps them alive."""
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from denimhub.conf.environment import ROOT
from denimhub.devstack.processes import child_setup, kill_group

GRACE_SECONDS = 10.0
BACKOFF_SECONDS = (0.2, 1.0, 2.0, 5.0, 10.0)
STEADY_SECONDS = 30.0  # a part that lived so long begins the back-off anew
LARGEST_LOG_BYTES = 10 * 1024 * 1024
# Every process of a stack carries this name with the id of the stack, so that the next start finds what a kill left.
STACK_MARK = 'DENIMHUB_STACK'


@dataclass(frozen=True)
class Part:
    """One process of the system: how it is started."""

    name: str
    argv: tuple[str, ...]


@dataclass(frozen=True)
class Sizes:
    """How many of everything; the defaults suit two cores."""

    web_workers: int = 2
    web_threads: int = 8
    lender_threads: int = 32
    document_processes: int = 2


def system_parts(*, host: str, port: int, sandbox_port: int, sandbox_db: Path, sizes: Sizes | None = None
                 ) -> list[Part]:
    """What a whole DenimHub consists of, sandbox lenders included; in the order of starting."""
    sizes = sizes or Sizes()
    python = sys.executable
    celery = (python, '-m', 'celery', '-A', 'denimhub', '--quiet', 'worker', '--loglevel', 'WARNING',
              '--without-gossip', '--without-mingle', '--without-heartbeat')
    return [
        Part('sandbox', (python, '-m', 'sandbox', '--port', str(sandbox_port), '--db', str(sandbox_db),
                         '--callback-url', f'http://127.0.0.1:{port}/lenders/callback')),
        Part('web', (python, '-m', 'granian', '--interface', 'wsgi', '--host', host, '--port', str(port), '--http', '1',
                     '--no-ws', '--workers', str(sizes.web_workers), '--blocking-threads', str(sizes.web_threads),
                     '--respawn-failed-workers', '--workers-kill-timeout', '5', '--log-level', 'warning',
                     'denimhub.wsgi:application')),
        Part('worker', (*celery, '-n', 'lenders@%h', '-Q', 'lenders,sms', '-P', 'threads', '-c',
                        str(sizes.lender_threads))),
        Part('documents', (*celery, '-n', 'documents@%h', '-Q', 'documents', '-P', 'prefork', '-c',
                           str(sizes.document_processes))),
        Part('dispatcher', (python, 'manage.py', 'dispatch')),
    ]


class _Running:
    """A part and its process, with the memory needed for a back-off."""

    def __init__(self, part: Part, log: Path) -> None:
        self.part = part
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.failures = 0
        self.start_again_at: float | None = None


class Supervisor:
    """Starts parts, restarts those that end, stops all. Single-threaded: the kernel ties a child to a thread."""

    def __init__(self, parts: list[Part], *, environment: Mapping[str, str], stack: str, logs: Path,
                 say: Callable[[str], None]) -> None:
        self.environment = {**environment, STACK_MARK: stack, 'PYTHONUNBUFFERED': '1'}
        self.say = say
        logs.mkdir(parents=True, exist_ok=True)
        self.running = {part.name: _Running(part, logs / f'{part.name}.log') for part in parts}

    def start(self) -> None:
        """Start every part."""
        for one in self.running.values():
            self._spawn(one)

    def watch(self) -> None:
        """One look at all parts: note those that ended, start again those whose time has come."""
        now = time.monotonic()
        for one in self.running.values():
            if one.process is not None and one.process.poll() is not None:
                self._note_end(one, now)
            if one.start_again_at is not None and now >= one.start_again_at:
                self._spawn(one)

    def pid(self, name: str) -> int:
        """The process id of a part that runs."""
        process = self.running[name].process
        assert process is not None
        return process.pid

    def stop(self) -> None:
        """Ask all to end, first those that make work; kill the groups of those that do not."""
        for one in reversed(self.running.values()):
            if one.process is not None and one.process.poll() is None:
                one.process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for one in self.running.values():
            self._end(one, deadline)

    def stop_part(self, name: str) -> None:
        """Stop one part and leave it stopped."""
        one = self.running[name]
        if one.process is not None and one.process.poll() is None:
            one.process.terminate()
        self._end(one, time.monotonic() + GRACE_SECONDS)
        one.start_again_at = None

    def start_part(self, name: str) -> None:
        """Start one stopped part."""
        self._spawn(self.running[name])

    def _end(self, one: _Running, deadline: float) -> None:
        if one.process is None:
            return
        try:
            one.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.say(f'{one.part.name} does not stop, killed')
        kill_group(one.process.pid)
        one.process.wait()
        one.process = None

    def _spawn(self, one: _Running) -> None:
        if one.log.exists() and one.log.stat().st_size > LARGEST_LOG_BYTES:
            one.log.replace(one.log.with_suffix('.log.1'))
        with open(one.log, 'ab') as output:
            one.process = subprocess.Popen(
                one.part.argv, env=self.environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                preexec_fn=child_setup(signal.SIGTERM))
        one.started = time.monotonic()
        one.start_again_at = None

    def _note_end(self, one: _Running, now: float) -> None:
        assert one.process is not None
        kill_group(one.process.pid)  # children of a killed part would keep its port or its queue
        status = one.process.returncode
        one.process = None
        if now - one.started > STEADY_SECONDS:
            one.failures = 0
        wait = BACKOFF_SECONDS[min(one.failures, len(BACKOFF_SECONDS) - 1)]
        one.failures += 1
        one.start_again_at = now + wait
        self.say(f'{one.part.name} ended ({describe_status(status)}), starting again in {wait:g} s; see {one.log}')


def describe_status(status: int) -> str:
    """An exit status or the name of the signal that ended a process."""
    if status >= 0:
        return f'exit status {status}'
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f'signal {-status}'


def sweep(stack: str) -> list[int]:
    """End what a killed supervisor of the same stack has left behind; returns the process ids."""
    left = [process for process in psutil.process_iter() if process.pid != os.getpid() and _carries(process, stack)]
    for process in left:
        _signal(process, signal.SIGTERM)
    _, stubborn = psutil.wait_procs(left, timeout=5)
    for process in stubborn:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=5)
    return [process.pid for process in left]


def _carries(process: psutil.Process, stack: str) -> bool:
    try:
        return process.environ().get(STACK_MARK) == stack
    except (psutil.Error, OSError):
        return False


def _signal(process: psutil.Process, with_signal: signal.Signals) -> None:
    try:
        process.send_signal(with_signal)
    except psutil.Error:
        return
