"""Who moved a version of a registry, and who changed how registries are made; append-only."""
from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.guards import append_only
from registries.models import RegistryVersion
from registries.statuses import VersionStatus


class VersionEvent(models.Model):
    """One move of one version; the first one has no status before it. Drafts keep no journal."""

    version = models.ForeignKey(
        RegistryVersion, on_delete=models.PROTECT, related_name='events', verbose_name=_('version'))
    at = models.DateTimeField(_('at'))
    moved_from = models.CharField(_('from'), max_length=8, choices=VersionStatus.choices, blank=True)
    moved_to = models.CharField(_('to'), max_length=8, choices=VersionStatus.choices)
    actor = models.CharField(_('who'), max_length=150)
    why = models.CharField(_('why'), max_length=500, blank=True)

    class Meta:
        verbose_name = _('move of a version')
        verbose_name_plural = _('moves of versions')
        permissions = [
            ('build_registry', 'Can build registries'),
            ('check_registry', 'Can mark registries as checked'),
            ('send_registry', 'Can send registries'),
        ]
        triggers = [append_only('version_event_append_only')]

    def __str__(self) -> str:
        return f'{self.moved_from} → {self.moved_to}'


class SettingsChange(models.Model):
    """A tariff or the settings of a counterparty as they were and as they are, and who changed them."""

    at = models.DateTimeField(_('at'))
    subject = models.CharField(_('what'), max_length=200)
    author = models.CharField(_('author'), max_length=150)
    before: models.JSONField[Any, Any] = models.JSONField(_('before'), null=True)
    after: models.JSONField[Any, Any] = models.JSONField(_('after'))

    class Meta:
        verbose_name = _('change of settings')
        verbose_name_plural = _('changes of settings')
        triggers = [append_only('settings_change_append_only')]

    def __str__(self) -> str:
        return self.subject
