"""Partners in the workstation: a supervisor opens live work, two decide on addresses, staff of a partner only look."""
from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from denimhub.people.services import join
from partners.models import Partner
from partners.models_changes import PartnerChange
from partners.models_company import Company, LiveStatus
from partners.services import create_partner
from tests.world import a_partner
from vault.models import AccessNote

pytestmark = pytest.mark.django_db


def someone(name: str, group: str) -> Client:
    user = get_user_model().objects.create_user(name, f'{name}@example.ru', 'x', is_staff=True)
    join(user=user, group=group)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def company() -> Company:
    return Company.objects.create(
        name='Ромашка', inn='7707083893', site='https://shop.example.ru', asked_at=timezone.now(),
        sandbox=create_partner(name='Ромашка', is_sandbox=True, actor='anna'),
        contact={'name': 'Анна', 'email': 'anna@shop.example.ru', 'phone': '+74951234567'})


def test_a_supervisor_opens_live_work(company: Company) -> None:
    chief, page = someone('chief', 'supervisor'), reverse('admin:partners_company_approve', args=[company.pk])
    shown = chief.get(page).content.decode()
    assert 'anna@shop.example.ru' in shown
    assert 'shop.example.ru</textarea>' in shown
    assert AccessNote.objects.filter(reason='approval of a company').count() == 1
    assert chief.post(page, {'redirect_hosts': 'shop.example.ru'}).status_code == 200, 'nobody has checked it'
    assert not Partner.objects.filter(is_sandbox=False).exists()
    assert chief.post(page, {'is_checked': 'on', 'redirect_hosts': 'shop.example.ru', 'networks': '203.0.113.7'}
                      ).status_code == 302
    company.refresh_from_db()
    assert (company.live_status, company.decided_by) == (LiveStatus.APPROVED, 'chief')
    assert chief.post(page, {'is_checked': 'on'}).status_code == 409
    shown = chief.get(reverse('admin:partners_partner_change', args=[company.live_id])).content.decode()
    assert company.live is not None
    assert str(company.live.guid) not in shown


@pytest.mark.parametrize('group', ['operator', 'auditor', 'security'])
def test_nobody_else_opens_it(company: Company, group: str) -> None:
    page = reverse('admin:partners_company_approve', args=[company.pk])
    assert someone('other', group).post(page, {'is_checked': 'on'}).status_code == 403
    assert not Partner.objects.filter(is_sandbox=False).exists()


def test_two_supervisors_change_the_hosts() -> None:
    partner = a_partner()
    first, second = someone('first', 'supervisor'), someone('second', 'supervisor')
    ask = reverse('admin:partners_partner_ask', args=[partner.pk, 'redirect_hosts'])
    assert first.get(ask).status_code == 200
    assert first.post(ask, {'value': 'https://no-host'}).status_code == 409
    assert first.post(ask, {'value': 'pay.example.ru\n\nshop.example.ru'}).status_code == 302
    change = PartnerChange.objects.get()
    decide = reverse('admin:partners_change_approve', args=[change.pk])
    assert first.post(decide).status_code == 409
    partner.refresh_from_db()
    assert partner.redirect_hosts == []
    assert second.post(decide).status_code == 302
    partner.refresh_from_db()
    assert partner.redirect_hosts == ['pay.example.ru', 'shop.example.ru']


def test_addresses_are_for_security_and_unknown_settings_for_nobody() -> None:
    partner = a_partner()
    chief, guard = someone('chief', 'supervisor'), someone('guard', 'security')
    ask = reverse('admin:partners_partner_ask', args=[partner.pk, 'networks'])
    assert chief.post(ask, {'value': '203.0.113.7'}).status_code == 403
    assert not PartnerChange.objects.exists()
    assert guard.post(ask, {'value': '203.0.113.7'}).status_code == 302
    assert guard.get(reverse('admin:partners_partner_ask', args=[partner.pk, 'guid'])).status_code == 404


def test_a_limit_goes_through_the_journal() -> None:
    partner = create_partner(name='Магазин', is_sandbox=True, actor='anna')
    chief, page = someone('chief', 'supervisor'), reverse('admin:partners_partner_change', args=[partner.pk])
    form = chief.get(page).context['adminform'].form
    data: dict[str, Any] = {name: form.initial.get(name) or '' for name in form.fields} | {'sms_per_day': '7'}
    for formset in chief.get(page).context['inline_admin_formsets']:
        for field in (*formset.formset.management_form, *(one for row in formset.formset.forms for one in row)):
            value = field.value()
            data[field.html_name] = '' if value is None or value is False else value
    answer = chief.post(page, data)
    assert answer.status_code == 302, answer.context['errors']
    partner.refresh_from_db()
    assert partner.sms_per_day == 7
    assert PartnerChange.objects.values_list('before', 'after', 'asked_by').get(setting='sms_per_day') == (
        None, 7, 'chief')


def test_a_blocked_partner_is_written_down() -> None:
    partner = a_partner()
    page = reverse('admin:partners_partner_block', args=[partner.pk])
    assert someone('oper', 'operator').post(page).status_code == 403
    assert someone('guard', 'security').post(page).status_code == 302
    partner.refresh_from_db()
    assert partner.is_blocked
    assert PartnerChange.objects.values_list('setting', 'after', 'asked_by').get() == ('is_blocked', True, 'guard')
