"""Scans of a deal through the wire, the room's jobs and a fake lender."""
from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from applications.questionnaire import ScanIn
from jobs.testing import open_jobs
from lenders.contract import (
    Capabilities,
    Decision,
    DecisionStatus,
    FormFile,
    Found,
    LenderUnavailable,
    OutcomeUnknown,
    RequestRefused,
    ScansOutcome,
    SigningMode,
    Unsupported,
)
from offers.models import Submission
from scans import services
from scans.models import Scan
from scans.rules import MAX_SCANS_PER_FORM
from tests.contracts.fakes import FakeLender
from tests.contracts.till import Till, snapshot
from tests.scans.stage import accepted, again, content, new_forms, page, rows, says, wants, wire, work
from tests.vault.poison import document, plain_png
from vault.files import StorageFull, read_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(lender: FakeLender, monkeypatch: pytest.MonkeyPatch) -> list[list[tuple[str, int, bytes]]]:
    """Every call of send_scans: type, version and bytes of its files."""
    calls: list[list[tuple[str, int, bytes]]] = []
    plain = lender.send_scans

    def send(ref: Any, files: list[FormFile], *, key: str) -> None:
        calls.append([(file.type, file.version, file.content) for file in files])
        plain(ref, files, key=key)

    monkeypatch.setattr(lender, 'send_scans', send)
    return calls


def _attach(till: Till, *types: str, bytes_: bytes | None = None) -> None:
    scans = [ScanIn(type_, 'image/jpeg', bytes_ or content(type_), number) for number, type_ in enumerate(types)]
    files = services.write_scans(form_guid=till.application.guid, scans=scans)
    with transaction.atomic():
        services.attach(application_id=till.application.pk, scans=scans, files=files)


# --- the way of a scan ----------------------------------------------------------------------------------------------

def test_a_wanted_page_goes_from_asked_to_accepted(till: Till, lender: FakeLender, sent: list[Any]) -> None:
    wants(lender, 'AGREEMENT_1', 'AGREEMENT_2')
    till.ready()
    assert page(till) == ('ACCEPTED', {})
    _sign(till)
    assert page(till) == ('REQUESTED', {'AGREEMENT_1': 'REQUESTED', 'AGREEMENT_2': 'REQUESTED'})
    assert till.code('confirm_contract') == 6010
    assert till.ok('save_scans', scans=[wire('AGREEMENT_1'), wire('AGREEMENT_2')]) == {}
    received = 'RECEIVED_FROM_PARTNER'
    assert page(till) == (received, {'AGREEMENT_1': received, 'AGREEMENT_2': received})
    assert till.code('confirm_contract') == 7005
    work('scans.process', 'scans.send')
    assert page(till) == ('CHECKING', {'AGREEMENT_1': 'CHECKING', 'AGREEMENT_2': 'CHECKING'})
    assert till.code('save_scans', scans=[wire('PASSPORT_MAIN')]) == 7005
    assert till.code('confirm_contract') == 7005
    says(lender, accepted('AGREEMENT_1'), accepted('AGREEMENT_2'))
    work()
    assert page(till) == ('ACCEPTED', {'AGREEMENT_1': 'CONFIRMED', 'AGREEMENT_2': 'CONFIRMED'})
    assert sent == [[('AGREEMENT_1', 1, content('AGREEMENT_1')), ('AGREEMENT_2', 1, content('AGREEMENT_2'))]]
    assert till.ok('confirm_contract') == {}


def _sign(till: Till) -> None:
    till.ok('check_sms_code', code=till.newest_code())
    till.work()
    work('scans.refresh')
    assert till.contract.status == 'SIGNED'


def test_one_page_of_two_leaves_the_whole_requested(till: Till, lender: FakeLender) -> None:
    wants(lender, 'AGREEMENT_1', 'AGREEMENT_2')
    till.signed()
    till.ok('save_scans', scans=[wire('AGREEMENT_2')])
    assert page(till) == ('REQUESTED', {'AGREEMENT_1': 'REQUESTED', 'AGREEMENT_2': 'RECEIVED_FROM_PARTNER'})
    says(lender, accepted('AGREEMENT_2'))
    work()
    assert page(till) == ('REQUESTED', {'AGREEMENT_1': 'REQUESTED', 'AGREEMENT_2': 'CONFIRMED'})


