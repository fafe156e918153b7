"""The Celery application. It only carries nudges: the truth is the `jobs` table (see docs/architecture)."""
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init
from django.core.exceptions import ImproperlyConfigured

from denimhub.conf.safety import refuse_unsafe_process

os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'denimhub.settings')

app = Celery('denimhub')
app.config_from_object('django.conf:settings', namespace='CELERY')
app.autodiscover_tasks()


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Celery would install its own handlers; Django's LOGGING (JSON lines, masked) stays instead."""


@worker_init.connect
def _refuse_unsafe_production(**_: Any) -> None:
    try:
        refuse_unsafe_process()
    except ImproperlyConfigured as problem:  # Celery swallows what a signal raises, but not this
        raise SystemExit(str(problem)) from problem
