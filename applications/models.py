"""The application (form), its journal and the documents handed out through `get_file`."""
from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.guards import append_only, frozen_column, guard_moves
from applications.statuses import APPLICATION_MOVES, ApplicationStatus, MoveTable
from partners.models import Channel, Kind, Partner, Point, Product
from vault.fields import EncryptedJSONField
from vault.models import StoredFile


class Application(models.Model):
    """A credit application: the client's form and where it stands. Sums in kopecks."""

    MOVES: ClassVar[MoveTable] = APPLICATION_MOVES

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    # Django's own index of each of the three would only repeat the beginning of one below.
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name='+', db_index=False, verbose_name=_('partner'))
    point = models.ForeignKey(
        Point, on_delete=models.PROTECT, related_name='+', db_index=False, verbose_name=_('point of sale'))
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name='+', db_index=False, null=True,
        verbose_name=_('credit product'))
    external_id = models.CharField(_('external id'), max_length=1024)
    kind = models.CharField(_('kind'), max_length=4, choices=Kind.choices)
    channel = models.CharField(_('channel'), max_length=7, choices=Channel.choices)
    is_sandbox = models.BooleanField(_('sandbox'))
    status = models.CharField(
        _('status'), max_length=10, choices=ApplicationStatus.choices, default=ApplicationStatus.NEW)
    status_at = models.DateTimeField(_('status since'))
    amount = models.BigIntegerField(_('price of the goods, kopecks'))
    initial_payment = models.BigIntegerField(_('first payment, kopecks'), default=0)
    term_value = models.PositiveIntegerField(_('term, months'), null=True)
    items = models.JSONField(_('goods'), default=list)
    scans_count = models.PositiveSmallIntegerField(_('scans in the form'), default=0)
    questionnaire = EncryptedJSONField(context='guid')
    body_hash = models.BinaryField(max_length=32)
    body_hash_key = models.CharField(max_length=40)
    form_version = models.PositiveSmallIntegerField()
    phone_index = models.BinaryField(max_length=32)
    passport_index = models.BinaryField(max_length=32, null=True)
    last_name_index = models.BinaryField(max_length=32)
    full_name_index = models.BinaryField(max_length=32)
    scoring_deadline_at = models.DateTimeField(_('scoring deadline'))
    offers_shown_at = models.DateTimeField(_('offers shown at'), null=True)
    offers_expire_at = models.DateTimeField(_('offers expire at'), null=True)
    created_at = models.DateTimeField(_('created at'))

    class Meta:
        verbose_name = _('application')
        verbose_name_plural = _('applications')
        constraints = [models.UniqueConstraint(fields=['partner', 'external_id'], name='one_form_per_external_id')]
        indexes = [
            # For the list of the workstation, newest first: of all, of a status, of a partner, of a point.
            models.Index(fields=['-created_at', '-id'], name='application_newest'),
            models.Index(fields=['status', '-created_at', '-id'], name='application_by_status'),
            models.Index(fields=['partner', '-created_at', '-id'], name='application_by_partner'),
            models.Index(fields=['point', '-created_at', '-id'], name='application_by_point'),
            # For its rare ones: a kind, a channel or the world of which there is little; a sum that few have.
            models.Index(fields=['kind', 'channel', 'is_sandbox', '-created_at'], name='application_by_kind'),
            models.Index(fields=['amount'], name='application_by_amount'),
            # What should have expired; only forms with offers are in it.
            models.Index(fields=['offers_expire_at'], condition=models.Q(status=ApplicationStatus.OFFERED),
                         name='application_expiring'),
            # For the check of PostgreSQL when a product is deleted.
            models.Index(fields=['product'], condition=models.Q(product__isnull=False), name='application_product'),
            models.Index(fields=['phone_index', 'created_at'], name='application_phone'),
            models.Index(fields=['passport_index'], name='application_passport'),
            models.Index(fields=['last_name_index', '-created_at', '-id'], name='application_last_name'),
            models.Index(fields=['full_name_index'], name='application_full_name'),
        ]
        triggers = [
            guard_moves('application_moves', 'status', APPLICATION_MOVES),
            frozen_column('application_sandbox_frozen', 'is_sandbox'),
        ]

    def __str__(self) -> str:
        return str(self.guid)


class Event(models.Model):
    """The journal: who moved what, from where to where and why. Append-only, no personal data."""

    # Without an index of its own: the one below begins with it, and every form writes a line.
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name='events', db_index=False)
    at = models.DateTimeField(_('at'))
    subject = models.CharField(_('subject'), max_length=80)
    moved_from = models.CharField(_('from'), max_length=24, blank=True)
    moved_to = models.CharField(_('to'), max_length=24, blank=True)
    actor = models.CharField(_('actor'), max_length=100)
    why = models.CharField(_('why'), max_length=500, blank=True)

    class Meta:
        verbose_name = _('event')
        verbose_name_plural = _('events')
        indexes = [models.Index(fields=['application', 'id'], name='event_of_application')]
        triggers = [append_only('event_append_only')]

    def __str__(self) -> str:
        return f'{self.subject} {self.moved_from} → {self.moved_to}'


class Document(models.Model):
    """A printed form handed out to the partner by its guid (`File` of the document)."""

    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name='documents')
    stage = models.CharField(_('stage'), max_length=10, choices=[('offers', _('offers')), ('contract', _('contract'))])
    kind = models.CharField(_('kind'), max_length=40)
    lender_code = models.CharField(_('lender'), max_length=50, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name='+')
    file_name = models.CharField(_('file name'), max_length=200)
    made_from = models.CharField(_('made from'), max_length=100, blank=True)
    """`built-in form`, `lender`, or `template 7 version 3`: what the bytes were made from, for the evidence."""
    created_at = models.DateTimeField(_('created at'), auto_now_add=True)
    superseded_at = models.DateTimeField(_('replaced at'), null=True)

    class Meta:
        verbose_name = _('document')
        verbose_name_plural = _('documents')
        constraints = [models.UniqueConstraint(
            fields=['application', 'stage', 'kind', 'lender_code'], condition=models.Q(superseded_at__isnull=True),
            name='one_current_document')]

    def __str__(self) -> str:
        return self.file_name
