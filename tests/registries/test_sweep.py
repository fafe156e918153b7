"""The nightly sweep: lenders are asked about recent deals; a difference is written down, healed by a job, or waits."""
from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from applications.models import Application, Event
from applications.states import advance
from applications.statuses import ApplicationStatus
from contracts.models import Contract
from contracts.services import end_deal
from contracts.statuses import ContractStatus
from jobs.models import Job
from jobs.services import enqueue, park
from jobs.testing import open_jobs, run_due, shift_due
from lenders.catalogue import ADAPTERS
from lenders.contract import (
    Decision,
    DecisionStatus,
    Found,
    IssueStage,
    LenderUnavailable,
    NotUnderstood,
    State,
)
from offers.models import Submission
from registries.models import LedgerLine
from registries.models_drift import Drift
from registries.rules_drift import Ours, Theirs, compare, seconds_to_next_night, seconds_to_night
from registries.services_drift import DriftRefused, close_drift
from registries.steps_sweep import SETTLE_SECONDS
from tests.contracts.fakes import FakeLender, adapter_of
from tests.registries.deals import Shop
from tests.registries.people import a_person
from tests.world import a_lender, a_submission, an_application

pytestmark = pytest.mark.django_db(transaction=True)
APPROVED = Decision(DecisionStatus.APPROVED)
ISSUED = Found('L-1', APPROVED, is_confirmed=True, issue=IssueStage.ISSUED, issued_amount=4_500_000)
LIVE = Found('L-1', APPROVED)
GONE = Found('L-1', Decision(DecisionStatus.DECLINED), is_cancelled=True, issue=IssueStage.DECLINED)


@pytest.fixture
def lender() -> Iterator[FakeLender]:
    fake = FakeLender()
    ADAPTERS['fake'] = adapter_of(fake)
    yield fake
    del ADAPTERS['fake']


@pytest.fixture
def shop(db: None, lender: FakeLender) -> Shop:
    return Shop(lender=a_lender(adapter='fake'))


def settled(contract: Contract) -> Contract:
    """Long enough ago that nothing is on its way any more."""
    Contract.objects.filter(pk=contract.pk).update(
        status_at=timezone.now() - timedelta(seconds=SETTLE_SECONDS + 60))
    contract.refresh_from_db()
    return contract


def sweep(**options: Any) -> dict[str, Any]:
    """The command writes the questions, the jobs are performed here."""
    out = io.StringIO()
    call_command('sweep_deals', '--json', '--wait', '0', stdout=out, **options)
    told: dict[str, Any] = json.loads(out.getvalue())
    shift_due(1000)
    run_due(kinds=['registries.sweep_deal'], raise_errors=True)
    return told


def drifts() -> list[tuple[str, str, str]]:
    return list(Drift.objects.order_by('pk').values_list('kind', 'status', 'healing'))


def ended(shop: Shop, to: ContractStatus = ContractStatus.DECLINED) -> Contract:
    contract = shop.contract()
    with transaction.atomic():
        end_deal(contract.application, contract, to, actor='test', why='x')
    return settled(contract)


def test_a_deal_on_which_both_agree_leaves_nothing(shop: Shop, lender: FakeLender) -> None:
    shop.issue()
    lender.answers['find'] = ISSUED
    assert sweep() == {
        'asked': 1, 'unanswered': 1, 'submissions': 0, 'found': 0, 'healed': 0, 'open': {}}
    assert drifts() == []
    assert lender.names() == ['find']


@pytest.mark.parametrize(('answer', 'kind'), [
    (None, 'UNKNOWN_THERE'), (GONE, 'NOT_ISSUED_THERE'), (LIVE, 'NOT_ISSUED_THERE'),
    (Found('L-1', APPROVED, issue=IssueStage.ISSUED, issued_amount=4_400_000), 'SUM_DIFFERS'),
    (NotUnderstood('garbage'), 'UNREADABLE')], ids=['unknown', 'cancelled', 'not confirmed', 'sum', 'garbage'])
