"""Settings of a partner: who may change what, what the journal says, what may never be."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jobs.models import Job
from jobs.testing import run_due
from partners.models import Partner, Point
from partners.models_calls import PartnerCall
from partners.models_changes import ChangeStatus, PartnerChange
from partners.refusals import NotPossible
from partners.rules import clean_hosts, clean_inn, clean_networks
from partners.services import approve_change, ask_change, change_settings, create_partner, refuse_change, save_part
from tests.world import a_partner


@pytest.mark.parametrize('inn', ['7707083893', '500100732259', ' 7707 083893 '])
def test_an_inn_with_right_digits(inn: str) -> None:
    assert clean_inn(inn) == ''.join(inn.split())


@given(st.text(max_size=14))
def test_any_other_text_is_refused_as_an_inn(text: str) -> None:
    try:
        found = clean_inn(text)
    except ValueError:
        return
    assert found.isdigit()
    assert len(found) in {10, 12}


def test_hosts_are_kept_in_one_spelling_each_once() -> None:
    assert clean_hosts(['Shop.Example.ru.', 'shop.example.ru', 'пример.рф']) == [
        'shop.example.ru', 'xn--e1afmkfd.xn--p1ai']


@pytest.mark.parametrize('host', [
    'https://shop.example.ru', 'shop.example.ru/path', 'shop.example.ru:443', 'user@shop.example.ru', 'localhost',
    '127.0.0.1', '*.example.ru', 'shop..ru', '', 'a' * 64 + '.ru'])
def test_what_is_no_host_name_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match='имя сайта'):
        clean_hosts([host])


def test_networks_are_kept_as_cidr() -> None:
    assert clean_networks(['203.0.113.7', '198.51.100.9/24', '2001:db8::1/48']) == [
        '203.0.113.7/32', '198.51.100.0/24', '2001:db8::/48']


@pytest.mark.parametrize('network', ['0.0.0.0/0', '10.0.0.0/8', '::/0', 'shop.example.ru', '203.0.113.300', ''])
def test_whole_continents_and_nonsense_are_no_networks(network: str) -> None:
    with pytest.raises(ValueError, match=r'сеть|широкая'):
        clean_networks([network])


# --- the journal and the second person -------------------------------------------------------------------------------

@pytest.mark.django_db
def test_a_limit_is_changed_by_one_person_and_written_down() -> None:
    partner = a_partner(requests_per_second=5)
    change_settings(partner=partner, actor='chief', values={'requests_per_second': 20, 'sms_per_day': None})
    partner.refresh_from_db()
    assert partner.requests_per_second == 20
    assert list(PartnerChange.objects.values_list('setting', 'before', 'after', 'asked_by', 'status')) == [
        ('requests_per_second', 5, 20, 'chief', 'applied')]


@pytest.mark.django_db
@pytest.mark.parametrize('setting', ['redirect_hosts', 'networks', 'auth_policy', 'guid', 'is_sandbox'])
def test_one_person_alone_changes_no_address(setting: str) -> None:
    partner = a_partner()
    with pytest.raises(NotPossible):
        change_settings(partner=partner, actor='chief', values={setting: ['evil.example.com']})
    partner.refresh_from_db()
    assert partner.redirect_hosts == []
    assert not PartnerChange.objects.exists()


@pytest.mark.django_db
def test_two_persons_change_the_hosts() -> None:
    partner = a_partner()
    change = ask_change(partner=partner, setting='redirect_hosts', after=['Pay.example.ru'], actor='first')
    partner.refresh_from_db()
    assert partner.redirect_hosts == []
    with pytest.raises(NotPossible):
        approve_change(change_id=change.pk, actor='first')
    partner.refresh_from_db()
    assert partner.redirect_hosts == []
    approve_change(change_id=change.pk, actor='second')
    partner.refresh_from_db()
    assert partner.redirect_hosts == ['pay.example.ru']
    with pytest.raises(NotPossible):
        refuse_change(change_id=change.pk, actor='third', reason='too late')


@pytest.mark.django_db
def test_a_refused_change_changes_nothing() -> None:
    partner = a_partner()
    change = ask_change(partner=partner, setting='redirect_hosts', after=['pay.example.ru'], actor='first')
    with pytest.raises(NotPossible):
        ask_change(partner=partner, setting='redirect_hosts', after=['other.example.ru'], actor='first')
    refuse_change(change_id=change.pk, actor='second', reason='Чужой сайт')
    partner.refresh_from_db()
    assert partner.redirect_hosts == []
    change.refresh_from_db()
    assert (change.status, change.decided_by, change.reason) == (ChangeStatus.REFUSED, 'second', 'Чужой сайт')


@pytest.mark.django_db
def test_an_approval_of_something_stale_is_refused() -> None:
    partner = a_partner()
    change = ask_change(partner=partner, setting='redirect_hosts', after=['pay.example.ru'], actor='first')
    Partner.objects.filter(pk=partner.pk).update(redirect_hosts=['new.example.ru'])
    with pytest.raises(NotPossible):
        approve_change(change_id=change.pk, actor='second')
    partner.refresh_from_db()
    assert partner.redirect_hosts == ['new.example.ru']


@pytest.mark.django_db
def test_a_partner_is_not_shut_out_by_a_policy_it_cannot_fulfil() -> None:
    partner = a_partner()
    for policy in ('ip', 'key', 'ip_key'):
        change = ask_change(partner=partner, setting='auth_policy', after=policy, actor='first')
        with pytest.raises(NotPossible):
            approve_change(change_id=change.pk, actor='second')
        refuse_change(change_id=change.pk, actor='second', reason='no key')
    partner.refresh_from_db()
    assert partner.auth_policy == 'guid'


@pytest.mark.django_db
def test_the_journal_cannot_be_written_over() -> None:
    partner = a_partner()
    change_settings(partner=partner, actor='chief', values={'sms_per_day': 5})
    rows = PartnerChange.objects.all()
    for spoil in (lambda: rows.update(asked_by='nobody'), rows.delete):
        with pytest.raises(Exception, match='Cannot'), transaction.atomic():
            spoil()
    assert PartnerChange.objects.get().asked_by == 'chief'


@pytest.mark.django_db
def test_points_are_journalled_with_what_they_were() -> None:
    partner = create_partner(name='Магазин', is_sandbox=True, actor='anna')
    point = partner.points.get(code='WEB-1')
    point.is_active = False
    save_part(row=point, actor='chief')
    assert PartnerChange.objects.values_list('before__is_active', 'after__is_active', 'asked_by').get(
        setting='point:WEB-1') == (True, False, 'chief')
    save_part(row=Point(partner=partner, code='NEW', name='Новая', kind='pos', channel='ONLINE'), actor='chief')
    assert PartnerChange.objects.filter(setting='point:NEW', before__isnull=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_calls_older_than_a_month_are_deleted(settings: Any) -> None:
    partner = a_partner()
    now = timezone.now()
    for days in (40, 31, 29, 0):
        PartnerCall.objects.create(partner=partner, method='get_offers', code=days, ms=1, request_id='x' * 8,
                                   at=now - timedelta(days=days), request_bytes=1, answer_bytes=1)
    Job.objects.create(kind='partners.delete_old', queue='documents', subject='')
    run_due(kinds={'partners.delete_old'}, limit=1, raise_errors=True)
    assert list(PartnerCall.objects.order_by('id').values_list('code', flat=True)) == [29, 0]
