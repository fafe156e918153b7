"""From the choice to a contract ready to sign: the conversation with the lender, printed forms, what can go wrong."""
from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from applications.models import Document
from contracts.models import Contract
from contracts.rules import Stage
from contracts.selectors import stage_of
from jobs.models import Job
from jobs.services import enqueue
from jobs.testing import open_jobs, run_due, run_until_quiet
from lenders.contract import (
    Capabilities,
    ContractAnswer,
    ContractStage,
    Decision,
    DecisionStatus,
    Found,
    LenderUnavailable,
    NotUnderstood,
    OutcomeUnknown,
    RequestRefused,
    SigningMode,
    WantedScan,
)
from tests.contracts.fakes import TERMS, FakeLender
from tests.contracts.till import QUIET, Till
from vault.files import read_file

pytestmark = pytest.mark.django_db

READY = ContractAnswer(ContractStage.READY, TERMS)


def _in_time(till: Till, seconds: float = 600) -> Contract:
    run_until_quiet(seconds, advance_clock=True, kinds=QUIET)
    return till.contract


def test_contract_carries_the_terms_of_the_lender(till: Till) -> None:
    till.ready()
    assert till.ok('get_contract')['contract'] == {
        'number': 'ТБ-123456', 'effective_rate': 19.512, 'amount': 4_500_000, 'term_value': 12, 'term_unit': 'month',
        'regular_payment_amount': 412_345, 'first_payment_date': '2027-01-15', 'payments_count': 12}
    assert till.lender.names() == ['choose', 'fetch_contract']
    assert till.lender.keys('choose') == [f'{till.contract.guid}:choose']


def test_bnpl_contract_has_no_number_and_no_rate(bnpl: Till) -> None:
    bnpl.ready()
    assert set(bnpl.ok('get_contract')['contract']) == {
        'amount', 'term_value', 'term_unit', 'regular_payment_amount', 'first_payment_date', 'payments_count'}


def test_our_templates_print_contract_and_schedule(till: Till) -> None:
    till.ready()
    files = till.ok('get_contract')['files']
    assert [file['file_name'] for file in files] == ['Договор № ТБ-123456.pdf', 'График платежей.pdf']
    rows = Document.objects.select_related('file').filter(stage='contract')
    assert [(row.kind, row.lender_code) for row in rows.order_by('id')] == [
        ('contract', till.row.code), ('schedule', till.row.code)]
    assert all(read_file(row.file).startswith(b'%PDF') for row in rows)


def test_pending_contract_is_asked_for_again(till: Till) -> None:
    till.lender.answers['fetch_contract'] = [ContractAnswer(ContractStage.PENDING)] * 3 + [READY]
    till.preparing()
    assert _in_time(till).status == 'READY'
    assert till.lender.names() == ['choose', *['fetch_contract'] * 4]


def test_lost_answer_to_the_choice_is_asked_for_first(till: Till) -> None:
    till.preparing()
    till.lender.answers |= {
        'choose': OutcomeUnknown('timeout'),
        'find': Found('L-1', Decision(DecisionStatus.APPROVED), chosen_offer_id=till.offer.lender_offer_id)}
    assert _in_time(till).status == 'READY'
    assert till.lender.names() == ['choose', 'find', 'fetch_contract']


def test_choice_that_never_came_is_repeated_with_the_same_key(till: Till) -> None:
    till.lender.answers |= {'choose': [OutcomeUnknown('timeout'), None], 'find': None}
    till.preparing()
    assert _in_time(till).status == 'READY'
    assert till.lender.names() == ['choose', 'find', 'choose', 'fetch_contract']
    assert len(set(till.lender.keys('choose'))) == 1


def test_choice_at_a_lender_without_keys_and_find_waits_for_an_operator(till: Till) -> None:
    till.lender.capabilities = Capabilities(idempotency_keys=False, find_by_our_id=False)
    till.lender.answers['choose'] = OutcomeUnknown('timeout')
    till.preparing()
    assert _in_time(till).status == 'PREPARING'
    assert till.lender.names() == ['choose']
    assert Job.objects.get(kind='contracts.prepare').state == 'PARKED'


def test_choice_surely_not_taken_is_simply_repeated(till: Till) -> None:
    till.lender.capabilities = Capabilities(idempotency_keys=False, find_by_our_id=False)
    till.lender.answers['choose'] = [LenderUnavailable('503'), LenderUnavailable('503'), None]
    till.preparing()
    assert _in_time(till).status == 'READY'
    assert till.lender.names() == ['choose', 'choose', 'choose', 'fetch_contract']


@pytest.mark.parametrize('trouble', [RequestRefused('422'), NotUnderstood('html')])
def test_lender_that_cannot_be_talked_to_fails_the_contract(till: Till, trouble: Exception) -> None:
    till.lender.answers['fetch_contract'] = trouble
    till.preparing()
    assert _in_time(till).status == 'FAILED'
    assert till.fresh().status == 'FAILED'
    assert till.ok('get_contract') == {'contract_status': 'error'}
    assert ('offers.release', str(till.submission.guid)) in open_jobs()


