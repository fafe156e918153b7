"""Proof of who calls: addresses and keys; whoever is turned away learns no more than an unknown partner."""
from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from denimhub.dp.limits import forget_terms
from partners.keys import make_key, revoke_key
from partners.models import Partner
from partners.models_keys import PartnerKey
from partners.refusals import NotPossible
from tests.world import a_partner

pytestmark = pytest.mark.django_db
FORM = '3f0c1d8e-6a52-4c0b-9d53-0a4f3b7e2c11'
ADDRESS = '203.0.113.7'


@pytest.fixture(autouse=True)
def fresh_terms() -> Iterator[None]:
    """Settings of partners are read anew in each test."""
    forget_terms()
    yield
    forget_terms()


def call(client: Client, partner_guid: object, *, ip: str = ADDRESS, key: str = '', method: str = 'get_offers',
         **body: Any) -> Any:
    headers = {'Authorization': f'Bearer {key}'} if key else {}
    return client.post(f'/dp/{method}', {'partner_guid': str(partner_guid), 'form_guid': FORM, **body},
                       content_type='application/json', headers=headers, REMOTE_ADDR=ip)


def code(answer: Any) -> int:
    return int(answer.json()['error_code'])


def test_from_an_address_of_its_list_a_partner_is_itself(client: Client) -> None:
    partner = a_partner(auth_policy='ip', networks=['203.0.113.0/24', '2001:db8::/48'])
    for ip in (ADDRESS, '2001:db8::5', '::ffff:203.0.113.9'):
        assert code(call(client, partner.guid, ip=ip)) == 3102


@pytest.mark.parametrize('ip', ['198.51.100.1', '2001:db9::1', 'unknown', ''])
@pytest.mark.parametrize('method', ['get_offers', 'create_form', 'cancel'])
def test_from_elsewhere_the_answer_is_that_of_an_unknown_partner(client: Client, ip: str, method: str) -> None:
    partner = a_partner(auth_policy='ip', networks=['203.0.113.0/24'])
    turned_away = call(client, partner.guid, ip=ip, method=method)
    unknown = call(client, uuid.uuid4(), ip=ip, method=method)
    assert code(turned_away) == 2000
    assert (turned_away.status_code, turned_away.content) == (unknown.status_code, unknown.content)


def test_a_file_is_not_found_from_elsewhere(client: Client) -> None:
    partner = a_partner(auth_policy='ip', networks=['203.0.113.0/24'])
    answer = client.get('/dp/get_file', {'partner_guid': str(partner.guid), 'file_guid': FORM}, REMOTE_ADDR='8.8.8.8')
    assert answer.status_code == 404


def test_an_invented_forwarded_header_moves_nobody(client: Client) -> None:
    partner = a_partner(auth_policy='ip', networks=['203.0.113.0/24'])
    answer = client.post('/dp/get_offers', {'partner_guid': str(partner.guid), 'form_guid': FORM},
                         content_type='application/json', headers={'X-Forwarded-For': ADDRESS}, REMOTE_ADDR='8.8.8.8')
    assert code(answer) == 2000


def test_a_key_opens_and_a_missing_or_wrong_one_is_401(client: Client) -> None:
    partner = a_partner(auth_policy='key')
    made = make_key(partner=partner, actor='anna')
    assert code(call(client, partner.guid, key=made.text)) == 3102
    for wrong in ('', 'x', made.text[:-1] + ('A' if made.text[-1] != 'A' else 'B'), made.text + 'A',
                  'dhk_000000000000_' + made.text[-43:]):
        answer = call(client, partner.guid, key=wrong)
        assert (answer.status_code, code(answer), answer.headers['WWW-Authenticate']) == (401, 401, 'Bearer')


def test_a_key_of_another_partner_makes_an_unknown_partner(client: Client) -> None:
    partner, other = a_partner(auth_policy='key'), a_partner(auth_policy='key')
    make_key(partner=partner, actor='anna')
    stolen = make_key(partner=other, actor='boris')
    answer = call(client, partner.guid, key=stolen.text)
    assert answer.content == call(client, uuid.uuid4()).content


def test_a_revoked_key_stops_with_the_next_call_and_two_live_side_by_side(client: Client) -> None:
    partner = a_partner(auth_policy='key')
    old, new = make_key(partner=partner, actor='anna'), make_key(partner=partner, actor='anna')
    assert code(call(client, partner.guid, key=old.text)) == code(call(client, partner.guid, key=new.text)) == 3102
    with pytest.raises(NotPossible):
        make_key(partner=partner, actor='anna')
    assert PartnerKey.objects.count() == 2
    revoke_key(partner=partner, key_id=old.key.key_id, actor='anna')
    assert call(client, partner.guid, key=old.text).status_code == 401
    assert code(call(client, partner.guid, key=new.text)) == 3102
    with pytest.raises(NotPossible):
        revoke_key(partner=a_partner(), key_id=new.key.key_id, actor='boris')
    assert code(call(client, partner.guid, key=new.text)) == 3102


def test_the_database_does_not_know_the_key() -> None:
    made = make_key(partner=a_partner(), actor='anna')
    secret = made.text.rsplit('_', 1)[-1] if made.text.count('_') == 2 else made.text[-43:]
    assert secret not in repr(PartnerKey.objects.values().get())


def test_both_are_asked_for_where_both_are_demanded(client: Client) -> None:
    partner = a_partner(auth_policy='ip_key', networks=['203.0.113.0/24'])
    made = make_key(partner=partner, actor='anna')
    assert code(call(client, partner.guid, key=made.text)) == 3102
    assert code(call(client, partner.guid, key=made.text, ip='8.8.8.8')) == 2000
    assert call(client, partner.guid).status_code == 401


def test_partners_with_a_guid_only_pay_nothing_for_all_this(client: Client) -> None:
    partner = a_partner()
    a_partner(auth_policy='ip', networks=['203.0.113.0/24'])
    call(client, partner.guid)
    with CaptureQueriesContext(connection) as queries:
        call(client, partner.guid, key='dhk_whatever')
    assert [one['sql'] for one in queries if 'partnerkey' in one['sql']] == []
    assert len(queries) == 2, 'the form, and the partner once the form is missing'


def test_a_policy_is_obeyed_once_the_terms_are_read_anew(client: Client) -> None:
    partner = a_partner()
    assert code(call(client, partner.guid)) == 3102
    Partner.objects.filter(pk=partner.pk).update(auth_policy='ip', networks=['198.51.100.0/24'])
    forget_terms()
    assert code(call(client, partner.guid)) == 2000
