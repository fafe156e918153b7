"""Confirmation, issue, payment and cancellation: once at the lender, whatever is lost on the way."""
from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from contracts.locks import lock_contract
from contracts.models import Contract, Payment
from contracts.services import note_scans
from jobs.models import Job
from jobs.services import enqueue
from jobs.testing import open_jobs, run_until_quiet
from lenders.contract import (
    Capabilities,
    Confirmed,
    Decision,
    DecisionStatus,
    Found,
    IssueStage,
    LenderUnavailable,
    NotUnderstood,
    OutcomeUnknown,
    PaymentStage,
    PaymentTerms,
    RequestRefused,
    State,
    Unsupported,
)
from tests.contracts.till import Till, snapshot

pytestmark = pytest.mark.django_db

CONFIRM = ('contracts.confirm', 'contracts.report_signature')
FOUND = Found('L-1', Decision(DecisionStatus.APPROVED))


def _settle(till: Till, seconds: float = 7200) -> Contract:
    run_until_quiet(seconds, advance_clock=True, kinds=CONFIRM)
    return till.contract


def _confirms(till: Till) -> list[str]:
    return [name for name in till.lender.names() if name in ('confirm', 'find')]


def test_issue_ends_the_deal(till: Till) -> None:
    till.ended(State(IssueStage.ISSUED))
    assert (till.contract.status, till.fresh().status) == ('ISSUED', 'ISSUED')
    assert till.contract.issued_at is not None
    assert till.ok('get_issue_status') == {'issue_status': 'done'}
    assert till.lender.keys('confirm') == [f'{till.contract.guid}:confirm']


def test_slow_issue_is_asked_for_until_it_is_there(till: Till) -> None:
    till.lender.answers['fetch_state'] = [State(IssueStage.PENDING)] * 4 + [State(IssueStage.ISSUED)]
    till.issuing()
    run_until_quiet(600, advance_clock=True, kinds=['contracts.watch_issue'])
    assert till.contract.status == 'ISSUED'


@pytest.mark.parametrize(('issue', 'status', 'word'), [
    (IssueStage.DECLINED, 'DECLINED', 'declined'), (IssueStage.ERROR, 'FAILED', 'error')])
def test_issue_that_fails_ends_the_deal(till: Till, issue: IssueStage, status: str, word: str) -> None:
    till.ended(State(issue, reason='нет'))
    assert (till.contract.status, till.fresh().status) == (status, status)
    assert till.ok('get_issue_status') == {'issue_status': word}


def test_refused_confirmation_is_7004_then_and_ever_after(till: Till) -> None:
    till.lender.answers['confirm'] = Confirmed(accepted=False, reason='стоп')
    till.confirmed()
    till.work('contracts.confirm')
    assert (till.contract.status, till.contract.confirm_refused) == ('DECLINED', True)
    before = snapshot()
    assert till.code('confirm_contract') == 7004
    assert till.code('confirm_contract') == 7004
    assert snapshot() == before


def test_repeat_of_the_confirmation_is_success_without_a_second_job(till: Till) -> None:
    till.confirmed()
    before = snapshot()
    till.ok('confirm_contract')
    assert snapshot() == before
    till.work('contracts.confirm')
    till.ok('confirm_contract')
    assert _confirms(till) == ['confirm']


def test_lost_answer_is_adopted_when_the_lender_knows_of_it(till: Till) -> None:
    till.lender.answers |= {'confirm': OutcomeUnknown('timeout'), 'find': replace(FOUND, is_confirmed=True)}
    till.confirmed()
    row = _settle(till)
    assert (row.status, row.outcome_unknown_since) == ('ISSUING', None)
    assert row.confirm_accepted_at is not None
    assert _confirms(till) == ['confirm', 'find']


def test_lost_refusal_is_adopted_too(till: Till) -> None:
    till.lender.answers |= {'confirm': OutcomeUnknown('timeout'), 'find': replace(FOUND, confirm_refused=True)}
    till.confirmed()
    assert _settle(till).status == 'DECLINED'
    assert till.code('confirm_contract') == 7004
    assert _confirms(till) == ['confirm', 'find']


