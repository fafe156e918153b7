"""Personal data are shown with a reason, a fresh password and a note, for one answer; the bundle shows none."""
from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import Application, Document, Event
from applications.states import record
from contracts.models import Message
from contracts.models_operators import Assignment
from lenders.models import Exchange
from scans.models import Scan
from tests.contracts.fakes import FakeLender
from tests.contracts.till import Till, fake_lender
from tests.people.people import a_person, a_superuser, browser, staff_of
from tests.world import a_lender, a_partner, a_point, an_offered_application
from vault.files import store_file
from vault.models import AccessNote

pytestmark = pytest.mark.django_db
CANARY: dict[str, Any] = {
    'last_name': 'Канарейкина', 'first_name': 'Жёлтопера', 'middle_name': 'Клеткоевна', 'birth_place': 'г. Птицеград',
    'passport_series': '4599', 'passport_number': '908172', 'email': 'canary.7351@birds.example.com',
    'codeword': 'зёрнышко7351', 'passport_issued_by': 'ОВД Жёрдочкинского района', 'birth_date': '1987-11-23',
    'mobile_phone': '+79167351908', 'registration_address_string': 'Птицеград, Насестная, 7, кв. 351',
    'relation_persons': [{'first_name': 'Ласточка', 'phone': '+79167351909'}]}
WHY = {'why': 'client', 'reason': 'обращение № 14 от 24.11'}


@pytest.fixture
def form(db: None) -> Application:
    """An offered form of a marked client, with a scan, a document and an SMS."""
    point, lender = a_point(a_partner()), a_lender()
    application, _offer = an_offered_application(point, lender, phone=CANARY['mobile_phone'])
    application.questionnaire = {**application.questionnaire, **CANARY}
    application.save(update_fields=['questionnaire'])
    now = timezone.now()
    picture = store_file(b'\xff\xd8 a picture', content_type='image/jpeg', kind='scan', context='test')
    Scan.objects.create(application=application, type='PASSPORT_MAIN', version=1, file=picture, display_file=picture,
                        thumbnail_file=picture, created_at=now)
    paper = store_file(b'%PDF-1.4 a form', content_type='application/pdf', kind='document', context='test')
    Document.objects.create(application=application, stage='offers', kind='personal_data', file=paper,
                            file_name='Согласие.pdf')
    Message.objects.create(application=application, kind='code', phone=CANARY['mobile_phone'], phone_index=b'0' * 32,
                           text='Канарейкина, ваш код: 735190', is_sandbox=True, created_at=now)
    return application


@pytest.fixture
def supervisor(form: Application) -> Client:
    return browser(a_person('supervisor', username='shura'))


def address(name: str, form: Application, *arguments: Any) -> str:
    return reverse(f'admin:applications_application_{name}', args=[form.pk, *arguments])


def show(client: Client, form: Application, *groups: str, **fields: Any) -> Any:
    return client.post(address('reveal', form), {'groups': groups, **WHY, **fields})


def files_of(form: Application) -> list[str]:
    scan, paper = Scan.objects.get(application=form), Document.objects.get(application=form)
    return [address('scan', form, scan.pk, copy) for copy in ('thumbnail', 'display', 'original')] + [
        address('document', form, paper.guid)]


def test_what_was_asked_for_is_shown_once_and_noted(supervisor: Client, form: Application) -> None:
    answer = show(supervisor, form, 'passport')
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'no-store' in answer['Cache-Control']
    assert CANARY['passport_number'] in text
    assert CANARY['last_name'] not in text
    assert '+79167351908' not in text
    note = AccessNote.objects.get()
    assert (note.actor, note.reason, note.subject) == (
        'operator shura', 'Обращение клиента: обращение № 14 от 24.11', str(form.guid))
    assert {'passport', 'passport_series', 'passport_number', 'passport_issued_by'} <= set(note.fields)
    assert note.ip == '127.0.0.1'
    assert CANARY['passport_number'] not in supervisor.get(address('reveal', form)).content.decode()


