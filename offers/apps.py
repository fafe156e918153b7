from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OffersConfig(AppConfig):
    name = 'offers'
    verbose_name = _('Offers')

    def ready(self) -> None:
        """Registers the steps of this room as jobs."""
        import_module('offers.steps')
