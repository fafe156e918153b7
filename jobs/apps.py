from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Durable work."""

    name = 'jobs'
    verbose_name = _('Work')

    def ready(self) -> None:
        """Register the steps of this room, and the worker's heartbeat with Celery's signals."""
        import_module('jobs.steps')
        import_module('jobs.worker')
