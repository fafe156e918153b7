"""The chain of evidence: records that are only ever added, and its head."""
from __future__ import annotations

import uuid

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.guards import append_only
from vault.fields import EncryptedTextField


class EvidenceKind(models.TextChoices):
    """What a record tells: the signature itself, or what became known later."""

    SIGNATURE = 'signature', _('signature')
    DELIVERY = 'delivery', _('delivery of an SMS')
    REPORT = 'report', _('report to the lender')
    VOID = 'void', _('signature void: forms replaced')


class EvidenceRecord(models.Model):
    """One link of the chain over all signatures, numbered from 1 without gaps; a trigger refuses changes.

    `sha256` is that of the canonical JSON (RFC 8785) of the link: its format, number, `previous_sha256` and
    `body_sha256`; the body, canonical JSON too, is kept encrypted and holds phones and texts of SMS.
    """

    number = models.BigIntegerField(_('number'), unique=True)
    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_('kind'), max_length=10, choices=EvidenceKind.choices)
    signature = models.ForeignKey(
        'contracts.Signature', on_delete=models.PROTECT, related_name='records', verbose_name=_('signature'))
    recorded_at = models.DateTimeField(_('recorded at'))
    body = EncryptedTextField(context='guid')
    body_sha256 = models.CharField(_('SHA-256 of the body'), max_length=64)
    previous_sha256 = models.CharField(_('SHA-256 of the record before'), max_length=64)
    sha256 = models.CharField(_('SHA-256'), max_length=64)

    class Meta:
        verbose_name = _('record of evidence')
        verbose_name_plural = _('records of evidence')
        constraints = [
            models.UniqueConstraint(
                fields=['signature'], condition=models.Q(kind=EvidenceKind.SIGNATURE), name='one_record_per_signature'),
        ]
        triggers = [append_only('evidence_append_only')]

    def __str__(self) -> str:
        return f'{self.number} {self.kind}'


class EvidenceHead(models.Model):
    """The end of the chain, one row: whoever adds a record locks it, last of all locks."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name='one_evidence_head')]
        triggers = [
            pgtrigger.Protect(name='evidence_head_stays', operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name='evidence_head_grows', operation=pgtrigger.Update,
                condition=pgtrigger.Condition('NEW."number" <> OLD."number" + 1')),
        ]

    def __str__(self) -> str:
        return f'{self.number} {self.sha256}'
