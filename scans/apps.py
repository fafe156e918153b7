"""The room of scans."""
from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ScansConfig(AppConfig):
    name = 'scans'

    def ready(self) -> None:
        """Register the steps of this room."""
        import_module('scans.steps')
