"""What operators do to an application: with a reason, in the journal, once for one press, refused in Russian."""
from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import Application, Event
from contracts.models import Contract, Message, SigningCode
from contracts.models_operators import Assignment, OperatorAction, OutcomeRequest
from jobs.models import Job
from jobs.services import park
from lenders.contract import Capabilities, OutcomeUnknown
from partners.models import Partner
from tests.contracts.fakes import FakeLender
from tests.contracts.till import Till, fake_lender, snapshot
from tests.people.people import a_person, a_superuser, browser, staff_of

pytestmark = pytest.mark.django_db
WHY = 'клиент позвонил на линию поддержки'


@pytest.fixture
def lender(settings: Any) -> Iterator[FakeLender]:
    settings.CONFIRM_WAIT_SECONDS = settings.CHECK_CODE_WAIT_SECONDS = 0
    with fake_lender(FakeLender()) as fake:
        yield fake


@pytest.fixture
def till(lender: FakeLender, db: None) -> Till:
    """A deal whose first code was sent an hour ago."""
    deal = Till(lender).ready()
    SigningCode.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    return deal


@pytest.fixture
def operator(db: None) -> User:
    return a_person('operator', username='anna')


def address(name: str, *arguments: Any) -> str:
    return reverse(f'admin:applications_application_{name}', args=arguments)


def press(user: User | Client, where: str, **fields: Any) -> Any:
    """The form is opened, filled in and sent; `key` of the opened form goes with it."""
    client = user if isinstance(user, Client) else browser(user)
    shown = client.get(where)
    assert shown.status_code == 200, shown.content.decode()[:300]
    form = shown.context['form']
    key = {'key': str(form.initial['key'])} if 'key' in form.fields else {}
    return client.post(where, {'reason': WHY, **key, **fields})


def told(answer: Any) -> str:
    """What a person reads of a refusal."""
    return ' '.join(answer.context['form'].non_field_errors())


def last_event() -> tuple[str, str, str]:
    event = Event.objects.latest('id')
    return event.subject, event.actor, event.why


def test_signing_is_opened_again(till: Till, operator: User) -> None:
    Contract.objects.update(wrong_codes=10, codes_resent=3)
    assert press(operator, address('reopen_signing', till.application.pk)).status_code == 302
    assert (till.contract.wrong_codes, till.contract.codes_resent) == (0, 0)
    assert last_event() == ('signing code', 'operator anna', f'codes allowed again: {WHY}')


def test_what_is_not_used_up_is_not_opened(till: Till, operator: User) -> None:
    before = snapshot()
    answer = press(operator, address('reopen_signing', till.application.pk))
    assert (answer.status_code, told(answer)) == (409, 'Ничего не исчерпано: клиент может запросить код')
    assert snapshot() == before


def test_a_new_code_goes_to_the_client(till: Till, operator: User) -> None:
    old = till.newest_code()
    assert press(operator, address('resend_code', till.application.pk)).status_code == 302
    assert SigningCode.objects.count() == 2
    assert till.newest_code() != old or SigningCode.objects.filter(expired_at__isnull=False).count() == 1
    assert last_event() == ('signing code', 'operator anna', WHY)
    till.ok('check_sms_code', code=till.newest_code())


def test_a_code_too_soon_is_refused(till: Till, operator: User) -> None:
    SigningCode.objects.update(sent_at=timezone.now())
    before = snapshot()
    answer = press(operator, address('resend_code', till.application.pk))
    assert answer.status_code == 409
    assert 'Код только что отправлен' in told(answer)
    assert snapshot() == before


def test_used_up_codes_are_refused_and_say_what_to_do(till: Till, operator: User) -> None:
    Contract.objects.update(codes_resent=3)
    before = snapshot()
    answer = press(operator, address('resend_code', till.application.pk))
    assert (answer.status_code, told(answer)) == (
        409, 'Коды по этому договору исчерпаны: сначала откройте подписание снова')
    assert snapshot() == before


def test_nothing_is_sent_for_a_signed_contract(till: Till, operator: User) -> None:
    till.ok('check_sms_code', code=till.newest_code())
    before = snapshot()
    answer = press(operator, address('resend_code', till.application.pk))
    assert (answer.status_code, told(answer)) == (409, 'Договор не ждёт подписи')
    assert snapshot() == before


