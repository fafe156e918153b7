"""One attempt at a job, as its step sees it: what to do, and the fenced transactions to write in."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.db import transaction

from jobs import blocks, leases
from jobs.failpoints import failpoint
from jobs.leases import LeaseLost

_current: ContextVar['Run | None'] = ContextVar('jobs_current_run', default=None)

TALK_MARGIN_SECONDS: Final = 2.0


class Again(Exception):
    """Look again later: a poll, not a failure. Attempts start anew."""

    def __init__(self, after_seconds: float) -> None:
        super().__init__(f'again after {after_seconds} s')
        self.after_seconds = after_seconds


class Park(Exception):
    """Stop and leave the job to an operator; `on_park` runs as it does after the last attempt."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RetryLater(Exception):
    """A failure that knows its own pause (Retry-After); counted as an attempt."""

    def __init__(self, after_seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds
        self.reason = reason


class AlreadyClosed(Exception):
    """The step wrote its end and then went on as if the job were still its own."""


class Run:
    """One attempt. `note()` commits what must be known before talking, `finish()` writes the end."""

    def __init__(self, lease: leases.Lease, *, every_seconds: float | None = None) -> None:
        self.job_id: Final = lease.job_id
        self.kind: Final = lease.kind
        self.subject: Final = lease.subject
        self.data: Final = lease.data
        self.attempt: Final = lease.attempt
        self.fence: Final = lease.fence
        self.lease_ends: float = time.monotonic() + leases.LEASE_SECONDS
        self._every_seconds: Final = every_seconds
        self._ending: leases.Ending | None = None
        self.closed = False

    @contextmanager
    def note(self) -> Iterator[None]:
        """A transaction that leaves the job open; committed only while the lease is ours, and renews it."""
        self._open_only()
        with transaction.atomic(durable=True):
            yield
            leases.hold(self.job_id, self.fence)
        self.lease_ends = time.monotonic() + leases.LEASE_SECONDS
        failpoint(f'{self.kind}.noted')

    @contextmanager
    def finish(self) -> Iterator[None]:
        """The last transaction of the step: the job ends with it, unless `again()` or `park()` was called inside."""
        self._open_only()
        failpoint(f'{self.kind}.before_write')
        self._ending = leases.Ending.done() if self._every_seconds is None else leases.Ending.again(self._every_seconds)
        try:
            with transaction.atomic(durable=True):
                yield
                leases.end(self.job_id, self.fence, self._ending)
        finally:
            self._ending = None
        self.closed = True
        failpoint(f'{self.kind}.written')

    def again(self, *, after_seconds: float) -> None:
        """Inside `finish()`: keep the job and look again later; attempts start anew."""
        self._finishing_only()
        self._ending = leases.Ending.again(after_seconds)

    def park(self, reason: str) -> None:
        """Inside `finish()`: leave the job to an operator. The step settles its own state in the same transaction."""
        self._finishing_only()
        self._ending = leases.Ending.park(reason)

    def may_talk(self, margin_seconds: float = TALK_MARGIN_SECONDS) -> bool:
        """Whether the lease holds for some time yet, so that nobody else can be about to talk as well."""
        return not self.closed and time.monotonic() + margin_seconds < self.lease_ends

    def _open_only(self) -> None:
        if self.closed or self._ending is not None:
            raise AlreadyClosed(f'{self.kind} {self.subject}')

    def _finishing_only(self) -> None:
        if self._ending is None:
            raise AlreadyClosed(f'{self.kind} {self.subject}: only inside finish()')


def current_run() -> Run | None:
    """The attempt this thread is performing, if any."""
    return _current.get()


@contextmanager
def performing(run: Run) -> Iterator[None]:
    """Make the attempt known to the code it calls."""
    token = _current.set(run)
    try:
        yield
    finally:
        _current.reset(token)


def assert_no_transaction() -> None:
    """Refuse to talk to the outside while a transaction is open: it would hold its locks for as long."""
    if blocks.in_transaction():
        raise RuntimeError('talking to the outside inside a transaction')


def assert_may_talk() -> None:
    """The same, and the lease of the job that this thread performs must still be ours: raises LeaseLost."""
    assert_no_transaction()
    run = _current.get()
    if run is not None and not run.may_talk():
        raise LeaseLost(f'{run.kind} {run.subject}: the lease has run out')
