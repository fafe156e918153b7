"""The lender's own printed forms in a deal: taken in, put in force at once, replaced; and when they cannot be."""
from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from django.db import transaction
from django.test import Client

from applications.models import Document
from contracts.locks import lock_contract
from contracts.models import Contract, Signature
from contracts.services import reopen_forms
from jobs.models import Job
from jobs.testing import open_jobs, run_until_quiet
from lenders.contract import (
    Capabilities,
    ContractAnswer,
    ContractStage,
    DocumentStage,
    LenderDocument,
    LenderUnavailable,
    NotUnderstood,
    RequestRefused,
)
from tests.contracts.fakes import TERMS
from tests.contracts.till import QUIET, Till
from tests.lenders.papers import a_pdf, with_action
from vault.files import read_file
from vault.models import StoredFile
from vault.sweeping import sweep

pytestmark = pytest.mark.django_db

READY = ContractAnswer(ContractStage.READY, TERMS)
OLD, NEW = (a_pdf('old terms'), a_pdf('old schedule')), (a_pdf('new terms'), a_pdf('new schedule'))


@pytest.fixture(autouse=True)
def _own_documents(till: Till) -> None:
    till.lender.capabilities = Capabilities(own_documents=frozenset({DocumentStage.CONTRACT}))


def a_form(content: bytes, kind: str = 'contract', *, link: str = '') -> LenderDocument:
    """A form whole, or behind a link: then its bytes come by `fetch_document`."""
    return LenderDocument(
        kind, f'{kind}.pdf', 'application/pdf', hashlib.sha256(content).hexdigest(), len(content),
        content=None if link else content, link=link)


def both_ways(contents: tuple[bytes, bytes]) -> tuple[LenderDocument, LenderDocument]:
    return a_form(contents[0]), a_form(contents[1], 'schedule', link='https://files.bank.example/s')


def bring(till: Till, contents: tuple[bytes, bytes], version: int = 1) -> None:
    till.lender.answers |= {
        'fetch_contract': replace(READY, documents=both_ways(contents), forms_version=version),
        'fetch_document': contents[1]}


def in_time(till: Till, seconds: float = 600) -> Contract:
    run_until_quiet(seconds, advance_clock=True, kinds=QUIET)
    return till.contract


def shown(till: Till) -> list[bytes]:
    """What the shop gets by the guids of get_contract, byte for byte."""
    contents = []
    for file in till.ok('get_contract')['files']:
        response = Client().get(
            '/dp/get_file', {'partner_guid': str(till.partner.guid), 'file_guid': file['file_guid']})
        contents.append(b''.join(response))
    return contents


def are_in_evidence(signature: Signature, contents: tuple[bytes, ...]) -> list[bool]:
    text = ''.join(record.body for record in signature.records.all())
    return [hashlib.sha256(content).hexdigest() in text for content in contents]


def in_force() -> list[tuple[str, str, bytes]]:
    rows = Document.objects.select_related('file').filter(stage='contract', superseded_at=None).order_by('id')
    return [(row.kind, row.made_from, read_file(row.file)) for row in rows]


def test_forms_come_whole_and_by_link_and_are_handed_out_as_they_are(till: Till) -> None:
    bring(till, OLD)
    till.ready()
    assert [file['file_name'] for file in till.ok('get_contract')['files']] == ['contract.pdf', 'schedule.pdf']
    assert shown(till) == list(OLD)
    assert in_force() == [('contract', 'lender', OLD[0]), ('schedule', 'lender', OLD[1])]
    assert ('contracts.render', str(till.contract.guid)) not in open_jobs()
    assert till.lender.names() == ['choose', 'fetch_contract', 'fetch_document']


def test_what_was_signed_is_what_the_lender_brought(till: Till) -> None:
    bring(till, OLD)
    till.signed()
    assert are_in_evidence(Signature.objects.get(contract=till.contract), OLD) == [True, True]


def change_forms(till: Till, version: int = 2) -> None:
    with transaction.atomic():
        assert reopen_forms(contract=lock_contract(till.contract).contract, forms_version=version, actor='test')


def test_changed_forms_replace_the_old_ones_and_void_their_signature(till: Till) -> None:
    bring(till, OLD)
    till.signed()
    old_guids = [file['file_guid'] for file in till.ok('get_contract')['files']]
    old_code = till.newest_code()
    change_forms(till)
    assert till.ok('get_contract') == {'contract_status': 'pending'}
    bring(till, NEW, version=2)
    assert in_time(till).status == 'READY'
    assert shown(till) == list(NEW)
    assert not set(old_guids) & {file['file_guid'] for file in till.ok('get_contract')['files']}
    assert till.ok('get_signing_status') == {'signing_status': 'NOT_SIGNED'}
    assert till.contract.signed_at is None
    if old_code != till.newest_code():
        assert till.code('check_sms_code', code=old_code) == 7000
    till.ok('check_sms_code', code=till.newest_code())
    old, new = Signature.objects.filter(contract=till.contract).order_by('id')
    for signature, contents in ((old, OLD), (new, NEW)):
        assert are_in_evidence(signature, contents) == [True, True]
    assert are_in_evidence(new, OLD) == [False, False]
    superseded = Document.objects.select_related('file').filter(superseded_at__isnull=False).order_by('id')
    assert [read_file(row.file) for row in superseded] == list(OLD)
    assert sweep(older_than_seconds=0) == 0 or [read_file(row.file) for row in superseded] == list(OLD)


