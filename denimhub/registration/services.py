"""Verbs of registration: sign up, confirm the e-mail, approve or refuse live work."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from denimhub.people.matrix import PARTNER
from denimhub.people.services import join
from denimhub.registration.tokens import hash_of
from jobs.services import enqueue
from lenders.models import Lender
from lenders.seed import ensure_sandbox_lenders
from offers.models import Route
from partners.models import Partner
from partners.models_company import Company, LiveStatus, Registration
from partners.models_staff import PartnerStaff, Role
from partners.refusals import NotPossible
from partners.rotation import ADDRESS, EMAIL
from partners.rules import clean_hosts, clean_networks
from partners.services import ask_change, create_partner
from vault.blind import blind_index, blind_indexes

log = structlog.get_logger(__name__)

PER_ADDRESS_HOUR: Final = 10
LINK_HOURS: Final = 24


class TooManyRegistrations(Exception):
    """Too many from one address within an hour."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A filled registration form, checked. `email` in lower case, `password` hashed."""

    company_name: str
    inn: str
    site: str
    name: str
    email: str
    phone: str
    password: str


@transaction.atomic
def sign_up(*, wish: Wish, ip: str) -> None:
    """Take a registration; a letter follows. A known e-mail goes the same way, and its letter says that it is known.

    Raises TooManyRegistrations.
    """
    hour_ago = timezone.now() - timedelta(hours=1)
    if Registration.objects.filter(
            address_index__in=blind_indexes(ip, ADDRESS), created_at__gt=hour_ago).count() >= PER_ADDRESS_HOUR:
        raise TooManyRegistrations
    row = Registration.objects.create(
        company_name=wish.company_name, inn=wish.inn, site=wish.site, password=wish.password,
        contact={'name': wish.name, 'email': wish.email, 'phone': wish.phone, 'ip': ip},
        email_index=blind_index(wish.email, EMAIL), address_index=blind_index(ip, ADDRESS))
    enqueue('registration.send_confirmation', str(row.pk))


def waiting_registration(token: str) -> Registration | None:
    """The registration that this link confirms, None for a used, old or wrong one."""
    return Registration.objects.filter(
        token_hash=hash_of(token), confirmed_at__isnull=True, token_expires_at__gt=timezone.now()).first()


def confirm(*, token: str) -> Company:
    """The e-mail is the person's: makes its account, the company and the sandbox partner; asks for live work.

    Raises NotPossible for a link that is used, old or wrong, or when the account exists by now.
    """
    try:
        with transaction.atomic():
            return _confirm(token)
    except IntegrityError as twice:
        raise NotPossible(_('This e-mail is registered already: log in')) from twice


def _confirm(token: str) -> Company:
    row = Registration.objects.select_for_update().filter(
        token_hash=hash_of(token), confirmed_at__isnull=True, token_expires_at__gt=timezone.now()).first()
    if row is None:
        raise NotPossible(_('The link was used already or is out of date'))
    contact: dict[str, Any] = row.contact
    user = get_user_model().objects.create(
        username=contact['email'], email=contact['email'], first_name=contact['name'][:150], password=row.password,
        is_staff=True)
    partner = create_partner(name=row.company_name, is_sandbox=True, actor=user.username)
    _route_to_sandbox(partner)
    PartnerStaff.objects.create(user=user, partner=partner, role=Role.OWNER)
    join(user=user, group=PARTNER)
    company = Company.objects.create(
        name=row.company_name, inn=row.inn, site=row.site, sandbox=partner, asked_at=timezone.now(),
        contact={name: contact[name] for name in ('name', 'email', 'phone')})
    row.confirmed_at, row.password, row.token_hash = timezone.now(), '', None
    row.save(update_fields=['confirmed_at', 'password', 'token_hash'])
    log.info('registration.confirmed', company=company.pk, partner=partner.pk)
    return company


def _route_to_sandbox(partner: Partner) -> None:
    """To every sandbox lender in use; where none is, to the stand's."""
    in_use = list(Lender.objects.filter(is_sandbox=True, is_active=True))
    for lender in in_use or ensure_sandbox_lenders(settings.SANDBOX_URL):
        for kind in lender.kinds:
            Route.objects.get_or_create(partner=partner, lender=lender, point=None, kind=kind)


@transaction.atomic
def approve(
    *, company_id: int, actor: str, redirect_hosts: Sequence[str] = (), networks: Sequence[str] = (), note: str = '',
) -> Company:
    """A supervisor lets a company work live: it gets a live partner of its own, joined with nothing of the sandbox.

    The host of the site it named is allowed at once; other hosts wait for a second person. Raises NotPossible.
    """
    company = _undecided(company_id)
    if Company.objects.filter(inn=company.inn, live_status=LiveStatus.APPROVED).exists():
        raise NotPossible(_('A company with this INN works live already'))
    try:
        hosts, addresses = clean_hosts(redirect_hosts), clean_networks(networks)
    except ValueError as wrong:
        raise NotPossible(str(wrong)) from wrong
    named = (urlsplit(company.site).hostname or '').lower()
    at_once = [host for host in hosts if host == named]
    company.live = create_partner(
        name=company.name, is_sandbox=False, actor=actor, redirect_hosts=at_once, networks=addresses)
    if hosts != at_once:
        ask_change(partner=company.live, setting='redirect_hosts', after=hosts, actor=actor)
    return _decided(company, LiveStatus.APPROVED, actor, reason='', note=note)


@transaction.atomic
def refuse(*, company_id: int, actor: str, reason: str) -> Company:
    """No live work; the reason goes to the company. It keeps its sandbox and may ask again."""
    if not reason.strip():
        raise NotPossible(_('Give a reason: the company will read it'))
    return _decided(_undecided(company_id), LiveStatus.REFUSED, actor, reason=reason.strip()[:500], note='')


@transaction.atomic
def ask_again(*, company_id: int) -> Company:
    """A refused company asks once more."""
    company = Company.objects.select_for_update().get(pk=company_id)
    if company.live_status != LiveStatus.REFUSED:
        raise NotPossible(_('The request was not refused'))
    company.live_status, company.asked_at = LiveStatus.PENDING, timezone.now()
    company.save(update_fields=['live_status', 'asked_at'])
    return company


def _undecided(company_id: int) -> Company:
    company = Company.objects.select_for_update().get(pk=company_id)
    if company.live_status != LiveStatus.PENDING:
        raise NotPossible(_('This request was decided already'))
    return company


def _decided(company: Company, status: LiveStatus, actor: str, *, reason: str, note: str) -> Company:
    company.live_status, company.decided_by, company.decided_at = status, actor, timezone.now()
    company.reason, company.note = reason, note[:500]
    company.save(update_fields=['live', 'live_status', 'decided_by', 'decided_at', 'reason', 'note'])
    enqueue('registration.send_decision', str(company.pk))
    log.info('registration.decided', company=company.pk, status=str(status))
    return company


def owner_of(partner: Partner) -> User | None:
    """The first active owner of a partner's team."""
    row = PartnerStaff.objects.select_related('user').filter(
        partner=partner, role=Role.OWNER, user__is_active=True).order_by('pk').first()
    return None if row is None else row.user
