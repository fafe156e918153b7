"""A quick stand for the tests of one module."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.stand import Stand


@pytest.fixture(scope='session')
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sandbox process, ten times as quick as for partners."""
    running = Stand(Path(tmp_path_factory.mktemp('sandbox')) / 'sandbox.sqlite3')
    yield running
    running.stop()
