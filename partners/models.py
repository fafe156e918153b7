"""Partners, their points of sale and credit products."""
from __future__ import annotations

import uuid

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class Partner(models.Model):
    """A retailer or credit broker; a sandbox or a live one for ever (a database trigger refuses the change)."""

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_('name'), max_length=200)
    is_sandbox = models.BooleanField(_('sandbox'), default=True)
    is_blocked = models.BooleanField(_('blocked'), default=False)
    allows_english = models.BooleanField(_('may answer in English'), default=False)
    redirect_hosts = models.JSONField(_('hosts of redirect URLs'), default=list, blank=True)
    requests_per_second = models.PositiveIntegerField(_('requests per second'), null=True, blank=True)
    forms_per_phone_day = models.PositiveIntegerField(_('forms per phone and day'), null=True, blank=True)
    sms_per_day = models.PositiveIntegerField(_('SMS per day'), null=True, blank=True)
    created_at = models.DateTimeField(_('created at'), auto_now_add=True)

    class Meta:
        verbose_name = _('partner')
        verbose_name_plural = _('partners')
        triggers = [pgtrigger.Protect(
            name='partner_sandbox_frozen', operation=pgtrigger.UpdateOf('is_sandbox'),
            condition=pgtrigger.Condition('OLD."is_sandbox" IS DISTINCT FROM NEW."is_sandbox"'))]

    def __str__(self) -> str:
        return self.name


class Kind(models.TextChoices):
    """Product kinds of the document."""

    POS = 'pos', _('POS credit')
    BNPL = 'bnpl', _('BNPL')


class Channel(models.TextChoices):
    """How the client is served: at a till or on a web page."""

    ONLINE = 'ONLINE', _('online')
    OFFLINE = 'OFFLINE', _('offline')


class Point(models.Model):
    """A point of sale; its kind and channel decide which fields of a form are required."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name='points', verbose_name=_('partner'))
    code = models.CharField(_('code'), max_length=100)
    name = models.CharField(_('name'), max_length=200)
    kind = models.CharField(_('kind'), max_length=4, choices=Kind.choices)
    channel = models.CharField(_('channel'), max_length=7, choices=Channel.choices)
    is_active = models.BooleanField(_('active'), default=True)

    class Meta:
        verbose_name = _('point of sale')
        verbose_name_plural = _('points of sale')
        constraints = [models.UniqueConstraint(fields=['partner', 'code'], name='point_code_unique')]

    def __str__(self) -> str:
        return f'{self.code} {self.name}'


class Product(models.Model):
    """A credit product of a partner; its kind wins over the point's when a form names it."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name='products', verbose_name=_('partner'))
    code = models.CharField(_('code'), max_length=100)
    name = models.CharField(_('name'), max_length=200)
    kind = models.CharField(_('kind'), max_length=4, choices=Kind.choices)
    scoring_deadline_seconds = models.PositiveIntegerField(_('scoring deadline, seconds'), default=120)
    is_active = models.BooleanField(_('active'), default=True)

    class Meta:
        verbose_name = _('credit product')
        verbose_name_plural = _('credit products')
        constraints = [models.UniqueConstraint(fields=['partner', 'code'], name='product_code_unique')]

    def __str__(self) -> str:
        return f'{self.code} {self.name}'
