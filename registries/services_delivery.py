"""Deliveries: queued with the decision to send, moved by their job, each move with its line in the journal."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.services import enqueue
from registries.models import RegistryVersion
from registries.models_delivery import Delivery, DeliveryEvent, DeliveryTarget
from registries.rules_delivery import digest_of
from registries.selectors_delivery import SYSTEM, active_targets, deliveries_of, earlier_delivery, files_of
from registries.services_build import CANONICAL, add_files
from registries.services_status import VersionRefused, check_version, mark_sent
from registries.statuses import VersionStatus
from registries.statuses_delivery import DELIVERY_MOVES, DeliveryStatus


class CannotSend(Exception):
    """The version or its addresses do not allow it; nothing was queued."""


def send_version(
    *, version: RegistryVersion, asked_by: str, targets: Sequence[DeliveryTarget] | None = None,
) -> list[Delivery]:
    """A person asks to send: that is the check of a version that nobody has checked yet. Raises CannotSend."""
    _assert_sendable(version, may_be_unchecked=True)
    if not (active_targets(version.registry.counterparty) if targets is None else targets):
        raise CannotSend(_('the counterparty has no address of delivery in force'))
    if version.status == VersionStatus.BUILT:
        try:
            check_version(version=version, actor=asked_by)
        except VersionRefused as refused:
            raise CannotSend(str(refused.message)) from refused
        version.refresh_from_db()
    return queue_deliveries(version=version, asked_by=asked_by, targets=targets)


def queue_deliveries(
    *, version: RegistryVersion, asked_by: str, targets: Sequence[DeliveryTarget] | None = None,
) -> list[Delivery]:
    """Queue a checked version for these addresses, by default for all in force; returns all deliveries of it.

    What is queued or sent already stays as it is, so that asking again sends nothing again. Raises CannotSend.
    """
    _assert_sendable(version)
    party = version.registry.counterparty
    wanted = list(active_targets(party) if targets is None else targets)
    if not wanted:
        raise CannotSend(_('the counterparty has no address of delivery in force'))
    if any(target.counterparty_id != party.pk or not target.is_active for target in wanted):
        raise CannotSend(_('the address is not in force, or of another counterparty'))
    formats = {target.pk: list(target.formats or party.formats) or [CANONICAL] for target in wanted}
    try:
        add_files(version=version, formats=[name for names in formats.values() for name in names])
    except ValueError as problem:
        raise CannotSend(str(problem)) from problem
    with transaction.atomic():
        locked = RegistryVersion.objects.select_for_update().get(pk=version.pk)
        _assert_sendable(locked)
        known = set(locked.deliveries.values_list('target_id', flat=True))
        for target in sorted(wanted, key=lambda one: one.pk):
            if target.pk not in known:
                _queue(locked, target, formats[target.pk], asked_by)
    return deliveries_of(version)


def start_sending(delivery: Delivery) -> bool:
    """Note that an attempt begins; False when nothing is to be sent any more."""
    version, row = _lock(delivery)
    if row.status not in (DeliveryStatus.QUEUED, DeliveryStatus.UNKNOWN, DeliveryStatus.SENDING):
        return False
    if version.status == VersionStatus.REPLACED:
        # Whether it was there before or not: it must not come after the one that replaced it.
        to = DeliveryStatus.SKIPPED if row.status == DeliveryStatus.QUEUED else DeliveryStatus.UNKNOWN
        move(row, to, why='a newer version has replaced it')
        return False
    was_cut = row.status == DeliveryStatus.SENDING
    row.attempts += 1
    move(row, DeliveryStatus.SENDING, why='the attempt before ended without a word' if was_cut else '',
         attempts=row.attempts)
    return True


def finish_sending(delivery: Delivery, remote_name: str, note: str = '') -> None:
    """The receiver has it; with the last of its deliveries the version itself counts as sent."""
    version, row = _lock(delivery)
    if row.status != DeliveryStatus.SENDING:
        return
    move(row, DeliveryStatus.SENT, why=note, sent_at=timezone.now(), remote_name=remote_name[:1000],
         last_error=note[:500])
    left = version.deliveries.exclude(status=DeliveryStatus.SENT).exists()
    if version.status == VersionStatus.CHECKED and not left:
        mark_sent(version=version, actor=SYSTEM)


def stop_sending(delivery: Delivery, to: DeliveryStatus, why: str) -> None:
    """An attempt came to nothing: QUEUED, it is surely not there; UNKNOWN, it may be; FAILED, a person has to act."""
    _version, row = _lock(delivery)
    if row.status == to == DeliveryStatus.UNKNOWN or str(to) not in DELIVERY_MOVES[row.status]:
        return
    move(row, to, why=why, last_error=why[:500])


def resend(*, delivery: Delivery, reason: str, actor: str) -> Delivery:
    """A person has failed or unknown deliveries tried again, the same files under the same name. Raises CannotSend."""
    if not reason.strip():
        raise CannotSend(_('say why'))
    with transaction.atomic():
        version, row = _lock(delivery)
        if row.status not in (DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN):
            raise CannotSend(_('only failed deliveries are sent again'))
        if version.status == VersionStatus.REPLACED:
            raise CannotSend(_('a newer version has replaced this one'))
        move(row, DeliveryStatus.QUEUED if row.status == DeliveryStatus.FAILED else DeliveryStatus.UNKNOWN,
             why=reason.strip(), actor=actor)
        enqueue('registries.deliver', str(row.guid))
    return row


def move(row: Delivery, to: DeliveryStatus, *, actor: str = SYSTEM, why: str = '', **changes: Any) -> None:
    """Move a locked delivery and write the journal; a move that the table does not declare is a mistake."""
    moved_from = row.status
    if to != moved_from and to not in DELIVERY_MOVES[moved_from]:
        raise ValueError(f'delivery: {moved_from} to {to}')
    now = timezone.now()
    changes = {**changes, 'status': str(to), 'status_at': now}
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))
    DeliveryEvent.objects.create(
        delivery=row, at=now, moved_from=moved_from, moved_to=str(to), attempt=row.attempts, actor=actor[:150],
        why=why[:500])


def _queue(version: RegistryVersion, target: DeliveryTarget, formats: list[str], asked_by: str) -> None:
    files = [
        {'format': row.format, 'name': row.name, 'sha256': row.file.sha256, 'size_bytes': row.file.size_bytes}
        for row in files_of(version, formats)]
    now = timezone.now()
    row = Delivery.objects.create(
        version=version, target=target, status_at=now, queued_at=now, files=files, sha256=digest_of(files),
        replaces=earlier_delivery(version, target), asked_by=asked_by[:150])
    DeliveryEvent.objects.create(delivery=row, at=now, moved_to=row.status, actor=asked_by[:150])
    enqueue('registries.deliver', str(row.guid))


def _lock(delivery: Delivery) -> tuple[RegistryVersion, Delivery]:
    """The version first, so that two deliveries that end at once see each other."""
    version = RegistryVersion.objects.select_for_update().get(pk=delivery.version_id)
    return version, Delivery.objects.select_for_update().get(pk=delivery.pk)


def _assert_sendable(version: RegistryVersion, *, may_be_unchecked: bool = False) -> None:
    if version.number == 0:
        raise CannotSend(_('a draft is not sent: the period is not over'))
    if version.status == VersionStatus.REPLACED:
        raise CannotSend(_('a newer version has replaced this one'))
    if version.status == VersionStatus.BUILT and not may_be_unchecked:
        raise CannotSend(_('the registry is not checked yet'))
