"""People of a partner who may look at its own applications in the workstation."""
from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class Role(models.TextChoices):
    """An owner besides invites and removes people and handles keys."""

    OWNER = 'owner', _('owner')
    EMPLOYEE = 'employee', _('employee')


class PartnerStaff(models.Model):
    """A log-in that belongs to one partner; it never sees anything of another.

    Of a company with a sandbox and a live partner it belongs to the one it has turned to.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name='partner_staff', verbose_name=_('user'))
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name='staff', verbose_name=_('partner'))
    role = models.CharField(_('role'), max_length=8, choices=Role.choices, default=Role.EMPLOYEE)
    invited_by = models.CharField(_('invited by'), max_length=150, blank=True)
    created_at = models.DateTimeField(_('created at'), auto_now_add=True)

    class Meta:
        verbose_name = _('employee of a partner')
        verbose_name_plural = _('employees of partners')

    def __str__(self) -> str:
        return f'{self.user} ({self.partner})'
