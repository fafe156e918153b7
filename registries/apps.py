"""The room of registries."""
from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistriesConfig(AppConfig):
    name = 'registries'
    verbose_name = _('Registries')

    def ready(self) -> None:
        """Register the steps of this room and its checks."""
        for module in (
            'steps', 'steps_build', 'steps_delivery', 'steps_matching', 'steps_reports', 'steps_schedule',
            'steps_sweep', 'checks',
        ):
            import_module(f'registries.{module}')
