"""Where a lender and we differ about a deal, as the nightly sweep found it. Sums in kopecks."""
from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.guards import guard_moves
from applications.statuses import MoveTable
from contracts.models import Contract
from registries.guards import frozen_but, never_deleted
from registries.statuses import DRIFT_MOVES, DriftKind, DriftStatus


class Drift(models.Model):
    """One difference about one deal: open until a later look finds none, or a person closes it with a reason."""

    MOVES: ClassVar[MoveTable] = DRIFT_MOVES

    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name='drifts', verbose_name=_('contract'))
    kind = models.CharField(_('difference'), max_length=16, choices=DriftKind.choices)
    ours = models.CharField(_('our word'), max_length=100)
    theirs = models.CharField(_('word of the lender'), max_length=200)
    our_amount = models.BigIntegerField(_('our loan'), null=True)
    their_amount = models.BigIntegerField(_('loan of the lender'), null=True)
    status = models.CharField(_('status'), max_length=6, choices=DriftStatus.choices, default=DriftStatus.OPEN)
    found_at = models.DateTimeField(_('found at'))
    seen_at = models.DateTimeField(_('last seen at'))
    times_seen = models.PositiveIntegerField(_('times seen'), default=1)
    healing = models.CharField(_('job woken to heal it'), max_length=64, blank=True)
    """Empty: nothing here may change the state by itself, a person decides."""
    ended_at = models.DateTimeField(_('ended at'), null=True)
    ended_by = models.CharField(_('ended by'), max_length=150, blank=True)
    ended_why = models.CharField(_('why ended'), max_length=500, blank=True)

    class Meta:
        verbose_name = _('difference with a lender')
        verbose_name_plural = _('differences with lenders')
        permissions = [('close_drift', 'Can close differences with lenders')]
        constraints = [models.UniqueConstraint(
            fields=['contract', 'kind'], condition=models.Q(status='OPEN'), name='one_open_drift')]
        triggers = [
            guard_moves('drift_moves', 'status', DRIFT_MOVES),
            frozen_but('drift_frozen', 'status', 'seen_at', 'times_seen', 'healing', 'theirs', 'their_amount', 'ours',
                       'our_amount', 'ended_at', 'ended_by', 'ended_why'),
            never_deleted('drift_kept'),
        ]

    def __str__(self) -> str:
        return f'{self.kind} {self.contract_id}'
