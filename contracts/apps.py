"""The room of contracts."""
from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = 'contracts'

    def ready(self) -> None:
        """Register the steps of this room, and how its blind index is computed."""
        for module in ('steps', 'steps_forms', 'steps_issue', 'steps_codes', 'rotation'):
            import_module(f'contracts.{module}')
