"""The room of contracts."""
from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    name = 'contracts'
    verbose_name = _('Contracts')

    def ready(self) -> None:
        """Register the steps of this room, and how its blind index is computed."""
        for module in (
                'steps', 'steps_forms', 'steps_issue', 'steps_codes', 'steps_messages', 'steps_evidence', 'rotation'):
            import_module(f'contracts.{module}')
