"""From the registration page to a sandbox partner, and on to live work."""
from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client
from django.utils import timezone

from denimhub.registration import services
from denimhub.registration.services import approve, confirm, refuse
from jobs.models import Job
from jobs.testing import run_due
from offers.models import Route
from partners.models import Partner
from partners.models_changes import ChangeStatus, PartnerChange
from partners.models_company import Company, LiveStatus, Registration
from partners.models_staff import PartnerStaff, Role
from partners.refusals import NotPossible
from tests.registries.receivers import Mailbox, smtp_server
from tests.world import a_lender

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = {'registration.send_confirmation', 'registration.send_decision', 'registration.send_invitation'}
PASSWORD = 'синий трактор едет в поле'
FORM: dict[str, Any] = {
    'company_name': 'ООО «Ромашка»', 'inn': '7707083893', 'contact_name': 'Анна', 'email': 'Anna@Shop.example.ru',
    'phone': '8 (495) 123-45-67', 'site': 'shop.example.ru', 'password': PASSWORD, 'consent': 'on', 'fax': ''}


def post(client: Client, **changes: Any) -> Any:
    return client.post('/registration/', FORM | changes)


def link_of(text: str) -> str:
    found = re.search(r'/(?:registration/confirm|partner/join)/[\w-]{43}/', text)
    assert found is not None, text
    return found.group()


def the_link() -> str:
    """Of the newest letter."""
    run_due(kinds=KINDS, raise_errors=True)
    return link_of(str(mail.outbox[-1].body))


def a_company(client: Client, **changes: Any) -> Company:
    """Signed up and confirmed."""
    post(client, **changes)
    assert client.post(the_link()).status_code == 200
    return Company.objects.latest('pk')


def test_the_page_opens_and_says_what_comes(client: Client) -> None:
    answer = client.get('/registration/')
    assert answer.status_code == 200
    assert 'Регистрация компании' in answer.content.decode()
    assert client.get('/').content.decode().count('/registration/') == 1


def test_a_company_signs_up_confirms_and_has_a_sandbox_partner_at_once(client: Client) -> None:
    assert post(client).headers['Location'] == '/registration/sent/'
    assert not get_user_model().objects.exists()
    link = the_link()
    letter = mail.outbox[0]
    assert letter.to == ['anna@shop.example.ru']
    assert client.get(link).status_code == 200
    assert not get_user_model().objects.exists(), 'a mail scanner that opens the link confirms nothing'

    assert client.post(link).status_code == 200
    company = Company.objects.get()
    partner, user = company.sandbox, get_user_model().objects.get()
    assert (partner.name, partner.is_sandbox, company.live, company.live_status) == (
        'ООО «Ромашка»', True, None, LiveStatus.PENDING)
    assert sorted(partner.points.values_list('kind', 'channel')) == [
        ('bnpl', 'ONLINE'), ('pos', 'OFFLINE'), ('pos', 'ONLINE')]
    assert sorted(partner.products.values_list('kind', flat=True)) == ['bnpl', 'pos']
    assert all(Route.objects.filter(partner=partner).values_list('lender__is_sandbox', flat=True))
    assert set(Route.objects.filter(partner=partner).values_list('kind', flat=True)) == {'pos', 'bnpl'}
    assert (user.username, user.is_staff, user.is_superuser) == ('anna@shop.example.ru', True, False)
    assert user.check_password(PASSWORD)
    assert list(user.groups.values_list('name', flat=True)) == ['partner']
    assert PartnerStaff.objects.values_list('user', 'partner', 'role').get() == (user.pk, partner.pk, Role.OWNER)
    assert company.contact == {'name': 'Анна', 'email': 'anna@shop.example.ru', 'phone': '+74951234567'}


def test_a_new_partner_is_led_to_sandbox_lenders_that_are_in_use(client: Client) -> None:
    used, _resting = a_lender(), a_lender(is_active=False)
    company = a_company(client)
    assert set(Route.objects.filter(partner=company.sandbox).values_list('lender', flat=True)) == {used.pk}


def test_the_link_works_once(client: Client) -> None:
    post(client)
    link = the_link()
    assert client.post(link).status_code == 200
    assert client.post(link).status_code == 410
    assert client.get(link).status_code == 410
    assert Partner.objects.count() == 1