def test_a_page_sent_before_signing_counts_after_it(till: Till, lender: FakeLender) -> None:
    wants(lender, 'AGREEMENT_1')
    till.ready()
    till.ok('save_scans', scans=[wire('AGREEMENT_1')])
    says(lender, accepted('AGREEMENT_1'))
    work()
    assert page(till) == ('ACCEPTED', {'AGREEMENT_1': 'CONFIRMED'})
    _sign(till)
    assert page(till) == ('ACCEPTED', {'AGREEMENT_1': 'CONFIRMED'})


def test_an_unwanted_type_is_stored_and_sent_too(till: Till, lender: FakeLender, sent: list[Any]) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    says(lender, accepted('PASSPORT_MAIN'))
    work()
    assert page(till) == ('ACCEPTED', {'PASSPORT_MAIN': 'CONFIRMED'})
    assert [[name for name, _version, _bytes in call] for call in sent] == [['PASSPORT_MAIN']]


def test_a_rescan_tells_why_and_its_next_version_is_judged_anew(till: Till, lender: FakeLender) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    says(lender, again('PASSPORT_MAIN', reason='Нечётко'))
    work()
    assert till.ok('get_scans_status') == {
        'scans': [{'type': 'PASSPORT_MAIN', 'status': 'RESCAN_NEEDED', 'decline_reason': 'Нечётко'}],
        'scans_status': 'RESCAN_NEEDED'}
    assert till.ok('get_issue_status') == {'issue_status': 'rescan_needed'}
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    assert page(till) == ('RECEIVED_FROM_PARTNER', {'PASSPORT_MAIN': 'RECEIVED_FROM_PARTNER'})
    work(seconds=1)
    assert page(till)[0] == 'CHECKING'
    says(lender, again('PASSPORT_MAIN'), accepted('PASSPORT_MAIN', 2))
    work()
    assert till.ok('get_scans_status') == {
        'scans': [{'type': 'PASSPORT_MAIN', 'status': 'CONFIRMED'}], 'scans_status': 'ACCEPTED'}
    assert rows(till) == [('PASSPORT_MAIN', 1, False, 'RESCAN_NEEDED'), ('PASSPORT_MAIN', 2, True, 'CONFIRMED')]


def test_declined_scans_end_the_deal_each_with_a_reason(till: Till, lender: FakeLender) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN'), wire('CLIENT_PHOTO')])
    says(lender, again('PASSPORT_MAIN', reason='Подделка'), outcome=ScansOutcome.DECLINED)
    work()
    data = till.ok('get_scans_status')
    assert page(till) == ('DECLINED', {'PASSPORT_MAIN': 'RESCAN_NEEDED', 'CLIENT_PHOTO': 'RESCAN_NEEDED'})
    assert data['scans'][0]['decline_reason'] == 'Подделка'
    assert data['scans'][1]['decline_reason']
    assert till.contract.status == 'DECLINED'
    assert till.fresh().status == 'DECLINED'
    assert till.ok('get_issue_status') == {'issue_status': 'declined'}
    assert till.code('save_scans', scans=[wire('PASSPORT_MAIN', 'new')]) == 6010
    assert not [job for job in open_jobs() if job[0].startswith('scans.')]