def test_every_group_has_a_note_of_its_own(supervisor: Client, form: Application) -> None:
    text = show(supervisor, form, 'name', 'contacts', 'address', 'work', 'messages').content.decode()
    assert AccessNote.objects.count() == 5
    for value in ('Канарейкина', '23.11.1987', '+79167351908', 'Насестная', 'Ласточка', 'ваш код: 735190'):
        assert value in text


@pytest.mark.parametrize('fields', [
    {'reason': ''}, {'reason': 'мало'}, {'why': ''}, {'why': 'curiosity'}, {'reason': 'паспорт 4512 345678'},
    {'groups': []}, {'groups': ['everything']}])
def test_without_a_reason_nothing_is_shown(supervisor: Client, form: Application, fields: dict[str, Any]) -> None:
    answer = supervisor.post(address('reveal', form), {'groups': ['name'], **WHY, **fields})
    assert answer.status_code == 400
    assert CANARY['last_name'] not in answer.content.decode()
    assert not AccessNote.objects.exists()


def test_an_old_log_in_is_asked_for_the_password_first(supervisor: Client, form: Application) -> None:
    supervisor.get(address('reveal', form))
    session = supervisor.session
    session['people_fresh'] = session['people_fresh'] - 301
    session.save()
    for answer in (supervisor.get(address('reveal', form)), show(supervisor, form, 'name')):
        assert answer.status_code == 302
        assert answer['Location'].startswith(reverse('account_reauthenticate'))
    assert not AccessNote.objects.exists()


def test_an_operator_shows_only_what_is_in_work(form: Application) -> None:
    anna = a_person('operator', username='anna')
    client = browser(anna)
    assert 'Взять в работу' in client.get(address('reveal', form)).content.decode()
    assert show(client, form, 'name').status_code == 403
    assert not AccessNote.objects.exists()
    Assignment.objects.create(application=form, holder='anna', taken_at=timezone.now())
    assert CANARY['last_name'] in show(client, form, 'name').content.decode()
    Assignment.objects.update(holder='boris')
    assert show(client, form, 'name').status_code == 403
    assert AccessNote.objects.count() == 1


@pytest.mark.parametrize('group', ['auditor', 'security', 'partner'])
def test_who_may_not_never_sees_anything(form: Application, group: str) -> None:
    client = browser(staff_of(form.partner) if group == 'partner' else a_person(group))
    Assignment.objects.create(application=form, holder='partner', taken_at=timezone.now())
    assert show(client, form, 'name').status_code == 403
    for where in [address('reveal', form), *files_of(form)]:
        assert client.get(where).status_code == 403
    assert not AccessNote.objects.exists()


def test_files_are_shut_until_a_reason_is_given(supervisor: Client, form: Application) -> None:
    for where in files_of(form):
        answer = supervisor.get(where)
        assert answer.status_code == 302
        assert answer['Location'].startswith(address('reveal', form))
    assert not AccessNote.objects.exists()


def test_one_reason_opens_the_files_of_one_form_for_a_quarter_of_an_hour(
    supervisor: Client, form: Application,
) -> None:
    show(supervisor, form, 'scans', 'documents')
    for where in files_of(form):
        answer = supervisor.get(where)
        assert answer.status_code == 200
        assert 'no-store' in answer['Cache-Control']
        assert b''.join(answer).startswith((b'\xff\xd8', b'%PDF'))
    seen = [note.fields[0] for note in AccessNote.objects.order_by('id')]
    assert seen == ['scans', 'documents', 'scan:PASSPORT_MAIN:1:thumbnail', 'scan:PASSPORT_MAIN:1:display',
                    'scan:PASSPORT_MAIN:1:original', 'document:offers:personal_data']
    assert {note.reason for note in AccessNote.objects.all()} == {'Обращение клиента: обращение № 14 от 24.11'}
    other, _offer = an_offered_application(form.point, a_lender())
    foreign = Scan.objects.create(application=other, type='PASSPORT_MAIN', version=1, created_at=timezone.now(),
                                  file=Scan.objects.get(application=form).file)
    assert supervisor.get(address('scan', other, foreign.pk, 'original')).status_code == 302
    assert supervisor.get(address('scan', form, foreign.pk, 'original')).status_code == 404


