"""Reads of delivery: what is on its way, what is due, who may take a file."""
from __future__ import annotations

import hashlib
import uuid
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from registries.models import Counterparty, Registry, RegistryFile, RegistryVersion
from registries.models_delivery import Delivery, DeliveryTarget, DownloadLink, Schedule
from registries.rules_delivery import due_periods
from registries.selectors import newest_version
from registries.statuses import VersionStatus
from registries.statuses_delivery import DeliveryStatus

SYSTEM = 'system'


def delivery_by_guid(guid: str) -> Delivery:
    """A delivery with its version and target."""
    return Delivery.objects.select_related(
        'version__registry__counterparty__partner', 'version__registry__counterparty__lender', 'version__replaces',
        'target', 'replaces').get(guid=guid)


def active_targets(counterparty: Counterparty) -> list[DeliveryTarget]:
    """Addresses in force, by name."""
    return list(DeliveryTarget.objects.filter(counterparty=counterparty, is_active=True).order_by('name'))


def targets_by(counterparty: Counterparty, names: list[str]) -> tuple[list[DeliveryTarget], list[str]]:
    """Addresses in force by guid or name, and what was not found."""
    known = {key: target for target in active_targets(counterparty) for key in (str(target.guid), target.name)}
    return ([known[name] for name in dict.fromkeys(names) if name in known],
            [name for name in names if name not in known])


def files_of(version: RegistryVersion, formats: list[str]) -> list[RegistryFile]:
    """Files of a version in the order of the formats."""
    rows = {row.format: row for row in version.files.select_related('file').filter(format__in=formats)}
    return [rows[name] for name in formats if name in rows]


def earlier_delivery(version: RegistryVersion, target: DeliveryTarget) -> Delivery | None:
    """The last delivery of an earlier version of the same registry to the same target."""
    return Delivery.objects.filter(
        target=target, version__registry_id=version.registry_id, version__number__lt=version.number,
    ).order_by('-version__number').first()


def unknown_in_a_row(delivery: Delivery) -> int:
    """How often nobody knew the outcome since a person last stepped in."""
    number = 0
    for moved_to, actor in delivery.events.order_by('-id').values_list('moved_to', 'actor'):
        if actor != SYSTEM:
            break
        number += moved_to == DeliveryStatus.UNKNOWN
    return number


def deliveries_of(version: RegistryVersion) -> list[Delivery]:
    """All deliveries of a version, as a command tells them."""
    return list(Delivery.objects.filter(version=version).select_related('target', 'replaces').order_by('target__name'))


def registry_by_guid(guid: uuid.UUID) -> Registry | None:
    """A registry by its guid."""
    return Registry.objects.select_related('counterparty__partner', 'counterparty__lender').filter(guid=guid).first()


def registry_of(counterparty: Counterparty, date_from: date, date_to: date) -> Registry | None:
    """A registry by whose it is and its dates."""
    return Registry.objects.select_related('counterparty__partner', 'counterparty__lender').filter(
        counterparty=counterparty, date_from=date_from, date_to=date_to).first()


def active_schedules() -> list[Schedule]:
    """Schedules in force."""
    return list(Schedule.objects.filter(is_active=True).select_related(
        'counterparty__partner', 'counterparty__lender').order_by('pk'))


def schedule_of(counterparty_guid: str) -> Schedule | None:
    """The schedule of a counterparty, if it is in force."""
    return Schedule.objects.filter(counterparty__guid=counterparty_guid, is_active=True).select_related(
        'counterparty__partner', 'counterparty__lender').first()


def next_due(schedule: Schedule) -> tuple[tuple[date, date], RegistryVersion | None] | None:
    """The oldest period of a schedule that something is to be done for, with its version in force if there is one.

    To be done: make it; check it, when no person has to; bring it to addresses that it was never queued for.
    """
    party = schedule.counterparty
    local_now = timezone.now().astimezone(ZoneInfo(party.zone))
    periods = due_periods(party.cadence, local_now, schedule.due_hour, schedule.starts_on)
    if not periods:
        return None
    made = {(row.date_from, row.date_to): newest_version(row) for row in Registry.objects.filter(
        counterparty=party, kind=party.cadence, date_from__gte=periods[0][0])}
    for period in periods:
        version = made.get(period)
        if version is None or (version.status == VersionStatus.BUILT and schedule.auto_send) or (
                version.status == VersionStatus.CHECKED and not version.deliveries.exists()
                and active_targets(party)):
            return period, version
    return None


def link_by(token: str) -> DownloadLink | None:
    """The link of a token, expired or not."""
    return DownloadLink.objects.select_related(
        'delivery__version__registry__counterparty__partner', 'delivery__version__registry__counterparty__lender',
    ).filter(token_sha256=hashlib.sha256(token.encode()).hexdigest()).first()


def files_behind(link: DownloadLink) -> list[RegistryFile]:
    """The files that a link opens: those of its delivery."""
    return files_of(link.delivery.version, [one['format'] for one in link.delivery.files])


def file_by(guid: uuid.UUID) -> RegistryFile | None:
    """A file of any version."""
    return RegistryFile.objects.select_related('file', 'version__registry__counterparty').filter(guid=guid).first()


def lacks_mail_server() -> bool:
    """Whether somebody is to get registries by e-mail and no mail server is set."""
    return not settings.EMAIL_HOST and DeliveryTarget.objects.filter(channel='email', is_active=True).exists()
