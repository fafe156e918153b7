"""A quick sandbox process, and doors to a server that answers what a test wants.

Models are imported inside the fixtures: this file is read before Django is set up.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytest_httpserver import HTTPServer

from tests.sandbox.stand import Stand

if TYPE_CHECKING:
    from lenders.door import Door
    from lenders.models import Lender


@pytest.fixture(scope='session')
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sandbox process, ten times as quick as for partners."""
    running = Stand(Path(tmp_path_factory.mktemp('sandbox')) / 'sandbox.sqlite3')
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    from lenders import breaker

    breaker.forget()


@pytest.fixture
def lender(db: None, httpserver: HTTPServer) -> Lender:
    """A lender that is the test's own HTTP server."""
    from lenders.models import Lender

    return Lender.objects.create(
        code='own', name='Own', is_sandbox=True, adapter='denimhub', base_url=httpserver.url_for(''), kinds=['pos'],
        credentials={'auth': 'bearer', 'secret': 'token'}, payment_hosts=['pay.example'],
        connect_timeout_seconds=0.5, read_timeout_seconds=0.4)


@pytest.fixture
def door(lender: Lender) -> Callable[[], Door]:
    """Doors to that lender, made of its row as it is in the database."""
    from lenders.catalogue import address_of
    from lenders.door import Door
    from lenders.models import Lender

    def make() -> Door:
        row = Lender.objects.get(pk=lender.pk)
        return Door(address_of(row), lambda method, url, body: {'Authorization': 'Bearer token'})

    return make
