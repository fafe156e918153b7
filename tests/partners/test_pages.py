"""A partner's own pages and its team: everything of its own, nothing of anybody else."""
from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from contracts.models import Message
from denimhub.people import sessions
from denimhub.people.services import join
from denimhub.registration import services, services_team
from jobs.testing import run_due
from partners.models import Partner
from partners.models_calls import PartnerCall
from partners.models_company import Company
from partners.models_keys import PartnerKey
from partners.models_staff import PartnerStaff, Role
from partners.refusals import NotPossible
from partners.services import create_partner
from tests.world import a_partner, a_point, an_application
from vault.models import AccessNote

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ('/partner/', '/partner/calls/', '/partner/sms/', '/partner/access/', '/partner/team/')
PASSWORD = 'синий трактор едет в поле'
LETTERS = {'registration.send_invitation'}


def a_person(partner: Partner, email: str = 'anna@example.ru', role: str = Role.OWNER) -> User:
    user = get_user_model().objects.create_user(email, email, PASSWORD, is_staff=True, first_name='Анна')
    PartnerStaff.objects.create(user=user, partner=partner, role=role)
    join(user=user, group='partner')
    return user


def at_work(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def company() -> Company:
    sandbox = create_partner(name='Ромашка', is_sandbox=True, actor='anna')
    return Company.objects.create(
        name='Ромашка', inn='7707083893', sandbox=sandbox, asked_at=timezone.now(), contact={})


@pytest.fixture
def stale(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password was given long ago."""
    monkeypatch.setattr(sessions, 'is_fresh', lambda _session: False)


def open_live(company: Company) -> Partner:
    services.approve(company_id=company.pk, actor='chief')
    company.refresh_from_db()
    assert company.live is not None
    return company.live


def a_call(partner: Partner, code: int, **fields: Any) -> PartnerCall:
    return PartnerCall.objects.create(**{
        'partner': partner, 'method': 'get_offers', 'code': code, 'ms': 3.4, 'request_id': 'till-42_abcdef',
        'at': timezone.now(), 'request_bytes': 10, 'answer_bytes': 20} | fields)


def test_a_stranger_is_led_to_the_log_in_and_the_back_office_is_told_no(client: Client) -> None:
    for page in PAGES:
        assert client.get(page).headers['Location'] == f'/accounts/login/?next={page}'
    operator = get_user_model().objects.create_user('oper', 'o@example.ru', PASSWORD, is_staff=True)
    join(user=operator, group='operator')
    for page in PAGES:
        assert at_work(operator).get(page).status_code == 403


def test_the_page_shows_the_sandbox_guid_points_products_and_the_guide(company: Company) -> None:
    client = at_work(a_person(company.sandbox))
    shown = client.get('/partner/').content.decode()
    for told in (str(company.sandbox.guid), 'TILL-1', 'WEB-1', 'WEB-BNPL', 'POS-CREDIT', 'BNPL-4', 'Заявка на проверке',
                 '/partner/guide/', '/docs/'):
        assert told in shown


def test_everybody_reads_the_guide_as_a_page_and_its_links_lead_somewhere(client: Client) -> None:
    shown = client.get('/partner/guide/').content.decode()
    assert '<h1 id="api-denimhub-для-партнёров-v107">' in shown
    targets = {unquote(one) for one in re.findall(r'href="#([^"]+)"', shown)} - {'main'}
    assert len(targets) > 20
    assert targets - set(re.findall(r'id="([^"]+)"', shown)) == set()
    assert not re.search(r'href="[^"]*\.md', shown)


def test_calls_are_shown_with_what_to_do_and_only_ones_own(company: Company) -> None:
    a_call(company.sandbox, 0)
    a_call(company.sandbox, 2000, fields='items[0].category')
    a_call(a_partner(), 7004, request_id='foreign-call')
    client = at_work(a_person(company.sandbox))
    shown = client.get('/partner/calls/').content.decode()
    assert 'items[0].category' in shown
    assert 'исправьте поля и отправьте снова' in shown
    assert shown.count('till-42_abcdef') == 2
    assert 'foreign-call' not in shown
    assert client.get('/partner/calls/', {'errors': '1'}).content.decode().count('till-42_abcdef') == 1


def an_sms(partner: Partner, text: str) -> None:
    application = an_application(a_point(partner))
    now = timezone.now()
    Message.objects.create(
        application=application, kind='code', phone='+79160000000', phone_index=b'0' * 32, text=text,
        is_sandbox=partner.is_sandbox, created_at=now, sent_at=now, status='outbox')


def test_an_integrator_reads_the_code_of_a_sandbox_sms_and_nobody_elses(company: Company) -> None:
    an_sms(company.sandbox, 'Код: 123456')
    an_sms(a_partner(), 'Код: 654321')
    shown = at_work(a_person(company.sandbox)).get('/partner/sms/').content.decode()
    assert 'Код: 123456' in shown
    assert '654321' not in shown


def test_sms_of_live_clients_are_shown_to_nobody(company: Company) -> None:
    live = open_live(company)
    an_sms(live, 'Код: 123456')
    assert '123456' not in at_work(a_person(live)).get('/partner/sms/').content.decode()


# --- the live guid ----------------------------------------------------------------------------------------------------

def test_the_live_guid_is_shown_to_who_has_a_second_step_and_a_fresh_password(company: Company) -> None:
    live = open_live(company)
    user = a_person(live)
    client = at_work(user)
    guid = str(live.guid)
    assert guid not in client.get('/partner/').content.decode()
    assert client.post('/partner/guid/').headers['Location'] == '/accounts/2fa/totp/activate/'
    assert not AccessNote.objects.exists()
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    assert guid in client.post('/partner/guid/').content.decode()
    assert AccessNote.objects.values_list('reason', 'subject', 'actor').get() == (
        'partner guid', f'partner {live.pk}', f'staff of partner {user.pk}')
    assert guid not in client.get('/partner/').content.decode()


def test_a_stale_password_is_asked_for_again(company: Company, stale: None) -> None:
    live = open_live(company)
    client = at_work(a_person(live))
    for page in ('/partner/guid/', '/partner/keys/new/', '/partner/keys/abc/revoke/'):
        assert client.post(page).headers['Location'].startswith('/accounts/confirm/')
    assert not PartnerKey.objects.exists()


def test_an_owner_turns_from_the_sandbox_to_live_and_stays_logged_in(company: Company) -> None:
    client = at_work(a_person(company.sandbox))
    client.post('/partner/turn/', {'to': 'live'})
    assert 'тестовый</span>' in client.get('/partner/').content.decode(), 'not approved yet'
    open_live(company)
    assert client.post('/partner/turn/', {'to': 'live'}).status_code == 302
    assert 'боевой</span>' in client.get('/partner/').content.decode()
    client.post('/partner/turn/', {'to': 'sandbox'})
    assert 'тестовый</span>' in client.get('/partner/').content.decode()


def test_an_employee_of_the_sandbox_never_sees_live_work(company: Company) -> None:
    live = open_live(company)
    a_person(live, 'boss@example.ru')
    client = at_work(a_person(company.sandbox, role=Role.EMPLOYEE))
    client.post('/partner/turn/', {'to': 'live'})
    shown = client.get('/partner/team/').content.decode()
    assert 'тестовый</span>' in shown
    assert 'boss@example.ru' not in shown


# --- keys -------------------------------------------------------------------------------------------------------------

def test_a_key_is_shown_once_and_revoked(company: Company) -> None:
    client = at_work(a_person(company.sandbox))
    shown = client.post('/partner/keys/new/').content.decode()
    found = re.search(r'dhk_([0-9a-f]{12})_[\w-]{43}', shown)
    assert found is not None
    later = client.get('/partner/access/').content.decode()
    assert found.group() not in later
    assert found.group(1) in later
    client.post('/partner/keys/new/')
    assert client.post('/partner/keys/new/').status_code == 409
    client.post(f'/partner/keys/{found.group(1)}/revoke/')
    assert PartnerKey.objects.filter(revoked_at__isnull=True).count() == 1


def test_only_an_owner_handles_keys_and_people(company: Company) -> None:
    client = at_work(a_person(company.sandbox, role=Role.EMPLOYEE))
    for page, data in (('/partner/keys/new/', {}), ('/partner/team/', {'email': 'x@example.ru', 'name': 'X',
                                                                        'role': 'owner'})):
        assert client.post(page, data).status_code == 403
    assert not PartnerKey.objects.exists()
    assert not services_team.open_invitations(company.sandbox).exists()


def test_nobody_revokes_the_key_of_another_partner(company: Company) -> None:
    other = at_work(a_person(create_partner(name='Другой', is_sandbox=True, actor='b'), 'boris@example.ru'))
    at_work(a_person(company.sandbox)).post('/partner/keys/new/')
    key = PartnerKey.objects.get()
    assert other.post(f'/partner/keys/{key.key_id}/revoke/').status_code == 409
    key.refresh_from_db()
    assert key.revoked_at is None


# --- the team ---------------------------------------------------------------------------------------------------------

def invite(client: Client, email: str = 'boris@example.ru', role: str = 'employee') -> str:
    """The address of the link in the letter."""
    assert client.post('/partner/team/', {'email': email, 'name': 'Борис', 'role': role}).status_code == 302
    run_due(kinds=LETTERS, raise_errors=True)
    found = re.search(r'/partner/join/[\w-]{43}/', str(mail.outbox[-1].body))
    assert found is not None
    return found.group()


def test_a_person_is_invited_joins_works_and_is_removed(company: Company) -> None:
    owner = at_work(a_person(company.sandbox))
    link = invite(owner)
    assert Client().get(link).status_code == 200
    assert Client().post(link, {'password': 'короткий'}).status_code == 422
    assert Client().post(link, {'password': PASSWORD}).status_code == 200
    assert Client().post(link, {'password': PASSWORD}).status_code == 410
    boris = get_user_model().objects.get(username='boris@example.ru')
    assert boris.check_password(PASSWORD)
    assert PartnerStaff.objects.values_list('partner', 'role').get(user=boris) == (company.sandbox_id, 'employee')
    theirs = at_work(boris)
    assert theirs.get('/partner/').status_code == 200
    owner.post(f'/partner/team/{boris.pk}/remove/')
    assert theirs.get('/partner/').status_code == 302, 'the open session is over'
    assert not Client().login(username='boris@example.ru', password=PASSWORD)
    assert Client().post(invite(owner), {'password': PASSWORD + '!'}).status_code == 200
    assert Client().login(username='boris@example.ru', password=PASSWORD + '!')


def test_an_invitation_ends_after_three_days_or_when_withdrawn(company: Company, time_machine: Any) -> None:
    owner = at_work(a_person(company.sandbox))
    link = invite(owner)
    guid = services_team.open_invitations(company.sandbox).get().guid
    owner.post(f'/partner/team/invitations/{guid}/withdraw/')
    assert Client().post(link, {'password': PASSWORD}).status_code == 410
    link = invite(owner, 'vera@example.ru')
    time_machine.move_to(timezone.now() + timedelta(hours=72, seconds=1))
    assert Client().post(link, {'password': PASSWORD}).status_code == 410
    assert get_user_model().objects.count() == 1


def test_an_invitation_takes_over_no_account(company: Company) -> None:
    stranger = a_person(a_partner(), 'boris@example.ru')
    services_team.invite(partner=company.sandbox, email='boris@example.ru', name='Б', role='owner',
                         by=a_person(company.sandbox))
    run_due(kinds=LETTERS, raise_errors=True)
    assert '/partner/join/' not in mail.outbox[-1].body
    stranger.refresh_from_db()
    assert stranger.check_password(PASSWORD)
    assert stranger.partner_staff.partner_id != company.sandbox_id


def test_nobody_removes_the_last_owner_or_people_of_others(company: Company) -> None:
    owner = a_person(company.sandbox)
    stranger = a_person(a_partner(), 'boris@example.ru')
    for user in (owner, stranger):
        with pytest.raises(NotPossible):
            services_team.remove(partner=company.sandbox, user_id=user.pk, by=owner)
        user.refresh_from_db()
        assert user.is_active
