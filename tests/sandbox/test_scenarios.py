"""Every scenario of the stand, over real HTTP."""
from __future__ import annotations

import time

import pytest
import urllib3
from urllib3.exceptions import HTTPError, ReadTimeoutError

from tests.sandbox.stand import Client, Stand

LENDERS = ('sandbox-bank', 'sandbox-mfo')


def phone(digits: str) -> str:
    return f'+7916123{digits}'


@pytest.mark.parametrize('lender', LENDERS)
def test_other_digits_approve_everything_up_to_the_issue(stand: Stand, lender: str) -> None:
    client = Client(stand, lender)
    contract = client.to_contract()
    assert contract['stage'] == 'ready'
    assert contract['signing_mode'] == 'platform'
    assert contract['wanted_scans'] == []
    assert contract['payment_url'] == ''
    assert client.sign() == (200, {})
    assert client.call('POST', '/confirmation', {}) == (200, {'accepted': True, 'reason': ''})
    assert client.issued()['issue'] == 'issued'
    effects = [(call['operation'], call['effect']) for call in stand.journal(client.form_guid)]
    assert effects == [('submit', True), ('choose', True), ('check_code', True), ('confirm', True)]


@pytest.mark.parametrize('lender', LENDERS)
def test_1001_declines(stand: Stand, lender: str) -> None:
    client = Client(stand, lender, phone('1001'))
    client.submit()
    answer = client.decided()
    assert answer['status'] == 'declined'
    assert answer['offers'] == []
    assert answer['reason']


def test_1002_one_declines_and_the_other_approves(stand: Stand) -> None:
    words = {}
    for lender in LENDERS:
        client = Client(stand, lender, phone('1002'))
        client.submit()
        words[lender] = client.decided()['status']
    assert words == {'sandbox-bank': 'declined', 'sandbox-mfo': 'approved'}


def test_1003_scores_slowly(stand: Stand) -> None:
    client = Client(stand, phone=phone('1003'))
    started = time.monotonic()
    client.submit()
    assert client.decided()['status'] == 'approved'
    assert time.monotonic() - started >= 10 * stand.pace - 0.05


@pytest.mark.parametrize('lender', LENDERS)
def test_1004_executes_the_first_submit_and_loses_its_answer(stand: Stand, lender: str) -> None:
    client = Client(stand, lender, phone('1004'))
    with pytest.raises(HTTPError):
        client.submit()
    status, found = client.call('GET')
    assert (status, found['is_cancelled']) == (200, False)
    assert client.submit()[0] == 200
    assert client.decided()['status'] == 'approved'
    calls = [(call['operation'], call['repeat'], call['effect']) for call in stand.journal(client.form_guid)]
    assert calls == [('submit', False, True), ('find', False, False), ('submit', True, False)]


@pytest.mark.parametrize('lender', LENDERS)
def test_1005_answers_500_twice_without_executing(stand: Stand, lender: str) -> None:
    client = Client(stand, lender, phone('1005'))
    assert client.submit()[0] == 500
    assert client.call('GET')[0] == 404
    assert client.submit()[0] == 500
    assert client.submit()[0] == 200
    assert client.decided()['status'] == 'approved'
    submits = [call for call in stand.journal(client.form_guid) if call['operation'] == 'submit']
    assert [(call['repeat'], call['effect']) for call in submits] == [(False, False), (True, False), (True, True)]


def test_1006_answers_garbage(stand: Stand) -> None:
    client = Client(stand, phone=phone('1006'))
    status, answer = client.submit()
    assert status == 200
    assert answer.startswith(b'<html>')
    assert client.call('GET', '/decision')[1]['status'] == 'aproved'
    assert 'lender_id' not in client.call('GET')[1]


def test_1007_takes_the_form_and_never_answers(stand: Stand) -> None:
    client = Client(stand, phone=phone('1007'))
    for method, action in (('PUT', ''), ('PUT', ''), ('GET', ''), ('GET', '/decision')):
        with pytest.raises(ReadTimeoutError):
            client.call(method, action, client.body() if method == 'PUT' else None, key='silent', timeout_seconds=0.3)
    assert client.call('POST', '/cancellation', {})[0] == 200
    assert stand.effects(client.form_guid, 'submit') == 1
    assert stand.effects(client.form_guid, 'cancel') == 1


