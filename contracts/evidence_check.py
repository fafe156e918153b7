"""Walking the chain of evidence: every record, every hash, every file it names; the first break ends the walk."""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from contracts.evidence_links import GENESIS, NotCanonical, canonical, link_sha256, sha256_of
from contracts.models import Signature
from contracts.models_evidence import EvidenceHead, EvidenceKind, EvidenceRecord
from vault.files import BlobDamaged, open_file
from vault.models import StoredFile
from vault.sealing import CannotUnseal

BATCH_ROWS: Final = 200


class Broken(Exception):
    """The first break: at which record (None: beyond the last one) and what is wrong."""

    def __init__(self, number: int | None, why: str) -> None:
        super().__init__(why if number is None else f'record {number}: {why}')
        self.number = number
        self.why = why


@dataclass(frozen=True, slots=True)
class Walk:
    """What was walked: numbers of the first and last record, the last one's hash, how many files were read."""

    first: int
    last: int
    sha256: str
    files: int


def walk(since: int = 1) -> Walk:
    """Check the chain from record `since` to its head. Raises Broken at the first break.

    Meanwhile signatures may be added: the walk goes on to the head as it finds it at the end.
    """
    before = EvidenceRecord.objects.filter(number=since - 1).first() if since > 1 else None
    if since > 1 and before is None:
        raise Broken(since - 1, 'missing')
    previous = GENESIS if before is None else before.sha256
    number, files = since - 1, 0
    for record in _records(since):
        if record.number != number + 1:
            raise Broken(number + 1, 'missing')
        number = record.number
        files += _check_record(record, previous)
        previous = record.sha256
    _check_end(number, previous)
    _check_signatures()
    return Walk(since, number, previous, files)


def first_since(moment: datetime) -> int:
    """The number of the first record made at this time or later; one after the last when there is none."""
    found = EvidenceRecord.objects.filter(recorded_at__gte=moment).order_by('number').first()
    if found is not None:
        return found.number
    last = EvidenceRecord.objects.order_by('-number').first()
    return 1 if last is None else last.number + 1


def check_hashes(record: EvidenceRecord) -> dict[str, Any]:
    """The body of a record whose hashes are right. Raises Broken."""
    try:
        text = record.body
    except CannotUnseal:
        raise Broken(record.number, 'the body does not open: changed, or its key is missing') from None
    if sha256_of(text.encode()) != record.body_sha256:
        raise Broken(record.number, 'the body is not what was recorded')
    told = link_sha256(
        number=record.number, previous_sha256=record.previous_sha256, body_sha256=record.body_sha256)
    if told != record.sha256:
        raise Broken(record.number, 'its hash is not that of its content')
    try:
        body: dict[str, Any] = json.loads(text)
        is_canonical = canonical(body).decode() == text
    except (ValueError, NotCanonical):
        is_canonical = False
    if not is_canonical:
        raise Broken(record.number, 'the body is not canonical JSON')
    return body


def files_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files that a record names, documents first, then pages signed by hand."""
    return [*body.get('documents', ()), *body.get('pages', ())]


def _records(since: int) -> Iterator[EvidenceRecord]:
    last = since - 1
    while batch := list(EvidenceRecord.objects.select_related('signature__contract', 'signature__application').filter(
            number__gt=last).order_by('number')[:BATCH_ROWS]):
        yield from batch
        last = batch[-1].number


def _check_record(record: EvidenceRecord, previous: str) -> int:
    if record.previous_sha256 != previous:
        raise Broken(record.number, 'it does not continue the record before it')
    body = check_hashes(record)
    _check_row(record, body)
    files = files_of(body)
    _check_files(record.number, files)
    return len(files)


def _check_row(record: EvidenceRecord, body: dict[str, Any]) -> None:
    """The columns that people search by say the same as the record."""
    signature = record.signature
    told = {
        'kind': record.kind, 'record_guid': str(record.guid), 'signature_guid': str(signature.guid),
        'form_guid': str(signature.application.guid)}
    if record.kind == EvidenceKind.SIGNATURE:
        told |= {'contract_guid': str(signature.contract.guid), 'mode': signature.mode}
    for name, value in told.items():
        if body.get(name) != value:
            raise Broken(record.number, f'its row has another {name}')
    if record.kind == EvidenceKind.SIGNATURE and body.get('forms_version') != signature.forms_version:
        raise Broken(record.number, 'its row has another forms_version')


def _check_files(number: int, files: Iterable[dict[str, Any]]) -> None:
    stored = StoredFile.objects.in_bulk([file['stored_guid'] for file in files])
    by_guid = {str(guid): row for guid, row in stored.items()}
    for file in files:
        row = by_guid.get(file['stored_guid'])
        if row is None:
            raise Broken(number, f'file {file["stored_guid"]} is gone')
        if row.sha256 != file['sha256']:
            raise Broken(number, f'file {file["stored_guid"]} is another one')
        try:
            for _piece in open_file(row):
                pass
        except BlobDamaged as damage:
            raise Broken(number, str(damage)) from damage


def _check_end(number: int, sha256: str) -> None:
    head = EvidenceHead.objects.first()
    if head is None:
        if number:
            raise Broken(None, 'the head of the chain is missing')
    elif head.number > number and not EvidenceRecord.objects.filter(number=number + 1).exists():
        raise Broken(number + 1, 'missing')
    elif head.number < number or (head.number == number and head.sha256 != sha256):
        raise Broken(None, 'the head of the chain is not its last record')


def _check_signatures() -> None:
    bare = Signature.objects.exclude(records__kind=EvidenceKind.SIGNATURE).order_by('id').first()
    if bare is not None:
        raise Broken(None, f'signature {bare.guid} has no record')
