"""One large piece of work at a time in a process."""
from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from jobs.registry import Again

LARGE_SECONDS: Final = 1800.0
"""How long one attempt of such work may last."""
_PAUSE_SECONDS: Final = 5.0
_turn = threading.Lock()


@contextmanager
def turn() -> Iterator[None]:
    """Registries and matchings run on the threads that talk to lenders: prefork processes are killed after two minutes.

    A million lines are half a minute of computing, so one is enough: whoever comes second comes again in 5 s.
    """
    if not _turn.acquire(blocking=False):
        raise Again(_PAUSE_SECONDS)
    try:
        yield
    finally:
        _turn.release()
