"""`make run`: the whole system on this machine, with a demonstration, until Ctrl-C."""
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from types import FrameType
from typing import Any

import psycopg

from denimhub.conf.environment import ROOT, STATE
from denimhub.devstack.embedded import Embedded, ServerFailed, ServersBusy
from denimhub.devstack.keys import ForeignDatabase
from denimhub.devstack.parts import Supervisor, sweep, system_parts
from denimhub.devstack.processes import child_setup, die_with_parent, kill_group
from denimhub.devstack.stack import (
    AlreadyRunning,
    PortBusy,
    State,
    announce,
    listen_or_refuse,
    make_environment,
    start_servers,
)

LOOK_SECONDS = 0.1
HEALTHY_SECONDS = 180
DEMONSTRATIONS = (('--kind', 'pos', '--channel', 'online'), ('--kind', 'bnpl'))


class Stop(BaseException):
    """Somebody asked the stack to end."""


class CommandFailed(RuntimeError):
    """A step of the start did not succeed."""


def say(text: str) -> None:
    """One short line for the person at the terminal."""
    print(f'  {text}', flush=True)  # noqa: T201 - the terminal is the purpose


class Stack:
    """Everything `make run` holds while it runs."""

    def __init__(self) -> None:
        self.host = os.environ.get('HOST') or '127.0.0.1'
        self.port = int(os.environ.get('PORT') or 8000)
        self.sandbox_port = int(os.environ.get('SANDBOX_PORT') or 8100)
        self.url = f'http://localhost:{self.port}'
        self.state = State(STATE)
        self.servers: Embedded | None = None
        self.supervisor: Supervisor | None = None
        self.environment: dict[str, str] = {}
        self.filling: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Servers, schema, demo data, processes."""
        instance = self.state.take()
        left = sweep(instance)
        if left:
            say(f'ended {len(left)} processes left by a killed run')
        listen_or_refuse(self.host, self.port, 'PORT')
        listen_or_refuse('127.0.0.1', self.sandbox_port, 'SANDBOX_PORT')
        self.servers = start_servers(self.state, instance, os.environ)
        embedded = self.servers.wanted if self.servers else ()
        given = [name for name in ('DATABASE_URL', 'REDIS_URL') if os.environ.get(name)]
        say('servers: ' + ', '.join([*(f'{server} (embedded)' for server in embedded), *(f'{name} (given)'
                                                                                          for name in given)]))
        made = make_environment(self.state, os.environ, self.servers, port=self.port, sandbox_port=self.sandbox_port)
        announce(self.state, made)
        self.state.note_address(self.url)
        self.environment = {**os.environ, **made}
        self.manage('migrate', '--verbosity', '0')
        self.manage('sync_groups', '--json')
        self.seeds: dict[str, Any] = json.loads(self.manage('seed_demo', '--json'))
        say('schema and demo data are ready')
        self.supervisor = Supervisor(
            system_parts(host=self.host, port=self.port, sandbox_port=self.sandbox_port,
                         sandbox_db=self.state.sandbox_db),
            environment=self.environment, stack=instance, logs=self.state.logs, say=say)
        self.supervisor.start()

    def manage(self, *arguments: str) -> str:
        """One command of manage.py to its end; returns what it printed."""
        done = subprocess.run([sys.executable, 'manage.py', *arguments], cwd=ROOT, env=self.environment, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, check=False)
        self.state.logs.mkdir(exist_ok=True)
        with open(self.state.logs / 'manage.log', 'a', encoding='utf-8') as log:
            log.write(f'$ manage.py {" ".join(arguments)}\n{done.stdout if arguments[0] == "migrate" else ""}'
                      f'{done.stderr}')
        if done.returncode != 0:
            raise CommandFailed(f'manage.py {arguments[0]} failed:\n{done.stderr or done.stdout}')
        return done.stdout

    def look(self) -> None:
        """Keep servers and parts alive; called again and again."""
        if self.servers is not None:
            for name in self.servers.revive():
                say(f'{name} ended, started again')
        if self.supervisor is not None:
            self.supervisor.watch()
        if self.filling is not None and self.filling.poll() is not None:
            say('workstation: filled with applications of the last month' if self.filling.returncode == 0 else
                f'workstation: NOT filled (fill_demo, exit status {self.filling.returncode}), see {self.state.logs}/')
            self.filling = None
        time.sleep(LOOK_SECONDS)

    def wait_until_healthy(self) -> bool:
        """Wait for `/healthz`; says what is missing when it takes too long."""
        deadline = time.monotonic() + HEALTHY_SECONDS
        told = ''
        while time.monotonic() < deadline:
            self.look()
            status, told = ask(f'http://127.0.0.1:{self.port}/healthz')
            if status == 200:
                return True
        say(f'not healthy after {HEALTHY_SECONDS} s: {told}')
        return False

    def demonstrate(self, arguments: tuple[str, ...]) -> None:
        """Play one application through the public API; a failure is told, and serving goes on."""
        say('')
        say(f'demo {" ".join(arguments)}')
        process = subprocess.Popen(
            [sys.executable, 'manage.py', 'demo', '--base-url', f'http://127.0.0.1:{self.port}', *arguments], cwd=ROOT,
            env=self.environment, stdin=subprocess.DEVNULL, preexec_fn=child_setup(signal.SIGTERM))
        try:
            while process.poll() is None:
                self.look()
        finally:
            kill_group(process.pid)
        say('demo: issued' if process.returncode == 0 else f'demo FAILED (exit status {process.returncode})')

    def fill(self) -> None:
        """Let the workstation be filled meanwhile, behind everything else; what was filled before stays as it is."""
        with open(self.state.logs / 'fill_demo.log', 'ab') as log:
            self.filling = subprocess.Popen(
                ['nice', '-n', '10', sys.executable, 'manage.py', 'fill_demo'], cwd=ROOT, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=child_setup(signal.SIGTERM))

    def stop(self) -> None:
        """Parts first, servers last."""
        if self.filling is not None and self.filling.poll() is None:
            kill_group(self.filling.pid)
        if self.supervisor is not None:
            self.supervisor.stop()
        if self.servers is not None:
            self.servers.stop()

    def tell_addresses(self) -> None:
        """What to open now."""
        admin = self.seeds.get('admin', {})
        say('')
        say(f'start page       {self.url}/')
        say(f'workstation      {self.url}/admin/   {admin.get("username")} / {admin.get("password")}')
        if self.filling is not None:
            say('                 or operator, supervisor, auditor, security, partner, with the same password')
        say(f'API for partners {self.url}/docs/')
        say(f'demo partner     partner_guid {self.seeds.get("partner_guid")}')
        for name, point in self.seeds.get('points', {}).items():
            say(f'                 point {name}: {point}')
        say(f'sandbox lenders  {self.environment["SANDBOX_URL"]}/   logs: {self.state.logs}/')
        say('Ctrl-C stops everything.')


def ask(url: str) -> tuple[int, str]:
    """Status and text of an address of our own; 0 while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors='replace')
    except OSError as error:
        return 0, str(error)