def test_an_issued_deal_that_the_lender_tells_otherwise_waits_for_a_person(
    shop: Shop, lender: FakeLender, answer: Any, kind: str,
) -> None:
    contract = settled(shop.issue())
    lender.answers['find'] = answer
    before = (contract.status, LedgerLine.objects.count(), Event.objects.count())
    for times in (1, 2):
        sweep()
        assert drifts() == [(kind, 'OPEN', '')]
        assert Drift.objects.get().times_seen == times
    contract.refresh_from_db()
    assert (contract.status, LedgerLine.objects.count(), Event.objects.count()) == before


def test_a_deal_that_agrees_again_is_healed(shop: Shop, lender: FakeLender) -> None:
    settled(shop.issue())
    lender.answers['find'] = LIVE
    sweep()
    lender.answers['find'] = ISSUED
    told = sweep()
    assert drifts() == [('NOT_ISSUED_THERE', 'HEALED', '')]
    assert told['open'] == {'NOT_ISSUED_THERE': 1}
    assert Drift.objects.get().ended_by == 'system'
    assert sweep()['open'] == {}


@pytest.mark.parametrize('accepted', [True, False], ids=['accepted', 'answer lost'])
def test_a_deal_stuck_in_issuing_is_issued_by_its_own_job(shop: Shop, lender: FakeLender, accepted: bool) -> None:
    contract = shop.contract()
    Contract.objects.filter(pk=contract.pk).update(
        confirm_accepted_at=timezone.now() if accepted else None,
        outcome_unknown_since=None if accepted else timezone.now() - timedelta(days=1), signing_mode='lender')
    settled(contract)
    lender.answers |= {'find': ISSUED, 'fetch_state': State(IssueStage.ISSUED)}
    sweep()
    job = 'contracts.watch_issue' if accepted else 'contracts.confirm'
    assert drifts() == [('ISSUED_THERE', 'OPEN', job)]
    contract.refresh_from_db()
    assert contract.status == 'ISSUING'
    run_due(kinds=['contracts.confirm', 'contracts.watch_issue', 'registries.book'], raise_errors=True)
    contract.refresh_from_db()
    assert contract.status == 'ISSUED'
    assert 'confirm' not in lender.names()
    assert LedgerLine.objects.get().amount == 4_500_000
    sweep()
    assert drifts() == [('ISSUED_THERE', 'HEALED', job)]


def test_a_parked_job_is_started_again(shop: Shop, lender: FakeLender) -> None:
    contract = shop.contract()
    Contract.objects.filter(pk=contract.pk).update(confirm_accepted_at=timezone.now())
    settled(contract)
    Job.objects.create(kind='contracts.watch_issue', queue='lenders', subject=str(contract.guid), state='PARKED')
    lender.answers['find'] = ISSUED
    sweep()
    assert not Job.objects.filter(state='PARKED').exists()
    assert ('contracts.watch_issue', str(contract.guid)) in open_jobs()


def test_an_ended_deal_that_is_live_there_is_cancelled_there_under_a_fresh_key(
    shop: Shop, lender: FakeLender,
) -> None:
    contract = ended(shop)
    submission = contract.submission
    submission.release_needed, submission.released_at = True, timezone.now()
    submission.save()
    lender.answers['find'] = LIVE
    sweep()
    assert drifts() == [('LIVE_THERE', 'OPEN', 'offers.release')]
    run_due(kinds=['offers.release'], raise_errors=True)
    assert lender.keys('cancel') == [f'{submission.guid}:cancel:known:1']
    lender.answers['find'] = GONE
    sweep()
    assert drifts() == [('LIVE_THERE', 'HEALED', 'offers.release')]
    contract.refresh_from_db()
    assert contract.status == 'DECLINED'


