"""Scans on their way to a lender in the shape it takes, and what is written down of it."""
from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction
from PIL import Image

from jobs.models import Job
from jobs.testing import open_jobs
from lenders.contract import FormFile, LenderUnavailable
from offers.models import Submission
from scans import services
from scans.models import Scan, SentFile
from tests.contracts.fakes import FakeLender
from tests.contracts.till import Till
from tests.scans.stage import accepted, content, page, says, wire, work
from tests.vault.papers import as_file, paper
from vault.inspection.pool import count_pages, joined
from vault.models import StoredFile

pytestmark = pytest.mark.django_db
PDF = 'application/pdf'


@pytest.fixture
def sent(lender: FakeLender, monkeypatch: pytest.MonkeyPatch) -> list[list[FormFile]]:
    """Files of every call of send_scans."""
    calls: list[list[FormFile]] = []
    plain = lender.send_scans

    def send(ref: Any, files: list[FormFile], *, key: str) -> None:
        calls.append(list(files))
        plain(ref, files, key=key)

    monkeypatch.setattr(lender, 'send_scans', send)
    return calls


def wants_files(till: Till, **style: Any) -> None:
    """The lender takes scans only so."""
    till.row.settings = {'scans': style}
    till.row.save(update_fields=['settings'])


def told() -> list[tuple[str, int, int, str, str]]:
    rows = SentFile.objects.order_by('id')
    return [(row.scan.type, row.page, row.pages, row.content_type, row.sha256) for row in rows]


def sha(file: FormFile) -> str:
    return hashlib.sha256(file.content).hexdigest()


def test_a_lender_of_documents_gets_one_for_a_type_and_it_is_written_down(
    till: Till, lender: FakeLender, sent: list[list[FormFile]],
) -> None:
    wants_files(till, format='pdf', one_pdf_per_type=True)
    till.signed()
    till.ok('save_scans', scans=[
        wire('AGREEMENT_1', 'first'), wire('AGREEMENT_1', 'second'), wire('PASSPORT_MAIN')])
    says(lender, accepted('AGREEMENT_1', 2), accepted('PASSPORT_MAIN'))
    work()
    assert page(till)[0] == 'ACCEPTED'
    files, = sent
    assert [(file.type, file.version, file.page, file.pages, file.content_type, count_pages(file.content))
            for file in files] == [
        ('AGREEMENT_1', 2, 1, 1, PDF, 2), ('PASSPORT_MAIN', 1, 1, 1, PDF, 1)]
    assert told() == [(file.type, 1, 1, PDF, sha(file)) for file in files]


def test_a_lender_of_pictures_gets_the_pages_of_a_document_numbered(
    till: Till, lender: FakeLender, sent: list[list[FormFile]],
) -> None:
    wants_files(till, format='jpeg', max_bytes=200_000, max_side=1500)
    till.signed()
    document = joined([as_file(paper(name, size=(1240, 1754))) for name in ('a', 'b', 'c')])
    till.ok('save_scans', scans=[wire('AGREEMENT_1', bytes_=document, mime_type=PDF)])
    work(seconds=1)
    files, = sent
    assert [(file.version, file.page, file.pages) for file in files] == [(1, 1, 3), (1, 2, 3), (1, 3, 3)]
    for file in files:
        assert len(file.content) <= 200_000
        assert max(Image.open(io.BytesIO(file.content)).size) <= 1500
    assert [row[4] for row in told()] == [sha(file) for file in files]


def test_a_repeat_after_a_lost_answer_carries_the_same_bytes_under_the_same_key(
    till: Till, lender: FakeLender, sent: list[list[FormFile]],
) -> None:
    wants_files(till, format='pdf')
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    lender.answers['send_scans'] = [LenderUnavailable('503'), None]
    says(lender, accepted('PASSPORT_MAIN'))
    work(seconds=60)
    assert page(till)[0] == 'ACCEPTED'
    first, second = sent
    assert first == second
    assert len(set(lender.keys('send_scans'))) == 1
    assert len(told()) == 1


