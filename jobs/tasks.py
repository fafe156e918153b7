"""The one Celery task."""

import structlog
from celery import shared_task
from django.db import DatabaseError, close_old_connections

from jobs import masking, performing
from jobs.keeper import keeping

log = structlog.get_logger(__name__)


@shared_task(name='jobs.perform', acks_late=False, ignore_result=True, max_retries=0)
def perform(job_id: int) -> None:
    """Perform a job if it is due and free. The message is only a nudge: losing it, or having it twice, does no harm."""
    close_old_connections()
    try:
        performing.perform(job_id, keeper=keeping)
    except DatabaseError as error:
        # No lease was taken, or it runs out by itself: the dispatcher nudges again.
        log.warning('job_not_performed', job_id=job_id, error=masking.describe(error))
    finally:
        close_old_connections()