def test_a_lender_that_will_not_be_told_is_not_told_all_day(shop: Shop, lender: FakeLender) -> None:
    ended(shop)
    lender.answers['find'] = LIVE
    for _ in range(5):
        shift_due(2000)
        sweep()
        run_due(kinds=['offers.release'], raise_errors=True)
    shift_due(2000)
    assert [kind for kind, _subject in open_jobs() if kind.startswith('registries.sweep')] == []
    assert Drift.objects.get().times_seen >= 5


def test_a_loan_issued_there_and_ended_here_waits_for_a_person(shop: Shop, lender: FakeLender) -> None:
    contract = ended(shop)
    lender.answers['find'] = ISSUED
    jobs = open_jobs()
    sweep()
    assert drifts() == [('ISSUED_THERE', 'OPEN', '')]
    assert open_jobs() == jobs
    contract.refresh_from_db()
    assert contract.status == 'DECLINED'


def test_a_deal_that_moved_a_moment_ago_is_asked_about_again(shop: Shop, lender: FakeLender) -> None:
    contract = shop.contract()
    lender.answers['find'] = ISSUED
    sweep()
    assert drifts() == []
    assert ('registries.sweep_deal', str(contract.guid)) in open_jobs()


def test_trouble_on_the_way_is_tried_again_and_says_nothing(shop: Shop, lender: FakeLender) -> None:
    contract = settled(shop.issue())
    lender.answers['find'] = LenderUnavailable('down')
    call_command('sweep_deals', '--wait', '0', stdout=io.StringIO())
    run_due(kinds=['registries.sweep_deal'])
    assert drifts() == []
    assert ('registries.sweep_deal', str(contract.guid)) in open_jobs()


def test_only_recent_and_stuck_deals_are_asked_about(shop: Shop, lender: FakeLender) -> None:
    old, stuck, recent = shop.issue(), shop.contract(), shop.issue()
    Contract.objects.exclude(pk=recent.pk).update(status_at=timezone.now() - timedelta(days=50))
    call_command('sweep_deals', '--wait', '0', stdout=io.StringIO())
    asked = {subject for kind, subject in open_jobs() if kind == 'registries.sweep_deal'}
    assert asked == {str(stuck.guid), str(recent.guid)}
    call_command('sweep_deals', '--wait', '0', '--days', '60', stdout=io.StringIO())
    assert ('registries.sweep_deal', str(old.guid)) in open_jobs()


@pytest.mark.parametrize(('hour', 'asked'), [(0, 3), (12, 0)], ids=['night in Moscow', 'day in Moscow'])
def test_the_night_writes_one_question_per_deal_spread_in_time(
    shop: Shop, lender: FakeLender, hour: int, asked: int,
) -> None:
    for _ in range(3):
        shop.issue()
    with transaction.atomic():
        from_job = Job(kind='registries.sweep', queue='lenders', subject='')
        from_job.save()
    with time_machine.travel(timezone.now().replace(hour=hour, minute=0)):
        run_due(kinds=['registries.sweep'], raise_errors=True)
    due = list(Job.objects.filter(kind='registries.sweep_deal').order_by('due_at').values_list('due_at', flat=True))
    assert len(set(due)) == asked
    assert Job.objects.get(kind='registries.sweep').due_at > timezone.now()


def left(shop: Shop, status: str, hours: float = 2, **fields: Any) -> Submission:
    """A submission on which nobody works any more."""
    application = an_application(shop.point)
    submission = a_submission(application, shop.lender, status)
    with transaction.atomic():
        advance(application, ApplicationStatus.SCORING, actor='test')
    Submission.objects.filter(pk=submission.pk).update(status_at=timezone.now() - timedelta(hours=hours), **fields)
    return submission


