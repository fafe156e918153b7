"""Conversations about scans, each run as a job: read, talk, write."""
from __future__ import annotations

from collections.abc import Iterator

import structlog
from django.utils import timezone

from contracts.models import Contract
from contracts.selectors import contract_by_guid, ref_of
from jobs.registry import Park, RetryLater, Run, job
from lenders.catalogue import adapter_for
from lenders.contract import (
    Adapter,
    LenderTrouble,
    NotUnderstood,
    OutcomeUnknown,
    Ref,
    RequestRefused,
    ScansAnswer,
    Unsupported,
)
from lenders.models import Lender
from lenders.pauses import poll_pause, reason_of, retry_pause, unknown_pause
from lenders.scan_style import BadScanStyle, scan_style
from offers.selectors import submission_by_guid
from offers.statuses import SubmissionStatus
from scans.looking import Seen, look_at_scan, twin_of
from scans.models import Scan, ScanState, SentFile
from scans.parcels import Parcel, parcels
from scans.reasons import UNREADABLE, russian
from scans.selectors import current_scans, earlier_pages, near_pictures, scan_by_guid, scans_of_form, to_send
from scans.settling import (
    OPEN,
    SYSTEM,
    MetAnother,
    lock_desk,
    note_files,
    note_nothing_to_check,
    note_seen,
    note_sent,
    note_unsendable,
    settle,
    take_answer,
)
from vault.files import BlobDamaged
from vault.limited.pool import ChildDied, TooSlow

log = structlog.get_logger(__name__)

_TROUBLE = (LenderTrouble, BlobDamaged, BadScanStyle, TooSlow)


@job('scans.submit', queue='lenders', max_attempts=40)
def submit(run: Run) -> None:
    """Bring the scans of the form to one lender that has taken it; the subject is the submission."""
    submission = submission_by_guid(run.subject)
    sent: list[SentFile] = []
    if submission.status in {SubmissionStatus.SENT, SubmissionStatus.APPROVED}:
        ref = Ref(form_guid=str(submission.application.guid), lender_id=submission.lender_application_id)
        try:
            for parcel in _parcels(scans_of_form(submission.application_id), submission.lender):
                for scan, obstacle in parcel.unsendable:
                    log.warning('scan_of_form_left_out', scan=str(scan.guid), why=obstacle.obstacle.value)
                if parcel.files:
                    adapter_for(submission.lender).send_scans(ref, parcel.files, key=parcel.key(str(submission.guid)))
                    sent += parcel.told()
        except Unsupported:
            log.info('lender_takes_no_scans', submission=str(submission.guid))
        except _TROUBLE as trouble:
            raise _again_or_park(run, trouble) from trouble
    with run.finish():
        note_files(sent, submission.lender_id)


def _give_up_processing(run: Run) -> None:
    """A file on which the worker fails again and again: the partner is asked for another."""
    note_seen(scan_by_guid(run.subject), Seen([], reason=russian(UNREADABLE)))


@job('scans.process', queue='documents', max_attempts=3, backoff_seconds=(2, 10), on_park=_give_up_processing)
def process(run: Run) -> None:
    """Make the copies that people look at, and send a scan of no use back; the subject is the scan.

    A file that ends its child is tried again, and parked after the third time.
    """
    scan = scan_by_guid(run.subject)
    if scan.processed_at is not None:
        with run.finish():
            return
    try:
        seen = look_at_scan(scan, earlier_pages([scan]).get(scan.pk, ()))
        while not _written(run, scan, seen):
            pass
    except TooSlow:
        raise RetryLater(2.0, 'no child was free or the file took too long') from None
    except ChildDied:
        raise RetryLater(2.0, 'the file ended the child that looked at it') from None


def _written(run: Run, scan: Scan, seen: Seen) -> bool:
    """Compare with the other scans of the form and write; False when another was looked at just meanwhile."""
    others = [] if seen.reason else seen.not_compared(near_pictures(scan, seen.looks))
    seen.reason = seen.reason or twin_of(seen, others)
    try:
        with run.finish():
            note_seen(scan, seen)
    except MetAnother:
        return False
    return True


