"""Printed forms of a lender taken in: fetched, compared with what was announced, looked at, encrypted."""
from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from jobs.registry import assert_no_transaction
from lenders.contract import Adapter, DocumentStage, LenderDocument, LenderUnavailable, NotUnderstood, Ref
from lenders.rules import MOST_DOCUMENTS_BYTES, check_content, check_documents, distinct_kinds, file_names
from vault.files import write_blob
from vault.inspection.pool import look_at_document
from vault.inspection.verdicts import Finding
from vault.limited.pool import TooSlow
from vault.models import StoredFile

BY_LENDER = 'lender'
"""What `Document.made_from` says of these forms."""
RECEIVE_SECONDS = 45.0
"""No form is begun to be fetched later than this: an attempt must end within the patience of its job."""
TRIES = 4
"""So often forms that cannot be taken are asked for anew: the lender may be replacing them at this very moment."""

_PROBLEMS: Mapping[Finding, str] = {
    Finding.UNKNOWN_TYPE: 'it is not a PDF, JPEG or PNG', Finding.OTHER_TYPE: 'its content is of another type',
    Finding.TOO_LARGE: 'it is too large', Finding.BROKEN: 'it does not open',
    Finding.TOO_MANY_PIXELS: 'a picture has more than 40 megapixels',
    Finding.TOO_LONG_SIDE: 'a side of the picture is longer than 12 000 pixels',
    Finding.TOO_MANY_PAGES: 'it has more than 200 pages', Finding.NO_PAGES: 'it has no pages',
    Finding.ACTIVE: 'it holds scripts, actions or attachments', Finding.ENCRYPTED: 'it is encrypted',
    Finding.EXPANDS: 'it expands beyond 128 MiB',
}


@dataclass(frozen=True, slots=True)
class Received:
    """A printed form of a lender: clean name, and the row, not saved yet, of bytes that lie in the store already."""

    kind: str
    name: str
    file: StoredFile


def receive(
    adapter: Adapter, ref: Ref, documents: Sequence[LenderDocument], *, stage: DocumentStage,
) -> list[Received]:
    """Take in all printed forms that were announced, or none; outside a transaction, nothing is in force by it.

    Raises NotUnderstood for what cannot be taken, and the troubles of the door. Blobs of rows that are never saved are
    left to the sweeper of files.
    """
    assert_no_transaction()
    check_documents(documents, stage=stage, capabilities=adapter.capabilities)
    ends_at, left_bytes = time.monotonic() + RECEIVE_SECONDS, MOST_DOCUMENTS_BYTES
    received = []
    for document, kind, name in zip(documents, distinct_kinds(documents), file_names(documents), strict=True):
        if time.monotonic() > ends_at:
            raise LenderUnavailable('fetching the printed forms took too long')
        content = adapter.fetch_document(ref, document)
        check_content(document, content)
        left_bytes -= len(content)
        if left_bytes < 0:
            raise NotUnderstood(f'the printed forms are larger than {MOST_DOCUMENTS_BYTES} bytes together')
        _look(kind, document.content_type, content)
        received.append(Received(kind, name, _sealed(ref, stage, document.content_type, content)))
    return received


def _look(kind: str, content_type: str, content: bytes) -> None:
    try:
        finding = look_at_document(content_type, content)
    except TooSlow:
        # Nothing is known of the form: this machine may be the slow one.
        raise LenderUnavailable(f'the printed form "{kind}": looking at it takes too long') from None
    if finding != Finding.FINE:
        raise NotUnderstood(f'the printed form "{kind}": {_PROBLEMS.get(finding, finding.value)}')


def _sealed(ref: Ref, stage: DocumentStage, content_type: str, content: bytes) -> StoredFile:
    file = StoredFile(
        guid=uuid.uuid4(), kind=f'document.{stage}', context=ref.form_guid, content_type=content_type,
        created_at=timezone.now())
    write_blob(file, (content,))
    return file