def test_a_submission_with_a_lost_answer_is_asked_for_again(shop: Shop, lender: FakeLender) -> None:
    submission = left(shop, 'SENDING', outcome_unknown_since=timezone.now() - timedelta(hours=2))
    with transaction.atomic():
        enqueue('offers.submit', str(submission.guid))
    job = Job.objects.get(kind='offers.submit')
    park(job_ids=[job.pk], reason='every attempt failed')
    assert sweep()['submissions'] == 1
    job.refresh_from_db()
    assert job.state == 'READY'


def test_a_lender_that_was_not_told_of_the_end_is_told(shop: Shop, lender: FakeLender) -> None:
    submission = left(shop, 'CANCELED', release_needed=True)
    assert sweep()['submissions'] == 1
    assert list(Job.objects.filter(kind='offers.release').values_list('subject', 'state')) == [
        (str(submission.guid), 'READY')]


@pytest.mark.parametrize(('status', 'hours', 'fields'), [
    ('SENDING', 0.5, {}), ('SENT', 2, {}), ('CANCELED', 2, {}), ('SENDING', 24 * 40, {}), ('CANCELED', 0.5, {
        'release_needed': True})])
def test_submissions_that_are_well_or_old_are_left_alone(
    shop: Shop, lender: FakeLender, status: str, hours: float, fields: dict[str, Any],
) -> None:
    left(shop, status, hours, **fields)
    assert sweep()['submissions'] == 0
    assert not Job.objects.filter(kind__startswith='offers.').exists()


def test_a_person_closes_a_difference_and_it_stays_closed_until_the_words_change(
    shop: Shop, lender: FakeLender,
) -> None:
    settled(shop.issue())
    lender.answers['find'] = LIVE
    sweep()
    drift = Drift.objects.get()
    for person, why in ((a_person('nobody'), 'x'), (a_person('chief', 'close_drift'), ' ')):
        with pytest.raises(DriftRefused):
            close_drift(drift=drift, by=person, why=why)
    assert drifts() == [('NOT_ISSUED_THERE', 'OPEN', '')]
    close_drift(drift=drift, by=User.objects.get(username='chief'), why='кредитор знает')
    sweep()
    assert drifts() == [('NOT_ISSUED_THERE', 'CLOSED', '')]
    lender.answers['find'] = GONE
    sweep()
    assert drifts() == [('NOT_ISSUED_THERE', 'CLOSED', ''), ('NOT_ISSUED_THERE', 'OPEN', '')]


def test_a_difference_is_neither_rewritten_nor_deleted(shop: Shop, lender: FakeLender) -> None:
    settled(shop.issue())
    lender.answers['find'] = LIVE
    sweep()
    for verb in (lambda: Drift.objects.update(kind='SUM_DIFFERS'), lambda: Drift.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            verb()
    assert drifts() == [('NOT_ISSUED_THERE', 'OPEN', '')]
    assert Application.objects.count() == 1


@pytest.mark.parametrize('status', list(ContractStatus))
@pytest.mark.parametrize('issue', list(IssueStage))
def test_every_pair_of_words_has_one_answer(status: ContractStatus, issue: IssueStage) -> None:
    found = compare(Ours(status, 1), Theirs(issue=issue, amount=1, is_live=issue == IssueStage.PENDING))
    agree = (status == ContractStatus.ISSUED) == (issue == IssueStage.ISSUED)
    assert len(found) <= 1
    assert found or agree


@pytest.mark.parametrize(('moscow', 'until', 'next_one'), [
    ((1, 59), 60, 60), ((2, 0), 0, 86_400), ((5, 59), 0, 72_060), ((6, 0), 72_000, 72_000), ((23, 0), 10_800, 10_800)])
def test_the_night_is_that_of_moscow(moscow: tuple[int, int], until: int, next_one: int) -> None:
    hour, minute = moscow
    now = datetime(2026, 3, 10, hour, minute, tzinfo=UTC) - timedelta(hours=3)
    assert (seconds_to_night(now), seconds_to_next_night(now)) == (until, next_one)
