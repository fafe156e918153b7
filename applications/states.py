"""The one place that changes a status."""
from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import timezone

from applications.models import Application, Event
from applications.statuses import MoveTable


class UndeclaredMove(Exception):
    """The state table has no such move; the caller has to look at the state first."""


Stateful = Any
"""A model row with `MOVES`, `status` and, unless it is the application itself, `application_id`: four models that
share no base on purpose, since each keeps its own table beside it."""


def advance(row: Stateful, to: str, *, actor: str, why: str = '', **changes: Any) -> None:
    """Move a locked row to status `to`, save it with `changes` and write the journal.

    Raises UndeclaredMove when the row's table does not declare the move. Works inside the caller's transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError('advance() needs a transaction with the row locked')
    moved_from = str(row.status)
    moves: MoveTable = row.MOVES
    if str(to) not in moves[moved_from]:
        raise UndeclaredMove(f'{row._meta.model_name}: {moved_from} to {to}')
    now = timezone.now()
    changes = {**changes, 'status': str(to)}
    if any(field.name == 'status_at' for field in row._meta.fields):
        changes['status_at'] = now
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))
    application_id = row.pk if isinstance(row, Application) else row.application_id
    record(application_id, subject=subject_of(row), moved_from=moved_from, moved_to=str(to), actor=actor, why=why)


def subject_of(row: Stateful) -> str:
    """How the journal names a row: the model's name, with the lender's code where there is one."""
    label = str(row._meta.model_name)
    lender = getattr(row, 'lender', None)
    return f'{label} {lender.code}' if lender is not None else label


def record(
    application_id: int, *, subject: str, actor: str, why: str = '', moved_from: str = '', moved_to: str = '',
) -> None:
    """Write one line of the journal; `why` holds no personal data and is cut at 500 characters."""
    Event.objects.create(
        application_id=application_id, at=timezone.now(), subject=subject[:80], moved_from=moved_from,
        moved_to=moved_to, actor=actor[:100], why=why[:500])
