"""Addresses and verbs: everything below /dp/ answers in the envelope, nothing redirects."""
from __future__ import annotations

import pytest

from denimhub.dp.urls import METHODS
from tests.dp.wire import Web, is_envelope

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
NAMES = [method.name for method in METHODS]


def test_the_14_post_methods_and_get_file_are_all() -> None:
    assert NAMES == [
        'create_form', 'get_offers', 'confirm_offer', 'get_contract', 'send_sms_link', 'resend_sms_code',
        'check_sms_code', 'save_scans', 'get_scans_status', 'confirm_contract', 'get_signing_status',
        'get_payment_status', 'get_issue_status', 'cancel']


@pytest.mark.parametrize('path', [
    '/dp/', '/dp/unknown', '/dp/get_offers/', '/dp/create_form/', '/dp/get_file/', '/dp/GET_OFFERS', '/dp//get_offers',
    '/dp/get_offers/x', '/dp/%00', '/dp/%ff', '/dp/../admin', '/dp/admin', '/dp/get_offers%2f', '/dp/get_offers;x',
    '/dp/%D0%BF'])
def test_any_other_address_is_404(web: Web, path: str) -> None:
    for verb in ('POST', 'GET', 'PUT'):
        reply = web.send(path, b'{}', verb=verb)
        assert reply.status == 404, verb
        assert is_envelope(reply)
        assert 'location' not in reply.headers


@pytest.mark.parametrize('verb', ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])
@pytest.mark.parametrize('name', NAMES)
def test_a_method_takes_post_only(web: Web, name: str, verb: str) -> None:
    reply = web.send(f'/dp/{name}', b'{}', verb=verb)
    assert reply.status == 405
    assert reply.headers['allow'] == 'POST'
    assert is_envelope(reply)


@pytest.mark.parametrize('verb', ['POST', 'PUT', 'DELETE', 'OPTIONS'])
def test_get_file_takes_get_only(web: Web, verb: str) -> None:
    reply = web.send('/dp/get_file', b'{}', verb=verb)
    assert reply.status == 405
    assert reply.headers['allow'] == 'GET'
    assert is_envelope(reply)


@pytest.mark.parametrize('query', [
    '', '?partner_guid=a', '?file_guid=b', '?partner_guid=a&file_guid=b', '?partner_guid=%00&file_guid=%00',
    '?partner_guid=5a6b7c8d-2222-4333-8444-a55566677788&file_guid=5a6b7c8d-2222-4333-8444-a55566677788', '?%ff=%ff'])
def test_any_miss_of_get_file_is_the_same_404(web: Web, query: str) -> None:
    reply = web.send(f'/dp/get_file{query}', verb='GET', media_type=None)
    other = web.send('/dp/get_file', verb='GET', media_type=None)
    assert reply.status == 404
    assert is_envelope(reply)
    assert reply.body == other.body
