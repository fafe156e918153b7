"""The card of an application: the whole story on one page, masked, in a bounded number of queries."""
from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from applications.states import record
from contracts.models import Message
from contracts.models_operators import Assignment
from jobs.models import Job
from jobs.services import enqueue, park
from lenders.models import Exchange
from partners.models_calls import PartnerCall
from scans.models import Scan
from tests.contracts.fakes import FakeLender
from tests.contracts.till import Till, fake_lender
from tests.people.people import a_person, a_superuser, browser, staff_of
from tests.world import a_lender, a_partner, a_point, an_application, an_offered_application
from vault.files import store_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(transactional_db: None) -> Iterator[Till]:
    """A deal whose code was sent."""
    with fake_lender(FakeLender()) as lender:
        yield Till(lender).ready()


def card(pk: Any) -> str:
    return reverse('admin:applications_application_change', args=[pk])


def secrets_of(application: Application) -> list[str]:
    form = application.questionnaire
    return [str(form[name]) for name in (
        'last_name', 'first_name', 'passport_number', 'mobile_phone', 'email', 'birth_date') if form.get(name)]


def page(client: Client, pk: Any) -> str:
    answer = client.get(card(pk))
    assert answer.status_code == 200
    assert 'no-store' in answer['Cache-Control']
    return answer.content.decode()


def test_the_card_tells_the_story_and_keeps_the_client_masked(till: Till) -> None:
    text = page(browser(a_person('operator')), till.application.pk)

    for words in ('Анкета принята', 'Предложения показаны клиенту', 'Договор готов к подписанию', 'Ждём от клиента код',
                  'Полная стоимость (ПСК)', 'Переплата к цене товаров', till.row.name, 'Отправить новый код'):
        assert words in text
    assert [secret for secret in secrets_of(till.application) if secret in text] == []
    assert till.newest_code() not in text
    assert 'PREPARING' not in text


def test_the_card_is_found_by_guid_too(till: Till) -> None:
    answer = browser(a_person('operator')).get(card(till.application.guid))
    assert answer.status_code == 302
    assert answer['Location'] == card(till.application.pk)


@pytest.mark.parametrize('where', ['999999', 'nonsense', str(uuid.UUID(int=4)), '١'])
def test_what_is_not_there_is_not_found(where: str) -> None:
    assert browser(a_person('operator')).get(card(where)).status_code == 404


@pytest.mark.parametrize('status', ['NEW', 'SCORING', 'OFFERED'])
def test_a_young_form_says_what_happens_next(status: str) -> None:
    point = a_point(a_partner())
    application = an_application(point) if status == 'NEW' else an_offered_application(point, a_lender())[0]
    if status == 'SCORING':
        application = an_application(point, status='SCORING')
    words = {'NEW': 'Система выбирает кредиторов', 'SCORING': 'Ждём решений кредиторов',
             'OFFERED': 'Клиент выбирает предложение на кассе'}
    assert words[status] in page(browser(a_person('auditor')), application.pk)


def test_nothing_is_changed_by_posting_to_the_card(till: Till) -> None:
    answer = browser(a_superuser()).post(card(till.application.pk), {'status': 'ISSUED'})
    assert answer.status_code == 403
    assert till.fresh().status == 'DEAL'


def test_an_auditor_sees_the_card_without_buttons(till: Till) -> None:
    text = page(browser(a_person('auditor')), till.application.pk)
    assert '/do/' not in text
    assert 'reveal' not in text
    assert 'Обмены с кредиторами' in text or 'Задания' in text


def test_staff_of_the_partner_see_their_own_card_without_the_inside(till: Till) -> None:
    with transaction.atomic():
        record(till.application.pk, subject='note', actor='operator anna', why='клиент сомневается')
        record(till.application.pk, subject='signing code', actor='operator anna', why='codes allowed again: звонок')
    text = page(browser(staff_of(till.partner)), till.application.pk)
    assert 'Подписание открыто снова' in text
    for inside in ('клиент сомневается', 'anna', 'звонок', 'id="jobs"', 'id="exchanges"', 'id="submissions"', '/do/'):
        assert inside not in text
    assert [secret for secret in secrets_of(till.application) if secret in text] == []


