"""Which due jobs are nudged next. SQL under one short transaction; nothing here talks to the broker.

In flight are the rows nudged a moment ago or leased. Of each queue at most twice its workers' concurrency is in
flight, of each kind at most three quarters of that concurrency (never less than one), so that a kind whose jobs hang
leaves a quarter of the workers to the others. Kinds take turns, oldest first within a kind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

from jobs.registry import Kind

# A message that has not led to a lease by then is taken for vanished (broker restarted, worker killed before it began).
NUDGE_SECONDS: Final = 5.0
_QUEUE_DEPTH: Final = 2
# Any number will do, as long as all dispatchers use it: one claims at a time, so that the bounds hold for both.
_CLAIM_LOCK: Final = 0x4A6F6273

_IN_FLIGHT = """
    SELECT kind, queue, count(*) FROM jobs_job
     WHERE state = 'READY' AND nudged_until IS NOT NULL
       AND (nudged_until > statement_timestamp() OR lease_until > statement_timestamp())
     GROUP BY kind, queue
"""

_CLAIM = """
    WITH lanes AS (
        SELECT * FROM unnest(%s::text[], %s::text[], %s::int[], %s::int[], %s::int[])
            AS lane (kind, queue, flying, room, queue_room)
    ), candidates AS (
        SELECT due.id, due.due_at, lanes.queue, lanes.queue_room,
               lanes.flying + row_number() OVER (PARTITION BY lanes.kind ORDER BY due.due_at, due.id) AS turn
          FROM lanes CROSS JOIN LATERAL (
               SELECT id, due_at FROM jobs_job AS job
                WHERE job.kind = lanes.kind AND job.state = 'READY' AND job.due_at <= statement_timestamp()
                  AND (job.nudged_until IS NULL OR job.nudged_until <= statement_timestamp())
                  AND (job.lease_until IS NULL OR job.lease_until <= statement_timestamp())
                ORDER BY job.due_at LIMIT lanes.room
                  FOR UPDATE SKIP LOCKED) AS due
    ), placed AS (
        SELECT id, queue, queue_room, row_number() OVER (PARTITION BY queue ORDER BY turn, due_at, id) AS place
          FROM candidates
    )
    UPDATE jobs_job AS job
       SET nudged_until = statement_timestamp() + %s::double precision * interval '1 second', queue = placed.queue
      FROM placed
     WHERE job.id = placed.id AND placed.place <= placed.queue_room
 RETURNING job.id, job.queue, placed.place
"""

_ENSURE_PERIODIC = """
    INSERT INTO jobs_job (kind, queue, subject, is_unique, due_at)
    SELECT kind, queue, '', true, statement_timestamp() FROM unnest(%s::text[], %s::text[]) AS p (kind, queue)
     ORDER BY kind
        ON CONFLICT (kind, subject) WHERE state = 'READY' AND is_unique DO NOTHING
"""


@dataclass(frozen=True)
class Nudge:
    """One message to send."""

    job_id: int
    queue: str


def kind_limit(concurrency: int) -> int:
    """How many jobs of one kind may be in flight at once."""
    return max(1, -(-concurrency * 3 // 4))


def claim(kinds: Sequence[Kind], concurrency: Mapping[str, int], rooms: Mapping[str, int] | None = None) -> list[Nudge]:
    """Mark the next due jobs as nudged and return them, in the order in which to send; [] when another claims.

    `rooms` may narrow a queue further (the broker still holds messages nobody takes).
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute('SELECT pg_try_advisory_xact_lock(%s)', [_CLAIM_LOCK])
        if not cursor.fetchone()[0]:
            return []
        cursor.execute(_IN_FLIGHT)
        flying: dict[str, int] = {}
        queue_flying: dict[str, int] = {}
        for kind, queue, count in cursor.fetchall():
            flying[kind] = flying.get(kind, 0) + count
            queue_flying[queue] = queue_flying.get(queue, 0) + count
        lanes = []
        for kind in kinds:
            workers = concurrency.get(kind.queue, 0)
            queue_room = _QUEUE_DEPTH * workers - queue_flying.get(kind.queue, 0)
            if rooms is not None:
                queue_room = min(queue_room, rooms.get(kind.queue, queue_room))
            room = min(queue_room, kind_limit(workers) - flying.get(kind.name, 0))
            if room > 0:
                lanes.append((kind.name, kind.queue, flying.get(kind.name, 0), room, queue_room))
        if not lanes:
            return []
        cursor.execute(_CLAIM, [*map(list, zip(*lanes, strict=True)), NUDGE_SECONDS])
        claimed = sorted(cursor.fetchall(), key=lambda row: row[2])
    return [Nudge(job_id, queue) for job_id, queue, _place in claimed]


def unclaim(job_ids: Sequence[int]) -> None:
    """Take back nudges that could not be sent, so that they are tried again at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            'UPDATE jobs_job SET nudged_until = NULL WHERE id = ANY(%s) AND lease_until IS NULL', [list(job_ids)])


def forget_nudges() -> int:
    """The broker has lost its memory: every message is taken for vanished. Returns how many rows that frees."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE jobs_job SET nudged_until = NULL WHERE state = 'READY' AND nudged_until IS NOT NULL"
            ' AND (lease_until IS NULL OR lease_until <= statement_timestamp())')
        return int(cursor.rowcount)


def ensure_periodic(kinds: Sequence[Kind]) -> None:
    """Make sure that each periodic kind has its open row."""
    with connection.cursor() as cursor:
        cursor.execute(_ENSURE_PERIODIC, [[kind.name for kind in kinds], [kind.queue for kind in kinds]])
