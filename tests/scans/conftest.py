"""A deal at a fake lender for the tests of this room. Imports wait inside: Django is not set up yet."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytest_django import Settings

if TYPE_CHECKING:
    from tests.contracts.fakes import FakeLender
    from tests.contracts.till import Till


@pytest.fixture
def lender(settings: Settings, tmp_path: Path) -> Iterator[FakeLender]:
    """A lender that says yes to everything; files lie in a folder of the test."""
    from tests.contracts.fakes import FakeLender
    from tests.contracts.till import fake_lender

    settings.VAULT_FILES_DIR = str(tmp_path)
    settings.CONFIRM_WAIT_SECONDS = 0
    with fake_lender(FakeLender()) as fake:
        yield fake


@pytest.fixture
def till(lender: FakeLender, db: None) -> Till:
    """A POS deal, nothing done yet."""
    from tests.contracts.till import Till

    return Till(lender)
