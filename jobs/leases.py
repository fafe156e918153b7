"""The SQL of a lease: taking, holding, renewing, ending. The fence makes a worker that woke late write nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pydantic_core
from django.db import connection

LEASE_SECONDS: Final = 10.0

Data = Mapping[str, int | str]


class LeaseLost(Exception):
    """Another worker has the job, or it is closed: this attempt may write nothing more."""


@dataclass(frozen=True)
class Lease:
    """A job taken for one attempt."""

    job_id: int
    kind: str
    subject: str
    data: Data
    attempt: int
    fence: int


@dataclass(frozen=True)
class Ending:
    """How an attempt leaves its job."""

    state: Literal['DONE', 'READY', 'PARKED']
    after_seconds: float = 0
    error: str = ''
    keep_attempts: bool = False

    @classmethod
    def done(cls) -> 'Ending':
        """Nothing is left to do, unless somebody asked again meanwhile."""
        return cls('DONE')

    @classmethod
    def again(cls, after_seconds: float) -> 'Ending':
        """A poll: the same again later."""
        return cls('READY', after_seconds)

    @classmethod
    def park(cls, error: str) -> 'Ending':
        """An operator decides."""
        return cls('PARKED', error=error, keep_attempts=True)

    @classmethod
    def failed(cls, after_seconds: float, error: str) -> 'Ending':
        """A failure: the same later, the attempt counted."""
        return cls('READY', after_seconds, error, keep_attempts=True)


_TAKE = """
    UPDATE jobs_job
       SET lease_until = statement_timestamp() + %s::double precision * interval '1 second',
           fence = fence + 1, attempts = attempts + 1, again_at = NULL
     WHERE id = %s AND state = 'READY' AND due_at <= statement_timestamp()
       AND (lease_until IS NULL OR lease_until <= statement_timestamp())
 RETURNING kind, subject, data::text, attempts, fence
"""

_HOLD = """
    UPDATE jobs_job SET lease_until = statement_timestamp() + %s::double precision * interval '1 second'
     WHERE id = %s AND fence = %s AND state = 'READY' AND lease_until IS NOT NULL
"""

# Rows that somebody else has locked are passed over: they are tried again a moment later, and one slow transaction
# must not hold up the leases of the other jobs.
_RENEW = """
    UPDATE jobs_job AS job SET lease_until = statement_timestamp() + %s::double precision * interval '1 second'
      FROM (SELECT locked.id FROM jobs_job AS locked
              JOIN unnest(%s::bigint[], %s::bigint[]) AS mine (id, fence)
                ON locked.id = mine.id AND locked.fence = mine.fence
             WHERE locked.state = 'READY' AND locked.lease_until IS NOT NULL
               FOR UPDATE OF locked SKIP LOCKED) AS held
     WHERE job.id = held.id
 RETURNING job.id
"""

# A request that came while the job ran (again_at) turns DONE into READY: the step may have read before that change.
_END = """
    UPDATE jobs_job
       SET state = CASE WHEN %(state)s::text = 'DONE' AND again_at IS NOT NULL THEN 'READY' ELSE %(state)s::text END,
           due_at = CASE WHEN %(state)s::text = 'READY'
                         THEN LEAST(again_at,
                                    statement_timestamp() + %(after)s::double precision * interval '1 second')
                         ELSE COALESCE(again_at, due_at) END,
           attempts = CASE WHEN %(keep)s OR %(state)s::text = 'DONE' AND again_at IS NULL THEN attempts ELSE 0 END,
           last_error = %(error)s,
           finished_at = CASE WHEN %(state)s::text = 'DONE' AND again_at IS NULL THEN statement_timestamp() END,
           again_at = NULL, lease_until = NULL, nudged_until = NULL
     WHERE id = %(id)s AND fence = %(fence)s AND state = 'READY' AND lease_until IS NOT NULL
"""


def take(job_id: int) -> Lease | None:
    """Take the job for one attempt, counted before the work; None when it is not due, leased or closed."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [LEASE_SECONDS, job_id])
        row = cursor.fetchone()
    if row is None:
        return None
    kind, subject, data, attempts, fence = row
    return Lease(job_id, kind, subject, pydantic_core.from_json(data), attempts, fence)


def hold(job_id: int, fence: int) -> None:
    """Inside a transaction, as its last statement: prove the lease and renew it, else LeaseLost."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [LEASE_SECONDS, job_id, fence])
        if cursor.rowcount != 1:
            raise LeaseLost(f'job {job_id} fence {fence}')


def renew(held: Sequence[tuple[int, int]]) -> set[int]:
    """Renew many leases, given as (job id, fence); returns the ids that are still ours."""
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [LEASE_SECONDS, [job_id for job_id, _ in held], [fence for _, fence in held]])
        return {job_id for job_id, in cursor.fetchall()}


def end(job_id: int, fence: int, ending: Ending) -> None:
    """As the last statement of a transaction: close or re-arm the job, else LeaseLost."""
    with connection.cursor() as cursor:
        cursor.execute(_END, {
            'state': ending.state, 'after': ending.after_seconds, 'keep': ending.keep_attempts, 'error': ending.error,
            'id': job_id, 'fence': fence,
        })
        if cursor.rowcount != 1:
            raise LeaseLost(f'job {job_id} fence {fence}')
