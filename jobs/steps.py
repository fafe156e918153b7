"""Housekeeping that comes round by itself: old jobs, and the vault's files without a row."""

from typing import Final

import structlog
from django.conf import settings
from django.db import connection

from jobs.registry import Run, job, periodic
from vault import sweeping

log = structlog.get_logger(__name__)

_BATCH: Final = 5000


@job('jobs.delete_done', queue='documents')
def delete_done(run: Run) -> None:
    """Delete jobs done longer ago than JOBS_KEEP_DONE_DAYS, batch by batch."""
    deleted = _BATCH
    while deleted == _BATCH:
        with run.note(), connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM jobs_job WHERE id IN (SELECT id FROM jobs_job WHERE state = 'DONE'"
                " AND finished_at < statement_timestamp() - %s::int * interval '1 day' ORDER BY finished_at LIMIT %s)",
                [settings.JOBS_KEEP_DONE_DAYS, _BATCH])
            deleted = cursor.rowcount


@job('vault.sweep_files', queue='sms', max_seconds=1800)
def sweep_files(run: Run) -> None:
    """Delete encrypted blobs that no row names; on the thread pool, since a prefork process has two minutes only."""
    removed = sweeping.sweep()
    if removed:
        log.info('files_swept', removed=removed)


periodic('jobs.delete_done', every_seconds=3600)
periodic('vault.sweep_files', every_seconds=3600)
