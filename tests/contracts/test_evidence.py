"""What the records of a signature tell, in each way of signing, and that they stay as they were written."""
from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from applications.models import Document
from contracts.evidence import SignedPage
from contracts.evidence_chain import append
from contracts.evidence_links import GENESIS, NotCanonical, canonical, link_sha256, moment, sha256_of
from contracts.locks import lock_contract
from contracts.models import Message, Signature, SigningCode
from contracts.models_evidence import EvidenceHead, EvidenceKind, EvidenceRecord
from contracts.services import note_scans, reopen_forms
from jobs.testing import open_jobs
from lenders.contract import ContractAnswer, ContractStage, SigningMode, Unsupported, WantedScan
from tests.contracts.fakes import TERMS
from tests.contracts.till import Till
from vault import keysets, rotation
from vault.files import store_file


def bodies() -> list[dict[str, Any]]:
    """All records, oldest first."""
    return [json.loads(record.body) for record in EvidenceRecord.objects.order_by('number')]


def forms_changed(till: Till, version: int) -> None:
    with transaction.atomic():
        assert reopen_forms(contract=lock_contract(till.contract).contract, forms_version=version, actor='lender x')
    till.lender.answers['fetch_contract'] = replace(ContractAnswer(ContractStage.READY, TERMS), forms_version=version)


@pytest.mark.django_db
def test_the_record_tells_what_was_signed_by_whom_and_how(till: Till) -> None:
    till.ready()
    assert till.code('check_sms_code', code=till.wrong_code()) == 7000
    code = till.newest_code()
    till.ok('check_sms_code', code=code)
    [body] = bodies()
    assert (body['kind'], body['mode'], body['forms_version'], body['is_sandbox']) == ('signature', 'platform', 1, True)
    assert body['form_guid'] == str(till.application.guid)
    assert body['client']['mobile_phone'] == '+79160000000'
    assert body['client']['last_name'] == till.form['last_name']
    assert [(row['stage'], row['kind']) for row in body['documents']] == [
        ('offers', 'personal_data'), ('contract', 'contract'), ('contract', 'schedule')]
    for told, row in zip(body['documents'], Document.objects.select_related('file').order_by('id'), strict=True):
        assert (told['sha256'], told['stored_guid']) == (row.file.sha256, str(row.file.guid))
        assert (told['file_guid'], told['size_bytes']) == (str(row.guid), row.file.size_bytes)
    [sent] = body['codes']
    message = Message.objects.get()
    assert sent['sms']['text'] == message.text
    assert message.text.endswith(f'Код: {code}')
    assert (sent['sms']['phone'], sent['sms']['message_guid']) == ('+79160000000', str(message.guid))
    assert sent['sms']['sent_at'] == moment(message.sent_at)
    used = SigningCode.objects.get()
    assert sent['tries'] == [
        {'number': 1, 'at': moment(used.tried_at[0]), 'result': 'wrong'},
        {'number': 2, 'at': moment(used.tried_at[1]), 'result': 'accepted'}]
    assert sent['accepted_at'] == moment(used.accepted_at)
    assert body['point'] == {'code': till.point.code, 'name': 'Точка'}
    assert body['partner'] == till.partner.name
    assert body['contract']['number'] == TERMS.number
    assert body['contract']['amount_kopecks'] == 4_500_000
    assert body['signed_at'] == moment(till.contract.signed_at)


@pytest.mark.django_db
def test_the_record_names_the_call_that_brought_the_code(till: Till) -> None:
    till.ready()
    body = json.dumps({**till.guids, 'code': till.newest_code()})
    Client(REMOTE_ADDR='203.0.113.7').post(
        '/dp/check_sms_code', body, content_type='application/json', headers={'X-Request-ID': 'till-7-000042'})
    assert bodies()[0]['request'] == {'request_id': 'till-7-000042', 'ip': '203.0.113.7'}


@pytest.mark.django_db
def test_a_try_that_was_still_compared_is_not_called_wrong(till: Till) -> None:
    till.ready()
    code = SigningCode.objects.get()
    SigningCode.objects.filter(pk=code.pk).update(tries=1, tried_at=[moment(code.sent_at)])
    till.ok('check_sms_code', code=till.newest_code())
    assert [tried['result'] for tried in bodies()[0]['codes'][0]['tries']] == ['unfinished', 'accepted']


