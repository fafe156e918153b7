"""The chain is gap-free under concurrency, and a walk over it finds the first break, whatever was done to it."""
from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from pytest_django import Settings

from contracts.evidence_check import Broken, walk
from contracts.evidence_links import GENESIS
from contracts.models import Message, Signature
from contracts.models_evidence import EvidenceHead, EvidenceRecord
from jobs.testing import open_jobs, run_due, shift_due
from tests.contracts.fakes import FakeLender
from tests.contracts.test_races import at_once
from tests.contracts.till import Till, later
from vault import keysets
from vault.models import StoredFile


def behind_our_back(sql: str, *values: Any) -> None:
    """What somebody with the rights of the database does: triggers and foreign keys rest."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute('SET LOCAL session_replication_role = replica')
        cursor.execute(sql, values)


def verify(*arguments: str) -> str:
    """Output of the command."""
    out = StringIO()
    call_command('verify_evidence', *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def chain(lender: FakeLender, db: None) -> list[EvidenceRecord]:
    """Six records of three deals."""
    for number in range(3):
        Till(lender, phone=f'+7916000000{number}').signed()
    return list(EvidenceRecord.objects.order_by('number'))


def test_a_whole_chain_is_told_with_its_head(chain: list[EvidenceRecord]) -> None:
    assert [record.number for record in chain] == [1, 2, 3, 4, 5, 6]
    assert verify().splitlines() == ['records 1 to 6 and 9 files are whole', f'head: 6 {chain[-1].sha256}']
    assert json.loads(verify('--json')) == {
        'whole': True, 'first': 1, 'last': 6, 'sha256': chain[-1].sha256, 'files': 9}


@pytest.mark.django_db
def test_an_empty_chain_is_whole() -> None:
    assert verify() == 'no records\n'
    assert EvidenceHead.objects.count() == 0


def test_a_walk_may_begin_at_a_number_or_a_day(chain: list[EvidenceRecord]) -> None:
    assert verify('--since', '4').startswith('records 4 to 6 and 3 files')
    today = chain[0].recorded_at.date()
    assert verify('--since', today.isoformat()).startswith('records 1 to 6')
    assert verify('--since', (today + timedelta(days=2)).isoformat()) == 'no records\n'
    for wrong, words in (('yesterday', 'neither a number nor a date'), ('9', 'record 8: missing')):
        with pytest.raises(CommandError, match=words):
            verify('--since', wrong)


_ANOTHERS_BODY = """
    UPDATE contracts_evidencerecord r SET body = o.body, guid = gen_random_uuid() FROM contracts_evidencerecord o
     WHERE r.number = 3 AND o.number = 5
"""
_BARE_SIGNATURE = """
    INSERT INTO contracts_signature (guid, contract_id, application_id, forms_version, mode, signed_at)
    SELECT gen_random_uuid(), contract_id, application_id, 9, mode, signed_at FROM contracts_signature LIMIT 1
