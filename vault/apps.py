from importlib import import_module

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class VaultConfig(AppConfig):
    """What must stay secret."""

    name = 'vault'
    verbose_name = _('Vault')

    def ready(self) -> None:
        """Register the checks, which look at models and so cannot be imported before."""
        checks = import_module('vault.checks')
        register(checks.check_key_sets)
        register(checks.check_rotation)