def _on_signal(_number: int, _frame: FrameType | None) -> None:
    raise Stop


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _run(stack: Stack) -> None:
    stack.start()
    if stack.wait_until_healthy():
        say('all parts answer at /healthz')
        for arguments in DEMONSTRATIONS:
            stack.demonstrate(arguments)
        stack.fill()
    stack.tell_addresses()
    forever: Callable[[], None] = stack.look
    while True:
        forever()


def main() -> int:
    """Start, serve, stop; the exit status of `make run`."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _on_signal)
    if os.environ.get('MAKELEVEL'):
        die_with_parent(signal.SIGTERM)  # a killed make must not leave a stack without a terminal
    say('DenimHub development stack')
    stack = Stack()
    try:
        _run(stack)
    except AlreadyRunning as told:
        say(f'{told} Stop it there (Ctrl-C), or serve from another copy of the tree.')
        return 1
    except (PortBusy, ServersBusy, ServerFailed, ForeignDatabase, CommandFailed, psycopg.OperationalError) as told:
        say(str(told))
        _finish(stack)
        return 1
    except Stop:
        say('')
        say('stopping …')
        _finish(stack)
        say('stopped')
    except BaseException:
        _finish(stack)
        raise
    return 0


def _finish(stack: Stack) -> None:
    _ignore_signals()
    stack.state.note_stopping()
    stack.stop()
    stack.state.release()


if __name__ == '__main__':
    sys.exit(main())
