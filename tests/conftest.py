"""Servers, keys and settings for every test.

Without DATABASE_URL this process starts PostgreSQL and Valkey of its own in a temporary place, so tests run beside a
`make run`; with it they use those servers. pytest-django then makes a database per xdist worker.
"""
import os
from collections.abc import Iterator
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.harness import environment
from tests.harness.system import RunningSystem

SYSTEM_DIRECTORIES = ('tests/system/', 'tests/flows/')
# What must stay on one worker: the running system, and the processes that empty the broker of the test run.
TOGETHER = {'tests/system/': 'system', 'tests/flows/': 'system', 'tests/jobs/test_processes.py': 'broker'}

os.environ['DENIMHUB_ENV'] = 'test'
os.environ['DJANGO_SETTINGS_MODULE'] = 'denimhub.settings'


def pytest_configure(config: pytest.Config) -> None:
    """Runs before pytest-django looks for settings; xdist workers inherit what the first process has set."""
    if config.getoption('version', 0) or config.getoption('help', False):
        return
    if not hasattr(config, 'workerinput'):
        environment.prepare()
    environment.load_settings()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Only the process that started the servers stops them."""
    if not hasattr(config, 'workerinput'):
        environment.dispose()


class TogetherOnOneWorker(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """One worker gets all tests that share processes; any worker gets any of the rest.

    `--dist loadgroup` is meant for this, but pytest 9.2 made it ineffective (pytest-dev/pytest-xdist#1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((group for path, group in TOGETHER.items() if nodeid.startswith(path)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    """Only for `--dist loadgroup`, as `make test` gives it; other ways of distributing stay as they are."""
    return TogetherOnOneWorker(config, log) if config.getoption('dist') == 'loadgroup' else None


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the tests of the running system, and keep them where the scheduler knows them by their path."""
    if 'running_system' in getattr(item, 'fixturenames', ()):
        if not item.nodeid.startswith(SYSTEM_DIRECTORIES):
            raise pytest.UsageError(f'{item.nodeid} uses running_system outside {" and ".join(SYSTEM_DIRECTORIES)}')
        item.add_marker(pytest.mark.system)


@pytest.fixture(scope='session')
def running_system() -> Iterator[RunningSystem]:
    """Real web, workers, dispatcher and sandbox lenders for this session; `kill` and `restart` act on their parts."""
    system = RunningSystem()
    try:
        system.start()
        yield system
    finally:
        system.stop()


@pytest.fixture
def healthy_system(running_system: RunningSystem) -> RunningSystem:
    """The running system with every part alive, whatever the test before did to it."""
    running_system.mend()
    return running_system
