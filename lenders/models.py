"""Lenders as configuration, the log of every call to them, and the callbacks they sent."""
from __future__ import annotations

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.guards import frozen_column
from lenders.links import is_host
from vault.fields import EncryptedJSONField, EncryptedTextField


def check_hosts(value: object) -> None:
    """The list of hosts of a lender's documents; refuses what no link could ever match."""
    if not isinstance(value, list) or not all(is_host(one) for one in value):
        raise ValidationError(_('A list of hosts in lower case, each as host or host:port'))


class Lender(models.Model):
    """A bank or microfinance company; a sandbox or a live one for ever. Sums in kopecks, terms in months."""

    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.SlugField(_('code'), max_length=50, unique=True)
    name = models.CharField(_('name'), max_length=200)
    legal_name = models.CharField(_('legal name'), max_length=300, blank=True)
    is_sandbox = models.BooleanField(_('sandbox'), default=False)
    is_active = models.BooleanField(_('active'), default=True)
    adapter = models.CharField(_('adapter'), max_length=50)
    base_url = models.URLField(_('address of the API'), max_length=500)
    credentials = EncryptedJSONField(context='guid', default=dict, blank=True)
    settings = models.JSONField(_('settings of the adapter'), default=dict, blank=True)
    kinds = models.JSONField(_('kinds of credit'), default=list)
    min_amount = models.BigIntegerField(_('least loan, kopecks'), default=0)
    max_amount = models.BigIntegerField(_('greatest loan, kopecks'), default=0)
    min_term = models.PositiveSmallIntegerField(_('shortest term, months'), default=0)
    max_term = models.PositiveSmallIntegerField(_('longest term, months'), default=0)
    connect_timeout_seconds = models.FloatField(_('time to connect, seconds'), default=3.0)
    read_timeout_seconds = models.FloatField(_('time to answer, seconds'), default=15.0)
    calls_per_second = models.PositiveIntegerField(_('calls per second and process, 0 is no limit'), default=0)
    contract_days = models.PositiveSmallIntegerField(_('days to sign a contract'), default=14)
    payment_hosts = models.JSONField(_('hosts of the payment page'), default=list, blank=True)
    document_hosts = models.JSONField(
        _('hosts of links to documents'), default=list, blank=True, validators=[check_hosts],
        help_text=_('Hosts like "files.bank.example" (port 443) or "files.bank.example:8443"; '
                    'the host of the API is always allowed'))
    paused_until = models.DateTimeField(_('paused until'), null=True, blank=True)
    """Set when the lender refuses our credentials: calls wait, nothing is read as a refusal of the client."""
    pause_reason = models.CharField(_('why paused'), max_length=200, blank=True)

    class Meta:
        verbose_name = _('lender')
        verbose_name_plural = _('lenders')
        triggers = [frozen_column('lender_sandbox_frozen', 'is_sandbox')]

    def __str__(self) -> str:
        return self.name


class Exchange(models.Model):
    """One call over the HTTP door: created before, completed after; personal data masked.

    `raw` keeps, encrypted, the beginning of an answer that was not understood.
    """

    guid = models.UUIDField(default=uuid.uuid4, editable=False)
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name='+', verbose_name=_('lender'))
    form_guid = models.UUIDField(_('form'), null=True, db_index=True)
    operation = models.CharField(_('operation'), max_length=40)
    idempotency_key = models.CharField(_('idempotency key'), max_length=100, blank=True)
    method = models.CharField(_('method'), max_length=8)
    path = models.CharField(_('path'), max_length=500)
    request = models.JSONField(_('request'), null=True)
    status = models.PositiveSmallIntegerField(_('HTTP status'), null=True)
    response = models.JSONField(_('answer'), null=True)
    trouble = models.CharField(_('trouble'), max_length=200, blank=True)
    raw = EncryptedTextField(context='guid', default='', blank=True)
    started_at = models.DateTimeField(_('started at'), auto_now_add=True)
    finished_at = models.DateTimeField(_('finished at'), null=True)

    class Meta:
        verbose_name = _('call to a lender')
        verbose_name_plural = _('calls to lenders')
        indexes = [models.Index(fields=['lender', '-started_at'], name='exchange_recent')]

    def __str__(self) -> str:
        return f'{self.operation} {self.form_guid}'


class LenderCallback(models.Model):
    """A callback that was taken: its event id is taken once for ever."""

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name='+', verbose_name=_('lender'))
    event_id = models.CharField(_('event id'), max_length=100)
    event = models.CharField(_('event'), max_length=40)
    form_guid = models.UUIDField(_('form'))
    received_at = models.DateTimeField(_('received at'), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _('callback of a lender')
        verbose_name_plural = _('callbacks of lenders')
        constraints = [models.UniqueConstraint(fields=['lender', 'event_id'], name='one_callback_per_event')]

    def __str__(self) -> str:
        return f'{self.event} {self.form_guid}'
