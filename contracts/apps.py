"""The room of contracts."""
from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = 'contracts'

    def ready(self) -> None:
        """Register the steps of this room."""
        for steps in ('steps', 'steps_forms', 'steps_issue', 'steps_codes'):
            import_module(f'contracts.{steps}')
