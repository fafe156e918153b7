"""Temporary state directories of test runs, and the removal of those a killed run has left."""
import os
import shutil
import tempfile
import time
from pathlib import Path

from denimhub.conf.environment import devstack_is_running
from denimhub.devstack.embedded import Embedded
from denimhub.devstack.stack import State

PREFIX = 'denimhub-test-'
YOUNG_SECONDS = 60  # a directory so young may belong to a run that has not locked it yet


def new_place() -> tuple[State, Embedded]:
    """A fresh, locked state directory and the servers that would live in it."""
    state = State(Path(tempfile.mkdtemp(prefix=PREFIX)))
    return state, Embedded(state.directory / 'servers', durable=False, name=state.take())


def remove_place(state: State, servers: Embedded) -> None:
    """Stop the servers, delete everything."""
    servers.stop()
    servers.remove()
    state.release()
    shutil.rmtree(state.directory, ignore_errors=True)


def sweep_places() -> None:
    """Delete what killed runs of this user have left; a run that lives holds its lock."""
    for directory in Path(tempfile.gettempdir()).glob(f'{PREFIX}*'):
        try:
            found = directory.lstat()
        except OSError:
            continue
        young = time.time() - found.st_mtime < YOUNG_SECONDS
        if young or found.st_uid != os.geteuid() or devstack_is_running(directory / 'devstack.lock'):
            continue
        instance = directory / 'instance-id'
        if instance.exists():
            name = instance.read_text(encoding='utf-8').strip()
            Embedded(directory / 'servers', durable=False, name=name).remove()
        shutil.rmtree(directory, ignore_errors=True)
