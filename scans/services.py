"""Scans in: with the form, and later for the contract."""
from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.questionnaire import ScanIn
from applications.refusals import ScansInCheck, ValidationRefused
from contracts.models import Contract
from contracts.rules import Method
from contracts.selectors import find_case
from contracts.services import note_scans
from jobs.registry import assert_no_transaction
from jobs.services import Asked, enqueue_many
from scans.models import Scan, ScanState
from scans.rules import MAX_BYTES_PER_FORM, MAX_SCANS_PER_FORM, is_under_check
from scans.selectors import current_scans, earlier_pages, listed, next_versions, stored_size, whole
from vault.files import write_blob
from vault.models import StoredFile

PARTNER = 'partner'


def write_scans(*, form_guid: uuid.UUID, scans: Sequence[ScanIn]) -> list[StoredFile]:
    """Write the encrypted bytes of a form's scans, before the transaction that stores the form.

    Those of a form that turns out to be a repeat, or is not stored after all, are left to the sweeper.
    """
    assert_no_transaction()
    return _write_blobs(form_guid, scans)


def attach(*, application_id: int, scans: Sequence[ScanIn], files: Sequence[StoredFile]) -> None:
    """Link the scans of a form just created, in the caller's transaction: three statements for any number."""
    if not scans:
        return
    versions = dict.fromkeys((scan.type for scan in scans), 1)
    _insert(application_id, scans, files, versions, from_form=True)


def save_scans(*, partner_guid: str, form_guid: str, offer_guid: str, scans: Sequence[ScanIn]) -> None:
    """Take scans for the contract; those that are there already, byte for byte, change nothing.

    Raises the refusals of the table of states, ScansInCheck, and ValidationRefused when the form holds too much.
    """
    case = find_case(partner_guid, form_guid, offer_guid)
    case.answer(Method.SAVE_SCANS)
    fresh = _not_there_yet(case.deal, scans)
    files = dict(zip(map(id, fresh), _write_blobs(case.application.guid, fresh), strict=True))
    with transaction.atomic():
        case = find_case(partner_guid, form_guid, offer_guid, lock=True)
        case.answer(Method.SAVE_SCANS)
        contract = case.deal
        present = current_scans(contract.application_id, lock=True)
        _refuse_under_check(contract, present, scans)
        # Another call may have brought the same scan meanwhile; its blob is then left to the sweeper.
        added = _unlike(present, fresh)
        if not added:
            return
        _refuse_too_much(contract.application_id, added)
        replaced = {scan.type for scan in added}
        Scan.objects.filter(pk__in=[row.pk for row in present if row.type in replaced]).update(is_current=False)
        versions = next_versions(contract.application_id, replaced)
        rows = _insert(contract.application_id, added, [files[id(scan)] for scan in added], versions, from_form=False)
        kept = [row for row in present if row.type not in replaced]
        note_scans(contract=contract, state=whole(contract, [*kept, *rows]), actor=PARTNER)


def _not_there_yet(contract: Contract, scans: Sequence[ScanIn]) -> list[ScanIn]:
    present = current_scans(contract.application_id)
    _refuse_under_check(contract, present, scans)
    return _unlike(present, scans)


def _refuse_under_check(contract: Contract, present: Sequence[Scan], scans: Sequence[ScanIn]) -> None:
    if is_under_check(contract.scans_state, listed(contract, present), {scan.type for scan in scans}):
        raise ScansInCheck


def _unlike(present: Sequence[Scan], scans: Sequence[ScanIn]) -> list[ScanIn]:
    """Scans of types whose current version is not these very files; one that has to be scanned again is always taken.
    """
    standing = [row for row in present if row.state != ScanState.RESCAN_NEEDED and not row.from_form]
    pages = earlier_pages(standing)
    known = {row.type: [part.file.sha256 for part in (*pages.get(row.pk, ()), row)] for row in standing}
    sent = by_type(scans)
    return [scan for scan in scans if known.get(scan.type) != [page.sha256 for page in sent[scan.type]]]


def _refuse_too_much(application_id: int, added: Sequence[ScanIn]) -> None:
    count, size_bytes = stored_size(application_id)
    if count + len(added) > MAX_SCANS_PER_FORM:
        raise ValidationRefused({'scans': [_('A form holds 80 scans at most')]})
    if size_bytes + sum(len(scan.content) for scan in added) > MAX_BYTES_PER_FORM:
        raise ValidationRefused({'scans': [_('The scans of a form are 150 MiB at most')]})


def _write_blobs(form_guid: uuid.UUID, scans: Sequence[ScanIn]) -> list[StoredFile]:
    """Encrypted blobs bound to form, type and their own guid; the rows are not saved yet."""
    now = timezone.now()
    files = []
    for scan in scans:
        stored = StoredFile(
            guid=uuid.uuid4(), kind='scan', context=f'{form_guid}:{scan.type}', content_type=scan.mime_type,
            created_at=now)
        write_blob(stored, (scan.content,))
        files.append(stored)
    return files


def by_type(scans: Sequence[ScanIn]) -> dict[str, list[ScanIn]]:
    """The files of each type in their order: pages of one document; the same bytes twice are one page."""
    found: dict[str, list[ScanIn]] = {}
    for scan in scans:
        pages = found.setdefault(scan.type, [])
        if all(page.sha256 != scan.sha256 for page in pages):
            pages.append(scan)
    return found


def _insert(
    application_id: int, scans: Sequence[ScanIn], files: Sequence[StoredFile], versions: Mapping[str, int], *,
    from_form: bool,
) -> list[Scan]:
    """Rows of files and scans and the jobs that look at them; of equal types the last is current, the rest its pages.
    """
    now = timezone.now()
    stored = {id(scan): file for scan, file in zip(scans, files, strict=True)}
    rows: list[Scan] = []
    pages: list[Scan] = []
    for type_, parts in by_type(scans).items():
        first = versions[type_]
        made = [
            Scan(application_id=application_id, type=type_, version=first + number, file=stored[id(part)],
                 is_current=False, from_form=from_form, created_at=now)
            for number, part in enumerate(parts)]
        made[-1].is_current = True
        for page in made[:-1]:
            page.page_of = made[-1]
        rows.append(made[-1])
        pages += made[:-1]
    StoredFile.objects.bulk_create(row.file for row in (*rows, *pages))
    Scan.objects.bulk_create(rows)
    for page in pages:
        page.page_of_id = page.page_of.pk if page.page_of else None
    Scan.objects.bulk_create(pages)
    enqueue_many(Asked('scans.process', str(row.guid)) for row in rows)
    return rows
