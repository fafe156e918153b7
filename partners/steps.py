"""Housekeeping of this room: old calls, registrations nobody confirmed."""
from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import connection

from jobs.registry import Run, job, periodic

_BATCH: Final = 5000
_UNCONFIRMED_DAYS: Final = 7
_CONFIRMED_DAYS: Final = 90

# The oldest rows have the lowest ids: no index over `at` is needed, and the last batch does not walk the whole table.
_OLD_CALLS: Final = """
DELETE FROM partners_partnercall WHERE id IN (
    SELECT id FROM (SELECT id, at FROM partners_partnercall ORDER BY id LIMIT %s) AS oldest
     WHERE at < statement_timestamp() - %s::int * interval '1 day')
"""
_OLD_REGISTRATIONS: Final = """
DELETE FROM partners_registration WHERE created_at < statement_timestamp() - interval '1 day' * (
    CASE WHEN confirmed_at IS NULL THEN %s::int ELSE %s::int END)
"""


@job('partners.delete_old', queue='documents')
def delete_old(run: Run) -> None:
    """Delete calls older than PARTNER_CALLS_KEEP_DAYS batch by batch, and registrations that have had their time."""
    deleted = _BATCH
    while deleted == _BATCH:
        with run.note(), connection.cursor() as cursor:
            cursor.execute(_OLD_CALLS, [_BATCH, settings.PARTNER_CALLS_KEEP_DAYS])
            deleted = cursor.rowcount
    with run.finish(), connection.cursor() as cursor:
        cursor.execute(_OLD_REGISTRATIONS, [_UNCONFIRMED_DAYS, _CONFIRMED_DAYS])


periodic('partners.delete_old', every_seconds=3600)