def test_a_link_goes_to_the_client_and_not_twice_at_once(lender: FakeLender, operator: User) -> None:
    till = Till(lender, kind='bnpl').ready()
    assert press(operator, address('resend_link', till.application.pk)).status_code == 302
    assert Message.objects.filter(kind='link').count() == 1
    assert last_event() == ('payment link', 'operator anna', WHY)
    before = snapshot()
    answer = press(operator, address('resend_link', till.application.pk))
    assert answer.status_code == 409
    assert 'Ссылка только что отправлена' in told(answer)
    assert snapshot() == before


def test_a_form_is_cancelled_by_name(till: Till, operator: User) -> None:
    assert press(operator, address('cancel', till.application.pk)).status_code == 302
    assert till.fresh().status == 'CANCELED'
    event = Event.objects.filter(subject='application').latest('id')
    assert (event.moved_to, event.actor, event.why) == ('CANCELED', 'operator anna', WHY)


def test_a_form_of_a_blocked_partner_is_cancelled_too(till: Till, operator: User) -> None:
    Partner.objects.update(is_blocked=True)
    assert press(operator, address('cancel', till.application.pk)).status_code == 302
    assert till.fresh().status == 'CANCELED'


def test_a_form_whose_issue_is_with_the_lender_is_not_cancelled(lender: FakeLender, operator: User) -> None:
    till = Till(lender).issuing()
    before = snapshot()
    answer = press(operator, address('cancel', till.application.pk))
    assert answer.status_code == 409
    assert 'Отменить уже нельзя' in told(answer)
    assert snapshot() == before


def test_lenders_are_asked_at_once(lender: FakeLender, operator: User) -> None:
    till = Till(lender).preparing()
    Job.objects.update(due_at=timezone.now() + timedelta(hours=1))
    assert press(operator, address('ask_again', till.application.pk)).status_code == 302
    assert Job.objects.get(kind='contracts.prepare').due_at <= timezone.now()
    assert last_event() == ('asked again', 'operator anna', f'{WHY} (contracts.prepare)')


def test_a_parked_talk_starts_again_and_stays_one(lender: FakeLender, operator: User) -> None:
    till = Till(lender).preparing()
    job = Job.objects.get(kind='contracts.prepare')
    park(job_ids=[job.pk], reason='RequestRefused: no')
    press(operator, address('ask_again', till.application.pk))
    assert [row.state for row in Job.objects.filter(kind='contracts.prepare')] == ['READY']


def test_there_is_nobody_to_ask_about_a_form_that_waits_for_its_client(till: Till, operator: User) -> None:
    Job.objects.filter(kind='contracts.report_signature').delete()
    before = snapshot()
    answer = press(operator, address('ask_again', till.application.pk))
    assert (answer.status_code, told(answer)) == (409, 'По этой заявке кредиторы ничего не должны: спрашивать некого')
    assert snapshot() == before


def test_a_job_is_parked_and_started_again(lender: FakeLender, operator: User) -> None:
    till = Till(lender).preparing()
    job = Job.objects.get(kind='contracts.prepare')
    assert press(operator, address('park_job', till.application.pk, job.pk)).status_code == 302
    job.refresh_from_db()
    assert (job.state, job.last_error) == ('PARKED', 'parked by anna')
    assert last_event() == ('job', 'operator anna', f'{WHY} (contracts.prepare)')
    assert press(operator, address('retry_job', till.application.pk, job.pk)).status_code == 302
    job.refresh_from_db()
    assert (job.state, job.attempts) == ('READY', 0)


def test_a_job_of_another_form_is_not_found_here(till: Till, operator: User) -> None:
    foreign = Till(till.lender).preparing()
    job = Job.objects.get(kind='contracts.prepare', subject=str(foreign.contract.guid))
    before = snapshot()
    where = address('park_job', till.application.pk, job.pk)
    assert browser(operator).get(where).status_code == 404
    assert browser(operator).post(where, {'reason': WHY, 'key': uuid.uuid4()}).status_code == 404
    assert snapshot() == before


