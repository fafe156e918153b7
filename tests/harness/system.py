"""The whole system as real processes on free ports, with servers, files and keys of its own."""
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from denimhub.conf.environment import ROOT
from denimhub.devstack.parts import Sizes, Supervisor, describe_status, system_parts
from denimhub.devstack.processes import kill_group
from denimhub.devstack.stack import free_port, make_environment
from tests.harness.places import new_place, remove_place

SCORING_DEADLINE_SECONDS = 20  # the stories of silent lenders need not wait for two minutes
START_SECONDS = 180  # of a machine that is busy with other tests; an idle one needs less than ten
# Of the surrounding test run: the system must not see its database, its test mode or its failpoints.
NOT_INHERITED = ('DATABASE_URL', 'REDIS_URL', 'FILES_ROOT', 'SECRET_KEY', 'DENIMHUB_ENV', 'DENIMHUB_FAILPOINT',
                 'PUBLIC_URL', 'SANDBOX_URL')


class RunningSystem:
    """Web, workers, dispatcher and sandbox lenders; parts are named sandbox, web, worker, documents, dispatcher."""

    def __init__(self) -> None:
        self.state, self.servers = new_place()
        self.port, self.sandbox_port = free_port(), free_port()
        self.base_url = f'http://127.0.0.1:{self.port}'
        self.sandbox_url = f'http://127.0.0.1:{self.sandbox_port}'
        self.env: dict[str, str] = {}
        self.seeds: dict[str, Any] = {}
        self.supervisor: Supervisor | None = None
        self._statuses: list[str] = []
        self._changed: set[str] = set()  # parts that run with more environment than a healthy system has

    @property
    def logs(self) -> Path:
        """The directory with one log per part."""
        return self.state.logs

    def start(self) -> None:
        """Servers, schema, demo data, processes, health."""
        given = {name: value for name, value in os.environ.items()
                 if name not in NOT_INHERITED and not name.startswith(('VAULT_', 'PYTEST_'))}
        self.servers.start()
        self.env = given | make_environment(self.state, {}, self.servers, port=self.port,
                                            sandbox_port=self.sandbox_port)
        self.env |= {'PUBLIC_URL': self.base_url, 'SANDBOX_URL': self.sandbox_url, 'PYTHONPATH': str(ROOT)}
        self.env['SCORING_DEADLINE_SECONDS'] = str(SCORING_DEADLINE_SECONDS)
        # The same keys as the tests: they read the client's SMS where the system stores them.
        self.env |= {name: value for name, value in os.environ.items() if name.startswith('VAULT_')}
        self.manage('migrate', '--verbosity', '0')
        self.manage('sync_groups', '--json')
        self.seeds = json.loads(self.manage('seed_demo', '--json'))
        self.supervisor = Supervisor(
            system_parts(host='127.0.0.1', port=self.port, sandbox_port=self.sandbox_port,
                         sandbox_db=self.state.sandbox_db, sizes=Sizes(document_processes=1)),
            environment=self.env, stack=self.state.directory.name, logs=self.state.logs, say=self._statuses.append)
        self.supervisor.start()
        self.wait_until_healthy()

    def stop(self) -> None:
        """End everything and remove what was kept."""
        if self.supervisor is not None:
            self.supervisor.stop()
        remove_place(self.state, self.servers)

    # --- what tests do with it --------------------------------------------------------------------------------------

    def manage(self, *arguments: str, timeout: float = 120, check: bool = True) -> str:
        """Run a command of manage.py against this system; returns its standard output."""
        done = subprocess.run([sys.executable, 'manage.py', *arguments], cwd=ROOT, env=self.env, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=timeout, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f'manage.py {" ".join(arguments)} ended with {done.returncode}\n{done.stdout}\n'
                                 f'{done.stderr}')
        return done.stdout

    def kill(self, part: str, with_signal: signal.Signals = signal.SIGKILL) -> None:
        """Signal the whole process group of a part (SIGKILL, SIGSTOP, SIGCONT …); it stays as it then is.

        The servers, postgres and valkey, count as parts here and in `restart`.
        """
        process = self._process(part)
        os.killpg(process.pid, with_signal)
        if with_signal == signal.SIGKILL:
            process.wait(30)

    def wait_for_exit(self, part: str, seconds: float = 30) -> int:
        """Wait until a part has ended (for example at a failpoint); returns its exit status."""
        return self._process(part).wait(seconds)

    def restart(self, part: str, *, healthy: bool = True, **environment: str) -> None:
        """Start a part again, with more environment (DENIMHUB_FAILPOINT='…') if wanted; stops it when it still runs."""
        if part in self.servers.wanted:
            self.servers.process(part).kill()
            self.servers.process(part).wait()
            self.servers.revive()
            return
        self._supervisor.stop_part(part)
        self._changed = self._changed - {part} | ({part} if environment else set())
        before = self._supervisor.environment
        self._supervisor.environment = {**before, **environment}
        try:
            self._supervisor.start_part(part)
        finally:
            self._supervisor.environment = before
        if healthy:
            self._wait_for_beat(part)
            self.wait_until_healthy()

    def mend(self) -> None:
        """Bring every part back that a test has killed, stopped, or left with more environment."""
        for server in self.servers.wanted:
            kill_group(self.servers.process(server).pid, signal.SIGCONT)
        self.servers.revive()
        for name, one in self._supervisor.running.items():
            if one.process is None or one.process.poll() is not None or name in self._changed:
                self.restart(name, healthy=False)
            else:
                os.killpg(one.process.pid, signal.SIGCONT)
        self.wait_until_healthy()

    def log(self, part: str) -> str:
        """All that a part has logged."""
        return (self.logs / f'{part}.log').read_text(encoding='utf-8')

    def call(self, method: str, body: dict[str, Any], *, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """POST to a method of the partner API; returns the envelope, whatever the HTTP status."""
        request = urllib.request.Request(
            f'{self.base_url}/dp/{method}', data=json.dumps(body).encode(),
            headers={'Content-Type': 'application/json', **(headers or {})})
        answer: dict[str, Any] = json.loads(_read(request, timeout=60)[1])
        return answer

    def journal(self, form_guid: str) -> list[dict[str, Any]]:
        """What the sandbox lenders did for a form."""
        answer = json.loads(_read(f'{self.sandbox_url}/journal?form_guid={form_guid}')[1])
        calls: list[dict[str, Any]] = answer['calls']
        return calls

    def wait_until_healthy(self, seconds: float = START_SECONDS) -> None:
        """Wait for 200 from /healthz; fails with what is missing, or at once when a part has ended."""
        deadline = time.monotonic() + seconds
        status, text = 0, ''
        while time.monotonic() < deadline:
            status, text = _read(f'{self.base_url}/healthz')
            if status == 200:
                return
            self._fail_if_ended()
            time.sleep(0.1)
        raise AssertionError(f'not healthy after {seconds} s: {status} {text}\n{self._tails()}')

    def _wait_for_beat(self, part: str) -> None:
        """The beat of the process that was killed still counts for some seconds: wait for one of the new process."""
        beats = {'worker': 'worker.lenders', 'documents': 'worker.documents', 'dispatcher': 'dispatcher'}
        if part not in beats:
            return
        started = self._supervisor.running[part].started
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self._fail_if_ended()
            asked = time.monotonic()
            status, text = _read(f'{self.base_url}/healthz')
            age = json.loads(text)['parts'][beats[part]]['age_seconds'] if status in {200, 503} else None
            if age is not None and age < asked - started:
                return
            time.sleep(0.1)

    def _process(self, part: str) -> subprocess.Popen[bytes]:
        if part in self.servers.wanted:
            return self.servers.process(part)
        process = self._supervisor.running[part].process
        assert process is not None, f'{part} does not run'
        return process

    @property
    def _supervisor(self) -> Supervisor:
        assert self.supervisor is not None, 'the system was not started'
        return self.supervisor

    def _fail_if_ended(self) -> None:
        for name, one in self._supervisor.running.items():
            status = one.process.poll() if one.process else None
            if status is not None and time.monotonic() - one.started < START_SECONDS:
                raise AssertionError(f'{name} ended ({describe_status(status)})\n{self._tails()}')

    def _tails(self) -> str:
        return '\n'.join(f'--- {file.name}\n{file.read_text(errors="replace")[-3000:]}'
                         for file in sorted(self.logs.glob('*.log')))


def _read(request: str | urllib.request.Request, timeout: float = 10) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors='replace')
    except OSError as error:
        return 0, str(error)
