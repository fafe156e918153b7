"""Writes of the room's steps: application, contract and scans locked in this order, the whole noted at the end."""
from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from contracts.locks import lock_contract
from contracts.models import Contract
from contracts.services import note_scans, reopen_forms
from contracts.statuses import ContractStatus, ScansState
from jobs.services import Asked, enqueue, enqueue_many
from lenders.contract import ScansAnswer, ScansOutcome
from scans.models import Scan, ScanState
from scans.rules import judged, pages_of_forms
from scans.selectors import current_scans, in_deal, to_send, whole

SYSTEM = 'system'
OPEN = frozenset({ContractStatus.PREPARING, ContractStatus.READY, ContractStatus.SIGNED})
"""A contract in these states still listens to scans."""


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
    note_scans(contract=contract, state=whole(contract, scans), actor=actor, why=why)
    if to_send(contract, scans):
        enqueue('scans.send', str(contract.guid))
    enqueue_many(
        Asked('scans.process', str(scan.guid)) for scan in in_deal(contract, scans)
        if scan.processed_at is None and scan.state == ScanState.RECEIVED_FROM_PARTNER)


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


def russian(msgid: str) -> str:
    """A text that is stored for the partner: jobs have no language of their own."""
    with override('ru'):
        return _(msgid)


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


def _set(scan: Scan, state: str, reason: str) -> None:
    if state == ScanState.RESCAN_NEEDED and not reason:
        reason = russian('The lender did not accept the scan')
    scan.state, scan.decline_reason = state, reason
    scan.save(update_fields=['state', 'decline_reason'])
