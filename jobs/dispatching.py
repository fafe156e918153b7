"""Which due jobs are nudged next. SQL under one short transaction; nothing here talks to the broker.

In flight are the rows nudged a moment ago or leased. Of each queue at most twice its workers' concurrency is in
flight, of each kind at most three quarters of that concurrency (never less than one), so that a kind whose jobs hang
leaves a quarter of the workers to the others. Kinds take turns, oldest first within a kind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from jobs.registry import Kind

# A message that has not led to a lease by then is taken for vanished (broker restarted, worker killed before it began).
NUDGE_SECONDS: Final = 5.0
_QUEUE_DEPTH: Final = 2
# Any number will do, as long as all dispatchers use it: one claims at a time, so that the bounds hold for both.
_CLAIM_LOCK: Final = 0x4A6F6273

_IN_FLIGHT = """
    SELECT kind, count(*) FROM jobs_job
     WHERE state = 'READY' AND nudged_until IS NOT NULL
       AND (nudged_until > statement_timestamp() OR lease_until > statement_timestamp())
     GROUP BY kind
"""

# Locked until they are marked, in the same transaction. The choice among them is made here and the marking by id: one
# statement for both makes the planner, who cannot know the limits, read the whole table.
_CANDIDATES = """
    SELECT due.id, lane.kind, due.due_at
      FROM unnest(%s::text[], %s::int[]) AS lane (kind, room) CROSS JOIN LATERAL (
           SELECT id, due_at FROM jobs_job AS job
            WHERE job.kind = lane.kind AND job.state = 'READY' AND job.due_at <= statement_timestamp()
              AND (job.nudged_until IS NULL OR job.nudged_until <= statement_timestamp())
              AND (job.lease_until IS NULL OR job.lease_until <= statement_timestamp())
            ORDER BY job.due_at LIMIT lane.room
              FOR UPDATE SKIP LOCKED) AS due
     ORDER BY due.due_at, due.id
"""

_MARK = """
    UPDATE jobs_job SET nudged_until = statement_timestamp() + %s::double precision * interval '1 second'
     WHERE id = ANY(%s)
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
        flying = {kind: int(count) for kind, count in cursor.fetchall()}
        queue_rooms = _queue_rooms(kinds, concurrency, flying, rooms)
        lanes = {
            kind.name: room for kind in kinds
            if (room := min(queue_rooms[kind.queue],
                            kind_limit(concurrency.get(kind.queue, 0)) - flying.get(kind.name, 0))) > 0}
        if not lanes:
            return []
        cursor.execute(_CANDIDATES, [list(lanes), list(lanes.values())])
        queues = {kind.name: kind.queue for kind in kinds}
        nudges = _in_turn(cursor.fetchall(), queues, queue_rooms, flying)
        if nudges:
            cursor.execute(_MARK, [NUDGE_SECONDS, [nudge.job_id for nudge in nudges]])
    return nudges


def _queue_rooms(
    kinds: Sequence[Kind], concurrency: Mapping[str, int], flying: Mapping[str, int], rooms: Mapping[str, int] | None,
) -> dict[str, int]:
    """How many more messages each queue may have in flight."""
    found = {kind.queue: _QUEUE_DEPTH * concurrency.get(kind.queue, 0) for kind in kinds}
    for kind in kinds:
        found[kind.queue] -= flying.get(kind.name, 0)
    return {queue: min(room, (rooms or {}).get(queue, room)) for queue, room in found.items()}


def _in_turn(
    candidates: Sequence[tuple[int, str, datetime]], queues: Mapping[str, str], queue_rooms: Mapping[str, int],
    flying: Mapping[str, int],
) -> list[Nudge]:
    """Choose among candidates, given oldest first: the kind with the fewest in flight goes first."""
    turns = dict(flying)
    ordered = []
    for job_id, kind, due_at in candidates:
        turns[kind] = turns.get(kind, 0) + 1
        ordered.append((turns[kind], due_at, job_id, queues[kind]))
    left = dict(queue_rooms)
    nudges = []
    for _turn, _due_at, job_id, queue in sorted(ordered):
        if left[queue] > 0:
            left[queue] -= 1
            nudges.append(Nudge(job_id, queue))
    return nudges


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
