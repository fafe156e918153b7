"""Performing one job: lease, step, end. The Celery task and the tests' driver both come here."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from enum import Enum
from typing import Final

import structlog
from django.db import DatabaseError, OperationalError, transaction

from jobs import leases, masking, registry
from jobs.failpoints import failpoint
from jobs.registry import Again, Kind, LeaseLost, Park, RetryLater, Run
from jobs.run import performing

log = structlog.get_logger(__name__)

Keeper = Callable[[Run, float], AbstractContextManager[None]]

# After so many attempts beyond the last one a job is parked even though its `on_park` fails.
_SETTLING_ATTEMPTS: Final = 10
_SETTLING_PAUSE_SECONDS: Final = 60.0
_DATABASE_PAUSE_SECONDS: Final = 1.0
_UNKNOWN_KIND_PAUSE_SECONDS: Final = 30.0
_JITTER: Final = 0.2


class Outcome(Enum):
    """What became of one message."""

    STALE = 'stale'
    ENDED = 'ended'
    FAILED = 'failed'
    PARKED = 'parked'
    LOST = 'lost'


def no_keeper(_run: Run, _max_seconds: float) -> AbstractContextManager[None]:
    """Do not renew the lease: for the tests' driver."""
    return nullcontext()


def perform(job_id: int, *, keeper: Keeper = no_keeper, on_error: Callable[[Exception], None] | None = None) -> Outcome:
    """Perform a job if it is due and free; a stale message costs one look-up. Never raises for a failed step.

    `on_error` sees what a step raised, before it is written down.
    """
    lease = leases.take(job_id)
    if lease is None:
        return Outcome.STALE
    try:
        kind = registry.find(lease.kind)
    except registry.UnknownKind as error:
        # An older release: a newer worker will know it. Not an attempt at the work.
        return _release(lease, leases.Ending('READY', _UNKNOWN_KIND_PAUSE_SECONDS, str(error)))
    run = Run(lease, every_seconds=registry.period_of(kind.name))
    with structlog.contextvars.bound_contextvars(job_id=job_id, job_kind=kind.name, job_attempt=run.attempt):
        if run.attempt > kind.max_attempts and not _is_endless(kind):
            return _park(run, kind, 'every attempt ended with its worker')
        with keeper(run, kind.max_seconds), performing(run):
            return _attempt(run, kind, on_error)


def _attempt(run: Run, kind: Kind, on_error: Callable[[Exception], None] | None) -> Outcome:
    try:
        failpoint(f'{kind.name}.before')
        kind.step(run)
        if not run.closed:
            with run.finish():
                pass
    except LeaseLost:
        log.warning('job_lease_lost')
        return Outcome.LOST
    except Again as again:
        return _end(run, leases.Ending.again(again.after_seconds), Outcome.ENDED)
    except Park as park:
        return _park(run, kind, masking.masked(park.reason))
    except Exception as error:  # noqa: BLE001 - whatever a step raises is kept with the job and tried again
        if on_error is not None:
            on_error(error)
        return _failed(run, kind, error)
    return Outcome.ENDED


def _failed(run: Run, kind: Kind, error: Exception) -> Outcome:
    described = masking.masked(error.reason) if isinstance(error, RetryLater) else masking.describe(error)
    last = run.attempt >= kind.max_attempts and not _is_endless(kind)
    log.log(40 if last else 30, 'job_failed', error=described, trail=masking.trail(error), last=last)
    if last:
        return _park(run, kind, described)
    return _end(run, leases.Ending.failed(_pause(run, kind, error), described), Outcome.FAILED)


def _park(run: Run, kind: Kind, reason: str) -> Outcome:
    """Park; the room settles its own state in the same transaction, or the parking itself is tried again."""
    try:
        with transaction.atomic(durable=True):
            if kind.on_park is not None:
                kind.on_park(run)
            leases.end(run.job_id, run.fence, leases.Ending.park(reason))
    except LeaseLost:
        return Outcome.LOST
    except Exception as error:  # noqa: BLE001
        log.error('job_parking_failed', error=masking.describe(error), trail=masking.trail(error))
        if run.attempt < kind.max_attempts + _SETTLING_ATTEMPTS:
            # Not before the attempts are used up: then the step would run again instead.
            ending = leases.Ending.failed(_SETTLING_PAUSE_SECONDS, f'{reason}; {masking.describe(error)}')
            return _end(run, ending, Outcome.FAILED)
        return _end(run, leases.Ending.park(f'{reason}; not settled: {masking.describe(error)}'), Outcome.PARKED)
    log.error('job_parked', reason=reason)
    return Outcome.PARKED


def _end(run: Run, ending: leases.Ending, outcome: Outcome) -> Outcome:
    if run.closed:
        # The step had written its end already; what it raised afterwards changes nothing.
        return outcome
    try:
        with transaction.atomic(durable=True):
            leases.end(run.job_id, run.fence, ending)
    except LeaseLost:
        return Outcome.LOST
    except DatabaseError as error:
        # The lease runs out by itself.
        log.warning('job_end_not_written', error=masking.describe(error))
        return Outcome.LOST
    return outcome


def _release(lease: leases.Lease, ending: leases.Ending) -> Outcome:
    log.error('job_kind_unknown', job_id=lease.job_id, job_kind=lease.kind)
    with transaction.atomic(durable=True):
        leases.end(lease.job_id, lease.fence, ending)
    return Outcome.FAILED


def _is_endless(kind: Kind) -> bool:
    return registry.period_of(kind.name) is not None


def _pause(run: Run, kind: Kind, error: Exception) -> float:
    if isinstance(error, RetryLater):
        return max(0.0, error.after_seconds)
    pauses = kind.backoff_seconds
    pause = pauses[min(run.attempt, len(pauses)) - 1]
    if isinstance(error, OperationalError):
        # A deadlock, a lock not given, the database away: nothing that a longer wait would cure.
        pause = min(pause, _DATABASE_PAUSE_SECONDS)
    return pause * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - spreads load, guards nothing
