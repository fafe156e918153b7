"""One credit from the till to the money, through real processes."""
from __future__ import annotations

import json

import pytest

from tests.flows.story import Story
from tests.harness.system import RunningSystem

pytestmark = pytest.mark.slow


def test_a_pos_credit_online_is_issued(running_system: RunningSystem) -> None:
    story = Story(running_system, 'pos_online')
    story.create()
    offers = story.offers()
    assert len({offer['name'] for offer in offers}) >= 2
    payments = [(offer['regular_payment_amount'], offer['guid']) for offer in offers]
    assert payments == sorted(payments)
    story.confirm_offer()
    contract = story.contract()
    assert contract['contract']['number']
    assert contract['contract']['amount'] == offers[0]['amount']
    assert len(contract['files']) >= 2
    assert story.ok('get_signing_status') == {'signing_status': 'NOT_SIGNED'}
    assert story.issue({'signing_needed'}) == 'signing_needed'
    story.sign()
    assert story.ok('get_signing_status') == {'signing_status': 'SIGNED'}
    assert story.ok('get_scans_status') == {'scans': [], 'scans_status': 'ACCEPTED'}
    assert story.confirm()['status'] == 'success'
    story.issue()
    assert sum(story.effects('submit').values()) == 2
    assert sum(story.effects('choose').values()) == 1
    assert sum(story.effects('confirm').values()) == 1
    assert story.code('cancel') == 6009


def test_a_pos_credit_offline_is_issued_after_its_scans(running_system: RunningSystem) -> None:
    story = Story(running_system, 'pos_offline')
    story.create()
    offers = story.offers()
    bank = next(number for number, offer in enumerate(offers) if 'банк' in offer['name'].lower() or number == 0)
    story.confirm_offer(bank)
    story.contract()
    story.sign()
    data = story.scans({'REQUESTED', 'ACCEPTED'})
    wanted = [row['type'] for row in data['scans'] if row['status'] == 'REQUESTED']
    if wanted:
        assert set(wanted) == {'AGREEMENT_1', 'AGREEMENT_2'}
        assert story.code('confirm_contract') == 6010
        story.send_scans(*wanted)
        story.scans({'ACCEPTED'})
    assert story.confirm()['status'] == 'success'
    story.issue()


def test_a_bnpl_purchase_is_paid_and_issued(running_system: RunningSystem) -> None:
    story = Story(running_system, 'bnpl')
    story.create()
    story.confirm_offer()
    contract = story.contract()['contract']
    assert 'number' not in contract
    assert 'effective_rate' not in contract
    assert story.ok('get_payment_status')['payment_status'] == 'pending'
    story.sign()
    assert story.code('confirm_contract') == 6010
    story.ok('send_sms_link')
    assert story.pay() == (303, 'https://shop.example.com/paid')
    paid = story.wait('get_payment_status', 'payment_status', {'paid'})
    assert [payment['status'] for payment in paid['payments']] == ['success']
    assert story.confirm()['status'] == 'success'
    story.issue()
    assert sum(story.effects('confirm').values()) == 1


@pytest.mark.parametrize(('kind', 'channel'), [('pos', 'online'), ('pos', 'offline'), ('bnpl', 'online')])
def test_the_demo_command_ends_issued(running_system: RunningSystem, kind: str, channel: str) -> None:
    text = running_system.manage(
        'demo', '--base-url', running_system.base_url, '--kind', kind, '--channel', channel)
    assert 'the loan is issued' in text


def test_the_outbox_prints_what_the_clients_phone_got(running_system: RunningSystem) -> None:
    story = Story(running_system)
    story.create()
    story.confirm_offer()
    story.contract()
    code = story.sms_code()
    lines = running_system.manage('sms_outbox', '--phone', story.phone).splitlines()
    assert [sorted(json.loads(line)) for line in lines] == [['phone', 'sent_at', 'text']]
    message = json.loads(lines[0])
    assert message['phone'] == story.phone
    assert message['text'] == story.messages()[0]
    assert message['text'].endswith(f'Код: {code}')
