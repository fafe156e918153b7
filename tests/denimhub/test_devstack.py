"""The supervisor of `make run`: whatever dies is started again, whatever is left over is found."""
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from denimhub.conf.environment import write_environment_file
from denimhub.devstack.embedded import Embedded, ServersBusy
from denimhub.devstack.keys import ForeignDatabase, claim_database, kept_keys, key_ids, new_vault_keys
from denimhub.devstack.parts import STACK_MARK, Part, Supervisor, sweep
from denimhub.devstack.stack import AlreadyRunning, PortBusy, State, listen_or_refuse
from vault import keysets

WRITES_ITS_PID = 'import os,sys,time; open(sys.argv[1], "a").write(f"{os.getpid()}\\n"); time.sleep(100)'


def wait_for(condition: Callable[[], bool], look: Callable[[], None] = lambda: None) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, 'it did not happen in 20 s'
        look()
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] != 'Z'
    except OSError:
        return False


@pytest.fixture
def pids(tmp_path: Path) -> Callable[[], list[int]]:
    """Process ids a part has written, one per start."""
    file = tmp_path / 'pids'
    file.touch()
    return lambda: [int(line) for line in file.read_text().splitlines()]


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[tuple[Supervisor, list[str]]]:
    said: list[str] = []
    part = Part('sleeper', (sys.executable, '-c', WRITES_ITS_PID, str(tmp_path / 'pids')))
    supervisor = Supervisor([part], environment=dict(os.environ), stack='stack-of-a-test', logs=tmp_path / 'log',
                            say=said.append)
    supervisor.start()
    yield supervisor, said
    supervisor.stop()


def test_a_killed_part_is_started_again_and_that_is_said(
        supervisor: tuple[Supervisor, list[str]], pids: Callable[[], list[int]]) -> None:
    wait_for(lambda: len(pids()) == 1)
    os.kill(pids()[0], signal.SIGKILL)
    wait_for(lambda: len(pids()) == 2, supervisor[0].watch)
    assert is_alive(pids()[1])
    assert len(supervisor[1]) == 1
    assert supervisor[1][0].startswith('sleeper ended (SIGKILL), starting again in 0.2 s; see ')


def test_stopping_leaves_nothing(supervisor: tuple[Supervisor, list[str]], pids: Callable[[], list[int]]) -> None:
    wait_for(lambda: len(pids()) == 1)
    supervisor[0].stop()
    assert not is_alive(pids()[0])
    supervisor[0].watch()
    assert len(pids()) == 1


def test_the_next_start_finds_what_a_kill_left_and_nothing_else(tmp_path: Path, pids: Callable[[], list[int]]) -> None:
    argv = [sys.executable, '-c', WRITES_ITS_PID, str(tmp_path / 'pids')]
    mine = subprocess.Popen(argv, env={**os.environ, STACK_MARK: 'killed-stack'})
    other = subprocess.Popen(argv, env={**os.environ, STACK_MARK: 'another-stack'})
    try:
        wait_for(lambda: len(pids()) == 2)
        assert sweep('killed-stack') == [mine.pid]
        assert not is_alive(mine.pid)
        assert other.poll() is None
    finally:
        for process in (mine, other):
            process.kill()
            process.wait()


@pytest.mark.skipif(sys.platform != 'linux', reason='the kernel of Linux ends the children of a killed supervisor')
def test_parts_end_with_a_killed_supervisor(tmp_path: Path, pids: Callable[[], list[int]]) -> None:
    code = ('import os,sys,time; from pathlib import Path; from denimhub.devstack.parts import Part, Supervisor; '
            f'Supervisor([Part("p", (sys.executable, "-c", {WRITES_ITS_PID!r}, {str(tmp_path / "pids")!r}))], '
            f'environment=dict(os.environ), stack="x", logs=Path({str(tmp_path / "log")!r}), say=print).start(); '
            'time.sleep(100)')
    parent = subprocess.Popen([sys.executable, '-c', code])
    wait_for(lambda: len(pids()) == 1)
    parent.kill()
    parent.wait()
    wait_for(lambda: not is_alive(pids()[0]))


