"""Work of one form started again or put off by a person: with a reason, in the journal, once for one press."""
from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.states import record
from contracts.services_operators import ActionRefused, Press, once
from denimhub.workstation.card_rows import job_of, jobs_of
from jobs import services
from jobs.models import Job


def retry_job(application: Application, press: Press, *, job_id: int) -> None:
    """Start a parked job again, or a waiting one before its time. Raises ActionRefused, DoneAlready."""
    with once(application, press, 'retry_job') as row:
        job = _job(row, job_id)
        if not services.retry(job_ids=[job.pk]):
            raise ActionRefused(_('The job is done, or runs just now'))
        _note(row, press, job, 'READY')


def park_job(application: Application, press: Press, *, job_id: int) -> None:
    """Put a job off until a person starts it again. Raises ActionRefused, DoneAlready."""
    with once(application, press, 'park_job') as row:
        job = _job(row, job_id)
        if not services.park(job_ids=[job.pk], reason=f'parked by {press.operator}'):
            raise ActionRefused(_('The job is done or parked already'))
        _note(row, press, job, 'PARKED')


def retry_parked(application: Application, press: Press) -> None:
    """Start all parked jobs of a form again. Raises ActionRefused, DoneAlready."""
    with once(application, press, 'retry_jobs') as row:
        parked = [job for job in jobs_of(row) if job.state == Job.State.PARKED]
        if not parked:
            raise ActionRefused(_('The form has no parked job'))
        services.retry(job_ids=[job.pk for job in parked])
        for job in parked:
            _note(row, press, job, 'READY')


def _job(application: Application, job_id: int) -> Job:
    job = job_of(application, job_id)
    if job is None:
        raise ActionRefused(_('This job is not about this form'))
    return job


def _note(application: Application, press: Press, job: Job, to: str) -> None:
    record(application.pk, subject='job', moved_from=job.state, moved_to=to, actor=press.actor,
           why=f'{press.why} ({job.kind})')
