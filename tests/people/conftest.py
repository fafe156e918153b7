from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_visits_before() -> Iterator[None]:
    """The library counts visits of the log-in page by address and minute."""
    cache.clear()
    yield
    cache.clear()
