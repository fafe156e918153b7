"""Keys by which a partner may prove who it is, beside its guid."""
from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner


class PartnerKey(models.Model):
    """A bearer key `dhk_<key id>_<secret>` of 256 bits: shown once, kept as an HMAC by a key outside the database."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name='keys', verbose_name=_('partner'))
    key_id = models.CharField(_('key id'), max_length=16, unique=True)
    secret_hash = models.BinaryField(_('hash of the secret'), max_length=32)
    hash_key = models.CharField(_('id of the key of the hash'), max_length=20)
    created_by = models.CharField(_('created by'), max_length=150)
    created_at = models.DateTimeField(_('created at'), auto_now_add=True)
    revoked_by = models.CharField(_('revoked by'), max_length=150, blank=True)
    revoked_at = models.DateTimeField(_('revoked at'), null=True, blank=True)

    class Meta:
        verbose_name = _('key of a partner')
        verbose_name_plural = _('keys of partners')

    def __str__(self) -> str:
        return f'dhk_{self.key_id}_…'
