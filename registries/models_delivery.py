"""Where registries go and how far they have come: targets, deliveries, links, the schedule and their journals."""
from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar

import pgtrigger
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applications.guards import append_only, frozen_column, guard_moves
from applications.statuses import MoveTable
from registries.models import Counterparty, RegistryVersion
from registries.statuses_delivery import DELIVERY_MOVES, DeliveryStatus
from vault.fields import EncryptedJSONField


def today() -> date:
    """The date in Moscow."""
    return timezone.localdate()


class Schedule(models.Model):
    """When the registries of a counterparty are made by themselves; without a row they are made by hand."""

    counterparty = models.OneToOneField(
        Counterparty, on_delete=models.PROTECT, related_name='schedule', verbose_name=_('counterparty'))
    is_active = models.BooleanField(_('in force'), default=True)
    due_hour = models.PositiveSmallIntegerField(
        _('at this hour of its zone'), default=6, validators=[MaxValueValidator(23)])
    auto_send = models.BooleanField(
        _('check and send without a person'), default=False,
        help_text=_('Otherwise a person checks each registry first'))
    starts_on = models.DateField(
        _('first day'), default=today, help_text=_('Periods that end before this day are not made'))

    class Meta:
        verbose_name = _('schedule')
        verbose_name_plural = _('schedules')
        constraints = [models.CheckConstraint(condition=models.Q(due_hour__lte=23), name='schedule_hour_of_a_day')]

    def __str__(self) -> str:
        return f'{self.counterparty} {self.due_hour}:00'


class DeliveryTarget(models.Model):
    """One address of a counterparty: a channel of the catalogue with the settings that this channel understands."""

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    counterparty = models.ForeignKey(
        Counterparty, on_delete=models.PROTECT, related_name='targets', verbose_name=_('counterparty'))
    name = models.CharField(_('name'), max_length=60)
    channel = models.CharField(_('channel'), max_length=10)
    settings: models.JSONField[Any, Any] = models.JSONField(_('address'))
    secrets = EncryptedJSONField(_('secrets'), null=True)
    """By name: the value itself, or `env:NAME`, a variable of the environment that begins with REGISTRY_SECRET_."""
    formats: models.JSONField[Any, Any] = models.JSONField(_('formats'), default=list, blank=True)
    """Empty: those of the counterparty."""
    is_active = models.BooleanField(_('in force'), default=True)

    class Meta:
        verbose_name = _('address of delivery')
        verbose_name_plural = _('addresses of delivery')
        constraints = [models.UniqueConstraint(fields=['counterparty', 'name'], name='one_target_per_name')]

    def __str__(self) -> str:
        return f'{self.counterparty}: {self.name}'


class TargetChange(models.Model):
    """Who changed an address of delivery and what; of secrets the names only. Append-only."""

    target = models.ForeignKey(DeliveryTarget, on_delete=models.PROTECT, related_name='changes')
    at = models.DateTimeField(_('at'), default=timezone.now, editable=False)
    author = models.CharField(_('author'), max_length=150)
    what: models.JSONField[Any, Any] = models.JSONField(_('what'))

    class Meta:
        verbose_name = _('change of an address')
        verbose_name_plural = _('changes of addresses')
        triggers = [append_only('target_change_append_only')]

    def __str__(self) -> str:
        return f'{self.at:%Y-%m-%d %H:%M} {self.author}'


