"""Companies that signed up: what they said, their sandbox and live partner, the letters with links they got."""
from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from vault.fields import EncryptedJSONField


class LiveStatus(models.TextChoices):
    """How far the request for live work is."""

    PENDING = 'pending', _('waits for approval')
    APPROVED = 'approved', _('approved')
    REFUSED = 'refused', _('refused')


class Registration(models.Model):
    """What somebody typed on the registration page, until the e-mail is confirmed; then only that it was.

    The token of the letter lies here as a hash; a second letter has another token, the newest counts.
    """

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    company_name = models.CharField(_('company'), max_length=200)
    inn = models.CharField(_('INN'), max_length=12)
    site = models.CharField(_('site'), max_length=200, blank=True)
    contact = EncryptedJSONField(_('contact'), context='guid')
    email_index = models.BinaryField(_('e-mail, blind index'), max_length=32)
    address_index = models.BinaryField(_('address, blind index'), max_length=32)
    password = models.CharField(_('hash of the password'), max_length=256, blank=True)
    token_hash = models.BinaryField(_('hash of the token'), max_length=32, null=True, unique=True)
    token_expires_at = models.DateTimeField(_('link valid until'), null=True)
    created_at = models.DateTimeField(_('created at'), auto_now_add=True)
    confirmed_at = models.DateTimeField(_('confirmed at'), null=True)

    class Meta:
        verbose_name = _('registration')
        verbose_name_plural = _('registrations')
        indexes = [
            models.Index(fields=['address_index', 'created_at'], name='registration_by_address'),
            models.Index(fields=['email_index', 'created_at'], name='registration_by_email'),
            models.Index(fields=['created_at'], name='registration_by_age'),
        ]

    def __str__(self) -> str:
        return self.company_name


def _keeps_worlds_apart() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name='company_worlds_apart', when=pgtrigger.Before, operation=pgtrigger.Insert | pgtrigger.Update,
        func="""
            IF EXISTS (SELECT 1 FROM partners_partner p WHERE p.id = NEW.sandbox_id AND NOT p.is_sandbox)
            OR EXISTS (SELECT 1 FROM partners_partner p WHERE p.id = NEW.live_id AND p.is_sandbox)
            THEN RAISE EXCEPTION 'sandbox and live never mix'; END IF;
            RETURN NEW;
        """)


class Company(models.Model):
    """One company with its sandbox partner and, once approved, its live one.

    It joins the two for its own people and for who approves; forms, points, keys and settings stay apart.
    """

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_('company'), max_length=200)
    inn = models.CharField(_('INN'), max_length=12, db_index=True)
    site = models.CharField(_('site'), max_length=200, blank=True)
    contact = EncryptedJSONField(_('contact'), context='guid')
    sandbox = models.OneToOneField(
        Partner, on_delete=models.PROTECT, related_name='company_as_sandbox', verbose_name=_('sandbox partner'))
    live = models.OneToOneField(
        Partner, on_delete=models.PROTECT, related_name='company_as_live', null=True, blank=True,
        verbose_name=_('live partner'))
    live_status = models.CharField(
        _('live work'), max_length=8, choices=LiveStatus.choices, default=LiveStatus.PENDING)
    asked_at = models.DateTimeField(_('asked at'))
    decided_by = models.CharField(_('decided by'), max_length=150, blank=True)
    decided_at = models.DateTimeField(_('decided at'), null=True, blank=True)
    reason = models.CharField(_('reason'), max_length=500, blank=True)
    note = models.CharField(_('note'), max_length=500, blank=True)
    created_at = models.DateTimeField(_('created at'), auto_now_add=True)

    class Meta:
        verbose_name = _('company')
        verbose_name_plural = _('companies')
        constraints = [
            models.CheckConstraint(
                name='live_partner_once_approved',
                condition=models.Q(live_status='approved') | models.Q(live__isnull=True)),
            models.UniqueConstraint(
                fields=['inn'], name='one_live_company_per_inn', condition=models.Q(live_status='approved')),
        ]
        triggers = [_keeps_worlds_apart()]

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A person called into the team of a partner by a letter with a link that works once."""

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name='invitations', verbose_name=_('partner'))
    contact = EncryptedJSONField(_('contact'), context='guid')
    email_index = models.BinaryField(_('e-mail, blind index'), max_length=32)
    role = models.CharField(_('role'), max_length=8)
    token_hash = models.BinaryField(_('hash of the token'), max_length=32, null=True, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name='+', verbose_name=_('invited by'))
    created_at = models.DateTimeField(_('created at'), auto_now_add=True)
    expires_at = models.DateTimeField(_('valid until'))
    used_at = models.DateTimeField(_('used at'), null=True)
    withdrawn_at = models.DateTimeField(_('withdrawn at'), null=True)

    class Meta:
        verbose_name = _('invitation')
        verbose_name_plural = _('invitations')

    def __str__(self) -> str:
        return f'{self.partner} {self.created_at:%d.%m.%Y}'