@pytest.mark.parametrize('found', [None, FOUND])
def test_confirmation_that_never_came_is_repeated_with_the_same_key(till: Till, found: Found | None) -> None:
    till.lender.answers |= {'confirm': [OutcomeUnknown('timeout'), Confirmed(accepted=True)], 'find': found}
    till.confirmed()
    assert _settle(till).confirm_accepted_at is not None
    assert _confirms(till) == ['confirm', 'find', 'confirm']
    assert len(set(till.lender.keys('confirm'))) == 1


def test_unknown_confirmation_is_not_repeated_before_the_lender_has_settled(till: Till) -> None:
    till.lender.capabilities = Capabilities(settle_seconds=3600)
    till.lender.answers |= {'confirm': [OutcomeUnknown('timeout'), Confirmed(accepted=True)], 'find': None}
    till.confirmed()
    run_until_quiet(3000, advance_clock=True, kinds=CONFIRM)
    assert till.lender.names().count('confirm') == 1
    Contract.objects.update(outcome_unknown_since=timezone.now() - timedelta(seconds=3601))
    assert _settle(till, 90_000).confirm_accepted_at is not None
    assert till.lender.names().count('confirm') == 2


@pytest.mark.parametrize('finds', [True, False])
def test_lender_without_keys_is_never_sent_an_issue_twice(till: Till, finds: bool) -> None:
    till.lender.capabilities = Capabilities(idempotency_keys=False, find_by_our_id=finds)
    till.lender.answers['confirm'] = OutcomeUnknown('timeout')
    till.confirmed()
    row = _settle(till)
    assert row.status == 'ISSUING'
    assert row.outcome_unknown_since is not None
    assert till.lender.names().count('confirm') == 1
    job = Job.objects.get(kind='contracts.confirm')
    assert (job.state, 'operator' in job.last_error) == ('PARKED', True)
    assert till.ok('get_issue_status') == {'issue_status': 'pending'}


def test_unavailable_lender_is_tried_again_and_the_wait_is_visible(till: Till) -> None:
    till.lender.answers['confirm'] = LenderUnavailable('connection refused')
    till.confirmed()
    run_until_quiet(4 * 3600, advance_clock=True, kinds=CONFIRM)
    job = Job.objects.get(kind='contracts.confirm')
    assert job.state == 'READY'
    assert 'connection refused' in job.last_error
    assert job.attempts > 10
    assert till.contract.outcome_unknown_since is None
    assert 'find' not in till.lender.names()
    till.lender.answers['confirm'] = Confirmed(accepted=True)
    assert _settle(till, 100_000).confirm_accepted_at is not None


@pytest.mark.parametrize('trouble', [RequestRefused('401'), NotUnderstood('<html>')])
def test_confirmation_that_cannot_be_said_waits_for_an_operator(till: Till, trouble: Exception) -> None:
    till.lender.answers |= {'confirm': trouble, 'find': FOUND}
    till.confirmed()
    assert _settle(till).status == 'ISSUING'
    assert Job.objects.get(kind='contracts.confirm').state == 'PARKED'
    assert till.ok('get_issue_status') == {'issue_status': 'pending'}


def test_confirmation_waits_for_the_report_of_the_signature(till: Till) -> None:
    till.lender.answers['report_signature'] = [LenderUnavailable('503')] * 3 + [None]
    till.ready()
    till.ok('check_sms_code', code=till.newest_code())
    till.ok('confirm_contract')
    _settle(till)
    names = till.lender.names()
    assert names[-1] == 'confirm'
    assert names.count('report_signature') == 4
    assert till.contract.confirm_accepted_at is not None


def test_lender_without_reports_of_signatures(till: Till) -> None:
    till.lender.answers['report_signature'] = Unsupported('no such call')
    till.issuing()
    assert till.contract.signature_reported_at is not None


@pytest.mark.parametrize(('build', 'stage'), [
    (Till.offered, 'CANCELED'), (Till.preparing, 'CANCELED'), (Till.ready, 'CANCELED'), (Till.signed, 'CANCELED'),
    (Till.confirmed, 'CANCELED')])
