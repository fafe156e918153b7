"""Conversations about scans, each run as a job: read, talk, write."""
from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable

import structlog
from django.utils import timezone
from django.utils.translation import gettext_noop

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
from lenders.pauses import poll_pause, reason_of, retry_pause, unknown_pause
from offers.selectors import submission_by_guid
from offers.statuses import SubmissionStatus
from scans.models import Scan, ScanState
from scans.rules import is_poor
from scans.selectors import batches, current_scans, form_files, scans_of_form, to_send
from scans.settling import (
    OPEN,
    SYSTEM,
    lock_desk,
    note_nothing_to_check,
    note_sent,
    russian,
    settle,
    take_answer,
)
from vault.files import BlobDamaged, read_file, write_blob
from vault.inspection.pool import display_copy
from vault.limited.pool import TooSlow
from vault.models import StoredFile

log = structlog.get_logger(__name__)

BATCH_BYTES = 12 * 1024 * 1024
"""Scans of one call to a lender, before Base64."""
_POOR = gettext_noop('The picture is blank or too small to read: scan the document again')
_UNREADABLE = gettext_noop('The file could not be processed: scan the document again')


@job('scans.submit', queue='lenders', max_attempts=40)
def submit(run: Run) -> None:
    """Bring the scans of the form to one lender that has taken it; the subject is the submission."""
    submission = submission_by_guid(run.subject)
    if submission.status in {SubmissionStatus.SENT, SubmissionStatus.APPROVED}:
        ref = Ref(form_guid=str(submission.application.guid), lender_id=submission.lender_application_id)
        portions = batches(scans_of_form(submission.application_id), most_bytes=BATCH_BYTES)
        try:
            for number, portion in enumerate(portions):
                tail = f':{number}' if number else ''
                adapter_for(submission.lender).send_scans(
                    ref, form_files(portion), key=f'{submission.guid}:scans{tail}')
        except Unsupported:
            log.info('lender_takes_no_scans', submission=str(submission.guid))
        except (LenderTrouble, BlobDamaged) as trouble:
            raise _again_or_park(run, trouble) from trouble
    with run.finish():
        pass


def _give_up_processing(run: Run) -> None:
    """A file on which the worker fails again and again: the partner is asked for another."""
    scan = Scan.objects.select_related('application', 'file').get(guid=run.subject)
    _write_processed(scan, display=None, reason=russian(_UNREADABLE))


@job('scans.process', queue='documents', max_attempts=3, backoff_seconds=(2, 10), on_park=_give_up_processing)
def process(run: Run) -> None:
    """Make the copy that people look at, and send a picture of no use back; the subject is the scan."""
    scan = Scan.objects.select_related('application', 'file').get(guid=run.subject)
    if scan.processed_at is not None:
        with run.finish():
            return
    display, reason = _look(scan)
    with run.finish():
        _write_processed(scan, display=display, reason=reason)


def _look(scan: Scan) -> tuple[StoredFile | None, str]:
    """The copy (its blob written, its row not saved) and why the scan is of no use, if it is."""
    try:
        copy = display_copy(read_file(scan.file))
    except TooSlow:
        raise RetryLater(2.0, 'no child was free or the picture took too long') from None
    if copy is None:
        return None, russian(_UNREADABLE)
    reason = russian(_POOR) if is_poor(copy.width, copy.height, is_blank=copy.is_blank) else ''
    if not copy.content or scan.display_file_id is not None:
        return None, reason
    stored = StoredFile(
        guid=uuid.uuid4(), kind='scan-display', context=scan.file.context, content_type='image/jpeg',
        created_at=timezone.now())
    write_blob(stored, (copy.content,))
    return stored, reason


def _write_processed(scan: Scan, *, display: StoredFile | None, reason: str) -> None:
    """Keep what was found; whether a poor scan comes back is settled with the deal, which may not be there yet."""
    contract = Contract.objects.filter(application_id=scan.application_id).first()
    desk = None if contract is None else lock_desk(contract)
    row = scan if desk is None else next((one for one in desk.scans if one.pk == scan.pk), scan)
    row.processed_at, row.decline_reason = timezone.now(), row.decline_reason or reason
    if display is not None:
        display.save(force_insert=True)
        row.display_file = display
    row.save(update_fields=['processed_at', 'decline_reason', 'display_file'])
    if desk is not None:
        settle(desk, actor=SYSTEM)


@job('scans.send', queue='lenders', max_attempts=60)
def send(run: Run) -> None:
    """Bring new scans to the lender of the contract, in portions; the subject is the contract."""
    contract = contract_by_guid(run.subject)
    adapter = adapter_for(contract.lender)
    portions = batches(_waiting(contract), most_bytes=BATCH_BYTES)
    for portion in portions:
        try:
            if not (run.attempt > 1 and _has_them(adapter, contract, portion)):
                adapter.send_scans(ref_of(contract), form_files(portion), key=_key(contract, portion))
        except Unsupported:
            with run.note():
                note_nothing_to_check(lock_desk(contract), portion)
        except (LenderTrouble, BlobDamaged) as trouble:
            raise _again_or_park(run, trouble) from trouble
        else:
            with run.note():
                note_sent(lock_desk(contract), {scan.pk for scan in portion})
    with run.finish():
        pass


def _waiting(contract: Contract) -> list[Scan]:
    return to_send(contract, current_scans(contract.application_id)) if contract.status in OPEN else []


def _has_them(adapter: Adapter, contract: Contract, portion: Iterable[Scan]) -> bool:
    """After a lost answer: whether the lender holds exactly these versions already."""
    if not adapter.capabilities.find_by_our_id:
        return False
    found = adapter.find(str(contract.application.guid))
    return found is not None and all(
        found.scans_versions.get(scan.type) == scan.version and not scan.from_form for scan in portion)


def _key(contract: Contract, portion: Iterable[Scan]) -> str:
    """The same for every repeat of the same scans, another for any other."""
    names = ','.join(sorted(f'{scan.type}:{scan.version}' for scan in portion))
    return f'{contract.guid}:scans:{hashlib.sha256(names.encode()).hexdigest()[:16]}'


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


def _again_or_park(run: Run, trouble: LenderTrouble | BlobDamaged) -> Exception:
    """Trouble that may pass is tried again; a refused request, gibberish or a damaged file waits for an operator."""
    if isinstance(trouble, BlobDamaged):
        return Park(str(trouble))
    if isinstance(trouble, RequestRefused | NotUnderstood):
        return Park(reason_of(trouble))
    pause = unknown_pause(run.attempt) if isinstance(trouble, OutcomeUnknown) else retry_pause(run.attempt, trouble)
    return RetryLater(pause, reason_of(trouble))


