"""Driving jobs inside a test, without a dispatcher, a broker or threads: the same lease, fence and attempts."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

from jobs import registry
from jobs.performing import Outcome, perform
from jobs.registry import Kind, Queue, Run

_TICK_SECONDS: Final = 0.02
_MOST_JOBS: Final = 10_000


def run_due(limit: int = 1000, kinds: Collection[str] | None = None, *, raise_errors: bool = False) -> int:
    """Perform due jobs, those they ask for included, until none is due or `limit` is reached; returns how many.

    With `raise_errors` the first error of a step is raised as it is (the attempt is written down first).
    """
    performed = 0
    while performed < limit:
        job_id = _next_due(kinds)
        if job_id is None:
            break
        errors: list[Exception] = []
        if perform(job_id, on_error=errors.append) is Outcome.STALE:
            break
        performed += 1
        if errors and raise_errors:
            raise errors[0]
    return performed


def run_until_quiet(
    max_seconds: float = 60, advance_clock: bool = False, *, kinds: Collection[str] | None = None,
    raise_errors: bool = False,
) -> int:
    """Perform jobs until no open one is left (periodic ones aside) or `max_seconds` have passed; returns how many.

    With `advance_clock` nothing is waited for: all waiting jobs are moved nearer by the time to the first of them, and
    `max_seconds` counts that time. Only jobs feel it: deadlines of other rooms need their own clock moved.
    """
    performed, waited, started = 0, 0.0, time.monotonic()
    while True:
        performed += run_due(kinds=kinds, raise_errors=raise_errors)
        if performed > _MOST_JOBS:
            raise RuntimeError('the jobs ask for each other without end')
        pause = _seconds_to_next(kinds)
        if pause is None:
            return performed
        if advance_clock:
            waited += pause
            if waited > max_seconds:
                return performed
            shift_due(pause)
        else:
            if time.monotonic() - started + pause > max_seconds:
                return performed
            time.sleep(min(pause, 1.0) + _TICK_SECONDS)


def shift_due(seconds: float) -> None:
    """Move every waiting job and every lease this much nearer, as if so many seconds had passed."""
    with connection.cursor() as cursor:
        cursor.execute(
            'UPDATE jobs_job SET due_at = due_at - by, lease_until = lease_until - by,'
            ' nudged_until = nudged_until - by, again_at = again_at - by'
            " FROM (SELECT %s::double precision * interval '1 second' AS by) AS shift WHERE state = 'READY'", [seconds])


def open_jobs() -> list[tuple[str, str]]:
    """(kind, subject) of every job that is not done, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, subject FROM jobs_job WHERE state <> 'DONE' ORDER BY id")
        return [(kind, subject) for kind, subject in cursor.fetchall()]


@contextmanager
def stand_in(
    name: str, step: Callable[[Run], None] | None = None, *, queue: Queue = 'lenders', max_attempts: int = 12,
    backoff_seconds: tuple[float, ...] = registry.DEFAULT_BACKOFF_SECONDS, on_park: Callable[[Run], None] | None = None,
    max_seconds: float = 120, every_seconds: float | None = None,
) -> Iterator[None]:
    """Register a kind for the length of a test, in place of the room's own step if there is one."""
    known, period = registry._kinds.get(name), registry._periods.get(name)
    registry._kinds[name] = Kind(
        name, step or _nothing, queue, max_attempts, backoff_seconds, on_park, max_seconds)
    if every_seconds is not None:
        registry._periods[name] = every_seconds
    try:
        yield
    finally:
        registry._kinds.pop(name)
        registry._periods.pop(name, None)
        if known is not None:
            registry._kinds[name] = known
        if period is not None:
            registry._periods[name] = period


def _nothing(run: Run) -> None:
    with run.finish():
        pass


def _next_due(kinds: Collection[str] | None) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM jobs_job WHERE state = 'READY' AND due_at <= statement_timestamp()"
            ' AND (lease_until IS NULL OR lease_until <= statement_timestamp())'
            ' AND (%s::text[] IS NULL OR kind = ANY(%s::text[])) ORDER BY due_at, id LIMIT 1',
            [_names(kinds), _names(kinds)])
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _seconds_to_next(kinds: Collection[str] | None) -> float | None:
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT extract(epoch FROM min(GREATEST(due_at, lease_until)) - statement_timestamp())::double precision'
            " FROM jobs_job WHERE state = 'READY' AND kind <> ALL(%s::text[])"
            ' AND (%s::text[] IS NULL OR kind = ANY(%s::text[]))',
            [list(registry.periodic_kinds()), _names(kinds), _names(kinds)])
        seconds = cursor.fetchone()[0]
    return None if seconds is None else max(0.0, float(seconds))


def _names(kinds: Collection[str] | None) -> list[str] | None:
    return None if kinds is None else sorted(kinds)
