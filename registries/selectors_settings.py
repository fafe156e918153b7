"""Reads around the settings of counterparties."""
from __future__ import annotations

from registries.models import Counterparty, RegistryVersion


def has_made_registries(counterparty: Counterparty) -> bool:
    """Whether a version that never changes any more was made for a counterparty."""
    return RegistryVersion.objects.filter(registry__counterparty=counterparty, number__gt=0).exists()
