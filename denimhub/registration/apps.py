from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistrationConfig(AppConfig):
    name = 'denimhub.registration'
    label = 'registration_pages'
    verbose_name = _('Registration')

    def ready(self) -> None:
        """Register the steps that send letters."""
        import_module('denimhub.registration.steps')
