"""An outcome that nobody knows: proposed by one person, approved by another; money is never lent twice."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from applications.models import Event
from applications.states import advance
from contracts.models import Contract
from contracts.models_operators import OutcomeRequest
from contracts.services_outcomes import (
    OutcomeRefused,
    approve_outcome,
    propose_outcome,
    refuse_outcome,
    withdraw_outcome,
)
from contracts.statuses_operators import OUTCOMES, Outcome, OutcomeKind
from jobs.models import Job
from jobs.testing import open_jobs, run_until_quiet
from lenders.contract import Capabilities, IssueStage, OutcomeUnknown, State
from offers.models import Submission
from tests.contracts.till import Till, snapshot
from tests.world import a_lender

pytestmark = pytest.mark.django_db
DUMB = Capabilities(idempotency_keys=False, find_by_our_id=False)
WORDS = 'Письмо банка от 24.11: кредит по заявке выдан'
CONFIRM = ('contracts.confirm', 'contracts.report_signature')


def a_person(name: str, *rights: str) -> User:
    """Somebody with these rights, whatever group stands behind them."""
    user = User.objects.create_user(name, password='x')
    kind = ContentType.objects.get_or_create(app_label='outcome', model='request')[0]
    for right in rights:
        codename = right.partition('.')[2]
        user.user_permissions.add(Permission.objects.get_or_create(
            codename=codename, content_type=kind, defaults={'name': right})[0])
    return User.objects.get(pk=user.pk)


@pytest.fixture
def author(db: None) -> User:
    return a_person('anna', 'outcome.ask')


@pytest.fixture
def second(db: None) -> User:
    return a_person('boris', 'outcome.ask', 'outcome.resolve')


@pytest.fixture
def lost(till: Till) -> Till:
    """A confirmation whose answer was lost, at a lender that can neither be asked nor told twice: parked."""
    till.lender.capabilities = DUMB
    till.lender.answers['confirm'] = OutcomeUnknown('no answer')
    till.confirmed()
    run_until_quiet(7200, advance_clock=True, kinds=CONFIRM)
    assert till.contract.status == 'ISSUING'
    assert till.contract.outcome_unknown_since is not None
    assert Job.objects.get(kind='contracts.confirm').state == 'PARKED'
    return till


def proposed(till: Till, author: User, outcome: str, **fields: Any) -> OutcomeRequest:
    return propose_outcome(
        submission=till.submission, kind=fields.pop('kind', 'issue'), outcome=outcome, evidence=WORDS,
        reason='банк ответил письмом', by=author, **fields)


def confirms(till: Till) -> int:
    return till.lender.names().count('confirm')


def test_a_proposal_changes_nothing_but_the_journal(lost: Till, author: User) -> None:
    before = snapshot()
    request = proposed(lost, author, 'issued')
    after = snapshot()
    assert {name for name in before if before[name] != after[name]} == {'applications_event'}
    assert (request.status, request.author) == ('ASKED', 'anna')
    event = Event.objects.latest('id')
    assert (event.subject, event.moved_from, event.moved_to, event.actor, event.why) == (
        'outcome issue', 'issued', 'proposed', 'operator anna', 'банк ответил письмом')


def test_the_words_of_the_lender_are_sealed(lost: Till, author: User) -> None:
    proposed(lost, author, 'issued')
    with connection.cursor() as cursor:
        cursor.execute('SELECT row_to_json(t)::text FROM contracts_outcomerequest t')
        assert 'Письмо' not in cursor.fetchone()[0]
    assert OutcomeRequest.objects.get().evidence == WORDS


def test_an_issue_ends_by_two_people_and_is_sent_once(lost: Till, author: User, second: User) -> None:
    request = proposed(lost, author, 'issued')
    decided = approve_outcome(request=request, by=second, why='проверил письмо')
    assert decided.status == 'APPROVED'
    assert (lost.contract.status, lost.fresh().status) == ('ISSUED', 'ISSUED')
    assert lost.contract.outcome_unknown_since is None
    assert lost.contract.issued_at is not None
    assert Job.objects.get(kind='contracts.confirm').state == 'DONE'
    assert ('registries.book', str(lost.contract.guid)) in open_jobs()
    run_until_quiet(7200, advance_clock=True, kinds=(*CONFIRM, 'contracts.watch_issue'))
    assert confirms(lost) == 1
    moved = Event.objects.filter(subject__startswith='contract ').latest('id')
    assert (moved.moved_to, moved.actor) == ('ISSUED', 'operator boris')


def test_an_issue_that_was_not_made_ends_the_deal_and_tells_the_lender(
    lost: Till, author: User, second: User,
) -> None:
    approve_outcome(request=proposed(lost, author, 'not_issued'), by=second, why='проверил письмо')
    assert (lost.contract.status, lost.fresh().status) == ('DECLINED', 'DECLINED')
    assert Submission.objects.get(pk=lost.submission.pk).release_needed
    run_until_quiet(7200, advance_clock=True, kinds=CONFIRM)
    assert confirms(lost) == 1


def test_an_accepted_confirmation_is_watched_and_not_sent_again(lost: Till, author: User, second: User) -> None:
    approve_outcome(request=proposed(lost, author, 'accepted'), by=second, why='проверил письмо')
    assert lost.contract.status == 'ISSUING'
    assert lost.contract.confirm_accepted_at is not None
    lost.lender.answers['fetch_state'] = State(IssueStage.ISSUED)
    lost.work('contracts.watch_issue', 'contracts.confirm')
    assert lost.contract.status == 'ISSUED'
    assert confirms(lost) == 1


def test_the_author_may_not_approve(lost: Till, second: User) -> None:
    request = proposed(lost, second, 'issued')
    before = snapshot()
    with pytest.raises(OutcomeRefused):
        approve_outcome(request=request, by=second, why='сам проверил')
    assert snapshot() == before
    request.refresh_from_db()
    assert request.status == 'ASKED'


def test_not_even_a_superuser_approves_their_own(lost: Till) -> None:
    boss = User.objects.create_superuser('boss', password='x')
    request = proposed(lost, boss, 'issued')
    before = snapshot()
    with pytest.raises(OutcomeRefused):
        approve_outcome(request=request, by=boss, why='сам проверил')
    assert snapshot() == before


def test_the_database_knows_that_two_people_are_needed(lost: Till, author: User) -> None:
    request = proposed(lost, author, 'issued')
    with pytest.raises(IntegrityError), transaction.atomic():
        OutcomeRequest.objects.filter(pk=request.pk).update(status='APPROVED', decided_by='anna')


def test_somebody_without_the_right_neither_asks_nor_decides(lost: Till, author: User) -> None:
    nobody = a_person('vera')
    with pytest.raises(OutcomeRefused):
        proposed(lost, nobody, 'issued')
    request = proposed(lost, author, 'issued')
    before = snapshot()
    other = a_person('galina', 'outcome.ask')
    for decide in (approve_outcome, refuse_outcome):
        with pytest.raises(OutcomeRefused):
            decide(request=request, by=other, why='нет права')
    assert snapshot() == before


def test_a_refusal_leaves_the_deal_as_it_is_and_opens_the_way_for_another(
    lost: Till, author: User, second: User,
) -> None:
    refuse_outcome(request=proposed(lost, author, 'issued'), by=second, why='письма нет')
    assert lost.contract.status == 'ISSUING'
    assert proposed(lost, author, 'not_issued').status == 'ASKED'


def test_only_the_author_takes_it_back(lost: Till, author: User, second: User) -> None:
    request = proposed(lost, author, 'issued')
    with pytest.raises(OutcomeRefused):
        withdraw_outcome(request=request, by=second, why='лишнее')
    assert withdraw_outcome(request=request, by=author, why='ошибся заявкой').status == 'WITHDRAWN'
    assert lost.contract.status == 'ISSUING'


def test_a_second_decision_is_refused(lost: Till, author: User, second: User) -> None:
    request = proposed(lost, author, 'issued')
    approve_outcome(request=request, by=second, why='проверил письмо')
    before = snapshot()
    for decide in (approve_outcome, refuse_outcome):
        with pytest.raises(OutcomeRefused):
            decide(request=request, by=second, why='ещё раз')
    assert snapshot() == before


def test_two_proposals_do_not_wait_at_once(lost: Till, author: User, second: User) -> None:
    proposed(lost, author, 'issued')
    before = snapshot()
    with pytest.raises(OutcomeRefused):
        proposed(lost, second, 'not_issued')
    assert snapshot() == before


def test_an_outcome_that_became_known_meanwhile_closes_the_request(lost: Till, author: User, second: User) -> None:
    request = proposed(lost, author, 'not_issued')
    with transaction.atomic():
        contract = Contract.objects.select_for_update().get(pk=lost.contract.pk)
        advance(contract, 'ISSUED', actor='lender x', issued_at=timezone.now())
    assert approve_outcome(request=request, by=second, why='проверил').status == 'OUTDATED'
    assert lost.contract.status == 'ISSUED'


def test_nobody_decides_while_the_lender_is_being_asked(lost: Till, author: User, second: User) -> None:
    request = proposed(lost, author, 'not_issued')
    Job.objects.filter(kind='contracts.confirm').update(
        state='READY', lease_until=timezone.now() + timedelta(seconds=10))
    before = snapshot()
    with pytest.raises(OutcomeRefused):
        approve_outcome(request=request, by=second, why='проверил')
    assert snapshot() == before


def test_nobody_decides_before_the_lender_has_settled(lost: Till, author: User, second: User) -> None:
    lost.lender.capabilities = Capabilities(idempotency_keys=False, find_by_our_id=False, settle_seconds=3600)
    request = proposed(lost, author, 'not_issued')
    before = snapshot()
    with pytest.raises(OutcomeRefused):
        approve_outcome(request=request, by=second, why='проверил')
    assert snapshot() == before


@pytest.mark.parametrize('stage', ['ready', 'signed', 'confirmed'])
def test_what_is_known_cannot_be_settled(till: Till, author: User, stage: str) -> None:
    getattr(till, stage)()
    before = snapshot()
    for kind, outcomes in OUTCOMES.items():
        for outcome in outcomes:
            with pytest.raises(OutcomeRefused):
                proposed(till, author, outcome, kind=kind, lender_application_id='L-1')
    assert snapshot() == before


def test_an_outcome_must_fit_the_question(lost: Till, author: User) -> None:
    before = snapshot()
    for outcome in set(Outcome) - set(OUTCOMES[OutcomeKind.ISSUE]):
        with pytest.raises(OutcomeRefused):
            proposed(lost, author, outcome)
    assert snapshot() == before


@pytest.fixture
def unsure(till: Till) -> Till:
    """A form whose submission may or may not have reached the lender."""
    till.scoring()
    row = Submission.objects.create(
        application=till.application, lender=_another(till), is_sandbox=True, status_at=timezone.now())
    with transaction.atomic():
        advance(row, 'SENDING', actor='test', outcome_unknown_since=timezone.now() - timedelta(minutes=5))
    till.submission = row
    return till


def _another(till: Till) -> Any:
    return a_lender(adapter='fake')


def test_a_form_that_the_lender_has_is_adopted_under_its_id(unsure: Till, author: User, second: User) -> None:
    with pytest.raises(OutcomeRefused):
        proposed(unsure, author, 'taken', kind='submission')
    request = proposed(unsure, author, 'taken', kind='submission', lender_application_id='L-77')
    approve_outcome(request=request, by=second, why='проверил')
    row = Submission.objects.get(pk=unsure.submission.pk)
    assert (row.status, row.lender_application_id, row.outcome_unknown_since) == ('SENT', 'L-77', None)
    assert ('offers.decision', str(row.guid)) in open_jobs()
    assert unsure.lender.names().count('submit') == 0


def test_a_form_that_the_lender_does_not_have_fails_and_the_lender_is_told(
    unsure: Till, author: User, second: User,
) -> None:
    approve_outcome(request=proposed(unsure, author, 'not_taken', kind='submission'), by=second, why='проверил')
    row = Submission.objects.get(pk=unsure.submission.pk)
    assert (row.status, row.release_needed) == ('FAILED', True)
    assert ('offers.settle', str(unsure.application.guid)) in open_jobs()


@pytest.mark.parametrize(('outcome', 'chooses'), [('taken', 0), ('not_taken', 1)])
def test_a_choice_goes_on_by_what_two_people_say(
    till: Till, author: User, second: User, outcome: str, chooses: int,
) -> None:
    till.lender.capabilities = DUMB
    till.lender.answers['choose'] = OutcomeUnknown('no answer')
    till.preparing()
    run_until_quiet(7200, advance_clock=True, kinds=['contracts.prepare'])
    assert Job.objects.get(kind='contracts.prepare').state == 'PARKED'
    told = till.lender.names().count('choose')
    till.lender.answers['choose'] = None
    approve_outcome(request=proposed(till, author, outcome, kind='choice'), by=second, why='проверил')
    till.work()
    assert till.contract.status == 'READY'
    assert till.lender.names().count('choose') == told + chooses


@pytest.mark.parametrize('column', ['outcome', 'author', 'reason', 'kind'])
def test_what_was_asked_for_never_changes(lost: Till, author: User, column: str) -> None:
    request = proposed(lost, author, 'issued')
    with pytest.raises(DatabaseError), transaction.atomic():
        OutcomeRequest.objects.filter(pk=request.pk).update(**{column: 'choice'})
    with pytest.raises(DatabaseError), transaction.atomic():
        OutcomeRequest.objects.filter(pk=request.pk).delete()
