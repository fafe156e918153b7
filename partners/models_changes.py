"""The journal of a partner's settings: who changed what, before and after; changes that wait for a second person."""
from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class ChangeStatus(models.TextChoices):
    """APPLIED at once or after approval; a change that was not applied changed nothing."""

    WAITING = 'waiting', _('waits for a second person')
    APPLIED = 'applied', _('applied')
    REFUSED = 'refused', _('refused')


class PartnerChange(models.Model):
    """One setting of a partner, before and after. A row that was decided stays as it is (a database trigger)."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name='changes', verbose_name=_('partner'))
    setting = models.CharField(_('setting'), max_length=120)
    before = models.JSONField(_('before'), null=True)
    after = models.JSONField(_('after'), null=True)
    status = models.CharField(_('status'), max_length=8, choices=ChangeStatus.choices, default=ChangeStatus.APPLIED)
    asked_by = models.CharField(_('asked by'), max_length=150)
    asked_at = models.DateTimeField(_('asked at'), auto_now_add=True)
    decided_by = models.CharField(_('decided by'), max_length=150, blank=True)
    decided_at = models.DateTimeField(_('decided at'), null=True)
    reason = models.CharField(_('reason'), max_length=500, blank=True)

    class Meta:
        verbose_name = _('change of a partner')
        verbose_name_plural = _('changes of partners')
        constraints = [models.UniqueConstraint(
            fields=['partner', 'setting'], name='one_waiting_change', condition=models.Q(status='waiting'))]
        indexes = [models.Index(fields=['partner', '-asked_at'], name='partner_change_recent')]
        triggers = [
            pgtrigger.Protect(name='partner_change_kept', operation=pgtrigger.Delete),
            pgtrigger.Protect(name='partner_change_final', operation=pgtrigger.Update,
                              condition=pgtrigger.Condition("OLD.status <> 'waiting'")),
        ]

    def __str__(self) -> str:
        return f'{self.partner}: {self.setting}'
