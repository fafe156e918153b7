from importlib import import_module

from django.apps import AppConfig


class OffersConfig(AppConfig):
    name = 'offers'

    def ready(self) -> None:
        """Registers the steps of this room as jobs."""
        import_module('offers.steps')
