from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from vault.checks import check_key_sets


class VaultConfig(AppConfig):
    """What must stay secret."""

    name = 'vault'
    verbose_name = _('Vault')

    def ready(self) -> None:
        """Register the checks of the key sets."""
        register(check_key_sets)