"""


@pytest.mark.parametrize(('sql', 'number', 'why'), [
    ('UPDATE contracts_evidencerecord SET body = set_byte(body, 30, get_byte(body, 30) # 1) WHERE number = 3', 3,
     'the body does not open: changed, or its key is missing'),
    (_ANOTHERS_BODY, 3, 'the body does not open'),
    ("UPDATE contracts_evidencerecord SET body_sha256 = repeat('0', 64) WHERE number = 3", 3,
     'the body is not what was recorded'),
    ("UPDATE contracts_evidencerecord SET sha256 = repeat('0', 64) WHERE number = 3", 3,
     'its hash is not that of its content'),
    ("UPDATE contracts_evidencerecord SET previous_sha256 = repeat('0', 64) WHERE number = 3", 3,
     'it does not continue the record before it'),
    ('DELETE FROM contracts_evidencerecord WHERE number = 3', 3, 'missing'),
    ('DELETE FROM contracts_evidencerecord WHERE number = 1', 1, 'missing'),
    ('DELETE FROM contracts_evidencerecord WHERE number >= 5', 5, 'missing'),
    ("UPDATE contracts_evidencerecord SET kind = 'void' WHERE number = 4", 4, 'its row has another kind'),
    ('UPDATE contracts_evidencerecord SET signature_id = (SELECT min(id) FROM contracts_signature) WHERE number = 4', 4,
     'its row has another signature_guid'),
    ("UPDATE contracts_signature SET mode = 'paper' WHERE id = (SELECT min(id) FROM contracts_signature)", 1,
     'its row has another mode'),
    ('UPDATE contracts_signature SET forms_version = 7 WHERE id = (SELECT min(id) FROM contracts_signature)', 1,
     'its row has another forms_version'),
    ('UPDATE contracts_evidencehead SET number = 5', None, 'the head of the chain is not its last record'),
    ("UPDATE contracts_evidencehead SET sha256 = repeat('0', 64)", None, 'is not its last record'),
    ('DELETE FROM contracts_evidencehead', None, 'the head of the chain is missing'),
    (_BARE_SIGNATURE, None, 'has no record'),
], ids=[
    'body', 'body of another', 'hash of the body', 'hash', 'hash before', 'one gone', 'first gone', 'end gone', 'kind',
    'signature', 'mode', 'version', 'head back', 'head hash', 'head gone', 'signature without a record'])
def test_the_first_break_is_told(chain: list[EvidenceRecord], sql: str, number: int | None, why: str) -> None:
    behind_our_back(sql)
    with pytest.raises(Broken) as broken:
        walk()
    assert (broken.value.number, why in broken.value.why) == (number, True), broken.value
    out = StringIO()
    with pytest.raises(CommandError, match='The chain of evidence is broken'):
        call_command('verify_evidence', '--json', stdout=out)
    assert json.loads(out.getvalue()) == {'whole': False, 'record': number, 'why': broken.value.why}


def _rot(settings: Settings, file: StoredFile) -> None:
    (Path(str(settings.VAULT_FILES_DIR)) / file.storage_name).write_bytes(b'rot')


def _swap(settings: Settings, file: StoredFile) -> None:
    other = StoredFile.objects.exclude(pk=file.pk).exclude(sha256=file.sha256).first()
    assert other is not None
    StoredFile.objects.filter(pk=file.pk).update(sha256=other.sha256)


def _drop(settings: Settings, file: StoredFile) -> None:
    behind_our_back('DELETE FROM applications_document WHERE file_id = %s', file.pk)
    behind_our_back('DELETE FROM vault_storedfile WHERE guid = %s', file.pk)


@pytest.mark.parametrize(('harm', 'why'), [
    (_rot, 'does not open'), (_swap, 'is another one'), (_drop, 'is gone')], ids=['rot', 'swap', 'drop'])
def test_a_file_that_is_not_what_was_signed_breaks_the_chain(
    chain: list[EvidenceRecord], settings: Settings, harm: Callable[[Settings, StoredFile], None], why: str,
) -> None:
    told = json.loads(chain[2].body)['documents'][1]
    harm(settings, StoredFile.objects.get(pk=told['stored_guid']))
    with pytest.raises(Broken, match=why) as broken:
        walk()
    assert broken.value.number == 3
    assert walk(since=5).files == 3


def test_a_lost_key_is_a_break(chain: list[EvidenceRecord], settings: Settings) -> None:
    settings.VAULT_AEAD_KEYS = keysets.new_key_set('AEAD', development=True)
    with pytest.raises(Broken, match='record 1: the body does not open'):
        walk()


def test_after_a_lost_head_nobody_starts_a_second_chain(chain: list[EvidenceRecord], lender: FakeLender) -> None:
    behind_our_back('DELETE FROM contracts_evidencehead')
    till = Till(lender, phone='+79160000009').ready()
    answer = till.call('check_sms_code', code=till.newest_code())
    assert answer['error_code'] == 500
    assert till.contract.status == 'READY'
    assert (EvidenceRecord.objects.count(), EvidenceHead.objects.count()) == (6, 0)


def test_a_later_word_of_the_gateway_is_a_record_of_its_own(till: Till) -> None:
    till.ready()
    Message.objects.update(status='sent', gateway='gate', gateway_id='77')
    till.ok('check_sms_code', code=till.newest_code())
    signature = Signature.objects.get()
    assert ('contracts.evidence_deliveries', str(signature.guid)) in open_jobs()
    shift_due(31)
    run_due(kinds=['contracts.evidence_deliveries'])
    assert EvidenceRecord.objects.count() == 1
    Message.objects.update(delivery_status='delivered', delivered_at=signature.signed_at)
    shift_due(31)
    run_due(kinds=['contracts.evidence_deliveries'])
    told = json.loads(EvidenceRecord.objects.get(number=2).body)
    assert (told['kind'], told['delivery_status'], told['gateway_id']) == ('delivery', 'delivered', '77')
    assert told['message_guid'] == str(Message.objects.get().guid)
    assert not [kind for kind, _subject in open_jobs() if kind == 'contracts.evidence_deliveries']
    assert walk().last == 2


def test_a_gateway_that_never_tells_is_not_waited_for_for_ever(till: Till) -> None:
    till.ready()
    Message.objects.update(status='sent', gateway='gate', gateway_id='77')
    till.ok('check_sms_code', code=till.newest_code())
    shift_due(31)
    with time_machine.travel(later(hours=27), tick=False):
        run_due(kinds=['contracts.evidence_deliveries'])
    assert not [kind for kind, _subject in open_jobs() if kind == 'contracts.evidence_deliveries']
    assert EvidenceRecord.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_signatures_at_once_all_get_in_one_after_the_other(lender: FakeLender) -> None:
    tills = [Till(lender, phone=f'+791600000{number:02}').ready() for number in range(12)]
    codes = [till.newest_code() for till in tills]
    for start in (0, 6):
        part = list(zip(tills, codes, strict=True))[start:start + 6]
        assert at_once(*[partial(till.code, 'check_sms_code', code=code) for till, code in part]) == [None] * 6
    records = list(EvidenceRecord.objects.order_by('number'))
    assert [record.number for record in records] == list(range(1, 13))
    assert [record.previous_sha256 for record in records] == [GENESIS, *[record.sha256 for record in records[:-1]]]
    assert {record.signature.application_id for record in records} == {till.application.pk for till in tills}
    assert walk().last == 12


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_signature_that_is_undone_leaves_no_gap(lender: FakeLender) -> None:
    from contracts.evidence_chain import append
    from contracts.models_evidence import EvidenceKind

    signature = Signature.objects.get(application=Till(lender).signed().application)

    def add(number: int) -> None:
        try:
            with transaction.atomic():
                append(signature, EvidenceKind.VOID, {
                    'signature_guid': str(signature.guid), 'form_guid': str(signature.application.guid)})
                if number % 3 == 0:
                    raise InterruptedError
        except InterruptedError:
            pass

    at_once(*[partial(add, number) for number in range(12)])
    assert [record.number for record in EvidenceRecord.objects.order_by('number')] == list(range(1, 11))
    assert walk().last == 10
