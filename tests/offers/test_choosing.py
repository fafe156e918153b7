"""One offer of a form is chosen, by its own partner, once."""
from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from applications.models import Application, Event
from applications.refusals import (
    ForeignOffer,
    FormNotFound,
    OfferNotFound,
    Refusal,
    ValidationRefused,
    WrongFormStatus,
    WrongOfferStatus,
)
from applications.states import advance
from jobs.models import Job
from offers import services
from offers.models import Offer
from offers.selectors import find_deal
from tests.world import a_deal, a_lender, a_partner, a_point, a_submission, an_offer, an_offered_application

pytestmark = pytest.mark.django_db


def confirm(application: Application, offer_guid: uuid.UUID | str, partner_guid: str = '') -> bool:
    with transaction.atomic():
        _deal, is_first = services.confirm_offer(
            partner_guid=partner_guid or str(application.partner.guid), form_guid=str(application.guid),
            offer_guid=str(offer_guid), actor='partner')
    return is_first


@pytest.fixture
def offered() -> tuple[Application, Offer]:
    return an_offered_application(a_point(a_partner()), a_lender())


def statuses(application: Application) -> tuple[str, list[str]]:
    application.refresh_from_db()
    return application.status, list(application.offers.order_by('id').values_list('status', flat=True))


def test_the_chosen_offer_makes_a_deal_and_the_others_lapse(offered: tuple[Application, Offer]) -> None:
    application, offer = offered
    same_lender = an_offer(offer.submission)
    other = an_offer(a_submission(application, a_lender(), 'APPROVED'))
    assert confirm(application, offer.guid) is True
    assert statuses(application) == ('DEAL', ['CONFIRMED', 'LAPSED', 'LAPSED'])
    other.submission.refresh_from_db()
    assert other.submission.status == 'CANCELED'
    told = Job.objects.filter(kind='offers.release').values_list('subject', flat=True)
    assert list(told) == [str(other.submission.guid)]
    assert same_lender.submission_id == offer.submission_id


def test_the_same_choice_again_is_success_without_a_second_effect(offered: tuple[Application, Offer]) -> None:
    application, offer = offered
    confirm(application, offer.guid)
    before = (Event.objects.count(), Job.objects.count())
    assert confirm(application, offer.guid) is False
    assert (Event.objects.count(), Job.objects.count()) == before


def test_another_offer_after_the_choice_is_refused(offered: tuple[Application, Offer]) -> None:
    application, offer = offered
    other = an_offer(a_submission(application, a_lender(), 'APPROVED'))
    confirm(application, offer.guid)
    with pytest.raises(WrongOfferStatus):
        confirm(application, other.guid)
    assert statuses(application) == ('DEAL', ['CONFIRMED', 'LAPSED'])


def test_expired_offers_cannot_be_chosen_even_before_the_job_has_run(offered: tuple[Application, Offer]) -> None:
    application, offer = offered
    Application.objects.filter(pk=application.pk).update(offers_expire_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(WrongOfferStatus):
        confirm(application, offer.guid)
    assert statuses(application) == ('OFFERED', ['PROPOSED'])


def test_the_job_of_expiry_ends_the_form_and_tells_lenders(offered: tuple[Application, Offer]) -> None:
    application, offer = offered
    application.offers_expire_at = timezone.now() - timedelta(seconds=1)
    with transaction.atomic():
        services.expire_offers(application)
    assert statuses(application) == ('EXPIRED', ['LAPSED'])
    assert Job.objects.filter(kind='offers.release', subject=str(offer.submission.guid)).exists()


def test_a_cancelled_form_refuses_with_the_forms_own_code(offered: tuple[Application, Offer]) -> None:
    application, offer = offered
    with transaction.atomic():
        advance(application, 'CANCELED', actor='test')
    with pytest.raises(WrongFormStatus):
        confirm(application, offer.guid)
    assert statuses(application) == ('CANCELED', ['PROPOSED'])


def test_the_order_of_refusals(offered: tuple[Application, Offer]) -> None:
    application, offer = offered
    stranger, stranger_offer = an_offered_application(a_point(a_partner()), a_lender())
    own_other, own_other_offer = an_offered_application(application.point, a_lender())
    guids = {'partner': str(application.partner.guid), 'form': str(application.guid), 'offer': str(offer.guid)}
    cases: list[tuple[dict[str, str], type[Refusal]]] = [
        ({'partner': str(uuid.uuid4())}, ValidationRefused),
        ({'form': str(uuid.uuid4())}, FormNotFound),
        ({'form': str(stranger.guid)}, FormNotFound),
        ({'form': str(application.guid).upper() + ' '}, FormNotFound),
        ({'offer': str(uuid.uuid4())}, OfferNotFound),
        ({'offer': 'anything'}, OfferNotFound),
        ({'offer': str(stranger_offer.guid)}, OfferNotFound),
        ({'offer': str(own_other_offer.guid)}, ForeignOffer),
        ({'partner': str(uuid.uuid4()), 'form': 'x', 'offer': 'x'}, ValidationRefused),
        ({'form': 'x', 'offer': str(own_other_offer.guid)}, FormNotFound),
    ]
    for change, refusal in cases:
        asked = guids | change
        for lock in (False, True):
            with pytest.raises(refusal), transaction.atomic():
                find_deal(asked['partner'], asked['form'], asked['offer'], lock=lock)
    assert own_other.status == 'OFFERED'


def test_a_hidden_offer_is_not_there(offered: tuple[Application, Offer]) -> None:
    application, offer = offered
    hidden = an_offer(offer.submission, is_shown=False)
    with pytest.raises(OfferNotFound):
        confirm(application, hidden.guid)


def test_finding_a_deal_costs_one_query(
    offered: tuple[Application, Offer], django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    application, offer = offered
    with django_assert_num_queries(1):
        find_deal(str(application.partner.guid), str(application.guid), str(offer.guid))


def test_the_database_refuses_a_second_chosen_offer() -> None:
    application, offer = a_deal(a_point(a_partner()), a_lender())
    other = an_offer(offer.submission)
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=other.pk).update(status='CONFIRMED')
    assert statuses(application)[1] == ['CONFIRMED', 'PROPOSED']


@pytest.mark.django_db(transaction=True)
def test_two_offers_chosen_at_once_have_one_winner() -> None:
    for _round in range(6):
        application, first = an_offered_application(a_point(a_partner()), a_lender())
        second = an_offer(a_submission(application, a_lender(), 'APPROVED'))
        outcomes: list[str] = []
        barrier = threading.Barrier(4)

        def choose(guid: uuid.UUID, application: Application = application, outcomes: list[str] = outcomes,
                   barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            try:
                outcomes.append('first' if confirm(application, guid) else 'repeat')
            except WrongOfferStatus:
                outcomes.append('refused')
            finally:
                connections.close_all()

        threads = [threading.Thread(target=choose, args=(offer.guid,)) for offer in (first, second) * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ['first', 'refused', 'refused', 'repeat']
        assert Offer.objects.filter(application=application, status='CONFIRMED').count() == 1