def test_staff_of_another_partner_find_nothing(till: Till) -> None:
    stranger = browser(staff_of(a_partner()))
    assert stranger.get(card(till.application.pk)).status_code == 404
    assert stranger.get(card(till.application.guid)).status_code == 404


def test_parked_work_stands_on_top_with_its_button(till: Till) -> None:
    with transaction.atomic():
        enqueue('contracts.prepare', str(till.contract.guid))
    job = Job.objects.get(kind='contracts.prepare', state='READY')
    park(job_ids=[job.pk], reason='RequestRefused: no such contract')
    text = page(browser(a_person('operator')), till.application.pk)
    assert 'Задание отложено: сообщить о выборе и получить договор' in text
    assert 'кредитор не принял запрос: no such contract' in text
    assert reverse('admin:applications_application_retry_job', args=[till.application.pk, job.pk]) in text


def test_used_up_codes_are_told_with_the_way_out(till: Till) -> None:
    contract = till.contract
    contract.wrong_codes = 10
    contract.save(update_fields=['wrong_codes'])
    text = page(browser(a_person('operator')), till.application.pk)
    assert 'Клиент больше не может ввести код' in text
    assert reverse('admin:applications_application_reopen_signing', args=[till.application.pk]) in text


def test_calls_and_exchanges_stand_on_the_card(till: Till) -> None:
    application = till.application
    Exchange.objects.create(lender=till.row, form_guid=application.guid, operation='submit', method='PUT', path='/v1',
                            request={'last_name': '***'}, status=500, trouble='OutcomeUnknown: broken answer',
                            finished_at=timezone.now() + timedelta(milliseconds=321))
    for _poll in range(3):
        PartnerCall.objects.create(
            partner=till.partner, method='get_offers', code=0, form_guid=application.guid, ms=3.2, request_id='r-1',
            at=timezone.now(), request_bytes=10, answer_bytes=10)
    text = page(browser(a_person('operator')), application.pk)
    assert 'ответ кредитора потерян: broken answer' in text
    assert 'запросил предложения' in text
    assert '× 3' in text


def many_rows(till: Till, count: int) -> None:
    application, now = till.application, timezone.now()
    for number in range(count):
        with transaction.atomic():
            record(application.pk, subject='note', actor='operator anna', why=f'заметка {number}')
            enqueue('contracts.prepare', str(till.contract.guid), unique=False)
        Exchange.objects.create(lender=till.row, form_guid=application.guid, operation='find', method='GET', path='/v1')
        Message.objects.create(
            application=application, contract=till.contract, kind='code', phone='+79160000000', phone_index=b'0' * 32,
            text='Код: 123456', is_sandbox=True, created_at=now)
        stored = store_file(b'picture %d' % number, content_type='image/png', kind='scan', context='test')
        Scan.objects.create(application=application, type='PASSPORT_MAIN', version=number + 10, file=stored,
                            created_at=now, is_current=False)


def test_the_number_of_queries_does_not_grow_with_the_rows(till: Till) -> None:
    client = browser(a_superuser())
    page(client, till.application.pk)
    with CaptureQueriesContext(connection, ) as few:
        page(client, till.application.pk)
    many_rows(till, 15)
    with CaptureQueriesContext(connection) as many:
        page(client, till.application.pk)
    assert len(many) == len(few)
    assert len(many) <= 45


def test_who_works_on_the_form_stands_in_the_head(till: Till) -> None:
    Assignment.objects.create(application=till.application, holder='anna', taken_at=timezone.now())
    assert 'anna' in page(browser(a_person('operator')), till.application.pk)
