"""Servers, keys and settings for every test.

Without DATABASE_URL this process starts PostgreSQL and Valkey of its own in a temporary place, so tests run beside a
`make run`; with it they use those servers. pytest-django then makes a database per xdist worker.
"""
import os
from collections.abc import Iterator

import pytest

from tests.harness import environment
from tests.harness.system import RunningSystem

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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the running system share one set of processes: one xdist group, one worker."""
    for item in items:
        if 'running_system' in getattr(item, 'fixturenames', ()):
            item.add_marker(pytest.mark.system)
            item.add_marker(pytest.mark.xdist_group('system'))


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