def test_the_files_shut_again(supervisor: Client, form: Application) -> None:
    show(supervisor, form, 'scans')
    session = supervisor.session
    kept = session['revealed'][str(form.guid)]
    session['revealed'] = {str(form.guid): {**kept, 'until': (timezone.now() - timedelta(seconds=1)).isoformat()}}
    session.save()
    for where in files_of(form):
        assert supervisor.get(where).status_code == 302


def test_the_pass_to_scans_opens_no_document(supervisor: Client, form: Application) -> None:
    show(supervisor, form, 'scans')
    assert supervisor.get(files_of(form)[0]).status_code == 200
    assert supervisor.get(files_of(form)[-1]).status_code == 302


def test_another_person_has_no_pass(supervisor: Client, form: Application) -> None:
    show(supervisor, form, 'scans')
    assert browser(a_person('supervisor')).get(files_of(form)[0]).status_code == 302


def test_the_card_shows_pictures_only_with_a_pass(supervisor: Client, form: Application) -> None:
    card = address('change', form)
    assert '<img' not in supervisor.get(card).content.decode().partition('id="scans"')[2]
    show(supervisor, form, 'scans', 'documents')
    text = supervisor.get(card).content.decode()
    assert all(where in text for where in files_of(form))
    assert [value for value in CANARY.values() if isinstance(value, str) and value in text] == []


# --- the bundle -----------------------------------------------------------------------------------------------------

@pytest.fixture
def till(transactional_db: None) -> Iterator[Till]:
    with fake_lender(FakeLender()) as lender:
        yield Till(lender).signed()


def test_the_bundle_tells_the_story_and_nothing_of_the_client(form: Application, supervisor: Client) -> None:
    Exchange.objects.create(
        lender=a_lender(), form_guid=form.guid, operation='submit', method='PUT', path='/v1',
        request={'note': 'Канарейкина просит позвонить +7 (916) 735-19-08', 'kind': 'pos'})
    with transaction.atomic():
        record(form.pk, subject='note', actor='operator anna', why='пишет с canary.7351@birds.example.com')
    answer = supervisor.get(address('bundle', form))
    assert answer.status_code == 200
    assert 'attachment' in answer['Content-Disposition']
    assert 'no-store' in answer['Cache-Control']
    text = answer.content.decode()
    secrets = [value for value in CANARY.values() if isinstance(value, str) and value != CANARY['passport_series']]
    found = json.loads(text)
    assert [secret for secret in [*secrets, 'Ласточка', '735-19-08', '735190'] if secret in text] == []
    assert {'application', 'events', 'exchanges', 'jobs', 'calls', 'versions', 'offers'} <= found.keys()
    assert found['application']['guid'] == str(form.guid)
    assert 'questionnaire' not in found['application']
    assert found['exchanges'][0]['request']['kind'] == 'pos'
    assert found['versions']['Django']


def test_who_took_the_bundle_is_written_down(form: Application, supervisor: Client) -> None:
    supervisor.get(address('bundle', form))
    note = AccessNote.objects.get()
    assert (note.actor, note.fields, note.subject) == ('operator shura', ['support_bundle'], str(form.guid))
    assert Event.objects.latest('id').subject == 'support bundle'


def test_the_bundle_of_a_signed_deal_holds_no_secret(till: Till) -> None:
    text = browser(a_superuser()).get(address('bundle', till.application)).content.decode()
    form = till.application.questionnaire
    assert [name for name in ('last_name', 'passport_number', 'mobile_phone', 'email', 'birth_date')
            if form.get(name) and str(form[name]) in text] == []
    assert till.newest_code() not in json.loads(text)['messages'].__repr__()
    for key in ('questionnaire', 'phone_index', 'digest', 'salt', '"text"', '"raw"', 'payment_url'):
        assert key not in text


