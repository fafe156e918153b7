"""Writes of the room's steps: application, contract and scans locked in this order, the whole noted at the end."""
from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop

from contracts.evidence import SignedPage
from contracts.locks import lock_application, lock_contract
from contracts.models import Contract
from contracts.services import note_scans, reopen_forms
from contracts.statuses import ContractStatus, ScansState
from jobs.services import Asked, enqueue, enqueue_many
from lenders.contract import ScansAnswer, ScansOutcome
from lenders.scan_style import ScanStyle
from scans.looking import PartSeen, Seen
from scans.making import Obstacle
from scans.models import Scan, ScanState, SentFile
from scans.parcels import Parcel
from scans.reasons import NOT_SMALLER, TOO_MANY_PAGES, UNREADABLE, russian
from scans.rules import judged, pages_of_forms
from scans.selectors import current_scans, in_deal, near_pictures, to_send, whole

SYSTEM = 'system'
_NOT_ACCEPTED = gettext_noop('The lender did not accept the scan')
_OBSTACLES = {
    Obstacle.UNREADABLE: UNREADABLE, Obstacle.TOO_MANY_PAGES: TOO_MANY_PAGES, Obstacle.NOT_SMALLER: NOT_SMALLER}
OPEN = frozenset({ContractStatus.PREPARING, ContractStatus.READY, ContractStatus.SIGNED})
"""A contract in these states still listens to scans."""


class MetAnother(Exception):
    """Another scan of the form, maybe with the same picture, was looked at while this one was."""


class Desk(NamedTuple):
    """The locked rows of one deal."""

    contract: Contract
    scans: list[Scan]


def lock_desk(contract: Contract) -> Desk:
    """Application, contract and current scans, locked until the transaction ends."""
    row = lock_contract(contract).contract
    return Desk(row, current_scans(row.application_id, lock=True))


def settle(desk: Desk, *, actor: str, why: str = '') -> None:
    """Write the whole to the contract, and ask for what is to be done next with its scans.

    What the platform itself found poor becomes RESCAN_NEEDED here: a scan of the form only once it counts.
    """
    contract, scans = desk
    if contract.status not in OPEN:
        return
    for scan in in_deal(contract, scans):
        if scan.state == ScanState.RECEIVED_FROM_PARTNER and scan.decline_reason:
            _set(scan, ScanState.RESCAN_NEEDED, scan.decline_reason)
    note_scans(contract=contract, state=whole(contract, scans), actor=actor, why=why, pages=_signed(contract, scans))
    if to_send(contract, scans):
        enqueue('scans.send', str(contract.guid))
    enqueue_many(
        Asked('scans.process', str(scan.guid)) for scan in in_deal(contract, scans)
        if scan.processed_at is None and scan.state == ScanState.RECEIVED_FROM_PARTNER)


def note_seen(scan: Scan, seen: Seen) -> None:
    """Keep what was found; whether a poor scan comes back is settled with the deal, which may not be there yet.

    Raises MetAnother, with nothing written, when a scan that may show the same picture was not compared.
    """
    lock_application(scan.application_id)
    if not seen.reason and seen.not_compared(near_pictures(scan, seen.looks)):
        raise MetAnother
    contract = Contract.objects.filter(application_id=scan.application_id).first()
    desk = None if contract is None else lock_desk(contract)
    row = scan if desk is None else next((one for one in desk.scans if one.pk == scan.pk), scan)
    for part in seen.parts:
        _keep_copies(row if part.part.pk == row.pk else part.part, part)
    row.processed_at, row.decline_reason = timezone.now(), row.decline_reason or seen.reason
    row.looks = [asdict(look) for look in seen.looks]
    row.save(update_fields=['processed_at', 'decline_reason', 'looks'])
    if desk is not None:
        settle(desk, actor=SYSTEM)


def _keep_copies(row: Scan, part: PartSeen) -> None:
    """Rows of the copies whose blobs are written already."""
    for copy in (part.display, part.thumbnail):
        if copy is not None:
            copy.save(force_insert=True)
    row.display_file = part.display or row.display_file
    row.thumbnail_file = part.thumbnail or row.thumbnail_file
    row.save(update_fields=['display_file', 'thumbnail_file'])