def test_a_second_press_of_the_same_button_does_nothing(till: Till, operator: User) -> None:
    client, where = browser(operator), address('resend_code', till.application.pk)
    key = str(client.get(where).context['form'].initial['key'])
    assert client.post(where, {'reason': WHY, 'key': key}).status_code == 302
    SigningCode.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    before = snapshot()
    assert client.post(where, {'reason': WHY, 'key': key}).status_code == 302
    assert snapshot() == before
    assert OperatorAction.objects.count() == 1


@pytest.mark.parametrize('reason', [
    '', 'мало', 'x' * 501, 'звонил с +7 916 123-45-67', 'пишет с ivan@example.com', 'паспорт 4512 345678'])
def test_a_reason_is_asked_for_and_holds_no_personal_data(till: Till, operator: User, reason: str) -> None:
    before = snapshot()
    answer = press(operator, address('cancel', till.application.pk), reason=reason)
    assert answer.status_code == 400
    assert answer.context['form'].errors['reason']
    assert snapshot() == before


def test_a_reason_does_not_name_the_client(till: Till, operator: User) -> None:
    before = snapshot()
    name = till.application.questionnaire['last_name']
    assert press(operator, address('cancel', till.application.pk), reason=f'просит {name}').status_code == 400
    assert snapshot() == before


@pytest.mark.parametrize('group', ['auditor', 'security', 'partner'])
@pytest.mark.parametrize('name', ['cancel', 'take', 'note', 'ask_again', 'reopen_signing', 'resend_code', 'reveal',
                                  'bundle'])
def test_who_may_not_is_turned_away(till: Till, group: str, name: str) -> None:
    client = browser(staff_of(till.partner) if group == 'partner' else a_person(group))
    before = snapshot()
    assert client.get(address(name, till.application.pk)).status_code == 403
    assert client.post(address(name, till.application.pk), {'reason': WHY, 'key': uuid.uuid4()}).status_code == 403
    assert snapshot() == before


def test_a_form_is_taken_in_work_and_by_another_later(till: Till, operator: User) -> None:
    press(operator, address('take', till.application.pk))
    assert Assignment.objects.get().holder == 'anna'
    press(a_person('operator', username='boris'), address('take', till.application.pk))
    assert Assignment.objects.get().holder == 'boris'
    event = Event.objects.latest('id')
    assert (event.subject, event.moved_from, event.moved_to) == ('in work', 'anna', 'boris')


# --- several at once ------------------------------------------------------------------------------------------------

def chosen(client: Client, action: str, *rows: Application) -> Any:
    return client.post(reverse('admin:applications_application_changelist'), {
        'action': action, '_selected_action': [row.pk for row in rows]})


def test_one_reason_is_given_for_several_forms(lender: FakeLender, operator: User) -> None:
    quiet, waiting = Till(lender).ready(), Till(lender).preparing()
    Job.objects.update(due_at=timezone.now() + timedelta(hours=1))
    client = browser(operator)
    answer = chosen(client, 'ask_again_many', waiting.application, quiet.application)
    assert answer.status_code == 302
    ids = f'{waiting.application.pk},{quiet.application.pk}'
    assert answer['Location'].startswith(address('bulk', 'ask-again'))
    shown = press(client, address('bulk', 'ask-again') + f'?ids={ids}', ids=ids)
    assert shown.status_code == 302
    assert Job.objects.get(kind='contracts.prepare', state='READY').due_at <= timezone.now()
    said = [str(one) for one in client.get(shown['Location']).context['messages']]
    assert said[0] == 'Спросить кредиторов ещё раз: сделано, 1\u00a0заявка.'
    assert 'спрашивать некого' in said[1]


def test_a_second_press_does_nothing_for_several_forms_either(till: Till, operator: User) -> None:
    client, ids = browser(operator), str(till.application.pk)
    where = address('bulk', 'note') + f'?ids={ids}'
    key = str(client.get(where).context['form'].initial['key'])
    for _press in range(2):
        client.post(where, {'reason': WHY, 'key': key, 'ids': ids})
    assert Event.objects.filter(subject='note').count() == 1


def test_what_is_not_safe_for_many_is_not_there(till: Till, operator: User) -> None:
    before = snapshot()
    where = address('bulk', 'cancel') + f'?ids={till.application.pk}'
    assert browser(operator).get(where).status_code == 404
    assert browser(operator).post(where, {'reason': WHY, 'key': uuid.uuid4(), 'ids': '1'}).status_code == 404
    assert snapshot() == before


