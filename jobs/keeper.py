"""Renews the leases of the steps that run in this process, from one background thread."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog
from django.db import DatabaseError, connection

from jobs import leases, masking
from jobs.run import Run

log = structlog.get_logger(__name__)

_RENEW_SECONDS: Final = 2.5
# The thread ends after this long without a job, and takes its connection with it.
_IDLE_SECONDS: Final = 60.0


class Keeper:
    """The runs of one process and the thread that renews them; made anew in a forked child."""

    def __init__(self) -> None:
        self._pid = 0
        self._reset()

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._runs: dict[int, tuple[Run, float]] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def keeping(self, run: Run, max_seconds: float) -> Iterator[None]:
        """Renew the lease of this run while the block lasts, for at most `max_seconds`."""
        if self._pid != os.getpid():
            self._reset()
        with self._lock:
            self._runs[run.job_id] = (run, time.monotonic() + max_seconds)
            if self._thread is None:
                self._thread = threading.Thread(target=self._renew_for_ever, name='jobs-keeper', daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                # A lease that was lost may have come back to another thread of this process.
                if self._runs.get(run.job_id, (None, 0))[0] is run:
                    del self._runs[run.job_id]

    def renew_once(self) -> None:
        """One round over the runs that still have time."""
        now = time.monotonic()
        with self._lock:
            runs = [run for run, until in self._runs.values() if now < until and not run.closed]
        if not runs:
            return
        ours = leases.renew([(run.job_id, run.fence) for run in runs])
        for run in runs:
            if run.job_id in ours:
                run.lease_ends = now + leases.LEASE_SECONDS

    def _renew_for_ever(self) -> None:
        idle_since = time.monotonic()
        try:
            while True:
                time.sleep(_RENEW_SECONDS)
                try:
                    self.renew_once()
                except DatabaseError as error:
                    log.warning('job_leases_not_renewed', error=masking.describe(error))
                    connection.close()
                with self._lock:
                    if self._runs:
                        idle_since = time.monotonic()
                    elif time.monotonic() - idle_since > _IDLE_SECONDS:
                        self._thread = None
                        return
        finally:
            connection.close()


_keeper = Keeper()
keeping = _keeper.keeping