def test_the_link_is_out_of_date_after_a_day(client: Client, time_machine: Any) -> None:
    post(client)
    link = the_link()
    time_machine.move_to(timezone.now() + timedelta(hours=24, seconds=1))
    assert client.post(link).status_code == 410
    assert not Partner.objects.exists()


def test_the_database_knows_neither_the_token_nor_the_person(client: Client) -> None:
    post(client)
    token = the_link().split('/')[-2]
    row = Registration.objects.values().get()
    told = repr({name: value for name, value in row.items() if name != 'contact'})
    for secret in (token, 'anna', 'Анна', '74951234567', PASSWORD):
        assert secret not in told
    assert 'anna' not in repr(list(Job.objects.values('subject', 'data', 'last_error')))


def test_a_known_email_gets_the_same_answer_and_another_letter(client: Client) -> None:
    fresh = post(client)
    client.post(the_link())
    known = post(client, company_name='Другая', inn='500100732259')
    assert (known.status_code, known.headers['Location']) == (fresh.status_code, fresh.headers['Location'])
    run_due(kinds=KINDS, raise_errors=True)
    assert mail.outbox[-1].subject == 'DenimHub: вы уже зарегистрированы'
    assert '/registration/confirm/' not in mail.outbox[-1].body
    assert Company.objects.count() == 1


def test_two_open_registrations_of_one_email_make_one_account(client: Client) -> None:
    post(client)
    first = the_link()
    post(client, company_name='Вторая')
    second = the_link()
    assert first != second
    assert client.post(first).status_code == 200
    answer = client.post(second)
    assert answer.status_code == 410
    assert 'уже зарегистрирован' in answer.content.decode()
    assert Company.objects.count() == 1
    assert Partner.objects.count() == 1


@pytest.mark.parametrize(('field', 'value'), [
    ('inn', '7707083894'), ('inn', '123'), ('inn', ''), ('email', 'anna'), ('phone', '12345'), ('site', 'http://x y'),
    ('password', 'короткий'), ('password', 'denimhub-demo-2026'), ('password', 'anna@shop.example.ru'),
    ('consent', ''), ('company_name', ' ')])
def test_a_wrong_field_is_told_and_nothing_is_stored(client: Client, field: str, value: str) -> None:
    answer = post(client, **{field: value})
    assert answer.status_code == 422
    assert list(answer.context['form'].errors) == [field]
    assert not Registration.objects.exists()
    assert PASSWORD not in answer.content.decode()


def test_a_robot_is_thanked_and_forgotten(client: Client) -> None:
    assert post(client, fax='+7 495').headers['Location'] == '/registration/sent/'
    assert not Registration.objects.exists()


def test_ten_registrations_an_hour_from_one_address(client: Client) -> None:
    for number in range(services.PER_ADDRESS_HOUR):
        assert post(client, email=f'a{number}@example.ru').status_code == 302
    answer = post(client, email='one-more@example.ru')
    assert (answer.status_code, answer.headers['Retry-After']) == (429, '3600')
    assert Registration.objects.count() == services.PER_ADDRESS_HOUR
    assert client.post('/registration/', FORM, REMOTE_ADDR='203.0.113.9').status_code == 302


def test_nobody_fills_a_strangers_mailbox_through_us(client: Client) -> None:
    for _number in range(5):
        post(client)
    run_due(kinds=KINDS, raise_errors=True)
    assert len(mail.outbox) == 3


def test_a_form_from_another_site_is_refused() -> None:
    assert Client(enforce_csrf_checks=True).post('/registration/', FORM).status_code == 403
    assert not Registration.objects.exists()


def test_registration_is_closed_where_no_letter_can_be_sent(client: Client, settings: Any) -> None:
    settings.PRODUCTION, settings.EMAIL_URL = True, ''
    assert client.get('/registration/').status_code == 503
    assert client.get('/registration/letters/').status_code == 404


def test_letters_go_through_a_real_server_and_wait_while_it_is_busy(client: Client, settings: Any) -> None:
    mailbox = Mailbox('451 later')
    with smtp_server(mailbox) as port:
        settings.EMAIL_BACKEND = 'django.core.mail.backends.smtp.EmailBackend'
        settings.EMAIL_HOST, settings.EMAIL_PORT = '127.0.0.1', port
        post(client)
        run_due(kinds=KINDS)
        assert mailbox.letters == []
        job = Job.objects.get(kind='registration.send_confirmation')
        assert 'anna' not in job.last_error
        Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
        run_due(kinds=KINDS, raise_errors=True)
    assert [letter['To'] for letter in mailbox.letters] == ['anna@shop.example.ru']
    assert client.post(link_of(mailbox.letters[0].get_content())).status_code == 200


