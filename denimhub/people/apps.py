from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = 'denimhub.people'
    label = 'people'
    verbose_name = _('People')

    def ready(self) -> None:
        """Tell the rotation of keys where the secrets of the second step lie."""
        import_module('denimhub.people.rotation')