def test_changed_forms_void_their_pages_until_the_new_ones_are_signed(till: Till, lender: FakeLender) -> None:
    wants(lender, 'AGREEMENT_1')
    till.signed()
    till.ok('save_scans', scans=[wire('AGREEMENT_1'), wire('PASSPORT_MAIN')])
    says(lender, accepted('AGREEMENT_1'), accepted('PASSPORT_MAIN'), outcome=ScansOutcome.PRINT_FORMS_CHANGED, forms=2)
    new_forms(lender, 2)
    work()
    assert page(till) == ('PRINT_FORMS_CHANGED', {'PASSPORT_MAIN': 'CONFIRMED'})
    till.work()
    assert (till.contract.status, till.contract.forms_version) == ('READY', 2)
    assert page(till)[0] == 'PRINT_FORMS_CHANGED'
    assert till.ok('get_signing_status') == {'signing_status': 'NOT_SIGNED'}
    _sign(till)
    assert page(till) == ('REQUESTED', {'AGREEMENT_1': 'REQUESTED', 'PASSPORT_MAIN': 'CONFIRMED'})
    till.ok('save_scans', scans=[wire('AGREEMENT_1', 'new forms')])
    says(lender, accepted('AGREEMENT_1', 2), accepted('PASSPORT_MAIN'), forms=2)
    work()
    assert page(till) == ('ACCEPTED', {'AGREEMENT_1': 'CONFIRMED', 'PASSPORT_MAIN': 'CONFIRMED'})


def test_the_same_word_of_changed_forms_opens_them_once(till: Till, lender: FakeLender) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    says(lender, outcome=ScansOutcome.PRINT_FORMS_CHANGED, forms=2)
    wants(lender)
    new_forms(lender, 2)
    work()
    till.work()
    work()
    _sign(till)
    assert (till.contract.status, till.contract.forms_version) == ('SIGNED', 2)
    work(seconds=10)
    assert till.contract.status == 'SIGNED'


def test_on_paper_accepted_pages_sign_the_contract(till: Till, lender: FakeLender) -> None:
    wants(lender, 'AGREEMENT_1', 'AGREEMENT_2', after_signing=False, mode=SigningMode.PAPER)
    till.ready()
    assert till.code('check_sms_code', code='000000') == 7003
    assert page(till) == ('REQUESTED', {'AGREEMENT_1': 'REQUESTED', 'AGREEMENT_2': 'REQUESTED'})
    till.ok('save_scans', scans=[wire('AGREEMENT_1')])
    says(lender, accepted('AGREEMENT_1'))
    work()
    assert till.contract.status == 'READY'
    till.ok('save_scans', scans=[wire('AGREEMENT_2')])
    says(lender, accepted('AGREEMENT_1'), accepted('AGREEMENT_2'))
    work()
    assert till.contract.status == 'SIGNED'
    assert page(till)[0] == 'ACCEPTED'
    assert till.ok('confirm_contract') == {}


def test_on_paper_changed_forms_are_signed_by_new_pages(till: Till, lender: FakeLender) -> None:
    wants(lender, 'AGREEMENT_1', mode=SigningMode.PAPER)
    till.ready()
    till.ok('save_scans', scans=[wire('AGREEMENT_1')])
    says(lender, accepted('AGREEMENT_1'), outcome=ScansOutcome.PRINT_FORMS_CHANGED, forms=2)
    new_forms(lender, 2)
    work()
    till.work()
    assert (till.contract.status, page(till)[0]) == ('READY', 'PRINT_FORMS_CHANGED')
    till.ok('save_scans', scans=[wire('AGREEMENT_1', 'new forms')])
    says(lender, accepted('AGREEMENT_1', 2), forms=2)
    work()
    assert till.contract.status == 'SIGNED'
    assert page(till) == ('ACCEPTED', {'AGREEMENT_1': 'CONFIRMED'})


# --- repeats, limits, refusals --------------------------------------------------------------------------------------

def test_the_same_bytes_again_change_nothing(till: Till, lender: FakeLender) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    before = snapshot()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    assert snapshot() == before
    says(lender, accepted('PASSPORT_MAIN'))
    work()
    before = snapshot()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    assert snapshot() == before