@job('scans.send', queue='lenders', max_attempts=60)
def send(run: Run) -> None:
    """Bring new scans to the lender of the contract, in portions; the subject is the contract."""
    contract = contract_by_guid(run.subject)
    adapter = adapter_for(contract.lender)
    waiting = _not_there(run, adapter, contract, _waiting(contract))
    try:
        for parcel in _parcels(waiting, contract.lender):
            if parcel.unsendable:
                with run.note():
                    note_unsendable(lock_desk(contract), parcel, scan_style(contract.lender.settings))
            if parcel.files:
                _deliver(run, adapter, contract, parcel)
    except _TROUBLE as trouble:
        raise _again_or_park(run, trouble) from trouble
    with run.finish():
        pass


def _deliver(run: Run, adapter: Adapter, contract: Contract, parcel: Parcel) -> None:
    try:
        adapter.send_scans(ref_of(contract), parcel.files, key=parcel.key(str(contract.guid)))
    except Unsupported:
        with run.note():
            note_nothing_to_check(lock_desk(contract), parcel.scans)
    else:
        with run.note():
            note_sent(lock_desk(contract), {scan.pk for scan in parcel.scans})
            note_files(parcel.told(), contract.lender_id)


def _parcels(scans: list[Scan], lender: Lender) -> Iterator[Parcel]:
    return parcels(scans, earlier_pages(scans), scan_style(lender.settings))


def _waiting(contract: Contract) -> list[Scan]:
    return to_send(contract, current_scans(contract.application_id)) if contract.status in OPEN else []


def _not_there(run: Run, adapter: Adapter, contract: Contract, waiting: list[Scan]) -> list[Scan]:
    """After a lost answer: without the scans of which the lender holds exactly these versions already."""
    if run.attempt == 1 or not waiting or not adapter.capabilities.find_by_our_id:
        return waiting
    try:
        found = adapter.find(str(contract.application.guid))
    except LenderTrouble as trouble:
        raise _again_or_park(run, trouble) from trouble
    known = {} if found is None else found.scans_versions
    there = [scan for scan in waiting if known.get(scan.type) == scan.version and not scan.from_form]
    if there:
        with run.note():
            note_sent(lock_desk(contract), {scan.pk for scan in there})
    return [scan for scan in waiting if scan not in there]


@job('scans.verdicts', queue='lenders', max_attempts=60)
def verdicts(run: Run) -> None:
    """Ask the lender what it thinks of the scans until none is being checked; the subject is the contract."""
    contract = contract_by_guid(run.subject)
    checking = _checking(contract)
    if not checking:
        with run.finish():
            return
    try:
        answer = adapter_for(contract.lender).fetch_scan_verdicts(ref_of(contract))
    except Unsupported:
        answer = ScansAnswer()
    except LenderTrouble as trouble:
        raise _again_or_park(run, trouble) from trouble
    with run.finish():
        desk = lock_desk(contract)
        if desk.contract.status in OPEN:
            take_answer(desk, answer)
        left = _checking(contract)
        if left:
            run.again(after_seconds=poll_pause(min(scan.sent_at or timezone.now() for scan in left)))


def _checking(contract: Contract) -> list[Scan]:
    row = Contract.objects.get(pk=contract.pk)
    if row.status not in OPEN:
        return []
    return [scan for scan in current_scans(row.application_id) if scan.state == ScanState.CHECKING]


@job('scans.refresh', queue='lenders')
def refresh(run: Run) -> None:
    """Count the scans of a contract anew: what is wanted has changed; the subject is the contract."""
    contract = contract_by_guid(run.subject)
    with run.finish():
        settle(lock_desk(contract), actor=SYSTEM)


def _again_or_park(run: Run, trouble: Exception) -> Exception:
    """Trouble that may pass is tried again; a refused request, gibberish or a damaged file waits for an operator."""
    if isinstance(trouble, TooSlow):
        return RetryLater(2.0, 'no child was free to make a scan over')
    if isinstance(trouble, BlobDamaged | BadScanStyle):
        return Park(str(trouble))
    if isinstance(trouble, RequestRefused | NotUnderstood):
        return Park(reason_of(trouble))
    if not isinstance(trouble, LenderTrouble):
        return trouble
    pause = unknown_pause(run.attempt) if isinstance(trouble, OutcomeUnknown) else retry_pause(run.attempt, trouble)
    return RetryLater(pause, reason_of(trouble))