def test_scans_of_the_form_are_made_over_too(till: Till, sent: list[list[FormFile]]) -> None:
    from applications.questionnaire import ScanIn

    wants_files(till, format='pdf')
    till.offered()
    scans = [ScanIn('PASSPORT_MAIN', 'image/jpeg', content('PASSPORT_MAIN'), 0)]
    files = services.write_scans(form_guid=till.application.guid, scans=scans)
    with transaction.atomic():
        services.attach(application_id=till.application.pk, scans=scans, files=files)
    submission = Submission.objects.get(application=till.application)
    with transaction.atomic():
        till.enqueue('scans.submit', str(submission.guid))
    work()
    file, = sent[0]
    assert (file.content_type, file.from_form) == (PDF, True)
    assert told() == [('PASSPORT_MAIN', 1, 1, PDF, sha(file))]


def test_more_pages_than_the_lender_takes_come_back_without_it(
    till: Till, lender: FakeLender, sent: list[list[FormFile]],
) -> None:
    wants_files(till, format='pdf', max_pages=2)
    till.signed()
    document = joined([as_file(paper(name, size=(1240, 1754))) for name in ('a', 'b', 'c')])
    says(lender, accepted('PASSPORT_MAIN'))
    till.ok('save_scans', scans=[wire('AGREEMENT_1', bytes_=document, mime_type=PDF), wire('PASSPORT_MAIN')])
    work()
    assert page(till)[1] == {'AGREEMENT_1': 'RESCAN_NEEDED', 'PASSPORT_MAIN': 'CONFIRMED'}
    assert till.ok('get_scans_status')['scans'][0]['decline_reason'] == (
        'Кредитор принимает не более 2 страниц этого документа, а прислано 3: пришлите меньше')
    assert [[file.type for file in files] for files in sent] == [['PASSPORT_MAIN']]


def test_a_wrong_setting_waits_for_an_operator_and_goes_on_once_it_is_right(
    till: Till, lender: FakeLender, sent: list[list[FormFile]],
) -> None:
    wants_files(till, format='png')
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    work()
    assert (sent, page(till)[0]) == ([], 'RECEIVED_FROM_PARTNER')
    assert ('scans.send', str(till.contract.guid)) in open_jobs()


def _swap(first: StoredFile, second: StoredFile) -> None:
    root = Path(settings.VAULT_FILES_DIR)
    blobs = [(root / file.storage_name).read_bytes() for file in (first, second)]
    for file, blob in zip((second, first), blobs, strict=True):
        (root / file.storage_name).write_bytes(blob)


def _flip(first: StoredFile, _second: StoredFile) -> None:
    blob = Path(settings.VAULT_FILES_DIR) / first.storage_name
    sealed = bytearray(blob.read_bytes())
    sealed[len(sealed) // 2] ^= 1
    blob.write_bytes(sealed)


def _lose(first: StoredFile, _second: StoredFile) -> None:
    (Path(settings.VAULT_FILES_DIR) / first.storage_name).unlink()


@pytest.mark.parametrize('harm', [_swap, _flip, _lose])
def test_a_blob_that_is_not_what_was_stored_never_goes_to_a_lender(
    till: Till, sent: list[list[FormFile]], harm: Callable[[StoredFile, StoredFile], None],
) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN'), wire('PASSPORT_REGISTRATION')])
    work('scans.process', seconds=0)
    first, second = (scan.file for scan in Scan.objects.filter(application=till.application).order_by('id'))
    harm(first, second)
    work(seconds=60)
    assert sent == []
    assert told() == []
    assert Job.objects.get(kind='scans.send', subject=str(till.contract.guid)).state == Job.State.PARKED
    assert page(till)[0] == 'RECEIVED_FROM_PARTNER'


def test_a_blob_harmed_before_it_was_looked_at_is_asked_for_again(till: Till, sent: list[list[FormFile]]) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN'), wire('PASSPORT_REGISTRATION')])
    _swap(*(scan.file for scan in Scan.objects.filter(application=till.application).order_by('id')))
    work(seconds=60)
    assert set(page(till)[1].values()) == {'RESCAN_NEEDED'}
    assert sent == []


def test_what_was_sent_cannot_be_rewritten(till: Till) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    work(seconds=1)
    row = SentFile.objects.get()
    assert row.sha256 == hashlib.sha256(content('PASSPORT_MAIN')).hexdigest()
    for change in (lambda: SentFile.objects.update(sha256='0' * 64), row.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert SentFile.objects.get().sha256 == row.sha256
