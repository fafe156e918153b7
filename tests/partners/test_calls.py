"""The log of partners' calls: filled beside the call, without a body, without personal data."""
from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from partners import calls
from partners.calls import Noted, note, write_now
from partners.models_calls import PartnerCall
from tests.world import a_partner

pytestmark = pytest.mark.django_db
FORM = '3f0c1d8e-6a52-4c0b-9d53-0a4f3b7e2c11'


@pytest.fixture(autouse=True)
def without_thread(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Notes wait until the test writes them."""
    settings.PARTNER_CALLS_LOG = True
    calls._log.begin()
    monkeypatch.setattr(calls._log, '_start', lambda: None)
    yield
    calls._log.begin()


def a_note(partner_guid: object, **fields: Any) -> Noted:
    return Noted(str(partner_guid), 'get_offers', **fields)


def test_a_call_is_in_the_log_with_its_code_form_and_times(client: Client) -> None:
    partner = a_partner()
    answer = client.post('/dp/get_offers', {'partner_guid': str(partner.guid), 'form_guid': FORM, 'secret': 'Иванов'},
                         content_type='application/json', headers={'X-Request-ID': 'till-42_abcdef'})
    assert answer.json()['error_code'] == 3102
    assert write_now()
    call = PartnerCall.objects.get()
    assert (call.partner, call.method, call.code, str(call.form_guid), call.request_id, call.fields) == (
        partner, 'get_offers', 3102, FORM, 'till-42_abcdef', '')
    assert call.ms > 0
    assert call.answer_bytes == len(answer.content)
    assert call.request_bytes > 0


def test_refused_fields_are_named_and_their_values_are_not(client: Client) -> None:
    partner = a_partner()
    client.post('/dp/get_offers', {'partner_guid': str(partner.guid), 'form_guid': 42}, content_type='application/json')
    assert write_now()
    call = PartnerCall.objects.get()
    assert (call.code, call.fields, call.form_guid) == (2000, 'form_guid', None)


def test_a_protocol_fault_has_its_http_status(client: Client) -> None:
    partner = a_partner()
    client.get('/dp/get_file', {'partner_guid': str(partner.guid), 'file_guid': str(uuid.uuid4())})
    assert write_now()
    assert PartnerCall.objects.values_list('method', 'code').get() == ('get_file', 404)


def test_calls_under_a_guid_that_nobody_has_are_no_partners_calls(client: Client) -> None:
    for guid in (str(uuid.uuid4()), 'x' * 36, 'short', 7, None):
        client.post('/dp/get_offers', {'partner_guid': guid}, content_type='application/json')
    assert write_now()
    assert not PartnerCall.objects.exists()


def test_strange_guids_of_forms_and_paths_do_not_reach_the_table() -> None:
    partner = a_partner()
    note(a_note(partner.guid, form_guid='\x00' * 36, fields='items[0].category,<b>\x00' + 'y' * 400))
    assert write_now()
    call = PartnerCall.objects.get()
    assert call.form_guid is None
    assert call.fields == ('items[0].category,b' + 'y' * 400)[:300]


def test_when_too_many_wait_the_oldest_go_and_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = a_partner()
    for number in range(calls.MOST_WAITING + 5):
        note(a_note(partner.guid, code=number))
    assert calls.waiting() == calls.MOST_WAITING
    assert calls._log.lost == 5
    assert calls._log.waiting[0].code == 5


def test_a_database_that_is_away_costs_no_note(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = a_partner()
    for code in (1, 2, 3):
        note(a_note(partner.guid, code=code))

    def away(_batch: list[Noted]) -> list[Noted]:
        raise OperationalError('the server went away')

    with monkeypatch.context() as broken:
        broken.setattr(calls._log, '_of_known_partners', away)
        broken.setattr(connection, 'close', lambda: None)
        assert not write_now()
    assert calls.waiting() == 3
    assert write_now()
    assert list(PartnerCall.objects.order_by('id').values_list('code', flat=True)) == [1, 2, 3]


def test_nothing_is_noted_when_the_log_is_off(settings: Any) -> None:
    settings.PARTNER_CALLS_LOG = False
    note(a_note(a_partner().guid))
    assert calls.waiting() == 0
