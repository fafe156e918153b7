"""Reading big tables for a page: a bad plan is cut off in time, counts are estimates."""
from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from django.db import OperationalError, connection, models, transaction

PATIENCE_MS: Final = 3000
"""Longer no person waits for a page; a good plan takes a hundredth of it."""
_SETTINGS: Final = ('statement_timeout', 'plan_cache_mode', 'jit')


class TooBroad(Exception):
    """The question would read too much: it must be narrowed."""


@contextmanager
def patience(milliseconds: int | None = None) -> Iterator[None]:
    """Every statement inside ends within so many milliseconds (PATIENCE_MS), else TooBroad is raised.

    Inside, each statement is planned for its own values: one plan for all statuses would be bad for the rare ones.
    """
    limit = str(PATIENCE_MS if milliseconds is None else milliseconds)
    try:
        with transaction.atomic():
            before = _put((limit, 'force_custom_plan', 'off'))
            yield
            _put(before)
    except OperationalError as fault:
        if isinstance(fault.__cause__, psycopg.errors.QueryCanceled):
            raise TooBroad from fault
        raise


def _put(values: tuple[str, ...]) -> tuple[str, ...]:
    """For the rest of the transaction; answers what stood there before. A rollback undoes it too."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {", ".join(f"current_setting({name!r})" for name in _SETTINGS)}')
        before: tuple[str, ...] = cursor.fetchone()
        changes = ', '.join(f'set_config({name!r}, %s, true)' for name in _SETTINGS)
        cursor.execute(f'SELECT {changes}', values)
    return before


def estimated(rows: models.QuerySet[Any]) -> int:
    """How many rows the planner expects, from the statistics of the tables; nothing is read."""
    plan = json.loads(rows.order_by().explain(format='json'))
    return int(plan[0]['Plan']['Plan Rows'])


def counted_up_to(rows: models.QuerySet[Any], limit: int) -> int:
    """The number of rows, or limit + 1 for any greater one."""
    return rows.order_by()[:limit + 1].count()
