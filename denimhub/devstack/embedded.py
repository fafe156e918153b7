"""PostgreSQL and Valkey without an installation: for `make run` and `make test` when no URL of a server is given."""
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis

from denimhub.devstack.binaries import postgres_directory, valkey_binary
from denimhub.devstack.processes import child_setup

START_SECONDS = 40
LONGEST_RUN_PATH = 80  # sun_path holds 108 bytes on Linux, 104 on macOS; PostgreSQL adds `/.s.PGSQL.5432.lock`
FAST = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off']
DATABASE = 'denimhub'


class ServersBusy(RuntimeError):
    """Somebody else's supervisor holds the data of these servers."""


class ServerFailed(RuntimeError):
    """A server did not start; the text names its log."""


class Embedded:
    """The two servers over one state directory; `start()` takes its lock, `stop()` lets it go.

    As root both run as `nobody`, because PostgreSQL refuses uid 0, with their data in `/var/tmp` under `name`, which
    should be hard to guess.
    """

    def __init__(self, state: Path, *, durable: bool, name: str = '', only: Iterable[str] = ('postgres', 'valkey')
                 ) -> None:
        self.as_root = os.geteuid() == 0
        self.durable = durable
        self.wanted = tuple(only)
        key = name or hashlib.sha256(str(state.resolve()).encode()).hexdigest()[:20]
        self.user: dict[str, Any] = {}
        self.base = state.resolve()
        if self.as_root:
            self.user = {'user': 'nobody', 'group': pwd.getpwnam('nobody').pw_gid, 'extra_groups': []}
            self.base = Path('/var/tmp') / f'denimhub-{key}'  # noqa: S108 - the name is random, the owner is checked
        self.run = self.base / 'run'
        if len(os.fsencode(self.run)) > LONGEST_RUN_PATH:
            self.run = Path(tempfile.gettempdir()) / f'dh-{os.geteuid()}-{key[:20]}'
        self.postgres_data = self.base / 'pg18'
        self.valkey_data = self.base / 'valkey'
        self.socket = self.run / 'kv.sock'
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._lock: Any = None

    @property
    def urls(self) -> dict[str, str]:
        """What the environment of the system needs to reach the servers that run here."""
        urls = {'postgres': ('DATABASE_URL', f'postgres://denimhub@/{DATABASE}?host={self.run}'),
                'valkey': ('REDIS_URL', f'unix://{self.socket}?db=0')}
        return dict(urls[server] for server in self.wanted)

    def start(self) -> dict[str, str]:
        """Bring up the wanted servers; returns their URLs by environment name."""
        self._take_base()
        for directory in (self.run, self.postgres_data, self.valkey_data):
            self._own(directory)
        try:
            for server in self.wanted:
                self._start(server)
        except BaseException:
            self.stop()
            raise
        return self.urls

    def revive(self) -> list[str]:
        """Start again the servers that have died; returns their names."""
        dead = [server for server, process in self._running.items() if process.poll() is not None]
        for server in dead:
            self._start(server)
        return dead

    def process(self, server: str) -> subprocess.Popen[bytes]:
        """The process of a server that was started."""
        return self._running[server]

    def stop(self) -> None:
        """Stop both, PostgreSQL by its fast shutdown, and let the lock go."""
        for server, process in self._running.items():
            if process.poll() is None:
                process.send_signal(signal.SIGINT if server == 'postgres' else signal.SIGTERM)
        for process in self._running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def remove(self) -> None:
        """Delete all data of stopped servers."""
        for directory in (self.run, self.base):
            shutil.rmtree(directory, ignore_errors=True)

    # --- places -----------------------------------------------------------------------------------------------------

    def _take_base(self) -> None:
        self.base.mkdir(parents=True, exist_ok=True)
        found = os.lstat(self.base)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise ServerFailed(f'{self.base} is not a directory of this user')
        if self.as_root:
            self.base.chmod(0o755)
        self._lock = open(self.base / 'lock', 'a+b')  # noqa: SIM115 - held as long as the servers run
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            self._lock = None
            raise ServersBusy(f'the servers of {self.base} are run by another process') from None

    def _own(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, exist_ok=True)
        owner = pwd.getpwnam('nobody') if self.as_root else pwd.getpwuid(os.geteuid())
        if os.lstat(directory).st_uid not in {os.geteuid(), owner.pw_uid} or directory.is_symlink():
            raise ServerFailed(f'{directory} belongs to somebody else')
        directory.chmod(0o700)
        if self.as_root:
            os.chown(directory, owner.pw_uid, owner.pw_gid)

    # --- processes --------------------------------------------------------------------------------------------------

    def _start(self, server: str) -> None:
        if server == 'postgres':
            self._start_postgres()
        else:
            self._start_valkey()

    def _spawn(self, argv: list[str], log: str, stop_signal: signal.Signals) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in ('PATH', 'HOME', 'TMPDIR') if name in os.environ}
        environment |= {'LC_ALL': 'C.UTF-8' if sys.platform == 'linux' else 'C', 'TZ': 'UTC'}
        with open(self.base / log, 'ab') as output:
            try:
                return subprocess.Popen(
                    argv, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd='/',
                    preexec_fn=child_setup(stop_signal), **self.user)
            except PermissionError as error:
                raise ServerFailed(
                    f'{argv[0]} cannot be started ({error}). As root the servers run as the user nobody; where that '
                    'is not allowed give DATABASE_URL and REDIS_URL.') from error

    def _make_cluster(self, binaries: Path) -> None:
        if (self.postgres_data / 'PG_VERSION').exists() and (self.postgres_data / 'made').exists():
            return
        for leftover in self.postgres_data.iterdir():  # of an initdb that was killed half-way
            if leftover.is_dir():
                shutil.rmtree(leftover)
            else:
                leftover.unlink()
        character_type = 'C.UTF-8' if sys.platform == 'linux' else 'C'
        # The built-in locale: lower-casing and matching of Cyrillic fail silently under plain C.
        made = self._spawn([
            str(binaries / 'initdb'), '-D', str(self.postgres_data), '-U', 'denimhub', '-A', 'trust', '-E', 'UTF8',
            '--no-instructions', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--lc-collate=C',
            f'--lc-ctype={character_type}', '--lc-messages=C', *([] if self.durable else ['--no-sync']),
        ], 'pg.log', signal.SIGTERM)
        if made.wait(120) != 0:
            raise ServerFailed(f'PostgreSQL could not make its data directory, see {self.base / "pg.log"}')
        (self.postgres_data / 'made').touch()

    def _drop_stale_pid(self) -> None:
        """A pid file whose number now belongs to a stranger (kill -9, reboot, container) blocks the start for ever."""
        file = self.postgres_data / 'postmaster.pid'
        try:
            process = psutil.Process(int(file.read_text().split()[0]))
            if str(self.postgres_data) not in process.cmdline():
                file.unlink()
        except (FileNotFoundError, ValueError, IndexError, psutil.Error):
            return  # absent, or of nobody: PostgreSQL copes with that itself

    def _start_postgres(self) -> None:
        binaries = postgres_directory(self.base, for_nobody=self.as_root)
        self._make_cluster(binaries)
        deadline = time.monotonic() + START_SECONDS
        while True:  # the orphans of a killed server hold its shared memory for about a second
            self._drop_stale_pid()
            process = self._spawn([
                str(binaries / 'postgres'), '-D', str(self.postgres_data), '-c', 'listen_addresses=', '-k',
                str(self.run), '-c', 'max_connections=200', *([] if self.durable else FAST),
            ], 'pg.log', signal.SIGINT)
            self._running['postgres'] = process
            if self._postgres_answers(process, deadline):
                return
            if time.monotonic() > deadline:
                raise ServerFailed(f'PostgreSQL did not start, see {self.base / "pg.log"}')
            time.sleep(0.3)

    def _postgres_answers(self, process: subprocess.Popen[bytes], deadline: float) -> bool:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                with psycopg.connect(host=str(self.run), user='denimhub', dbname='postgres', autocommit=True,
                                     connect_timeout=5) as connection:
                    # A second server may still answer on the socket while this one waits to fail.
                    if not self._is_ours(process):
                        time.sleep(0.1)
                        continue
                    known = connection.execute('SELECT 1 FROM pg_database WHERE datname = %s', (DATABASE,)).fetchone()
                    if known is None:
                        connection.execute(f'CREATE DATABASE {DATABASE}')
                    return True
            except psycopg.OperationalError:
                time.sleep(0.03)
        return False

    def _is_ours(self, process: subprocess.Popen[bytes]) -> bool:
        try:
            return int((self.postgres_data / 'postmaster.pid').read_text().split()[0]) == process.pid
        except (OSError, ValueError, IndexError):
            return False

    def _start_valkey(self) -> None:
        self.socket.unlink(missing_ok=True)
        process = self._spawn([
            str(valkey_binary(self.base, for_nobody=self.as_root)), '--port', '0', '--unixsocket', str(self.socket),
            '--unixsocketperm', '700', '--dir', str(self.valkey_data), '--save', '', '--appendonly',
            'yes' if self.durable else 'no', '--maxmemory-policy', 'noeviction',
        ], 'kv.log', signal.SIGTERM)
        self._running['valkey'] = process
        deadline = time.monotonic() + START_SECONDS
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2)
        while process.poll() is None and time.monotonic() < deadline:
            try:
                client.ping()
            except redis.RedisError:
                time.sleep(0.03)
            else:
                client.close()
                return
        raise ServerFailed(f'Valkey did not start, see {self.base / "kv.log"}')
