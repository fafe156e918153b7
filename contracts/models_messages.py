"""What belongs to SMS beside the message itself: its parts at a gateway, and what a partner has sent in a day."""
from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class DeliveryStatus(models.TextChoices):
    """Words of `contracts.sms.base.DeliveryState`; UNKNOWN is all that is known until a final one comes."""

    UNKNOWN = 'unknown', _('not known')
    DELIVERED = 'delivered', _('delivered')
    EXPIRED = 'expired', _('not delivered in time')
    FAILED = 'failed', _('not delivered')


class MessagePart(models.Model):
    """One id that a gateway gave: of a whole message, or of one part of it.

    A report may come before the answer that names its id: then the row waits without a message.
    """

    message = models.ForeignKey(
        'contracts.Message', on_delete=models.PROTECT, null=True, related_name='gateway_parts',
        verbose_name=_('message'))
    gateway = models.CharField(_('gateway'), max_length=20)
    gateway_id = models.CharField(_('id at the gateway'), max_length=64)
    delivery_status = models.CharField(
        _('delivery'), max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.UNKNOWN)
    reason = models.CharField(_('reason'), max_length=40, blank=True)
    reported_at = models.DateTimeField(_('reported at'), null=True)
    created_at = models.DateTimeField(_('created at'))

    class Meta:
        verbose_name = _('part of a message')
        verbose_name_plural = _('parts of messages')
        constraints = [models.UniqueConstraint(fields=['gateway', 'gateway_id'], name='one_part_per_gateway_id')]
        indexes = [models.Index(
            fields=['created_at'], name='part_without_message', condition=models.Q(message__isnull=True))]

    def __str__(self) -> str:
        return f'{self.gateway} {self.gateway_id}'


class PartnerDay(models.Model):
    """How many SMS a live partner with a daily budget has sent on one day of Moscow."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name='+', verbose_name=_('partner'))
    day = models.DateField(_('day'))
    sent = models.PositiveIntegerField(_('SMS'), default=0)

    class Meta:
        verbose_name = _('SMS of a partner on a day')
        verbose_name_plural = _('SMS of partners by day')
        constraints = [models.UniqueConstraint(fields=['partner', 'day'], name='one_count_per_partner_day')]

    def __str__(self) -> str:
        return f'{self.partner_id} {self.day}'
