"""Images of documents: in from the partner, out to the lender, the verdicts back; what each lender was sent."""
from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.guards import append_only
from applications.models import Application
from lenders.models import Lender
from vault.models import StoredFile


class ScanState(models.TextChoices):
    """Statuses of one scan; `CONFIRMED` is the wire's word for an accepted one."""

    RECEIVED_FROM_PARTNER = 'RECEIVED_FROM_PARTNER', _('received from the partner')
    CHECKING = 'CHECKING', _('being checked')
    RESCAN_NEEDED = 'RESCAN_NEEDED', _('rescan needed')
    CONFIRMED = 'CONFIRMED', _('accepted')


class Scan(models.Model):
    """One version of one type of document of an application; the newest version is the current one."""

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name='scans', verbose_name=_('application'))
    type = models.CharField(_('type'), max_length=40)
    version = models.PositiveIntegerField(_('version'))
    is_current = models.BooleanField(_('current'), default=True)
    from_form = models.BooleanField(_('from the form'), default=False)
    """Came with create_form: goes to every lender; part of the deal only when the chosen lender asks about it."""
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name='+')
    page_of = models.ForeignKey(
        'self', on_delete=models.PROTECT, related_name='earlier_pages', null=True, verbose_name=_('page of'))
    """Of several files of one type in one call the last is the scan, those before it are its earlier pages."""
    display_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name='+', null=True)
    thumbnail_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name='+', null=True)
    looks = models.JSONField(_('measures'), default=list)
    """What was measured, a `vault.inspection.verdicts.Look` per page: numbers and hashes, no picture."""
    state = models.CharField(
        _('state'), max_length=24, choices=ScanState.choices, default=ScanState.RECEIVED_FROM_PARTNER)
    decline_reason = models.CharField(_('reason of refusal'), max_length=500, blank=True)
    processed_at = models.DateTimeField(_('looked at by the platform at'), null=True)
    """Only a processed scan goes to the lender: a poor picture comes back without one."""
    sent_at = models.DateTimeField(_('sent to the lender at'), null=True)
    created_at = models.DateTimeField(_('received at'))

    class Meta:
        verbose_name = _('scan')
        verbose_name_plural = _('scans')
        constraints = [
            models.UniqueConstraint(fields=['application', 'type', 'version'], name='one_scan_version'),
            models.UniqueConstraint(
                fields=['application', 'type'], condition=models.Q(is_current=True), name='one_current_scan'),
        ]

    def __str__(self) -> str:
        return f'{self.type} {self.version}'


class SentFile(models.Model):
    """A file as a lender got it: made over to what that lender takes, told by its SHA-256. Append-only."""

    scan = models.ForeignKey(Scan, on_delete=models.PROTECT, related_name='sent_files', verbose_name=_('scan'))
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name='+', verbose_name=_('lender'))
    page = models.PositiveSmallIntegerField(_('page'))
    pages = models.PositiveSmallIntegerField(_('pages'))
    content_type = models.CharField(_('content type'), max_length=128)
    size_bytes = models.BigIntegerField(_('size, bytes'))
    sha256 = models.CharField(_('SHA-256 of the content'), max_length=64)
    sent_at = models.DateTimeField(_('sent at'))

    class Meta:
        verbose_name = _('file sent to a lender')
        verbose_name_plural = _('files sent to lenders')
        triggers = [append_only('sent_file_append_only')]

    def __str__(self) -> str:
        return f'{self.sha256[:12]} {self.page}/{self.pages}'