def test_cancel_until_the_issue_is_sent(till: Till, build: object, stage: str) -> None:
    build(till)  # type: ignore[operator]
    till.ok('cancel')
    assert till.fresh().status == stage
    assert Contract.objects.exclude(status='CANCELED').count() == 0
    assert ('offers.release', str(till.submission.guid)) in open_jobs()
    before = snapshot()
    till.ok('cancel')
    assert snapshot() == before


def test_cancelled_confirmation_is_never_brought_to_the_lender(till: Till) -> None:
    till.confirmed()
    till.ok('cancel')
    _settle(till)
    assert 'confirm' not in till.lender.names()
    assert till.code('confirm_contract') == 6009


def test_payment_is_read_into_the_database(bnpl: Till) -> None:
    paid_at = timezone.now().replace(microsecond=0)
    terms = PaymentTerms('T-1', 112_500, 'success', paid_at)
    bnpl.lender.answers['fetch_state'] = [
        State(IssueStage.NOT_CONFIRMED, PaymentStage.PENDING),
        State(IssueStage.NOT_CONFIRMED, PaymentStage.PARTIALLY_PAID, (replace(terms, amount=1, status='pending'),)),
        State(IssueStage.NOT_CONFIRMED, PaymentStage.PAID, (terms,))]
    bnpl.signed()
    assert bnpl.ok('get_payment_status') == {'payment_status': 'pending', 'payments': []}
    assert bnpl.code('confirm_contract') == 6010
    run_until_quiet(600, advance_clock=True, kinds=['contracts.watch_payment'])
    answer = bnpl.ok('get_payment_status')
    moscow = (paid_at + timedelta(hours=3)).strftime('%Y-%m-%d %H:%M:%S')
    assert answer == {'payment_status': 'paid', 'payments': [
        {'payed_at': moscow, 'status': 'success', 'amount': 112_500, 'transaction_number': 'T-1'}]}
    assert Payment.objects.count() == 1
    bnpl.ok('confirm_contract')


def test_declined_payment_is_shown_and_the_contract_stays_unconfirmed(bnpl: Till) -> None:
    bnpl.lender.answers['fetch_state'] = State(IssueStage.NOT_CONFIRMED, PaymentStage.DECLINED)
    bnpl.signed()
    bnpl.work('contracts.watch_payment')
    assert bnpl.ok('get_payment_status')['payment_status'] == 'declined'
    assert bnpl.code('confirm_contract') == 6010


def test_payment_of_another_contract_is_not_taken_over(bnpl: Till) -> None:
    bnpl.signed()
    other = Till(bnpl.lender, kind='bnpl', phone='+79160000001').preparing()
    Payment.objects.create(
        contract=other.contract, lender=bnpl.row, transaction_number='T-9', amount=5, status='success',
        paid_at=timezone.now())
    bnpl.lender.answers['fetch_state'] = State(
        IssueStage.NOT_CONFIRMED, PaymentStage.PENDING, (PaymentTerms('T-9', 7, 'success', timezone.now()),))
    with transaction.atomic():
        enqueue('contracts.watch_payment', str(bnpl.contract.guid))
    bnpl.work('contracts.watch_payment')
    assert Payment.objects.get().amount == 5


def test_payment_page_is_shown_from_ready_on(bnpl: Till) -> None:
    bnpl.preparing()
    assert bnpl.ok('get_signing_status') == {'signing_status': 'NOT_FOUND'}
    bnpl.work()
    assert bnpl.ok('get_signing_status') == {
        'signing_status': 'NOT_SIGNED', 'payment_url': 'https://pay.example/p/1'}
    bnpl.ok('cancel')
    assert bnpl.ok('get_signing_status') == {'signing_status': 'CANCELED'}


def test_scans_declined_end_the_deal(till: Till) -> None:
    till.signed()
    with transaction.atomic():
        note_scans(contract=lock_contract(till.contract).contract, state='DECLINED', actor='lender', why='чужой')
    assert (till.contract.status, till.fresh().status) == ('DECLINED', 'DECLINED')
    assert till.contract.reason == 'чужой'


def test_late_verdict_on_scans_does_not_touch_an_issue(till: Till) -> None:
    till.issuing()
    with transaction.atomic():
        note_scans(contract=lock_contract(till.contract).contract, state='DECLINED', actor='lender')
    assert till.contract.status == 'ISSUING'
