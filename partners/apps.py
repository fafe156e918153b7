from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    name = 'partners'
    verbose_name = _('Partners')

    def ready(self) -> None:
        """Register the steps of this room, and how its blind indexes are computed."""
        for module in ('steps', 'rotation'):
            import_module(f'partners.{module}')
