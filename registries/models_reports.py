"""Reports of matchings on their way to counterparties."""
from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.guards import guard_moves
from applications.statuses import MoveTable
from registries.guards import frozen_but, never_deleted
from registries.models_delivery import DeliveryTarget
from registries.models_matching import MatchReport
from registries.statuses_delivery import DELIVERY_MOVES, DeliveryStatus


class ReportDelivery(models.Model):
    """One report to one address, once."""

    MOVES: ClassVar[MoveTable] = DELIVERY_MOVES

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    report = models.ForeignKey(
        MatchReport, on_delete=models.PROTECT, related_name='deliveries', verbose_name=_('report of a matching'))
    target = models.ForeignKey(
        DeliveryTarget, on_delete=models.PROTECT, related_name='+', verbose_name=_('address of delivery'))
    status = models.CharField(_('status'), max_length=8, choices=DeliveryStatus.choices, default=DeliveryStatus.QUEUED)
    queued_at = models.DateTimeField(_('queued at'))
    sent_at = models.DateTimeField(_('sent at'), null=True)
    last_error = models.CharField(_('last error'), max_length=500, blank=True)
    remote_name = models.CharField(_('name at the receiver'), max_length=1000, blank=True)
    asked_by = models.CharField(_('asked by'), max_length=150)

    class Meta:
        verbose_name = _('delivery of a report')
        verbose_name_plural = _('deliveries of reports')
        constraints = [models.UniqueConstraint(fields=['report', 'target'], name='one_report_delivery_per_target')]
        triggers = [
            guard_moves('report_delivery_moves', 'status', DELIVERY_MOVES),
            frozen_but('report_delivery_frozen', 'status', 'sent_at', 'last_error', 'remote_name'),
            never_deleted('report_delivery_kept'),
        ]

    def __str__(self) -> str:
        return f'{self.report.name} → {self.target.name}'
