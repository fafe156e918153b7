"""What the vault keeps: files, the log of access to personal data, how far a rotation went."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """An encrypted file: this row, and one blob named `storage_name` in the files storage."""

    guid = models.UUIDField(_('guid'), primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_('kind'), max_length=64)
    context = models.CharField(_('belongs to'), max_length=128)
    sha256 = models.CharField(_('SHA-256 of the content'), max_length=64)
    size_bytes = models.BigIntegerField(_('size, bytes'))
    content_type = models.CharField(_('content type'), max_length=128)
    storage_name = models.CharField(_('name in the storage'), max_length=128, unique=True)
    key_id = models.BigIntegerField(_('id of the key'))
    created_at = models.DateTimeField(_('stored at'), auto_now_add=True)

    class Meta:
        verbose_name = _('stored file')
        verbose_name_plural = _('stored files')
        constraints = [
            models.CheckConstraint(condition=models.Q(size_bytes__gte=0), name='storedfile_size_not_negative'),
        ]

    def __str__(self) -> str:
        return f'{self.kind} {self.guid}'


class AccessNote(models.Model):
    """Who looked at which personal data, when and why. Append-only: a trigger refuses changes."""

    at = models.DateTimeField(_('at'), auto_now_add=True, db_index=True)
    actor = models.CharField(_('who'), max_length=150)
    reason = models.CharField(_('why'), max_length=500)
    subject = models.CharField(_('whose data'), max_length=128, db_index=True)
    fields = ArrayField(models.CharField(max_length=64), verbose_name=_('fields'))
    ip = models.GenericIPAddressField(_('address'), null=True)

    class Meta:
        verbose_name = _('access to personal data')
        verbose_name_plural = _('accesses to personal data')
        triggers = [
            pgtrigger.Protect(name='access_note_append_only', operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f'{self.at:%Y-%m-%d %H:%M} {self.actor} {self.subject}'


class RotationMark(models.Model):
    """How far the recomputing of one model's blind indexes went, so that a stopped rotation goes on from there."""

    name = models.CharField(max_length=128, primary_key=True)
    key_id = models.BigIntegerField()
    last_pk = models.CharField(max_length=64, blank=True, default='')
    is_finished = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f'{self.name} {self.key_id}'