def test_other_bytes_replace_a_scan_that_has_not_gone_yet(till: Till, lender: FakeLender, sent: list[Any]) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN', 'first')])
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN', 'second')])
    says(lender, accepted('PASSPORT_MAIN', 2))
    work()
    assert sent == [[('PASSPORT_MAIN', 2, content('second'))]]
    assert rows(till) == [('PASSPORT_MAIN', 1, False, 'RECEIVED_FROM_PARTNER'), ('PASSPORT_MAIN', 2, True, 'CONFIRMED')]


def test_several_files_of_one_type_in_a_call_are_its_pages(till: Till, lender: FakeLender, sent: list[Any]) -> None:
    till.signed()
    both = [wire('PASSPORT_MAIN', 'first'), wire('PASSPORT_MAIN', 'second'), wire('PASSPORT_MAIN', 'first')]
    till.ok('save_scans', scans=both)
    assert rows(till) == [
        ('PASSPORT_MAIN', 1, False, 'RECEIVED_FROM_PARTNER'), ('PASSPORT_MAIN', 2, True, 'RECEIVED_FROM_PARTNER')]
    before = snapshot()
    till.ok('save_scans', scans=both)
    assert snapshot() == before
    work(seconds=1)
    assert sent == [[('PASSPORT_MAIN', 2, content('first')), ('PASSPORT_MAIN', 2, content('second'))]]
    says(lender, accepted('PASSPORT_MAIN', 2))
    work()
    assert page(till) == ('ACCEPTED', {'PASSPORT_MAIN': 'CONFIRMED'})


def test_the_last_page_alone_is_another_document(till: Till, sent: list[Any]) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN', 'first'), wire('PASSPORT_MAIN', 'second')])
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN', 'second')])
    work(seconds=1)
    assert sent == [[('PASSPORT_MAIN', 3, content('second'))]]


def test_bad_files_are_2000_by_path_and_nothing_is_stored(till: Till) -> None:
    till.signed()
    before = snapshot()
    answer = till.call('save_scans', scans=[
        wire('PASSPORT_MAIN'), wire('AGREEMENT_1', bytes_=content('x')[:-4000]),
        wire('AGREEMENT_2', bytes_=document(), mime_type='image/png')])
    assert answer['error_code'] == 2000
    assert list(answer['data']) == ['scans[1].base64', 'scans[2].mime_type']
    assert snapshot() == before


