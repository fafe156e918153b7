"""Forms that a lender brings with its offers: shown beside the platform's consents, or no offer of it is shown."""
from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from applications.models import Application, Document
from applications.states import advance
from contracts.documents import seal_forms, store_consents
from contracts.printing import Printed
from jobs.services import enqueue
from jobs.testing import run_until_quiet
from lenders.contract import (
    Capabilities,
    Decision,
    DecisionStatus,
    DocumentStage,
    Found,
    LenderDocument,
    LenderUnavailable,
    NotUnderstood,
    OutcomeUnknown,
    Submitted,
)
from lenders.models import Lender
from offers import services
from offers.models import Offer, Submission
from offers.selectors import offers_page
from tests.contracts.fakes import FakeLender
from tests.contracts.till import fake_lender
from tests.lenders.papers import a_pdf
from tests.offers.test_settling import approved
from tests.world import a_lender, a_partner, a_point, a_submission, an_application
from vault.files import read_file
from vault.models import StoredFile

pytestmark = pytest.mark.django_db

FORM = a_pdf('consent of the bank')
KINDS = ('offers.submit', 'offers.decision', 'offers.settle')


def a_form(content: bytes = FORM, *, link: str = 'https://files.bank.example/1') -> LenderDocument:
    return LenderDocument(
        'consent', 'Согласие.pdf', 'application/pdf', hashlib.sha256(content).hexdigest(), len(content), link=link)


@pytest.fixture
def bank() -> Iterator[FakeLender]:
    """A lender that brings a consent of its own."""
    fake = FakeLender(Capabilities(own_documents=frozenset({DocumentStage.OFFERS})))
    fake.answers |= {'fetch_decision': replace(approved('1', '2'), documents=(a_form(),)), 'fetch_document': FORM}
    with fake_lender(fake):
        yield fake


@pytest.fixture
def form(bank: FakeLender) -> Application:
    """An application in SCORING."""
    application = an_application(a_point(a_partner()))
    with transaction.atomic():
        advance(application, 'SCORING', actor='test')
    return application


def print_consents(application: Application) -> None:
    """What the platform prints itself."""
    sealed = seal_forms(application, 'offers', [Printed('personal_data', 'Наше.pdf', 'application/pdf', b'%PDF-1')])
    with transaction.atomic():
        store_consents(application, sealed)


def sent(application: Application) -> Submission:
    submission = a_submission(application, a_lender(adapter='fake'))
    with transaction.atomic():
        enqueue('offers.decision', str(submission.guid))
    return submission


def work(application: Application, seconds: float = 60) -> str:
    run_until_quiet(seconds, advance_clock=True, kinds=KINDS)
    application.refresh_from_db()
    return application.status


def names(application: Application) -> list[str]:
    page = offers_page(str(application.partner.guid), str(application.guid))
    return [file['file_name'] for file in page.files]


def test_the_form_is_shown_beside_the_platforms_consent(form: Application) -> None:
    print_consents(form)
    submission = sent(form)
    assert work(form) == 'OFFERED'
    assert names(form) == ['Наше.pdf', 'Согласие.pdf']
    row = Document.objects.select_related('file').get(lender_code=submission.lender.code)
    assert (row.kind, row.made_from, row.stage, read_file(row.file)) == ('own consent', 'lender', 'offers', FORM)


def test_a_form_that_is_there_first_stands_for_no_consent(form: Application) -> None:
    sent(form)
    assert work(form) == 'SCORING'
    assert Document.objects.count() == 1
    print_consents(form)
    with transaction.atomic():
        enqueue('offers.settle', str(form.guid))
    assert work(form) == 'OFFERED'
    assert names(form) == ['Согласие.pdf', 'Наше.pdf']


@pytest.mark.parametrize('answer', [
    Submitted('L-1', approved('1')), Submitted('L-1', Decision(DecisionStatus.PENDING)),
], ids=['decided at once', 'decided later'])
def test_an_answer_to_the_submit_waits_for_the_form(form: Application, bank: FakeLender, answer: Submitted) -> None:
    print_consents(form)
    bank.answers['submit'] = answer
    submission = a_submission(form, a_lender(adapter='fake'), 'NEW')
    with transaction.atomic():
        enqueue('offers.submit', str(submission.guid))
    assert work(form) == 'OFFERED'
    assert bank.names() == ['submit', 'fetch_decision', 'fetch_document']
    assert names(form) == ['Наше.pdf', 'Согласие.pdf']


