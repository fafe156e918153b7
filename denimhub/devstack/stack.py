"""One development stack over one state directory: places, lock, servers, keys, environment."""
import fcntl
import os
import secrets
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from denimhub.conf.environment import read_environment_file, write_environment_file
from denimhub.devstack.embedded import Embedded
from denimhub.devstack.keys import claim_database, kept_keys, key_ids

STOPPING_SECONDS = 30.0


class AlreadyRunning(RuntimeError):
    """Another supervisor holds this state directory."""


class PortBusy(RuntimeError):
    """Somebody else listens where we want to."""


class State:
    """The places of a stack: everything it keeps between runs lies in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.environment_file = directory / 'development.env'
        self.logs = directory / 'log'
        self.sandbox_db = directory / 'sandbox.sqlite3'
        self._lock: Any = None
        self._since = time.monotonic()

    def take(self) -> str:
        """Make the directory, hold its lock until the end of the process; returns the random id of the stack."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._lock = open(self.directory / 'devstack.lock', 'a+', encoding='utf-8')  # noqa: SIM115
        while not self._try_lock():
            time.sleep(0.2)
        self._lock.truncate(0)
        self._lock.write(f'{os.getpid()}\n')
        self._lock.flush()
        return self._instance_id()

    def _try_lock(self) -> bool:
        """False while a stack that is about to end still holds the lock."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if (self.directory / 'stopping').exists() and time.monotonic() - self._since < STOPPING_SECONDS:
                return False
            raise AlreadyRunning(self._owner()) from None
        (self.directory / 'stopping').unlink(missing_ok=True)
        return True

    def note_stopping(self) -> None:
        """Let the next start wait for the end of this one instead of giving up."""
        (self.directory / 'stopping').touch()

    def note_address(self, url: str) -> None:
        """Tell a second `make run` where the first one serves."""
        self._lock.write(url + '\n')
        self._lock.flush()

    def release(self) -> None:
        """Leave nothing that looks like a running stack."""
        self.environment_file.unlink(missing_ok=True)
        (self.directory / 'stopping').unlink(missing_ok=True)
        self._lock.close()

    def _owner(self) -> str:
        self._lock.seek(0)
        pid, _, url = self._lock.read().strip().partition('\n')
        return f'DenimHub is already running here (process {pid or "unknown"}{", " + url if url else ""}).'

    def _instance_id(self) -> str:
        file = self.directory / 'instance-id'
        if not file.exists():
            temporary = file.with_suffix('.new')
            temporary.write_text(secrets.token_hex(12) + '\n', encoding='utf-8')
            temporary.replace(file)
        return file.read_text(encoding='utf-8').strip()


def listen_or_refuse(host: str, port: int, name: str) -> None:
    """Find out before anything is started that a port is taken."""
    with socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortBusy(f'Port {port} cannot be used ({error.strerror}). Choose another: {name}=… make run'
                           ) from error


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return int(probe.getsockname()[1])


def start_servers(state: State, instance: str, given: Mapping[str, str], *, durable: bool = True) -> Embedded | None:
    """Start those servers for which no URL is given."""
    servers = {'DATABASE_URL': 'postgres', 'REDIS_URL': 'valkey'}
    wanted = [server for name, server in servers.items() if not given.get(name)]
    if not wanted:
        return None
    embedded = Embedded(state.directory / 'servers', durable=durable, name=instance, only=wanted)
    embedded.start()
    return embedded


def make_environment(state: State, given: Mapping[str, str], embedded: Embedded | None, *, port: int,
                     sandbox_port: int) -> dict[str, str]:
    """What every process of the stack gets beyond the given environment; what is given wins.

    The database is claimed here: raises ForeignDatabase when it was written with keys that are not ours.
    """
    made = {
        'DENIMHUB_ENV': 'development',
        'PUBLIC_URL': f'http://localhost:{port}',
        'SANDBOX_URL': f'http://127.0.0.1:{sandbox_port}',
        'PORT': str(port),
        'FILES_ROOT': str(state.directory / 'files'),
        **kept_keys(state.directory / 'keys.env'),
        **(embedded.urls if embedded else {}),
    }
    environment = {name: given.get(name) or value for name, value in made.items()}
    for name in ('DATABASE_URL', 'REDIS_URL'):
        environment.setdefault(name, given.get(name, ''))
    claim_database(environment['DATABASE_URL'], key_ids(environment))
    return environment


def announce(state: State, environment: Mapping[str, str]) -> None:
    """Let `manage.py` commands of this tree join the running stack."""
    write_environment_file(state.environment_file, environment)
    assert read_environment_file(state.environment_file) == dict(environment)
