"""What every test of this room may ask for. Imports wait inside: this file is read before Django is set up."""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_django import Settings

if TYPE_CHECKING:
    from tests.contracts.fakes import FakeLender
    from tests.contracts.till import Till


@pytest.fixture
def lender(settings: Settings) -> Iterator[FakeLender]:
    """A lender that says yes to everything."""
    from tests.contracts.fakes import FakeLender
    from tests.contracts.till import fake_lender

    settings.CONFIRM_WAIT_SECONDS = 0
    settings.CHECK_CODE_WAIT_SECONDS = 0
    with fake_lender(FakeLender()) as fake:
        yield fake


@pytest.fixture
def till(lender: FakeLender, db: None) -> Till:
    """A POS deal, nothing done yet."""
    from tests.contracts.till import Till

    return Till(lender)


@pytest.fixture
def bnpl(lender: FakeLender, db: None) -> Till:
    """A BNPL deal, nothing done yet."""
    from tests.contracts.till import Till

    return Till(lender, kind='bnpl')
