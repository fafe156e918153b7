"""Which applications need a person, and why."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from applications.models import Application
from applications.states import advance
from applications.statuses import ApplicationStatus
from contracts.models import Contract
from contracts.services import open_contract
from denimhub.workstation.attention import TEXTS, attention_counts, attention_reasons, needs_attention
from jobs.models import Job
from offers.models import Submission
from tests.world import (
    a_deal,
    a_lender,
    a_partner,
    a_point,
    a_route,
    a_submission,
    an_application,
    an_offered_application,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def wanting() -> dict[int, list[str]]:
    """Every application that needs a person, with the names of its reasons; both doors must agree."""
    ids = set(needs_attention(Application.objects.all()).values_list('pk', flat=True))
    found = attention_reasons(Application.objects.values_list('pk', flat=True))
    assert ids == set(found)
    names = {text: name for name, text in TEXTS.items()}
    return {pk: [names[text] for text in texts] for pk, texts in found.items()}


def a_contract(**fields: Any) -> Contract:
    """A contract as it stands after these fields were written, past the guard of moves."""
    point, lender = a_point(a_partner()), a_lender()
    a_route(point.partner, lender)
    application, offer = a_deal(point, lender)
    with transaction.atomic():
        contract = open_contract(application=application, offer=offer)
        for step in {'READY': ['READY'], 'SIGNED': ['READY', 'SIGNED'], 'CONFIRMED': ['READY', 'SIGNED', 'CONFIRMED'],
                     'ISSUING': ['READY', 'SIGNED', 'CONFIRMED', 'ISSUING']}.get(fields.pop('status', ''), []):
            advance(contract, step, actor='test')
    Contract.objects.filter(pk=contract.pk).update(**fields)
    return contract


def test_what_goes_its_way_needs_nobody() -> None:
    an_application(a_point(a_partner()))
    an_offered_application(a_point(a_partner()), a_lender())
    a_contract()
    assert wanting() == {}
    assert attention_counts() == dict.fromkeys(TEXTS.values(), 0)


def test_a_form_whose_lenders_were_not_chosen_in_five_minutes() -> None:
    now, point = timezone.now(), a_point(a_partner())
    late = an_application(point, status_at=now - 6 * MINUTE)
    an_application(point, status_at=now - 4 * MINUTE)
    assert wanting() == {late.pk: ['scoring']}


def test_a_form_that_is_scored_long_after_its_deadline() -> None:
    now, point = timezone.now(), a_point(a_partner())
    late, soon = (an_application(point, scoring_deadline_at=now - minutes * MINUTE) for minutes in (7, 5))
    with transaction.atomic():
        for application in (late, soon):
            advance(application, ApplicationStatus.SCORING, actor='test')
    assert wanting() == {late.pk: ['scoring']}


def test_offers_that_should_have_expired() -> None:
    now = timezone.now()
    late, _offer = an_offered_application(a_point(a_partner()), a_lender())
    soon, _offer = an_offered_application(a_point(a_partner()), a_lender())
    Application.objects.filter(pk=late.pk).update(offers_expire_at=now - 16 * MINUTE)
    Application.objects.filter(pk=soon.pk).update(offers_expire_at=now - 14 * MINUTE)
    assert wanting() == {late.pk: ['offers']}


@pytest.mark.parametrize(('status', 'norm'), [
    ('PREPARING', 15 * MINUTE), ('SIGNED', timedelta(days=1)), ('CONFIRMED', 15 * MINUTE), ('ISSUING', 30 * MINUTE)])
def test_a_contract_that_stays_too_long_in_a_status(status: str, norm: timedelta) -> None:
    now = timezone.now()
    late = a_contract(status=status, status_at=now - norm - MINUTE)
    a_contract(status=status, status_at=now - norm + MINUTE)
    assert wanting() == {late.application_id: ['contract']}


def test_a_contract_ready_to_sign_may_wait_until_its_own_term() -> None:
    now = timezone.now()
    late = a_contract(status='READY', status_at=now - timedelta(days=13), expires_at=now - 16 * MINUTE)
    a_contract(status='READY', status_at=now - timedelta(days=13), expires_at=now + MINUTE)
    assert wanting() == {late.application_id: ['contract']}


def test_an_outcome_that_is_not_known() -> None:
    now = timezone.now()
    contract = a_contract(status='ISSUING', outcome_unknown_since=now)
    scored = an_application(a_point(a_partner()))
    submission = a_submission(scored, a_lender(), 'SENDING')
    Submission.objects.filter(pk=submission.pk).update(outcome_unknown_since=now)
    with transaction.atomic():
        advance(scored, ApplicationStatus.SCORING, actor='test')
    assert wanting() == {contract.application_id: ['unknown'], scored.pk: ['unknown']}


def test_a_parked_job_about_the_form_or_what_belongs_to_it() -> None:
    form, contract = an_application(a_point(a_partner())), a_contract()
    sent = a_submission(an_application(a_point(a_partner())), a_lender())
    for subject in (form.guid, contract.guid, sent.guid, 'registry of a day', '0' * 36):
        Job.objects.create(kind='x', queue='lenders', subject=str(subject), state=Job.State.PARKED)
    Job.objects.create(kind='y', queue='lenders', subject=str(form.guid), state=Job.State.DONE)
    assert wanting() == {form.pk: ['parked'], contract.application_id: ['parked'], sent.application_id: ['parked']}


def test_several_reasons_stand_beside_each_other_once_each() -> None:
    now = timezone.now()
    late = an_application(a_point(a_partner()), status_at=now - 6 * MINUTE)
    other = an_application(a_point(a_partner()), status_at=now - 6 * MINUTE)
    for kind in ('x', 'y'):
        Job.objects.create(kind=kind, queue='lenders', subject=str(late.guid), state=Job.State.PARKED)
    assert attention_reasons([late.pk]) == {late.pk: [TEXTS['parked'], TEXTS['scoring']]}
    assert attention_counts() == dict.fromkeys(TEXTS.values(), 0) | {TEXTS['parked']: 1, TEXTS['scoring']: 2}
    assert attention_counts(other.partner)[TEXTS['scoring']] == 1
    assert attention_counts(other.partner)[TEXTS['parked']] == 0
    assert attention_reasons([]) == {}
