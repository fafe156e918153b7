"""The room of applications."""
from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = 'applications'

    def ready(self) -> None:
        """Tell the vault how to compute the blind indexes of this room."""
        import_module('applications.rotation')
