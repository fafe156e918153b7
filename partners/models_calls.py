"""The log of partners' calls: what was called, how it ended, how long it took. No body, no personal data."""
from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class PartnerCall(models.Model):
    """One call of the partner API by a known partner. Kept for PARTNER_CALLS_KEEP_DAYS.

    `code` is 0 for success, else the code of the answer: one of the document, or the HTTP status of a protocol fault.
    `fields` are paths of the fields that were refused (`items[0].category`), never their values.
    """

    # Without a constraint in the database: partners are never deleted, and the check would cost as much as the insert.
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name='calls', db_constraint=False,
                                db_index=False, verbose_name=_('partner'))
    method = models.CharField(_('method'), max_length=32)
    code = models.PositiveIntegerField(_('code of the answer'))
    form_guid = models.UUIDField(_('guid of the form'), null=True, blank=True)
    ms = models.FloatField(_('milliseconds'))
    request_id = models.CharField(_('request id'), max_length=64)
    at = models.DateTimeField(_('at'))
    request_bytes = models.PositiveIntegerField(_('bytes of the request'))
    answer_bytes = models.PositiveIntegerField(_('bytes of the answer'))
    fields = models.CharField(_('refused fields'), max_length=300, blank=True)

    class Meta:
        verbose_name = _('call of a partner')
        verbose_name_plural = _('calls of partners')
        indexes = [
            models.Index(
                fields=['form_guid', 'at'], name='partner_call_form', condition=models.Q(form_guid__isnull=False)),
            models.Index(fields=['partner', '-at'], name='partner_call_recent'),
        ]

    def __str__(self) -> str:
        return f'{self.method} {self.code}'
