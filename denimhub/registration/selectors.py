"""What a partner's own pages show: always of one partner."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q
from django.utils import timezone

from applications.models import Application
from applications.statuses import ApplicationStatus
from contracts.models import Message
from partners.advice import Advice, advice_for
from partners.models import Partner
from partners.models_calls import PartnerCall
from partners.models_keys import PartnerKey
from partners.models_staff import PartnerStaff

MOST_CALLS: Final = 100
MOST_MESSAGES: Final = 50
_COUNTED_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class SeenCall:
    """A call as the partner sees it; `advice` is None for success."""

    call: PartnerCall
    advice: Advice | None


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """An SMS of a sandbox partner: it went to no phone, so that its text, code included, may be read here."""

    at: datetime
    phone: str
    text: str
    form_guid: str


@dataclass(frozen=True, slots=True)
class Counters:
    """Calls and refused calls of 24 hours, applications and issued ones of 30 days."""

    calls: int
    refused: int
    applications: int
    issued: int


def recent_calls(partner: Partner, *, errors_only: bool = False) -> list[SeenCall]:
    """Newest first."""
    rows = PartnerCall.objects.filter(partner=partner).order_by('-at')
    if errors_only:
        rows = rows.exclude(code=0)
    return [SeenCall(row, advice_for(row.code, row.fields) if row.code else None) for row in rows[:MOST_CALLS]]


def recent_messages(partner: Partner) -> list[SeenMessage]:
    """Newest first; of a live partner none, whatever is stored."""
    if not partner.is_sandbox:
        return []
    rows = Message.objects.select_related('application').filter(
        application__partner=partner, is_sandbox=True, sent_at__isnull=False).order_by('-id')[:MOST_MESSAGES]
    return [SeenMessage(row.sent_at, row.phone, row.text, str(row.application.guid))
            for row in rows if row.sent_at is not None]


def counters(partner: Partner) -> Counters:
    """Two queries."""
    now = timezone.now()
    calls = PartnerCall.objects.filter(partner=partner, at__gt=now - timedelta(days=1)).aggregate(
        all=Count('id'), refused=Count('id', filter=Q(code__gt=0)))
    forms = Application.objects.filter(partner=partner, created_at__gt=now - timedelta(days=_COUNTED_DAYS)).aggregate(
        all=Count('id'), issued=Count('id', filter=Q(status=ApplicationStatus.ISSUED)))
    return Counters(calls['all'], calls['refused'], forms['all'], forms['issued'])


def living_keys(partner: Partner) -> Sequence[PartnerKey]:
    """Keys that work."""
    return list(PartnerKey.objects.filter(partner=partner, revoked_at__isnull=True).order_by('created_at'))


def team_of(partners: Sequence[Partner]) -> Sequence[PartnerStaff]:
    """People who can log in for these partners."""
    return list(PartnerStaff.objects.select_related('user', 'partner').filter(
        partner__in=partners, user__is_active=True).order_by('role', 'created_at'))