def test_forms_of_an_older_version_are_waited_out_and_never_fetched(till: Till) -> None:
    bring(till, OLD)
    till.ready()
    till.lender.calls.clear()
    change_forms(till)
    till.work()
    assert till.lender.names() == ['fetch_contract']
    assert till.contract.status == 'PREPARING'
    bring(till, NEW, version=2)
    assert in_time(till).status == 'READY'
    assert shown(till) == list(NEW)


def test_forms_changed_while_they_are_fetched_come_out_right(till: Till) -> None:
    """The link gives the new bytes already while the contract still told the old hash."""
    bring(till, OLD)
    till.lender.answers['fetch_document'] = [NEW[1], OLD[1]]
    till.preparing()
    assert in_time(till).status == 'READY'
    assert shown(till) == list(OLD)
    assert till.lender.names() == ['choose', *['fetch_contract', 'fetch_document'] * 2]


@pytest.mark.parametrize('trouble', [LenderUnavailable('503'), RequestRefused('HTTP 404')])
def test_a_store_that_is_down_for_a_while_costs_time_only(till: Till, trouble: Exception) -> None:
    bring(till, OLD)
    till.lender.answers['fetch_document'] = [trouble, trouble, OLD[1]]
    till.preparing()
    assert in_time(till).status == 'READY'
    assert shown(till) == list(OLD)
    assert StoredFile.objects.filter(kind='document.contract').count() == 2


@pytest.mark.parametrize(('content', 'trouble', 'why'), [
    (a_pdf('another'), None, 'not the one that was announced'),
    (b'', RequestRefused('HTTP 404'), 'RequestRefused: HTTP 404'),
    (b'', NotUnderstood('the link is not https'), 'NotUnderstood: the link is not https'),
], ids=['other bytes', 'gone', 'bad link'])
def test_forms_that_never_come_right_end_the_contract_and_say_why(
    till: Till, content: bytes, trouble: Exception | None, why: str,
) -> None:
    bring(till, OLD)
    till.lender.answers['fetch_document'] = trouble or content
    till.preparing()
    contract = in_time(till)
    assert (contract.status, till.fresh().status) == ('FAILED', 'FAILED')
    assert why in contract.reason
    assert till.ok('get_contract') == {'contract_status': 'error'}
    assert ('offers.release', str(till.submission.guid)) in open_jobs()
    assert till.lender.names().count('fetch_document') == 4
    assert not Document.objects.filter(stage='contract').exists()
    assert not StoredFile.objects.filter(kind='document.contract').exists()


def test_an_active_form_ends_the_contract(till: Till) -> None:
    bring(till, (with_action({'/S': '/JavaScript', '/JS': 'app.alert(1)'}), OLD[1]))
    till.preparing()
    contract = in_time(till)
    assert contract.status == 'FAILED'
    assert 'scripts, actions or attachments' in contract.reason


@pytest.mark.parametrize(('stages', 'forms', 'why'), [
    (frozenset(), both_ways(OLD), 'none were agreed'), (frozenset({DocumentStage.OFFERS}), both_ways(OLD), 'none were'),
    (frozenset({DocumentStage.CONTRACT}), (), 'are missing'),
], ids=['undeclared', 'declared for offers', 'declared and missing'])
def test_what_is_signed_is_decided_by_agreement_not_by_what_came(
    till: Till, stages: frozenset[DocumentStage], forms: tuple[LenderDocument, ...], why: str,
) -> None:
    till.lender.capabilities = Capabilities(own_documents=stages)
    till.lender.answers['fetch_contract'] = replace(READY, documents=forms)
    till.preparing()
    contract = in_time(till)
    assert contract.status == 'FAILED'
    assert why in contract.reason
    assert not Document.objects.filter(stage='contract').exists()


@pytest.fixture
def swept() -> None:
    """No blob without a row is left of other tests."""
    sweep(older_than_seconds=0)


@pytest.mark.usefixtures('swept')
def test_a_deal_cancelled_while_its_forms_are_fetched_keeps_nothing_of_them(till: Till) -> None:
    bring(till, OLD)

    def cancel_meanwhile() -> bytes:
        till.ok('cancel')
        return OLD[1]

    till.preparing()
    kept = StoredFile.objects.count()
    till.lender.answers['fetch_document'] = cancel_meanwhile
    till.work()
    assert till.contract.status == 'CANCELED'
    assert not Document.objects.filter(stage='contract').exists()
    assert StoredFile.objects.count() == kept
    assert sweep(older_than_seconds=0) == 2


@pytest.mark.usefixtures('swept')
def test_a_crash_while_fetching_repeats_without_doubles(till: Till) -> None:
    bring(till, OLD)
    till.preparing()
    till.lender.answers['fetch_document'] = [NotUnderstood('cut off'), OLD[1]]
    assert in_time(till).status == 'READY'
    assert in_force() == [('contract', 'lender', OLD[0]), ('schedule', 'lender', OLD[1])]
    assert Document.objects.filter(stage='contract').count() == 2
    assert StoredFile.objects.filter(kind='document.contract').count() == 2
    assert sweep(older_than_seconds=0) == 1
    assert shown(till) == list(OLD)


def test_the_job_tells_the_operator_meanwhile(till: Till) -> None:
    bring(till, OLD)
    till.lender.answers['fetch_document'] = NotUnderstood('the link is not https')
    till.preparing()
    till.work()
    assert till.contract.status == 'PREPARING'
    assert 'the link is not https' in Job.objects.get(kind='contracts.prepare').last_error