def offline_to_scans(stand: Stand, digits: str) -> Client:
    client = Client(stand, 'sandbox-bank', phone(digits), channel='OFFLINE')
    client.submit()
    assert client.send_scans('PASSPORT_MAIN', 'PASSPORT_REGISTRATION', 'CLIENT_PHOTO', from_form=True)[0] == 200
    offer = client.decided()['offers'][0]
    client.call('POST', '/choice', {'offer_id': offer['offer_id']})
    contract = client.until('/contract', lambda answer: answer['stage'] != 'pending')
    assert contract['wanted_scans'] == [
        {'type': 'AGREEMENT_1', 'after_signing': True}, {'type': 'AGREEMENT_2', 'after_signing': True}]
    assert client.sign()[0] == 200
    assert {one['stage'] for one in client.checked_scans()['verdicts']} == {'accepted'}
    assert client.call('POST', '/confirmation', {})[1]['error']['code'] == 'not_ready'
    assert client.send_scans('AGREEMENT_1', 'AGREEMENT_2')[0] == 200
    return client


def test_offline_the_bank_wants_two_pages_of_the_agreement(stand: Stand) -> None:
    client = offline_to_scans(stand, '0000')
    answer = client.checked_scans()
    assert answer['outcome'] == 'open'
    assert {one['type']: one['stage'] for one in answer['verdicts']} == dict.fromkeys(
        ('PASSPORT_MAIN', 'PASSPORT_REGISTRATION', 'CLIENT_PHOTO', 'AGREEMENT_1', 'AGREEMENT_2'), 'accepted')
    assert client.call('POST', '/confirmation', {})[1]['accepted'] is True
    assert client.issued()['issue'] == 'issued'


def test_2001_wants_each_scan_of_the_contract_once_more(stand: Stand) -> None:
    client = offline_to_scans(stand, '2001')
    answer = client.checked_scans()
    stages = {one['type']: (one['stage'], bool(one['reason'])) for one in answer['verdicts']}
    assert stages['PASSPORT_MAIN'] == ('accepted', False)
    assert stages['AGREEMENT_1'] == stages['AGREEMENT_2'] == ('rescan_needed', True)
    client.send_scans('AGREEMENT_1', 'AGREEMENT_2', version=2)
    assert {one['stage'] for one in client.checked_scans()['verdicts']} == {'accepted'}
    assert client.call('POST', '/confirmation', {})[1]['accepted'] is True


def test_2001_online_plays_on_whatever_is_sent(stand: Stand) -> None:
    client = Client(stand, phone=phone('2001'))
    client.to_contract()
    client.sign()
    client.send_scans('PASSPORT_MAIN')
    assert client.checked_scans()['verdicts'][0]['stage'] == 'rescan_needed'
    client.send_scans('PASSPORT_MAIN', version=2)
    assert client.checked_scans()['verdicts'][0]['stage'] == 'accepted'


def test_2002_declines_the_scans(stand: Stand) -> None:
    client = offline_to_scans(stand, '2002')
    answer = client.checked_scans()
    assert answer['outcome'] == 'declined'
    of_contract = [one for one in answer['verdicts'] if one['type'].startswith('AGREEMENT')]
    assert [one['stage'] for one in of_contract] == ['rescan_needed', 'rescan_needed']
    assert all(one['reason'] for one in of_contract)
    client.send_scans('AGREEMENT_1', version=2)
    assert client.checked_scans()['outcome'] == 'declined'


def test_2003_changes_the_printed_forms_once(stand: Stand) -> None:
    client = offline_to_scans(stand, '2003')
    first = client.call('GET', '/contract')[1]
    answer = client.checked_scans()
    assert (answer['outcome'], answer['forms_version']) == ('print_forms_changed', 2)
    contract = client.call('GET', '/contract')[1]
    assert (contract['stage'], contract['forms_version']) == ('ready', 2)
    assert contract['terms']['number'] == first['terms']['number'] + '-2'
    assert client.call('GET')[1]['is_signed'] is False
    assert client.call('POST', '/confirmation', {})[1]['error']['code'] == 'not_ready'
    assert client.sign()[0] == 200
    assert client.checked_scans()['outcome'] == 'open'
    client.send_scans('AGREEMENT_1', 'AGREEMENT_2', version=2)
    assert client.checked_scans()['outcome'] == 'open'
    assert client.call('POST', '/confirmation', {})[1]['accepted'] is True
    assert client.issued()['issue'] == 'issued'


@pytest.mark.parametrize(('digits', 'stage'), [('3001', 'declined'), ('3002', 'error')])
def test_3001_and_3002_end_the_contract(stand: Stand, digits: str, stage: str) -> None:
    contract = Client(stand, phone=phone(digits)).to_contract()
    assert contract['stage'] == stage
    assert contract['reason']