# --- two people -----------------------------------------------------------------------------------------------------

@pytest.fixture
def lost(lender: FakeLender, db: None) -> Till:
    """A confirmation whose answer was lost."""
    lender.capabilities = Capabilities(idempotency_keys=False, find_by_our_id=False)
    lender.answers['confirm'] = OutcomeUnknown('no answer')
    deal = Till(lender).confirmed()
    deal.work('contracts.confirm')
    assert deal.contract.outcome_unknown_since is not None
    return deal


SAID = {'outcome': 'issued', 'evidence': 'Письмо банка № 14 от 24.11: выдан'}


def test_two_people_settle_an_outcome_on_the_card(lost: Till, operator: User) -> None:
    where = address('propose', lost.application.pk, lost.submission.pk)
    assert press(operator, where, **SAID).status_code == 302
    assert lost.contract.status == 'ISSUING'
    request = OutcomeRequest.objects.get()
    decide = address('decide', lost.application.pk, request.pk)
    card = browser(a_person('supervisor')).get(
        reverse('admin:applications_application_change', args=[lost.application.pk])).content.decode()
    assert decide in card
    assert press(a_person('supervisor'), decide, decision='approve').status_code == 302
    assert lost.contract.status == 'ISSUED'
    assert lost.lender.names().count('confirm') == 1


def test_the_author_is_offered_to_take_it_back_only(lost: Till) -> None:
    boss = a_superuser()
    press(boss, address('propose', lost.application.pk, lost.submission.pk), **SAID)
    decide = address('decide', lost.application.pk, OutcomeRequest.objects.get().pk)
    before = snapshot()
    assert press(boss, decide, decision='approve').status_code == 400
    assert snapshot() == before
    assert press(boss, decide, decision='withdraw').status_code == 302
    assert OutcomeRequest.objects.get().status == 'WITHDRAWN'


def test_an_operator_asks_and_does_not_decide(lost: Till, operator: User) -> None:
    press(a_person('supervisor'), address('propose', lost.application.pk, lost.submission.pk), **SAID)
    decide = address('decide', lost.application.pk, OutcomeRequest.objects.get().pk)
    before = snapshot()
    assert browser(operator).get(decide).status_code == 403
    assert browser(operator).post(decide, {'decision': 'approve', 'reason': WHY}).status_code == 403
    assert snapshot() == before


# --- the list of jobs -----------------------------------------------------------------------------------------------

def test_jobs_of_the_list_are_started_with_a_reason_in_the_journal_of_their_form(
    lender: FakeLender, operator: User,
) -> None:
    Till(lender).preparing()
    job = Job.objects.get(kind='contracts.prepare')
    park(job_ids=[job.pk], reason='RequestRefused: no')
    client = browser(operator)
    asked = client.post(reverse('admin:jobs_job_changelist'), {'action': 'retry', '_selected_action': [job.pk]})
    assert asked.status_code == 302
    job.refresh_from_db()
    assert job.state == 'PARKED'
    assert press(client, asked['Location'], ids=str(job.pk)).status_code == 302
    job.refresh_from_db()
    assert job.state == 'READY'
    assert last_event() == ('job', 'operator anna', f'{WHY} (contracts.prepare)')


def test_jobs_without_a_form_are_parked_by_name(operator: User) -> None:
    job = Job.objects.create(kind='jobs.delete_done', queue='documents', subject='')
    where = reverse('admin:jobs_job_act', args=['park']) + f'?ids={job.pk}'
    assert press(operator, where, ids=str(job.pk)).status_code == 302
    job.refresh_from_db()
    assert (job.state, job.last_error) == ('PARKED', f'parked by anna: {WHY}')


def test_a_job_that_is_done_stays_done(operator: User) -> None:
    job = Job.objects.create(kind='jobs.delete_done', queue='documents', subject='', state='DONE')
    for verb in ('park', 'retry'):
        where = reverse('admin:jobs_job_act', args=[verb]) + f'?ids={job.pk}'
        assert press(operator, where, ids=str(job.pk)).status_code == 302
    job.refresh_from_db()
    assert job.state == 'DONE'
