"""Waiting for what a job writes: short looks at our own database, outside any transaction."""
from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from jobs.registry import assert_no_transaction

T = TypeVar('T')
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.03, 0.1


def wait_for(look: Callable[[], T | None], *, seconds: float) -> T | None:
    """The first thing that `look` finds, or None when nothing came in so many seconds."""
    assert_no_transaction()
    ends = time.monotonic() + seconds
    pause = _FIRST_PAUSE_SECONDS
    while True:
        found = look()
        if found is not None or time.monotonic() >= ends:
            return found
        time.sleep(min(pause, max(ends - time.monotonic(), 0)))
        pause = min(pause * 1.3, _LONGEST_PAUSE_SECONDS)