class Delivery(models.Model):
    """One version to one target, once: which files is settled when it is queued and never changes."""

    MOVES: ClassVar[MoveTable] = DELIVERY_MOVES

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(
        RegistryVersion, on_delete=models.PROTECT, related_name='deliveries', verbose_name=_('version'))
    target = models.ForeignKey(
        DeliveryTarget, on_delete=models.PROTECT, related_name='deliveries', verbose_name=_('address of delivery'))
    status = models.CharField(_('status'), max_length=8, choices=DeliveryStatus.choices, default=DeliveryStatus.QUEUED)
    status_at = models.DateTimeField(_('status since'))
    queued_at = models.DateTimeField(_('queued at'))
    sent_at = models.DateTimeField(_('sent at'), null=True)
    attempts = models.PositiveIntegerField(_('attempts'), default=0)
    last_error = models.CharField(_('last error'), max_length=500, blank=True)
    files: models.JSONField[Any, Any] = models.JSONField(_('files'))
    """`[{"format", "name", "sha256", "size_bytes"}]` in the order in which they are sent."""
    sha256 = models.CharField(_('SHA-256 of what is sent'), max_length=64)
    """Over the lines `<sha256 of a file>  <its name>\\n`, as sha256sum prints them."""
    remote_name = models.CharField(_('name at the receiver'), max_length=1000, blank=True)
    replaces = models.ForeignKey(
        'self', on_delete=models.PROTECT, null=True, related_name='+', verbose_name=_('replaces'))
    asked_by = models.CharField(_('asked by'), max_length=150)

    class Meta:
        verbose_name = _('delivery')
        verbose_name_plural = _('deliveries')
        constraints = [
            models.UniqueConstraint(fields=['version', 'target'], name='one_delivery_per_target'),
            models.CheckConstraint(
                condition=models.Q(status='SENT', sent_at__isnull=False)
                | (~models.Q(status='SENT') & models.Q(sent_at__isnull=True)), name='sent_has_a_moment'),
        ]
        triggers = [
            guard_moves('delivery_moves', 'status', DELIVERY_MOVES),
            frozen_column('delivery_files_frozen', 'files'), frozen_column('delivery_sha256_frozen', 'sha256'),
            frozen_column('delivery_version_frozen', 'version_id'),
            frozen_column('delivery_target_frozen', 'target_id'),
            pgtrigger.Protect(name='delivery_never_deleted', operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f'{self.version} → {self.target.name}'


class DeliveryEvent(models.Model):
    """The journal of a delivery: every move and every attempt. Append-only."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name='events')
    at = models.DateTimeField(_('at'), default=timezone.now, editable=False)
    moved_from = models.CharField(_('from'), max_length=8, choices=DeliveryStatus.choices, blank=True)
    moved_to = models.CharField(_('to'), max_length=8, choices=DeliveryStatus.choices)
    attempt = models.PositiveIntegerField(_('attempt'), default=0)
    actor = models.CharField(_('who'), max_length=150)
    why = models.CharField(_('why'), max_length=500, blank=True)

    class Meta:
        verbose_name = _('event of a delivery')
        verbose_name_plural = _('events of deliveries')
        triggers = [append_only('delivery_event_append_only')]

    def __str__(self) -> str:
        return f'{self.at:%Y-%m-%d %H:%M} {self.moved_to}'


class DownloadLink(models.Model):
    """The page from which the receiver of an e-mail takes files that are too large for it.

    The token is computed from the row (see `registries.links`) and kept as a hash, so that a repeated e-mail names the
    same address.
    """

    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name='links')
    token_sha256 = models.CharField(max_length=64, unique=True)
    key_id = models.CharField(max_length=20)
    created_at = models.DateTimeField(_('made at'))
    expires_at = models.DateTimeField(_('expires at'))

    class Meta:
        verbose_name = _('download link')
        verbose_name_plural = _('download links')
        triggers = [append_only('download_link_append_only')]

    def __str__(self) -> str:
        return f'{self.delivery_id} {self.expires_at:%Y-%m-%d}'


class DownloadNote(models.Model):
    """Who took a file of a registry, by the link of an e-mail or in the workstation. Append-only.

    The file is named by value: a draft goes away, the note stays.
    """

    file_guid = models.UUIDField(_('file'))
    name = models.CharField(_('file name'), max_length=200)
    link = models.ForeignKey(
        DownloadLink, on_delete=models.PROTECT, null=True, related_name='notes', verbose_name=_('download link'))
    at = models.DateTimeField(_('at'), default=timezone.now, editable=False)
    actor = models.CharField(_('who'), max_length=150)
    ip = models.GenericIPAddressField(_('address'), null=True)

    class Meta:
        verbose_name = _('download of a registry')
        verbose_name_plural = _('downloads of registries')
        triggers = [append_only('download_note_append_only')]

    def __str__(self) -> str:
        return f'{self.at:%Y-%m-%d %H:%M} {self.actor}'
