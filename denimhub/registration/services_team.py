"""Verbs of a partner's team: invite, join, remove, turn from the sandbox partner of a company to its live one."""
from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from denimhub.people.matrix import PARTNER
from denimhub.people.services import join
from denimhub.registration.tokens import hash_of
from jobs.services import enqueue
from partners.journal import record
from partners.models import Partner
from partners.models_company import Company, Invitation
from partners.models_staff import PartnerStaff, Role
from partners.refusals import NotPossible
from partners.rotation import EMAIL
from vault.blind import blind_index

INVITATION_HOURS: Final = 72
MOST_OPEN: Final = 20


@transaction.atomic
def invite(*, partner: Partner, email: str, name: str, role: str, by: User) -> Invitation:
    """Call a person into the team; a letter follows. Raises NotPossible when too many invitations are open."""
    Partner.objects.select_for_update().get(pk=partner.pk)
    if open_invitations(partner).count() >= MOST_OPEN:
        raise NotPossible(_('Too many invitations are open: withdraw some'))
    address = email.strip().lower()
    row = Invitation.objects.create(
        partner=partner, contact={'email': address, 'name': name.strip()}, email_index=blind_index(address, EMAIL),
        role=Role(role), invited_by=by, expires_at=timezone.now() + timedelta(hours=INVITATION_HOURS))
    record(partner=partner, setting='invitation', before=None, after=str(row.guid), actor=by.username)
    enqueue('registration.send_invitation', str(row.pk))
    return row


def open_invitations(partner: Partner) -> Any:
    """Invitations of a partner that may still be followed."""
    return Invitation.objects.filter(
        partner=partner, used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=timezone.now())


@transaction.atomic
def withdraw(*, partner: Partner, invitation_guid: str, by: User) -> None:
    """The link of the letter opens nothing any more."""
    row = open_invitations(partner).select_for_update().filter(guid=invitation_guid).first()
    if row is None:
        raise NotPossible(_('There is no such invitation'))
    row.withdrawn_at, row.token_hash = timezone.now(), None
    row.save(update_fields=['withdrawn_at', 'token_hash'])
    record(partner=partner, setting='invitation', before=str(row.guid), after=None, actor=by.username)


def invitation_of(token: str) -> Invitation | None:
    """The invitation of a link, None for a used, withdrawn, old or wrong one."""
    return Invitation.objects.select_related('partner').filter(
        token_hash=hash_of(token), used_at__isnull=True, withdrawn_at__isnull=True,
        expires_at__gt=timezone.now()).first()


def accept(*, token: str, password: str) -> User:
    """The invited person has chosen a password (given hashed): the account is made. Raises NotPossible."""
    try:
        with transaction.atomic():
            return _accept(token, password)
    except IntegrityError as twice:
        raise NotPossible(_('This e-mail has an account already: log in')) from twice


def _accept(token: str, password: str) -> User:
    row = Invitation.objects.select_for_update().filter(
        token_hash=hash_of(token), used_at__isnull=True, withdrawn_at__isnull=True,
        expires_at__gt=timezone.now()).first()
    if row is None:
        raise NotPossible(_('The link was used already or is out of date'))
    contact: dict[str, Any] = row.contact
    user = _returning(row) or get_user_model().objects.create(
        username=contact['email'], email=contact['email'], first_name=contact['name'][:150], is_staff=True)
    user.password, user.is_active = password, True
    user.save(update_fields=['password', 'is_active'])
    PartnerStaff.objects.update_or_create(user=user, defaults={
        'partner': row.partner, 'role': row.role,
        'invited_by': '' if row.invited_by is None else row.invited_by.username})
    join(user=user, group=PARTNER)
    row.used_at, row.token_hash = timezone.now(), None
    row.save(update_fields=['used_at', 'token_hash'])
    record(partner=row.partner, setting=f'staff:{user.pk}', before=None, after=row.role, actor=user.username)
    return user


def _returning(row: Invitation) -> User | None:
    """Somebody who was removed from this very team may come back; an account of anybody else is not touched."""
    contact: dict[str, Any] = row.contact
    return get_user_model().objects.select_for_update().filter(
        username=contact['email'], is_active=False, partner_staff__partner=row.partner).first()


@transaction.atomic
def remove(*, partner: Partner, user_id: int, by: User) -> None:
    """Take a person out of the team: the log-in stops, open sessions end with the next click. Not the last owner."""
    Partner.objects.select_for_update().get(pk=partner.pk)
    row = PartnerStaff.objects.select_related('user').filter(
        partner__in=partners_of_one_company(partner), user_id=user_id, user__is_active=True).first()
    if row is None:
        raise NotPossible(_('There is no such person in the team'))
    others = PartnerStaff.objects.filter(
        partner__in=partners_of_one_company(partner), role=Role.OWNER, user__is_active=True).exclude(pk=row.pk)
    if row.role == Role.OWNER and not others.exists():
        raise NotPossible(_('The last owner cannot be removed'))
    row.user.is_active = False
    row.user.save(update_fields=['is_active'])
    record(partner=partner, setting=f'staff:{row.user_id}', before=row.role, after=None, actor=by.username)


@transaction.atomic
def turn(*, user: User, to_live: bool) -> Partner:
    """An owner turns to the other partner of the company; an employee stays with the one it was called to."""
    row = PartnerStaff.objects.select_for_update().select_related('partner').get(user=user)
    company = company_of(row.partner)
    if row.role != Role.OWNER or company is None:
        raise NotPossible(_('Only an owner sees both the sandbox and live work'))
    target = company.live if to_live else company.sandbox
    if target is None:
        raise NotPossible(_('Live work is not approved yet'))
    row.partner = target
    row.save(update_fields=['partner'])
    return target


def company_of(partner: Partner) -> Company | None:
    """The company a partner belongs to; partners that were made by hand have none."""
    return Company.objects.select_related('sandbox', 'live').filter(Q(sandbox=partner) | Q(live=partner)).first()


def partners_of_one_company(partner: Partner) -> list[Partner]:
    """The partner and its other half, sandbox first."""
    company = company_of(partner)
    if company is None:
        return [partner]
    return [one for one in (company.sandbox, company.live) if one is not None]
