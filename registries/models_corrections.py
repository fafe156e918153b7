"""Wishes to correct the ledger: one person asks, another approves. Signed sums in kopecks."""
from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.guards import guard_moves
from applications.statuses import MoveTable
from registries.guards import frozen_but, never_deleted
from registries.models import LedgerLine, Registry
from registries.statuses import CORRECTION_MOVES, CorrectionStatus


class CorrectionRequest(models.Model):
    """A wish to add signed sums to what a line of the ledger says; its approval writes the line of the correction.

    Without a registry the correction counts in the current period; with one, in the next version of that registry.
    """

    MOVES: ClassVar[MoveTable] = CORRECTION_MOVES

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    line = models.ForeignKey(
        LedgerLine, on_delete=models.PROTECT, related_name='correction_requests', verbose_name=_('line'))
    is_reversal = models.BooleanField(_('reverse wholly'))
    sums: models.JSONField[Any, Any] = models.JSONField(_('sums'))
    """Kopecks by the name of the column, those that change only."""
    reason = models.CharField(_('reason'), max_length=500)
    for_partner = models.ForeignKey(
        Registry, on_delete=models.PROTECT, null=True, related_name='+', verbose_name=_("partner's registry"))
    for_lender = models.ForeignKey(
        Registry, on_delete=models.PROTECT, null=True, related_name='+', verbose_name=_("lender's registry"))
    author = models.CharField(_('author'), max_length=150)
    asked_at = models.DateTimeField(_('asked at'))
    status = models.CharField(
        _('status'), max_length=9, choices=CorrectionStatus.choices, default=CorrectionStatus.ASKED)
    decided_by = models.CharField(_('decided by'), max_length=150, blank=True)
    decided_at = models.DateTimeField(_('decided at'), null=True)
    decided_why = models.CharField(_('why so decided'), max_length=500, blank=True)
    made = models.OneToOneField(
        LedgerLine, on_delete=models.PROTECT, null=True, related_name='made_by_request',
        verbose_name=_('line of the correction'))

    class Meta:
        verbose_name = _('correction')
        verbose_name_plural = _('corrections')
        permissions = [
            ('ask_correction', 'Can ask for corrections of the ledger'),
            ('approve_correction', 'Can approve and refuse corrections of others'),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=['line'], condition=models.Q(status='ASKED'), name='one_open_correction'),
            models.CheckConstraint(
                condition=~models.Q(status='APPROVED') | (
                    ~models.Q(decided_by=models.F('author')) & ~models.Q(decided_by='')
                    & models.Q(made__isnull=False)),
                name='approved_by_another'),
            models.CheckConstraint(
                condition=models.Q(status='APPROVED') | models.Q(made__isnull=True), name='only_approved_is_made'),
        ]
        triggers = [
            guard_moves('correction_moves', 'status', CORRECTION_MOVES),
            frozen_but('correction_frozen', 'status', 'decided_by', 'decided_at', 'decided_why', 'made_id'),
            never_deleted('correction_kept'),
        ]

    def __str__(self) -> str:
        return str(self.guid)
