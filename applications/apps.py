"""The room of applications."""
from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApplicationsConfig(AppConfig):
    name = 'applications'
    verbose_name = _('Applications')

    def ready(self) -> None:
        """Tell the vault how to compute the blind indexes of this room."""
        import_module('applications.rotation')
