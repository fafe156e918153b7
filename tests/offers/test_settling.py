"""How the scoring of a form ends, and that the set of offers shown never changes afterwards."""
from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from applications.models import Application, Document
from applications.states import advance
from jobs.models import Job
from lenders.contract import Decision, DecisionStatus, OfferTerms
from offers import services
from offers.models import Offer, RoutingDecision, Submission
from offers.selectors import offers_page
from tests.world import a_lender, a_partner, a_point, a_route, a_submission, an_application, an_offer
from vault.files import store_file

pytestmark = pytest.mark.django_db


def terms(number: str) -> OfferTerms:
    return OfferTerms(
        lender_offer_id=number, name='Кредит', initial_payment=500_000, amount=4_500_000, life_insurance_sum=0,
        work_insurance_sum=0, term_value=12, term_unit='month', regular_payment_amount=412_345,
        regular_period_type='month', rate=Decimal('17.9'), effective_rate=Decimal('19.5'))


def approved(*numbers: str) -> Decision:
    return Decision(DecisionStatus.APPROVED, tuple(terms(number) for number in numbers))


DECLINED = Decision(DecisionStatus.DECLINED, reason='scoring')


@pytest.fixture
def scored() -> Application:
    """An application in SCORING whose consents are printed."""
    application = an_application(a_point(a_partner()))
    with transaction.atomic():
        advance(application, 'SCORING', actor='test')
        stored = store_file(b'%PDF-1.7 consent', content_type='application/pdf', kind='document', context='test')
    Document.objects.create(
        application=application, stage='offers', kind='consent', file=stored, file_name='Согласие.pdf')
    return application


def take(application: Application, submission: Submission, decision: Decision) -> None:
    with transaction.atomic():
        services.take_decision(application, submission, decision)


def settle(application: Application) -> services.Wait | None:
    with transaction.atomic():
        return services.settle(application)


def test_a_form_is_offered_once_all_lenders_have_settled(scored: Application) -> None:
    first, second = a_submission(scored, a_lender()), a_submission(scored, a_lender())
    take(scored, first, approved('1', '2'))
    wait = settle(scored)
    assert wait is not None
    assert 100 < wait.seconds <= 120
    assert scored.status == 'SCORING'
    take(scored, second, DECLINED)
    assert settle(scored) is None
    assert scored.status == 'OFFERED'
    assert Offer.objects.filter(is_shown=True).count() == 2


def test_all_lenders_declining_declines_the_form(scored: Application) -> None:
    take(scored, a_submission(scored, a_lender()), DECLINED)
    settle(scored)
    assert scored.status == 'DECLINED'


def test_no_offer_and_a_failed_lender_fails_the_form(scored: Application) -> None:
    take(scored, a_submission(scored, a_lender()), DECLINED)
    take(scored, a_submission(scored, a_lender()), Decision(DecisionStatus.FAILED, reason='garbage'))
    settle(scored)
    assert scored.status == 'FAILED'


def test_a_silent_lender_is_failed_at_the_deadline_and_told(scored: Application) -> None:
    silent = a_submission(scored, a_lender())
    take(scored, a_submission(scored, a_lender()), approved('1'))
    scored.scoring_deadline_at = timezone.now() - timedelta(seconds=1)
    scored.save()
    settle(scored)
    silent.refresh_from_db()
    assert (scored.status, silent.status, silent.reason) == ('OFFERED', 'FAILED', 'silent at the deadline')
    assert Job.objects.filter(kind='offers.release', subject=str(silent.guid)).count() == 1


def test_offers_wait_for_the_consents(scored: Application) -> None:
    Document.objects.all().delete()
    take(scored, a_submission(scored, a_lender()), approved('1'))
    assert settle(scored) is not None
    assert scored.status == 'SCORING'


def test_a_late_approval_is_not_shown_and_its_lender_is_told(scored: Application) -> None:
    late, quick = a_submission(scored, a_lender()), a_submission(scored, a_lender())
    take(scored, quick, approved('1'))
    scored.scoring_deadline_at = timezone.now()
    scored.save()
    settle(scored)
    before = offers_page(str(scored.partner.guid), str(scored.guid))
    late.refresh_from_db()
    take(scored, late, approved('2'))
    assert offers_page(str(scored.partner.guid), str(scored.guid)) == before
    assert Offer.objects.count() == 1
    assert Job.objects.filter(kind='offers.release', subject=str(late.guid)).count() == 1


def test_offers_are_ordered_by_payment_then_guid(scored: Application) -> None:
    submission = a_submission(scored, a_lender(), 'APPROVED')
    for payment in (300, 100, 200, 100):
        an_offer(submission, regular_payment_amount=payment, is_shown=False)
    settle(scored)
    page = offers_page(str(scored.partner.guid), str(scored.guid))
    shown = [(offer['regular_payment_amount'], offer['guid']) for offer in page.offers]
    assert [payment for payment, _guid in shown] == [100, 100, 200, 300]
    assert shown == sorted(shown)


def test_a_form_goes_to_each_lender_of_its_routes_with_a_reason_kept() -> None:
    point = a_point(a_partner())
    asked, too_small = a_lender(), a_lender(max_amount=1_000)
    for lender in (asked, too_small):
        a_route(point.partner, lender)
    application = an_application(point)
    with transaction.atomic():
        submissions = services.request_offers(application)
    assert [row.lender for row in submissions] == [asked]
    reasons = dict(RoutingDecision.objects.values_list('lender__code', 'reason'))
    assert reasons == {asked.code: 'asked', too_small.code: 'amount_too_large'}
    assert set(Job.objects.values_list('kind', flat=True)) == {'offers.submit', 'contracts.consents', 'offers.settle'}


def test_a_form_that_nobody_serves_is_declined() -> None:
    application = an_application(a_point(a_partner()))
    with transaction.atomic():
        assert services.request_offers(application) == []
    assert application.status == 'DECLINED'


def test_the_database_refuses_a_submission_across_the_worlds() -> None:
    application = an_application(a_point(a_partner(is_sandbox=False)))
    with pytest.raises(DatabaseError, match='never mix'), transaction.atomic():
        Submission.objects.create(
            application=application, lender=a_lender(), is_sandbox=False, status_at=timezone.now())
    assert Submission.objects.count() == 0


class AnyOrderOfAnswers(TestCase):
    """However the answers of lenders come in, the form ends by the same rule."""

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.sampled_from(['approved', 'declined', 'failed', 'silent']), min_size=1, max_size=5))
    def test_the_end_depends_on_what_was_answered_and_not_on_the_order(self, answers: list[str]) -> None:
        application = an_application(a_point(a_partner()))
        with transaction.atomic():
            advance(application, 'SCORING', actor='test')
            stored = store_file(b'%PDF', content_type='application/pdf', kind='document', context='test')
        Document.objects.create(
            application=application, stage='offers', kind='consent', file=stored, file_name='Согласие.pdf')
        submissions = [a_submission(application, a_lender()) for _answer in answers]
        for submission, answer in zip(submissions, answers, strict=True):
            if answer == 'approved':
                take(application, submission, approved(str(submission.pk)))
            elif answer != 'silent':
                take(application, submission, Decision(DecisionStatus(answer)))
            settle(application)
        application.scoring_deadline_at = timezone.now()
        application.save(update_fields=['scoring_deadline_at'])
        settle(application)
        if 'approved' in answers:
            assert application.status == 'OFFERED'
        elif {'failed', 'silent'} & set(answers):
            assert application.status == 'FAILED'
        else:
            assert application.status == 'DECLINED'
