"""The platform's Celery application with two kinds of work for tests; every step tells an fsynced journal."""

import json
import os
import time

from celery import current_task

from denimhub.celery import app
from jobs.registry import Run, job

__all__ = ['app']


def tell(run: Run, event: str) -> None:
    """One line in the journal named by TEST_JOURNAL."""
    line = json.dumps({'event': event, 'subject': run.subject, 'fence': run.fence, 'pid': os.getpid(),
                       'queue': (current_task.request.delivery_info or {}).get('routing_key')}) + '\n'
    descriptor = os.open(os.environ['TEST_JOURNAL'], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@job('test.work', queue='lenders')
@job('test.draw', queue='documents')
def work(run: Run) -> None:
    """Note the intent, talk for `seconds`, write."""
    with run.note():
        pass
    tell(run, 'began')
    time.sleep(float(run.data.get('seconds', 0)))
    with run.finish():
        tell(run, 'writing')
    tell(run, 'written')