def note_unsendable(desk: Desk, parcel: Parcel, style: ScanStyle) -> None:
    """The lender cannot get these scans in the shape it takes: they come back, without the lender."""
    obstacles = {scan.pk: obstacle for scan, obstacle in parcel.unsendable}
    for scan in desk.scans:
        obstacle = obstacles.get(scan.pk)
        if obstacle is not None and scan.state == ScanState.RECEIVED_FROM_PARTNER:
            _set(scan, ScanState.RESCAN_NEEDED, russian(
                _OBSTACLES[obstacle.obstacle], most=style.max_pages, pages=obstacle.pages))
    settle(desk, actor=SYSTEM)


def note_files(files: Iterable[SentFile], lender_id: int) -> None:
    """Write down what a lender got, by SHA-256."""
    now = timezone.now()
    rows = list(files)
    for row in rows:
        row.lender_id, row.sent_at = lender_id, now
    SentFile.objects.bulk_create(rows)


def note_sent(desk: Desk, sent: Collection[int]) -> None:
    """The lender has these versions now: those that are still current are being checked."""
    now = timezone.now()
    for scan in desk.scans:
        if scan.pk in sent and scan.state == ScanState.RECEIVED_FROM_PARTNER:
            scan.state, scan.sent_at = ScanState.CHECKING, now
            scan.save(update_fields=['state', 'sent_at'])
    settle(desk, actor=SYSTEM)
    enqueue('scans.verdicts', str(desk.contract.guid), due_in_seconds=settings.FIRST_POLL_SECONDS)


def note_nothing_to_check(desk: Desk, scans: Iterable[Scan]) -> None:
    """The lender takes no scans at all: what was sent counts as accepted."""
    asked = {scan.pk for scan in scans}
    for scan in desk.scans:
        if scan.pk in asked and scan.state == ScanState.RECEIVED_FROM_PARTNER:
            _set(scan, ScanState.CONFIRMED, '')
    settle(desk, actor=SYSTEM, why='the lender takes no scans')


def take_answer(desk: Desk, answer: ScansAnswer) -> None:
    """Write the lender's word on scans. A verdict on a version that is not current any more changes nothing."""
    contract, scans = desk
    actor = f'lender {contract.lender.code}'
    verdicts = {(verdict.type, verdict.version): verdict for verdict in answer.verdicts}
    for scan in scans:
        verdict = verdicts.get((scan.type, scan.version))
        if verdict is not None and scan.state == ScanState.CHECKING:
            _set(scan, *judged(verdict))
    if answer.outcome == ScansOutcome.DECLINED:
        _decline(desk, answer, actor)
    elif answer.outcome == ScansOutcome.PRINT_FORMS_CHANGED and reopen_forms(
            contract=contract, forms_version=answer.forms_version, actor=actor):
        _retire_pages(desk)
        settle(Desk(contract, [scan for scan in scans if scan.is_current]), actor=actor)
    else:
        settle(desk, actor=actor)


def _decline(desk: Desk, answer: ScansAnswer, actor: str) -> None:
    reasons = {(verdict.type, verdict.version): judged(verdict)[1] for verdict in answer.verdicts}
    for scan in in_deal(desk.contract, desk.scans):
        if scan.state != ScanState.RESCAN_NEEDED:
            _set(scan, ScanState.RESCAN_NEEDED, reasons.get((scan.type, scan.version), ''))
    note_scans(contract=desk.contract, state=ScansState.DECLINED, actor=actor)


def _retire_pages(desk: Desk) -> None:
    """Pages of the old forms are worth nothing: the new ones are asked for once they are signed."""
    pages = pages_of_forms(desk.contract.wanted_scans, signing_mode=desk.contract.signing_mode)
    for scan in desk.scans:
        if scan.type in pages:
            scan.is_current = False
            scan.save(update_fields=['is_current'])


def _signed(contract: Contract, scans: Iterable[Scan]) -> list[SignedPage]:
    """Scans of the signed forms, for the evidence of a signature on paper."""
    wanted = pages_of_forms(contract.wanted_scans, signing_mode=contract.signing_mode)
    return [
        SignedPage(str(scan.guid), scan.type, scan.version, scan.file, scan.created_at, scan.sent_at)
        for scan in scans if scan.type in wanted]


def _set(scan: Scan, state: str, reason: str) -> None:
    if state == ScanState.RESCAN_NEEDED and not reason:
        reason = russian(_NOT_ACCEPTED)
    scan.state, scan.decline_reason = state, reason
    scan.save(update_fields=['state', 'decline_reason'])
