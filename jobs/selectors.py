"""Reads over the jobs, for operators and for health."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from jobs.models import Job


@dataclass(frozen=True)
class Backlog:
    """What waits in one queue: due rows nobody has begun, the age of the oldest in seconds, parked rows."""

    queue: str
    overdue: int
    oldest_seconds: float
    parked: int


def backlogs() -> list[Backlog]:
    """The backlog of every queue that has one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT queue, count(*) FILTER (WHERE state = 'READY'),"
            ' COALESCE(extract(epoch FROM max(statement_timestamp() - due_at) FILTER'
            " (WHERE state = 'READY')), 0)::double precision, count(*) FILTER (WHERE state = 'PARKED')"
            " FROM jobs_job WHERE state = 'PARKED' OR (state = 'READY' AND due_at <= statement_timestamp()"
            ' AND (lease_until IS NULL OR lease_until <= statement_timestamp())) GROUP BY queue ORDER BY queue')
        return [Backlog(*row) for row in cursor.fetchall()]


def find_jobs(*, kind: str = '', state: str = '', subject: str = '') -> QuerySet[Job]:
    """Jobs by exact kind, state and subject, newest first; '' leaves a part out."""
    asked = {'kind': kind, 'state': state, 'subject': subject}
    return Job.objects.filter(**{name: value for name, value in asked.items() if value}).order_by('-id')
