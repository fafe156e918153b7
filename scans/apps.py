"""The room of scans."""
from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScansConfig(AppConfig):
    name = 'scans'
    verbose_name = _('Scans')

    def ready(self) -> None:
        """Register the steps of this room."""
        import_module('scans.steps')