@pytest.mark.django_db
def test_a_code_that_the_lender_checks_is_told_by_its_questions(till: Till) -> None:
    till.lender.answers['fetch_contract'] = replace(
        ContractAnswer(ContractStage.READY, TERMS), signing_mode=SigningMode.LENDER)
    till.ready()
    for code in ('111111', '000000'):
        assert till.code('check_sms_code', code=code) == 503
        till.work()
    [body] = bodies()
    assert body['mode'] == 'lender'
    assert body['actor'] == f'lender {till.row.code}'
    [code_told] = body['codes']
    assert code_told['sms'] is None
    assert [(tried['operation'], tried['result']) for tried in code_told['tries']] == [
        ('send', 'sent'), ('check', 'wrong'), ('check', 'accepted')]
    assert all(tried['answered_at'] for tried in code_told['tries'])
    assert body['request']['ip'] == code_told['tries'][2]['request']['ip'] == '127.0.0.1'
    assert len(body['request']['request_id']) == 32
    assert '000000' not in json.dumps(body['codes'])


@pytest.mark.django_db
def test_on_paper_the_accepted_pages_are_the_evidence(till: Till) -> None:
    till.lender.answers['fetch_contract'] = replace(
        ContractAnswer(ContractStage.READY, TERMS), signing_mode=SigningMode.PAPER,
        wanted_scans=(WantedScan('AGREEMENT_1', after_signing=True),))
    till.ready()
    with transaction.atomic():
        stored = store_file(b'page', content_type='image/png', kind='scan', context='test')
        page = SignedPage('scan-guid', 'AGREEMENT_1', 2, stored, till.contract.ready_at or stored.created_at, None)
        note_scans(
            contract=lock_contract(till.contract).contract, state='ACCEPTED', actor='lender y', pages=[page])
    [body] = bodies()
    assert (body['mode'], body['codes'], body['actor']) == ('paper', [], 'lender y')
    assert [(told['type'], told['version'], told['sha256'], told['stored_guid']) for told in body['pages']] == [
        ('AGREEMENT_1', 2, sha256_of(b'page'), str(stored.guid))]


@pytest.mark.django_db
def test_what_becomes_known_later_is_added_and_changes_nothing(till: Till) -> None:
    till.ready()
    till.ok('check_sms_code', code=till.newest_code())
    first = EvidenceRecord.objects.values().get()
    till.work()
    forms_changed(till, 2)
    till.work()
    till.ok('check_sms_code', code=till.newest_code())
    assert [body['kind'] for body in bodies()] == ['signature', 'report', 'void', 'signature']
    assert EvidenceRecord.objects.values().get(number=1) == first
    signed, report, void, again = bodies()
    assert report['signature_guid'] == void['signature_guid'] == signed['signature_guid'] != again['signature_guid']
    assert (report['result'], void['new_forms_version'], again['forms_version']) == ('taken', 2, 2)
    assert {row['sha256'] for row in signed['documents'] if row['stage'] == 'offers'} == {
        row['sha256'] for row in again['documents'] if row['stage'] == 'offers'}


@pytest.mark.django_db
def test_a_lender_that_takes_no_reports_is_told_as_such(till: Till) -> None:
    till.lender.answers['report_signature'] = Unsupported('no')
    till.signed()
    assert bodies()[1]['result'] == 'the lender takes no reports'


@pytest.mark.django_db
def test_forms_replaced_before_anybody_signed_leave_no_record(till: Till) -> None:
    till.ready()
    forms_changed(till, 2)
    assert EvidenceRecord.objects.count() == 0


@pytest.mark.django_db
def test_an_sms_without_a_gateway_is_not_waited_for(till: Till) -> None:
    till.ready()
    till.ok('check_sms_code', code=till.newest_code())
    assert not [kind for kind, _subject in open_jobs() if kind == 'contracts.evidence_deliveries']


@pytest.mark.django_db
def test_links_and_hashes_follow_from_what_is_written(till: Till) -> None:
    till.signed()
    previous = GENESIS
    for number, record in enumerate(EvidenceRecord.objects.order_by('number'), 1):
        assert (record.number, record.previous_sha256) == (number, previous)
        assert record.body.encode() == canonical(json.loads(record.body))
        assert record.body_sha256 == sha256_of(record.body.encode())
        assert record.sha256 == link_sha256(
            number=number, previous_sha256=previous, body_sha256=record.body_sha256)
        previous = record.sha256
    assert (EvidenceHead.objects.get().number, EvidenceHead.objects.get().sha256) == (2, previous)


