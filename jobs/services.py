"""Asking for work, and an operator's verbs over it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pydantic_core
from django.db import IntegrityError, connection, transaction

from jobs import blocks, registry

# One statement. A request that meets the same open job keeps it: moves it earlier, or, while it runs, has it performed
# once more afterwards, since the step may already have read what this transaction changes.
_ON_CONFLICT: Final = """
        ON CONFLICT (kind, subject) WHERE state = 'READY' AND is_unique
 DO UPDATE SET due_at = CASE WHEN jobs_job.lease_until IS NULL THEN LEAST(jobs_job.due_at, EXCLUDED.due_at)
                             ELSE jobs_job.due_at END,
               again_at = CASE WHEN jobs_job.lease_until IS NULL THEN NULL
                               ELSE LEAST(jobs_job.again_at, EXCLUDED.due_at) END
"""
_INSERT_ONE: Final = """
    INSERT INTO jobs_job (kind, queue, subject, data, is_unique, due_at)
    VALUES (%s, %s, %s, %s::jsonb, %s, statement_timestamp() + %s::double precision * interval '1 second')
""" + _ON_CONFLICT  # noqa: S608 - two constants
# In the order of the unique index, so that two such statements cannot wait for each other.
_INSERT_MANY: Final = """
    INSERT INTO jobs_job (kind, queue, subject, data, is_unique, due_at)
    SELECT kind, queue, subject, data::jsonb, is_unique, statement_timestamp() + due_in * interval '1 second'
      FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::boolean[], %s::double precision[])
        AS asked (kind, queue, subject, data, is_unique, due_in)
     ORDER BY kind, subject
""" + _ON_CONFLICT  # noqa: S608 - two constants

# For a statement that writes a new fact and the work it asks for at once, and so is a transaction of its own: this goes
# into its WITH, where `{fact}` is the inserted rows. The subject is new, so that no open job can be met.
INSERT_WITH_FACT: Final = 'INSERT INTO jobs_job (kind, queue, subject) SELECT %s, %s, %s FROM {fact}'


def with_fact(kind: str, subject: str) -> list[str]:
    """Parameters of INSERT_WITH_FACT: the job becomes due at once."""
    return [kind, registry.find(kind).queue, subject]


@dataclass(frozen=True)
class Asked:
    """One row for `enqueue_many`."""

    kind: str
    subject: str
    due_in_seconds: float = 0
    data: Mapping[str, int | str] = field(default_factory=dict)
    unique: bool = True


def enqueue(
    kind: str, subject: str, *, due_in_seconds: float = 0, data: Mapping[str, int | str] | None = None,
    unique: bool = True,
) -> None:
    """Ask for work in the caller's transaction: it happens if, and only if, that transaction commits.

    With `unique` an open job of the same kind and subject is kept (its `data` too) and becomes due no later than this
    one; a job that is running just then is performed once more. `data` holds ids, never personal data.
    """
    _assert_transaction()
    # Not through enqueue_many: arrays cost twice the time of plain values, and every new form comes by here.
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_ONE, [
            kind, registry.find(kind).queue, subject, pydantic_core.to_json(data).decode() if data else '{}', unique,
            float(due_in_seconds),
        ])


def enqueue_many(rows: Iterable[Asked]) -> None:
    """The same for many rows, in one statement; of equal unique rows the soonest is kept."""
    asked = _without_repeats(rows)
    if not asked:
        return
    _assert_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_MANY, [
            [row.kind for row in asked],
            [registry.find(row.kind).queue for row in asked],
            [row.subject for row in asked],
            [pydantic_core.to_json(row.data).decode() for row in asked],
            [row.unique for row in asked],
            [float(row.due_in_seconds) for row in asked],
        ])


def retry(*, job_ids: Iterable[int]) -> int:
    """An operator starts jobs again at once: parked ones, and waiting ones before their time. Returns how many.

    A parked job whose work was asked for anew meanwhile is closed, and the newer one becomes due.
    """
    return sum(_retry_one(job_id) for job_id in sorted(job_ids))


def park(*, job_ids: Iterable[int], reason: str) -> int:
    """An operator stops jobs; one that runs at this moment loses its lease and writes nothing more."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE jobs_job SET state = 'PARKED', last_error = %s, fence = fence + 1, lease_until = NULL,"
            " nudged_until = NULL, again_at = NULL WHERE id = ANY(%s) AND state = 'READY'",
            [reason, sorted(job_ids)])
        return int(cursor.rowcount)


def close(*, kind: str, subject: str, reason: str) -> bool:
    """End open jobs of a subject in the caller's transaction, because people have settled what they were for.

    False, and nothing is changed, while one of them runs: it may be talking just now.
    """
    _assert_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT lease_until IS NOT NULL AND lease_until > statement_timestamp() FROM jobs_job'
            " WHERE kind = %s AND subject = %s AND state <> 'DONE' ORDER BY id FOR UPDATE", [kind, subject])
        if any(runs for runs, in cursor.fetchall()):
            return False
        cursor.execute(
            "UPDATE jobs_job SET state = 'DONE', finished_at = statement_timestamp(), last_error = %s,"
            ' fence = fence + 1, lease_until = NULL, nudged_until = NULL, again_at = NULL'
            " WHERE kind = %s AND subject = %s AND state <> 'DONE'", [reason, kind, subject])
    return True


def _retry_one(job_id: int) -> int:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE jobs_job SET state = 'READY', due_at = statement_timestamp(), attempts = 0,"
                " nudged_until = NULL, lease_until = NULL, again_at = NULL"
                " WHERE id = %s AND (state = 'PARKED' OR (state = 'READY' AND lease_until IS NULL))", [job_id])
            return int(cursor.rowcount)
    except IntegrityError:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE jobs_job SET state = 'DONE', finished_at = statement_timestamp() WHERE id = %s"
                ' RETURNING kind, subject', [job_id])
            kind, subject = cursor.fetchone()
            cursor.execute(
                'UPDATE jobs_job SET due_at = LEAST(due_at, statement_timestamp())'
                " WHERE kind = %s AND subject = %s AND state = 'READY' AND is_unique", [kind, subject])
        return 1


def _without_repeats(rows: Iterable[Asked]) -> list[Asked]:
    """A statement may not meet the same open job twice."""
    soonest: dict[tuple[str, str], Asked] = {}
    others: list[Asked] = []
    for row in rows:
        if not row.unique:
            others.append(row)
            continue
        known = soonest.get((row.kind, row.subject))
        if known is None or row.due_in_seconds < known.due_in_seconds:
            soonest[row.kind, row.subject] = row
    return [*soonest.values(), *others]


def _assert_transaction() -> None:
    if not blocks.in_transaction():
        raise transaction.TransactionManagementError(
            'enqueue() outside a transaction: the fact and its work must be committed together')