def test_an_adopted_submit_waits_for_the_form_too(form: Application, bank: FakeLender) -> None:
    print_consents(form)
    bank.answers |= {'submit': OutcomeUnknown('timeout'), 'find': Found('L-1', approved('1', '2'))}
    submission = a_submission(form, a_lender(adapter='fake'), 'NEW')
    with transaction.atomic():
        enqueue('offers.submit', str(submission.guid))
    assert work(form) == 'OFFERED'
    assert bank.names() == ['submit', 'find', 'fetch_decision', 'fetch_document']


def test_a_store_that_is_down_for_a_while_costs_time_only(form: Application, bank: FakeLender) -> None:
    print_consents(form)
    bank.answers['fetch_document'] = [LenderUnavailable('503'), NotUnderstood('other bytes'), FORM]
    sent(form)
    assert work(form) == 'OFFERED'
    assert Document.objects.filter(made_from='lender').count() == 1
    assert StoredFile.objects.count() == 2


@pytest.mark.parametrize(('trouble', 'why'), [
    (NotUnderstood('the link is not https'), 'the link is not https'), (a_pdf('other'), 'announced'),
    (b'', 'announced'),
], ids=['bad link', 'other bytes', 'nothing'])
def test_without_its_form_no_offer_of_the_lender_is_shown(
    form: Application, bank: FakeLender, trouble: object, why: str,
) -> None:
    print_consents(form)
    bank.answers['fetch_document'] = trouble
    submission = sent(form)
    assert work(form) == 'FAILED'
    submission.refresh_from_db()
    assert submission.status == 'FAILED'
    assert why in submission.reason
    assert bank.names().count('fetch_document') == 4
    assert not Offer.objects.exists()
    assert not Document.objects.filter(made_from='lender').exists()


def test_other_lenders_are_not_held_up_by_it(form: Application, bank: FakeLender) -> None:
    print_consents(form)
    other = a_submission(form, a_lender())
    with transaction.atomic():
        services.take_decision(form, other, approved('other'))
    bank.answers['fetch_document'] = NotUnderstood('gone')
    sent(form)
    assert work(form) == 'OFFERED'
    assert names(form) == ['Наше.pdf']
    assert Offer.objects.filter(is_shown=True).count() == 1


@pytest.mark.parametrize(('stages', 'documents', 'why'), [
    (frozenset(), (a_form(),), 'none were agreed'), (frozenset({DocumentStage.OFFERS}), (), 'are missing'),
], ids=['undeclared', 'declared and missing'])
def test_forms_come_exactly_where_they_were_agreed(
    form: Application, bank: FakeLender, stages: frozenset[DocumentStage], documents: tuple[LenderDocument, ...],
    why: str,
) -> None:
    print_consents(form)
    bank.capabilities = Capabilities(own_documents=stages)
    bank.answers['fetch_decision'] = replace(approved('1'), documents=documents)
    submission = sent(form)
    assert work(form) == 'FAILED'
    submission.refresh_from_db()
    assert why in submission.reason


def test_a_decline_brings_nothing(form: Application, bank: FakeLender) -> None:
    bank.answers['fetch_decision'] = Decision(DecisionStatus.DECLINED, reason='score')
    sent(form)
    assert work(form) == 'DECLINED'
    assert bank.names() == ['fetch_decision']


def test_the_form_of_a_lender_whose_offers_have_run_out_is_not_shown(form: Application) -> None:
    print_consents(form)
    mine, other = sent(form), a_submission(form, a_lender())
    run_until_quiet(10, advance_clock=True, kinds=('offers.decision',))
    Offer.objects.filter(submission=mine).update(expires_at=timezone.now() - timedelta(seconds=1))
    with transaction.atomic():
        services.take_decision(form, other, approved('other'))
    assert work(form) == 'OFFERED'
    assert names(form) == ['Наше.pdf']


def test_two_lenders_bring_forms_of_one_kind_and_name(form: Application) -> None:
    print_consents(form)
    first, second = sent(form), sent(form)
    assert work(form) == 'OFFERED'
    assert names(form) == ['Наше.pdf', 'Согласие.pdf', 'Согласие.pdf']
    codes = set(Document.objects.filter(made_from='lender').values_list('lender_code', flat=True))
    assert codes == {first.lender.code, second.lender.code} == set(
        Lender.objects.filter(adapter='fake').values_list('code', flat=True))
