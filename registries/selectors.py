"""Reads of the ledger and of registries."""
from __future__ import annotations

import uuid
from datetime import date
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from contracts.models import Contract
from lenders.models import Lender
from partners.guids import parse_guid
from partners.models import Partner
from registries.models import Registry, RegistryVersion, Tariff
from registries.statuses import VersionStatus


class UnknownCounterparty(Exception):
    """There is no partner or lender of that name."""


def contract_to_book(guid: str) -> Contract:
    """A contract with all that its lines tell."""
    return Contract.objects.select_related(
        'application__partner', 'application__point', 'lender', 'offer', 'submission').get(guid=guid)


def tariff_for(contract: Contract, day: date) -> Tariff | None:
    """The fees that hold for a deal on a day: the tariff that names its lender before the partner's common one."""
    application = contract.application
    rows = Tariff.objects.filter(
        partner=application.partner_id, kind=application.kind, valid_from__lte=day).order_by('-valid_from')
    own = rows.filter(lender=contract.lender_id).first()
    return own or rows.filter(lender__isnull=True).first()


def party_by(*, partner_guid: str = '', lender_code: str = '') -> Partner | Lender:
    """The partner of this guid or the lender of this code. Raises UnknownCounterparty."""
    if partner_guid:
        guid = parse_guid(partner_guid)
        partner = Partner.objects.filter(guid=guid).first() if guid is not None else None
        if partner is None:
            raise UnknownCounterparty('no partner has this guid')
        return partner
    lender = Lender.objects.filter(code=lender_code).first()
    if lender is None:
        raise UnknownCounterparty(f'no lender has the code {lender_code}')
    return lender


def newest_version(registry: Registry) -> RegistryVersion | None:
    """The version in force: the highest number above 0."""
    return registry.versions.filter(number__gt=0).order_by('-number').first()


def has_corrections_after(registry: Registry, seq: int) -> bool:
    """Whether corrections were written for this registry after its last version."""
    side = 'for_lender_id' if registry.counterparty.lender_id is not None else 'for_partner_id'
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT 1 FROM registries_ledgerline WHERE {side} = %s AND seq > %s LIMIT 1',  # noqa: S608 - two words
            [registry.pk, seq])
        return cursor.fetchone() is not None


def transaction_horizon() -> int:
    """A number above every transaction that has begun so far."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint')
        return int(cursor.fetchone()[0])


def all_ended_before(horizon: int) -> bool:
    """Whether every transaction that began before the horizon has ended."""
    with connection.cursor() as cursor:
        cursor.execute('SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= %s', [horizon])
        return bool(cursor.fetchone()[0])


def bookings_left(asked_before: float) -> int:
    """How many deals whose booking was asked for more than so many seconds ago are not in the ledger yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM jobs_job WHERE kind = 'registries.book' AND state = 'READY'"
            " AND created_at <= statement_timestamp() - %s::double precision * interval '1 second'", [asked_before])
        return int(cursor.fetchone()[0])


def today_in(zone: str) -> date:
    """The date in a zone now."""
    return timezone.now().astimezone(ZoneInfo(zone)).date()


def versions_to_send(registry_guid: uuid.UUID) -> list[RegistryVersion]:
    """The version of a registry that is in force and not replaced, if there is one."""
    return list(RegistryVersion.objects.filter(registry__guid=registry_guid, number__gt=0).exclude(
        status=VersionStatus.REPLACED).order_by('-number')[:1])
