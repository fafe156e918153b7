"""Whose environment a command of manage.py gets."""
import fcntl
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from denimhub.conf.environment import (
    ROOT,
    devstack_is_running,
    join_development,
    read_environment_file,
    write_environment_file,
)

WRITTEN = {'DENIMHUB_ENV': 'development', 'DATABASE_URL': 'postgres://embedded', 'SECRET_KEY': 'development:a=b "c"'}


@pytest.fixture
def left(tmp_path: Path) -> tuple[Path, Path]:
    """The environment file and the lock file of a stack."""
    file, lock = tmp_path / 'development.env', tmp_path / 'devstack.lock'
    write_environment_file(file, WRITTEN)
    lock.touch()
    return file, lock


def test_a_running_stack_fills_an_empty_environment(left: tuple[Path, Path]) -> None:
    environ: dict[str, str] = {}
    with open(left[1], 'rb') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert devstack_is_running(left[1])
        assert join_development(environ, *left)
    assert environ == WRITTEN


def test_the_file_of_a_killed_stack_is_not_taken(left: tuple[Path, Path]) -> None:
    environ: dict[str, str] = {}
    assert not join_development(environ, *left)
    assert environ == {}


@pytest.mark.parametrize('own', [
    {'DENIMHUB_ENV': 'production'}, {'DENIMHUB_ENV': 'test'}, {'DATABASE_URL': 'postgres://other/place'},
])
def test_development_keys_never_meet_another_environment(left: tuple[Path, Path], own: dict[str, str]) -> None:
    environ = dict(own)
    with open(left[1], 'rb') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert not join_development(environ, *left)
    assert environ == own


def test_the_real_environment_wins(left: tuple[Path, Path]) -> None:
    environ = {'SECRET_KEY': 'mine', 'DATABASE_URL': 'postgres://embedded'}
    with open(left[1], 'rb') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert join_development(environ, *left)
    assert environ == {**WRITTEN, 'SECRET_KEY': 'mine'}


def test_the_file_is_for_its_owner_only_and_reads_back(left: tuple[Path, Path]) -> None:
    assert stat.S_IMODE(left[0].stat().st_mode) == 0o600
    assert read_environment_file(left[0]) == WRITTEN


def test_a_line_break_in_a_value_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='NAME holds a line break'):
        write_environment_file(tmp_path / 'x.env', {'NAME': 'a\nOTHER=b'})
    assert not (tmp_path / 'x.env').exists()


def test_without_a_database_a_command_says_how_to_get_one() -> None:
    bare = {name: value for name, value in os.environ.items()
            if name not in {'DATABASE_URL', 'REDIS_URL', 'DENIMHUB_ENV'}} | {'DENIMHUB_ENV': 'test'}
    done = subprocess.run([sys.executable, 'manage.py', 'seed_demo', '--json'], cwd=ROOT, env=bare, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ''
    assert 'make run' in done.stderr