def confirmed(stand: Stand, digits: str) -> Client:
    client = Client(stand, phone=phone(digits))
    client.to_contract()
    client.sign()
    return client


def test_4001_declines_the_issue_after_acceptance(stand: Stand) -> None:
    client = confirmed(stand, '4001')
    assert client.call('POST', '/confirmation', {})[1]['accepted'] is True
    assert client.issued()['issue'] == 'declined'


def test_4002_executes_the_confirmation_and_loses_its_answer(stand: Stand) -> None:
    client = confirmed(stand, '4002')
    with pytest.raises(HTTPError):
        client.call('POST', '/confirmation', {}, key='4002-confirm')
    assert client.call('GET')[1]['is_confirmed'] is True
    assert client.call('POST', '/confirmation', {}, key='4002-confirm') == (200, {'accepted': True, 'reason': ''})
    assert client.issued()['issue'] == 'issued'
    assert stand.effects(client.form_guid, 'confirm') == 1


def test_4003_issues_slowly(stand: Stand) -> None:
    client = confirmed(stand, '4003')
    started = time.monotonic()
    client.call('POST', '/confirmation', {})
    assert client.call('GET', '/state')[1]['issue'] == 'pending'
    assert client.issued()['issue'] == 'issued'
    assert time.monotonic() - started >= 10 * stand.pace - 0.05


def test_4004_refuses_the_confirmation_for_good(stand: Stand) -> None:
    client = confirmed(stand, '4004')
    for key in ('4004-a', '4004-b'):
        answer = client.call('POST', '/confirmation', {}, key=key)[1]
        assert answer['accepted'] is False
        assert answer['reason']
    assert client.call('GET')[1]['confirm_refused'] is True
    assert client.call('GET', '/state')[1]['issue'] == 'declined'


def test_5001_is_signed_by_the_scans_of_both_pages(stand: Stand) -> None:
    client = Client(stand, phone=phone('5001'))
    contract = client.to_contract()
    assert contract['signing_mode'] == 'paper'
    assert contract['wanted_scans'] == [
        {'type': 'AGREEMENT_1', 'after_signing': False}, {'type': 'AGREEMENT_2', 'after_signing': False}]
    assert client.call('POST', '/code', {})[1]['error']['code'] == 'wrong_state'
    client.send_scans('AGREEMENT_1')
    client.checked_scans()
    assert client.call('GET')[1]['is_signed'] is False
    client.send_scans('AGREEMENT_2')
    client.checked_scans()
    assert client.call('GET')[1]['is_signed'] is True
    assert client.call('POST', '/confirmation', {})[1]['accepted'] is True


def test_5002_sends_and_checks_its_own_code(stand: Stand) -> None:
    client = Client(stand, phone=phone('5002'))
    assert client.to_contract()['signing_mode'] == 'lender'
    assert client.call('POST', '/code/check', {'code': '000000'})[1]['error']['code'] == 'not_ready'
    assert client.call('POST', '/code', {}) == (200, {})
    for _ in range(5):
        assert client.call('POST', '/code/check', {'code': '111111'})[1] == {'result': 'wrong'}
    assert client.call('POST', '/code/check', {'code': '000000'})[1] == {'result': 'expired'}
    assert client.call('POST', '/code', {}) == (200, {})
    assert client.call('POST', '/code/check', {'code': '000000'})[1] == {'result': 'accepted'}
    assert client.call('GET')[1]['is_signed'] is True
    assert stand.effects(client.form_guid, 'check_code') == 1
    assert client.sign()[1]['error']['code'] == 'wrong_state'


def test_6001_declines_the_payment_whatever_is_pressed(stand: Stand) -> None:
    client = Client(stand, phone=phone('6001'), kind='bnpl', form={'failed_url': 'https://shop.example/failed'})
    contract = client.to_contract()
    client.sign()
    for result in ('pay', 'part', 'decline'):
        answer = client.page(contract, result)
        assert (answer.status, answer.headers['Location']) == (303, 'https://shop.example/failed')
    state = client.call('GET', '/state')[1]
    assert (state['payment'], state['payments']) == ('declined', [])


def test_the_front_page_names_every_scenario(stand: Stand) -> None:
    answer = urllib3.request('GET', stand.url + '/')
    text = answer.data.decode()
    for digits in ('1001', '1002', '1003', '1004', '1005', '1006', '1007', '2001', '2002', '2003', '3001', '3002',
                   '4001', '4002', '4003', '4004', '5001', '5002', '6001'):
        assert f'<code>{digits}</code>' in text