def test_refused_contract_is_declined_and_nobody_is_told(till: Till) -> None:
    till.lender.answers['fetch_contract'] = ContractAnswer(ContractStage.DECLINED, reason='стоп-лист')
    till.preparing()
    assert _in_time(till).status == 'DECLINED'
    assert till.ok('get_contract') == {'contract_status': 'declined'}
    assert [kind for kind, _ in open_jobs() if kind == 'offers.release'] == []


@pytest.mark.parametrize('url', [
    'https://evil.example/p', 'https://pay.example@evil.example/p', 'ftp://pay.example/p', 'javascript:alert(1)'])
def test_payment_page_of_a_stranger_fails_the_contract(bnpl: Till, url: str) -> None:
    bnpl.lender.answers['fetch_contract'] = replace(READY, payment_url=url)
    bnpl.preparing()
    assert _in_time(bnpl).status == 'FAILED'


def test_paper_without_wanted_pages_fails_the_contract(till: Till) -> None:
    till.lender.answers['fetch_contract'] = replace(READY, signing_mode=SigningMode.PAPER)
    till.preparing()
    assert _in_time(till).status == 'FAILED'


def test_new_forms_replace_the_old_ones(till: Till) -> None:
    from contracts.locks import lock_contract
    from contracts.services import reopen_forms

    till.ready()
    old = {file['file_guid'] for file in till.ok('get_contract')['files']}
    with transaction.atomic():
        assert reopen_forms(contract=lock_contract(till.contract).contract, forms_version=2, actor='test')
    assert till.ok('get_contract') == {'contract_status': 'pending'}
    till.lender.answers['fetch_contract'] = [READY, replace(READY, forms_version=2)]
    assert _in_time(till).status == 'READY'
    new = {file['file_guid'] for file in till.ok('get_contract')['files']}
    assert len(new) == 2
    assert not new & old
    assert till.lender.names() == ['choose', *['fetch_contract'] * 3]


def test_same_version_of_the_forms_reopens_nothing(till: Till) -> None:
    from contracts.locks import lock_contract
    from contracts.services import reopen_forms

    till.signed()
    with transaction.atomic():
        assert not reopen_forms(contract=lock_contract(till.contract).contract, forms_version=1, actor='test')
    assert till.contract.status == 'SIGNED'


@pytest.mark.parametrize(('mode', 'after_signing', 'state'), [
    (SigningMode.PLATFORM, True, 'ACCEPTED'), (SigningMode.PLATFORM, False, 'REQUESTED'),
    (SigningMode.PAPER, True, 'REQUESTED'), (SigningMode.PAPER, False, 'REQUESTED')])
def test_scans_wanted_before_signing(till: Till, mode: SigningMode, after_signing: bool, state: str) -> None:
    till.lender.answers['fetch_contract'] = replace(
        READY, signing_mode=mode, wanted_scans=(WantedScan('AGREEMENT_1', after_signing=after_signing),))
    till.preparing()
    run_due(kinds=QUIET)
    assert till.contract.scans_state == state
    assert ('scans.refresh', str(till.contract.guid)) in open_jobs()


def test_contract_unsigned_in_time_expires_and_the_lender_is_told(till: Till) -> None:
    till.ready()
    Contract.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with transaction.atomic():
        enqueue('contracts.expire', str(till.contract.guid))
    till.work('contracts.expire')
    assert (till.contract.status, till.fresh().status) == ('EXPIRED', 'EXPIRED')
    assert ('offers.release', str(till.submission.guid)) in open_jobs()


def test_contract_does_not_expire_early_nor_once_signed(till: Till) -> None:
    till.signed()
    with transaction.atomic():
        enqueue('contracts.expire', str(till.contract.guid))
    till.work('contracts.expire')
    assert till.contract.status == 'SIGNED'
    late = timezone.now() + timedelta(days=15)
    assert stage_of(till.fresh(), till.offer, till.contract, late) == Stage.SIGNED


def test_contract_is_to_be_signed_in_fourteen_days(till: Till) -> None:
    till.preparing()
    days = (till.contract.expires_at - timezone.now()).total_seconds() / 86_400
    assert 13.99 < days <= 14
    assert Job.objects.filter(kind='contracts.expire', subject=str(till.contract.guid)).count() == 1


def test_callback_makes_the_poll_due_at_once(till: Till, lender: FakeLender) -> None:
    lender.answers['fetch_contract'] = [ContractAnswer(ContractStage.PENDING), READY]
    till.preparing()
    till.work()
    Job.objects.filter(kind='contracts.prepare').update(due_at=timezone.now() + timedelta(hours=1))
    with transaction.atomic():
        enqueue('contracts.nudge', str(till.application.guid))
    till.work('contracts.nudge', *QUIET)
    assert till.contract.status == 'READY'


def test_consents_are_printed_once_for_the_lenders_asked(till: Till) -> None:
    from applications.states import advance
    from tests.world import a_submission, an_application

    application = an_application(till.point)
    a_submission(application, till.row)
    with transaction.atomic():
        advance(application, 'SCORING', actor='test')
        enqueue('contracts.consents', str(application.guid))
    till.work('contracts.consents')
    with transaction.atomic():
        enqueue('contracts.consents', str(application.guid))
    till.work('contracts.consents')
    rows = Document.objects.filter(application=application).order_by('id')
    assert [(row.stage, row.kind) for row in rows] == [('offers', 'personal_data'), ('offers', 'credit_bureau')]
    assert all(row.file_name.endswith('.pdf') for row in rows)
