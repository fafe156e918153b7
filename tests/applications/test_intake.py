"""One application per (partner, external id), whatever happens to answers and connections."""
from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections, transaction
from pytest_django import DjangoAssertNumQueries

from applications.models import Application, Event
from applications.questionnaire import Profile, read_form
from applications.refusals import ValidationRefused
from applications.services import Received, create_application
from denimhub.demo.forms import demo_form
from partners.models import Partner
from partners.selectors import Origin, find_origin
from tests.world import a_partner, a_point

Body = dict[str, Any]


@pytest.fixture
def partner(db: None) -> Partner:
    return a_partner()


@pytest.fixture
def body(partner: Partner) -> Body:
    point = a_point(partner)
    return demo_form(
        partner_guid=str(partner.guid), point_code=point.code, kind='pos', channel='ONLINE', phone='+79161112233')


def origin_of(body: Body) -> Origin:
    origin = find_origin(body['partner_guid'], body['point_code'], '')
    assert origin is not None
    return origin


def receive(body: Body) -> Received:
    form = read_form(json.dumps(body).encode(), profile=Profile('pos', 'ONLINE'))
    with transaction.atomic():
        return create_application(origin=origin_of(body), kind='pos', form=form, actor='partner', ask='offers.request')


def test_a_form_is_stored_with_its_event_and_nothing_of_the_client_in_plain_columns(body: Body) -> None:
    received = receive(body)
    assert received.is_new
    application = Application.objects.get(pk=received.application_id)
    assert application.status == 'NEW'
    assert application.questionnaire['last_name'] == body['last_name']
    assert application.amount == body['amount']
    assert [event.moved_to for event in Event.objects.filter(application=application)] == ['NEW']
    with connection.cursor() as cursor:
        cursor.execute('SELECT row_to_json(a)::text FROM applications_application a')
        row = cursor.fetchone()[0]
    for secret in (body['last_name'], body['passport_number'], '79161112233', body['email'], body['birth_date']):
        assert secret not in row
        assert secret.encode().hex() not in row


def test_storing_a_form_costs_one_statement(body: Body, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    form = read_form(json.dumps(body).encode(), profile=Profile('pos', 'ONLINE'))
    origin = origin_of(body)
    with django_assert_num_queries(1):
        create_application(origin=origin, kind='pos', form=form, actor='partner', ask='offers.request')


def test_the_same_body_again_is_the_same_form(body: Body) -> None:
    first = receive(body)
    second = receive(dict(reversed(body.items())) | {'codeword': None, 'snils': '', 'unknown_field': 1})
    assert (second.guid, second.is_new) == (first.guid, False)
    assert Application.objects.count() == 1
    assert Event.objects.count() == 1


@pytest.mark.parametrize('change', [
    {'first_name': 'Пётр'}, {'amount': 4_000_000}, {'email': 'other@example.com'}, {'codeword': 'лес'},
    {'life_insurance': True}, {'term_value': 24},
])
def test_another_body_under_the_same_external_id_is_refused(body: Body, change: Body) -> None:
    first = receive(body)
    before = Application.objects.filter(pk=first.application_id).values().get()
    with pytest.raises(ValidationRefused) as refused:
        receive(body | change)
    assert list(refused.value.data) == ['external_id']
    assert Application.objects.filter(pk=first.application_id).values().get() == before
    assert Application.objects.count() == 1


def test_another_partner_may_use_the_same_external_id(body: Body) -> None:
    other = a_partner()
    point = a_point(other)
    first = receive(body)
    second = receive(body | {'partner_guid': str(other.guid), 'point_code': point.code})
    assert first.guid != second.guid


@pytest.mark.parametrize('guid', [
    '0b6e3a52-7d1c-4f6e-9c55-2f1a7e8d9c10', 'not-a-guid', '', '{5f0c1d8e-6a52-4c0b-9d53-0a4f3b7e2c11}', '\u0000' * 36,
])
def test_an_unknown_partner_has_no_origin(partner: Partner, guid: str) -> None:
    assert find_origin(guid, 'P-1', '') is None


def test_a_guid_is_known_only_in_its_own_spelling(partner: Partner) -> None:
    assert find_origin(str(partner.guid).upper(), 'P-1', '') is None or str(partner.guid).isdigit()
    assert find_origin(str(partner.guid), 'P-1', '') is not None


def test_a_blocked_partner_has_no_origin(partner: Partner) -> None:
    partner.is_blocked = True
    partner.save()
    assert find_origin(str(partner.guid), 'P-1', '') is None


@pytest.mark.django_db(transaction=True)
def test_equal_forms_at_once_become_one_application() -> None:
    partner = a_partner()
    point = a_point(partner)
    for _round in range(8):
        body = demo_form(
            partner_guid=str(partner.guid), point_code=point.code, kind='pos', channel='ONLINE', phone='+79161112233')
        results = at_once(8, partial(receive, body))
        assert len({result.guid for result in results}) == 1
        assert sum(result.is_new for result in results) == 1
    assert Application.objects.count() == 8


def at_once(count: int, work: Callable[[], Received]) -> list[Received]:
    """Run the work in `count` threads that start together, each on a connection of its own."""
    barrier, results = threading.Barrier(count), list[Received]()

    def run() -> None:
        barrier.wait()
        try:
            results.append(work())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == count
    return results