def test_without_a_server_letters_lie_on_a_page_of_the_stand(client: Client, settings: Any, tmp_path: Any) -> None:
    settings.EMAIL_BACKEND = 'django.core.mail.backends.filebased.EmailBackend'
    settings.EMAIL_FILE_PATH, settings.EMAIL_URL = tmp_path, ''
    post(client)
    run_due(kinds=KINDS, raise_errors=True)
    shown = client.get('/registration/letters/').content.decode()
    assert 'DenimHub: подтвердите адрес' in shown
    assert '/registration/letters/' in client.get('/registration/sent/').content.decode()
    assert client.post(link_of(shown)).status_code == 200


# --- live work --------------------------------------------------------------------------------------------------------

def test_an_approved_company_gets_a_live_partner_that_shares_nothing(client: Client) -> None:
    company = a_company(client)
    approve(company_id=company.pk, actor='chief', redirect_hosts=['shop.example.ru'], networks=['203.0.113.7'])
    company.refresh_from_db()
    live = company.live
    assert live is not None
    assert (live.is_sandbox, live.redirect_hosts, live.networks, live.auth_policy) == (
        False, ['shop.example.ru'], ['203.0.113.7/32'], 'ip')
    assert live.guid != company.sandbox.guid
    assert not set(live.points.values_list('pk', flat=True)) & set(company.sandbox.points.values_list('pk', flat=True))
    assert not Route.objects.filter(partner=live).exists()
    run_due(kinds=KINDS, raise_errors=True)
    letter = mail.outbox[-1]
    assert letter.to == ['anna@shop.example.ru']
    assert str(live.guid) not in letter.body
    with pytest.raises(NotPossible):
        approve(company_id=company.pk, actor='chief')
    assert Partner.objects.filter(is_sandbox=False).count() == 1


def test_a_host_that_the_company_did_not_name_waits_for_a_second_person(client: Client) -> None:
    company = a_company(client)
    approve(company_id=company.pk, actor='chief', redirect_hosts=['shop.example.ru', 'pay.example.com'])
    company.refresh_from_db()
    assert company.live is not None
    assert company.live.redirect_hosts == ['shop.example.ru']
    change = PartnerChange.objects.get(partner=company.live, setting='redirect_hosts')
    assert (change.status, change.after) == (ChangeStatus.WAITING, ['shop.example.ru', 'pay.example.com'])


def test_one_inn_works_live_once(client: Client) -> None:
    first = a_company(client)
    second = a_company(client, email='other@example.ru')
    approve(company_id=first.pk, actor='chief')
    with pytest.raises(NotPossible, match='ИНН'):
        approve(company_id=second.pk, actor='chief')
    assert Partner.objects.filter(is_sandbox=False).count() == 1


def test_a_refusal_tells_the_reason_and_may_be_asked_again(client: Client) -> None:
    company = a_company(client)
    with pytest.raises(NotPossible):
        refuse(company_id=company.pk, actor='chief', reason=' ')
    refuse(company_id=company.pk, actor='chief', reason='Нет сайта')
    run_due(kinds=KINDS, raise_errors=True)
    assert 'Нет сайта' in mail.outbox[-1].body
    assert not Partner.objects.filter(is_sandbox=False).exists()
    services.ask_again(company_id=company.pk)
    company.refresh_from_db()
    assert company.live_status == LiveStatus.PENDING


def test_the_database_itself_keeps_the_worlds_apart(client: Client) -> None:
    company = a_company(client)
    approve(company_id=company.pk, actor='chief')
    company.refresh_from_db()
    with pytest.raises(Exception, match='sandbox and live never mix'):
        Company.objects.filter(pk=company.pk).update(live=company.sandbox)


def test_confirming_nonsense_confirms_nothing() -> None:
    for token in ('', 'x' * 43, uuid.uuid4().hex):
        with pytest.raises(NotPossible):
            confirm(token=token)
    assert not Partner.objects.exists()