@pytest.mark.django_db
def test_nothing_of_the_chain_is_changed_or_deleted(till: Till) -> None:
    till.signed()
    before = list(EvidenceRecord.objects.values()), list(EvidenceHead.objects.values())
    for change in (
        lambda: EvidenceRecord.objects.update(kind='report'), lambda: EvidenceRecord.objects.filter(number=2).delete(),
        lambda: EvidenceHead.objects.update(number=1), lambda: EvidenceHead.objects.update(sha256='0' * 64),
        lambda: EvidenceHead.objects.all().delete(), lambda: Signature.objects.update(mode='paper'),
    ):
        with pytest.raises(ProgrammingError, match='Cannot'), transaction.atomic():
            change()
    assert (list(EvidenceRecord.objects.values()), list(EvidenceHead.objects.values())) == before


@pytest.mark.django_db
def test_a_signature_has_one_record_of_its_own(till: Till) -> None:
    till.signed()
    with pytest.raises(Exception, match='one_record_per_signature'), transaction.atomic():
        append(Signature.objects.get(), EvidenceKind.SIGNATURE, {'form_guid': 'x'})
    assert EvidenceHead.objects.get().number == 2


@pytest.mark.django_db(transaction=True)
def test_evidence_is_refused_outside_a_transaction(till: Till) -> None:
    till.signed()
    with pytest.raises(RuntimeError, match='in the transaction of the fact'):
        append(Signature.objects.get(), EvidenceKind.REPORT, {})
    assert EvidenceRecord.objects.count() == 2


@pytest.mark.django_db
def test_new_keys_leave_every_hash_as_it_was(till: Till, settings: Settings) -> None:
    till.signed()
    before = list(EvidenceRecord.objects.order_by('number').values_list('sha256', 'body_sha256'))
    texts = [record.body for record in EvidenceRecord.objects.order_by('number')]
    sealed = _sealed()
    settings.VAULT_AEAD_KEYS = keysets.add_key(settings.VAULT_AEAD_KEYS, 'AEAD')
    list(rotation.rotate())
    settings.VAULT_AEAD_KEYS = keysets.drop_key(
        settings.VAULT_AEAD_KEYS, keysets.describe(settings.VAULT_AEAD_KEYS).key_ids[0])
    assert not set(_sealed()) & set(sealed)
    assert list(EvidenceRecord.objects.order_by('number').values_list('sha256', 'body_sha256')) == before
    assert [record.body for record in EvidenceRecord.objects.order_by('number')] == texts


def _sealed() -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute('SELECT body FROM contracts_evidencerecord ORDER BY number')
        return [bytes(row[0]) for row in cursor.fetchall()]


@pytest.mark.django_db
def test_nothing_personal_stands_in_the_clear(till: Till) -> None:
    till.signed()
    with connection.cursor() as cursor:
        cursor.execute('SELECT row_to_json(t)::text FROM contracts_evidencerecord t')
        told = ''.join(row[0] for row in cursor.fetchall())
    for secret in ('9160000000', till.form['last_name'], till.newest_code(), 'Код'):
        assert secret not in told
        assert secret.encode().hex() not in told


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2**53 + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=['Cs'])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.text(st.characters(codec='ascii'), max_size=8), inner, max_size=4), max_leaves=20)


@given(_VALUES)
def test_canonical_json_has_one_spelling(value: object) -> None:
    spelled = canonical(value)
    assert json.loads(spelled) == value
    assert canonical(json.loads(spelled)) == spelled


def test_canonical_json_is_that_of_rfc_8785() -> None:
    # The example of section 3.2.2 without its fractions, and the sorting of 3.2.3 for ASCII names.
    value = {
        'string': '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/', 'literals': [None, True, False], 'b': 1, 'B': 2,
        '1': {'f': {'f': 'hi', 'F': 5}, '\n': 56}, '': 'empty'}
    assert canonical(value).decode() == (
        '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"B":2,"b":1,"literals":[null,true,false],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}')


@pytest.mark.parametrize('value', [1.5, float('nan'), 2**53, {'имя': 1}, {1: 2}, {1, 2}, b'x', '\ud800'], ids=repr)
def test_what_has_two_spellings_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical([value])
