"""Work of a story as rows: done on the day it was done, waiting, or parked. Nothing of it is left to the workers."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

TIMERS: Final = {'SCORING': 'offers.settle', 'OFFERED': 'offers.expire', 'DEAL': 'contracts.expire'}
"""By the status of the application: the job that waits for a moment which the story has set."""

_SUBJECTS: Final = """
    SELECT guid::text FROM applications_application WHERE id = %(form)s
     UNION ALL SELECT guid::text FROM offers_submission WHERE application_id = %(form)s
     UNION ALL SELECT guid::text FROM contracts_contract WHERE application_id = %(form)s
     UNION ALL SELECT guid::text FROM contracts_message WHERE application_id = %(form)s
     UNION ALL SELECT guid::text FROM contracts_signature WHERE application_id = %(form)s
     UNION ALL SELECT guid::text FROM scans_scan WHERE application_id = %(form)s
"""
_STAMP: Final = f"""
    UPDATE jobs_job SET due_at = due_at - (created_at - %(at)s), created_at = %(at)s
     WHERE created_at >= transaction_timestamp() AND state = 'READY' AND subject IN ({_SUBJECTS})
"""  # noqa: S608 - constants
_DONE: Final = f"""
    UPDATE jobs_job SET state = 'DONE', attempts = 1, fence = 1, finished_at = GREATEST(due_at, created_at)
     WHERE state = 'READY' AND subject IN ({_SUBJECTS})
"""  # noqa: S608 - constants
_WAIT: Final = f"""
    UPDATE jobs_job SET due_at = statement_timestamp() + %(minutes)s * interval '1 minute', attempts = %(attempts)s,
           fence = %(attempts)s, last_error = %(error)s
     WHERE state = 'READY' AND kind = %(kind)s AND subject IN ({_SUBJECTS})
"""  # noqa: S608 - constants
_DEADLINE: Final = """
    UPDATE jobs_job job SET due_at = form.scoring_deadline_at FROM applications_application form
     WHERE form.id = %(form)s AND form.status = 'SCORING' AND job.subject = form.guid::text
       AND job.kind = 'offers.settle' AND job.state = 'READY'
"""
"""A first look that came too early has put the end of the scoring off to its deadline."""
_PARK: Final = f"""
    UPDATE jobs_job SET state = 'PARKED', due_at = %(at)s, attempts = %(attempts)s, fence = %(attempts)s,
           last_error = %(error)s
     WHERE state = 'READY' AND kind = %(kind)s AND subject IN ({_SUBJECTS})
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Left:
    """A job that a story leaves open: parked, or due so many minutes from now."""

    kind: str
    error: str = ''
    attempts: int = 0
    due_in_minutes: int = 720
    is_parked: bool = False


def stamp(form_id: int, at: datetime) -> None:
    """Jobs asked for since the last call were asked for at this moment of the story."""
    _run(_STAMP, form=form_id, at=at)


def close(form_id: int, kinds: Sequence[str]) -> None:
    """These kinds were done as soon as they were due."""
    _run(_DONE + 'AND kind = ANY(%(kinds)s)', form=form_id, kinds=list(kinds))


def close_one(kind: str, subject: str) -> None:
    """One job was done as soon as it was due."""
    _run("UPDATE jobs_job SET state = 'DONE', attempts = 1, fence = 1, finished_at = GREATEST(due_at, created_at)"
         " WHERE state = 'READY' AND kind = %(kind)s AND subject = %(subject)s", kind=kind, subject=subject)


def settle(form_id: int, left: Sequence[Left], *, status: str, at: datetime) -> None:
    """At the end of a story: what it leaves open stays so, the timer of its status waits, all else is done."""
    for job in left:
        if job.is_parked:
            _run(_PARK, form=form_id, kind=job.kind, attempts=job.attempts, error=job.error, at=at)
        else:
            _run(_WAIT, form=form_id, kind=job.kind, attempts=job.attempts, error=job.error,
                 minutes=job.due_in_minutes)
    _run(_DEADLINE, form=form_id)
    kept = [*(job.kind for job in left if not job.is_parked), TIMERS.get(status, '')]
    _run(_DONE + 'AND kind <> ALL(%(kept)s)', form=form_id, kept=kept)


def _run(query: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