def test_a_form_holds_so_many_scans_and_so_many_bytes(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    before = snapshot()
    with monkeypatch.context() as patch:
        patch.setattr(services, 'MAX_SCANS_PER_FORM', 2)
        answer = till.call('save_scans', scans=[wire('CLIENT_PHOTO'), wire('AGREEMENT_1')])
        assert (answer['error_code'], list(answer['data'])) == (2000, ['scans'])
        patch.setattr(services, 'MAX_SCANS_PER_FORM', MAX_SCANS_PER_FORM)
        patch.setattr(services, 'MAX_BYTES_PER_FORM', len(content('PASSPORT_MAIN')) + 100)
        answer = till.call('save_scans', scans=[wire('CLIENT_PHOTO')])
        assert (answer['error_code'], list(answer['data'])) == (2000, ['scans'])
    assert snapshot() == before
    till.ok('save_scans', scans=[wire('CLIENT_PHOTO')])


def test_more_than_twenty_scans_in_a_call_are_2000(till: Till) -> None:
    till.signed()
    assert till.code('save_scans', scans=[wire('PASSPORT_MAIN')] * 21) == 2000


def test_refusals_by_state_store_nothing(till: Till, lender: FakeLender) -> None:
    till.offered()
    before = snapshot()
    assert till.code('save_scans', scans=[wire('PASSPORT_MAIN')]) == 3104
    assert till.code('get_scans_status') == 3104
    assert snapshot() == before


def test_scans_are_read_after_cancellation_and_not_taken(till: Till, lender: FakeLender) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    till.ok('cancel')
    assert page(till) == ('RECEIVED_FROM_PARTNER', {'PASSPORT_MAIN': 'RECEIVED_FROM_PARTNER'})
    assert till.code('save_scans', scans=[wire('CLIENT_PHOTO')]) == 6009
    work()
    assert lender.keys('send_scans') == []
    assert not [job for job in open_jobs() if job[0].startswith('scans.')]


def test_the_status_costs_three_queries(till: Till, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN'), wire('CLIENT_PHOTO')])
    with django_assert_num_queries(3):
        till.ok('get_scans_status')


def test_a_full_disk_is_503_and_changes_nothing(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise StorageFull('no room for files')

    till.signed()
    before = snapshot()
    monkeypatch.setattr(services, 'write_blob', full)
    assert till.code('save_scans', scans=[wire('PASSPORT_MAIN')]) == 503
    assert snapshot() == before


def test_a_form_that_is_not_committed_leaves_no_row_of_its_scans(till: Till) -> None:
    till.offered()
    before = snapshot()
    scans = [ScanIn('PASSPORT_MAIN', 'image/jpeg', content('PASSPORT_MAIN'), 0)]
    files = services.write_scans(form_guid=till.application.guid, scans=scans)
    with transaction.atomic():
        services.attach(application_id=till.application.pk, scans=scans, files=files)
        transaction.set_rollback(True)
    assert snapshot() == before


# --- scans of the form ----------------------------------------------------------------------------------------------

def test_scans_of_the_form_cost_three_statements(till: Till, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    till.offered()
    scans = [ScanIn(type_, 'image/jpeg', content(type_), 0) for type_ in ('PASSPORT_MAIN', 'CLIENT_PHOTO')]
    files = services.write_scans(form_guid=till.application.guid, scans=scans)
    with transaction.atomic(), django_assert_num_queries(3):
        services.attach(application_id=till.application.pk, scans=scans, files=files)
    stored = Scan.objects.get(application=till.application, type='CLIENT_PHOTO')
    assert read_file(stored.file) == content('CLIENT_PHOTO')
    assert stored.file.context == f'{till.application.guid}:CLIENT_PHOTO'


def test_scans_of_the_form_go_to_every_lender_that_took_it(till: Till, lender: FakeLender, sent: list[Any]) -> None:
    till.offered()
    _attach(till, 'PASSPORT_MAIN', 'CLIENT_PHOTO')
    submission = Submission.objects.get(application=till.application)
    with transaction.atomic():
        till.enqueue('scans.submit', str(submission.guid))
    work()
    assert sent == [[('PASSPORT_MAIN', 1, content('PASSPORT_MAIN')), ('CLIENT_PHOTO', 1, content('CLIENT_PHOTO'))]]
    key, = lender.keys('send_scans')
    assert re.fullmatch(f'{submission.guid}:scans:[0-9a-f]{{16}}', key)


def test_large_scans_go_in_portions_each_with_its_own_key(
    till: Till, lender: FakeLender, sent: list[Any], monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr('scans.parcels.PARCEL_BYTES', len(content('PASSPORT_MAIN')) + 10)
    till.offered()
    _attach(till, 'PASSPORT_MAIN', 'CLIENT_PHOTO')
    submission = Submission.objects.get(application=till.application)
    with transaction.atomic():
        till.enqueue('scans.submit', str(submission.guid))
    work()
    assert [len(call) for call in sent] == [1, 1]
    assert len(set(lender.keys('send_scans'))) == 2


def test_scans_of_the_form_take_no_part_in_the_deal(till: Till, lender: FakeLender) -> None:
    till.preparing()
    _attach(till, 'PASSPORT_MAIN', bytes_=plain_png((300, 300)))
    work()
    till.work()
    assert page(till) == ('ACCEPTED', {})


def test_a_scan_of_the_form_that_the_lender_wants_is_sent_for_the_contract(
    till: Till, lender: FakeLender, sent: list[Any],
) -> None:
    wants(lender, 'PASSPORT_MAIN', after_signing=False)
    till.preparing()
    _attach(till, 'PASSPORT_MAIN')
    till.work()
    says(lender, accepted('PASSPORT_MAIN'))
    work()
    assert page(till) == ('ACCEPTED', {'PASSPORT_MAIN': 'CONFIRMED'})
    assert sent == [[('PASSPORT_MAIN', 1, content('PASSPORT_MAIN'))]]


def test_a_poor_scan_of_the_form_comes_back_once_the_lender_wants_it(
    till: Till, lender: FakeLender, sent: list[Any],
) -> None:
    wants(lender, 'PASSPORT_MAIN', after_signing=False)
    till.preparing()
    _attach(till, 'PASSPORT_MAIN', bytes_=plain_png((300, 300)))
    work()
    till.work()
    work()
    assert page(till) == ('RESCAN_NEEDED', {'PASSPORT_MAIN': 'RESCAN_NEEDED'})
    assert sent == []


# --- trouble with the lender ----------------------------------------------------------------------------------------

def test_a_repeat_after_a_lost_answer_has_the_same_key(till: Till, lender: FakeLender) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    lender.answers['send_scans'] = [OutcomeUnknown('silence'), LenderUnavailable('503'), None]
    says(lender, accepted('PASSPORT_MAIN'))
    work(seconds=120)
    assert page(till)[0] == 'ACCEPTED'
    keys = lender.keys('send_scans')
    assert len(keys) == 3
    assert set(keys) == {keys[0]}


def test_scans_that_the_lender_has_already_are_not_sent_again(till: Till, lender: FakeLender) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    lender.answers['send_scans'] = OutcomeUnknown('silence')
    lender.answers['find'] = Found('L-1', Decision(DecisionStatus.APPROVED), scans_versions={'PASSPORT_MAIN': 1})
    says(lender, accepted('PASSPORT_MAIN'))
    work(seconds=120)
    assert page(till)[0] == 'ACCEPTED'
    assert len(lender.keys('send_scans')) == 1


def test_a_refused_request_is_parked_for_an_operator(till: Till, lender: FakeLender) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    lender.answers['send_scans'] = RequestRefused('422')
    work(seconds=120)
    assert len(lender.keys('send_scans')) == 1
    assert page(till)[0] == 'RECEIVED_FROM_PARTNER'
    assert ('scans.send', str(till.contract.guid)) in open_jobs()


def test_a_lender_that_takes_no_scans_has_accepted_them(till: Till, lender: FakeLender) -> None:
    lender.capabilities = Capabilities()
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    lender.answers['send_scans'] = Unsupported('no scans here')
    work()
    assert page(till) == ('ACCEPTED', {'PASSPORT_MAIN': 'CONFIRMED'})


def test_verdicts_are_asked_for_until_the_last_has_come(till: Till, lender: FakeLender) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN'), wire('CLIENT_PHOTO')])
    says(lender, accepted('PASSPORT_MAIN'))
    work()
    assert page(till)[1] == {'PASSPORT_MAIN': 'CONFIRMED', 'CLIENT_PHOTO': 'CHECKING'}
    says(lender, accepted('PASSPORT_MAIN'), accepted('CLIENT_PHOTO'))
    work(seconds=20)
    assert page(till)[0] == 'ACCEPTED'
    assert not [job for job in open_jobs() if job[0] == 'scans.verdicts']


def test_an_old_verdict_never_lands_on_a_newer_scan(till: Till, lender: FakeLender) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN', 'first')])
    says(lender, again('PASSPORT_MAIN', 1))
    work()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN', 'second')])
    work(seconds=30)
    assert page(till) == ('CHECKING', {'PASSPORT_MAIN': 'CHECKING'})
    assert rows(till)[1] == ('PASSPORT_MAIN', 2, True, 'CHECKING')


def test_verdicts_after_the_end_of_the_contract_change_nothing(till: Till, lender: FakeLender) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN')])
    work(seconds=1)
    till.ok('cancel')
    says(lender, again('PASSPORT_MAIN'))
    work(seconds=20)
    assert page(till) == ('CHECKING', {'PASSPORT_MAIN': 'CHECKING'})
    assert till.contract.status == 'CANCELED'