def test_a_second_stack_over_the_same_state_is_told_about_the_first(tmp_path: Path) -> None:
    first = State(tmp_path)
    instance = first.take()
    first.note_address('http://localhost:8000')
    with pytest.raises(AlreadyRunning, match=rf'process {os.getpid()}, http://localhost:8000'):
        State(tmp_path).take()
    first.release()
    assert State(tmp_path).take() == instance


def test_the_next_stack_waits_for_one_that_is_stopping(tmp_path: Path) -> None:
    first = State(tmp_path)
    instance = first.take()
    first.note_stopping()
    ending = threading.Timer(0.5, first.release)
    ending.start()
    assert State(tmp_path).take() == instance
    ending.join()
    assert not (tmp_path / 'stopping').exists()


def test_a_busy_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(('127.0.0.1', 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(PortBusy, match=f'Port {port} cannot be used .*PORT=… make run'):
            listen_or_refuse('127.0.0.1', port, 'PORT')


def test_development_keys_stay_the_same(tmp_path: Path) -> None:
    first = kept_keys(tmp_path / 'keys.env')
    assert kept_keys(tmp_path / 'keys.env') == first
    assert first['SECRET_KEY'].startswith('development:')
    assert len(key_ids(first)) == 4


def test_a_tree_of_an_older_release_gets_the_keys_it_lacks_and_keeps_the_others(tmp_path: Path) -> None:
    file = tmp_path / 'keys.env'
    former = {name: value for name, value in kept_keys(file).items() if name != 'VAULT_SIGN_KEYS'}
    write_environment_file(file, former)
    kept = kept_keys(file)
    assert {name: value for name, value in kept.items() if name != 'VAULT_SIGN_KEYS'} == former
    assert keysets.describe(kept['VAULT_SIGN_KEYS']).is_development
    assert key_ids(kept) == key_ids(kept | {'VAULT_SIGN_KEYS': keysets.new_key_set('SIGN')})


@pytest.fixture(scope='module')
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    embedded = Embedded(tmp_path_factory.mktemp('servers'), durable=False)
    embedded.start()
    yield embedded
    embedded.stop()
    embedded.remove()


@pytest.mark.slow
def test_killed_servers_come_back(servers: Embedded) -> None:
    for server in servers.wanted:
        servers.process(server).kill()
        servers.process(server).wait()
    assert servers.revive() == ['postgres', 'valkey']
    with psycopg.connect(servers.urls['DATABASE_URL']) as connection:
        assert connection.execute("SELECT lower('ЁЖ'), 'Ёж' ILIKE 'ёЖ'").fetchone() == ('ёж', True)
    assert servers.revive() == []


@pytest.mark.slow
def test_servers_of_others_are_not_taken(servers: Embedded) -> None:
    second = Embedded(servers.base, durable=False, name=servers.base.name.removeprefix('denimhub-'))
    with pytest.raises(ServersBusy):
        second.start()


@pytest.mark.slow
def test_a_pid_file_with_the_number_of_a_stranger_does_not_stop_the_start(servers: Embedded) -> None:
    servers.stop()
    (servers.postgres_data / 'postmaster.pid').write_text(f'{os.getpid()}\n{servers.postgres_data}\n')
    servers.start()
    with psycopg.connect(servers.urls['DATABASE_URL']) as connection:
        assert connection.execute('SELECT 1').fetchone() == (1,)


@pytest.mark.slow
def test_a_database_of_other_keys_is_reported_and_left_alone(servers: Embedded) -> None:
    url = servers.urls['DATABASE_URL']
    ours, others = key_ids(new_vault_keys()), key_ids(new_vault_keys())
    claim_database(url, ours)
    claim_database(url, ours)
    with pytest.raises(ForeignDatabase, match='Nothing was changed'):
        claim_database(url, others)
    with psycopg.connect(url) as connection:
        assert {row[0] for row in connection.execute('SELECT key_id FROM development_keys')} == ours
        connection.execute('DROP TABLE development_keys')
        connection.execute('CREATE TABLE django_migrations (id int)')
    with pytest.raises(ForeignDatabase, match='of unknown ids'):
        claim_database(url, ours)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('development_keys')").fetchone() == (None,)
        connection.execute('DROP TABLE django_migrations')
