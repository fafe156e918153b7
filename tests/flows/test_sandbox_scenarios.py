"""Every scenario of the sandbox lenders ends as their table says, against the real sandbox process."""
from __future__ import annotations

import pytest

from denimhub.demo.forms import scan
from tests.flows.story import Story
from tests.harness.system import RunningSystem

pytestmark = pytest.mark.slow

UNANSWERED_SECONDS = 60.0


def after_save_scans(system: RunningSystem, scenario: str) -> Story:
    """A signed online contract to which one scan was sent."""
    story = Story(system, scenario=scenario)
    story.to_signed()
    story.send_scans('PASSPORT_MAIN')
    return story


def test_1001_all_lenders_decline(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='1001')
    story.create()
    assert story.wait('get_offers', 'offer_status', {'declined', 'error', 'done'}) == {'offer_status': 'declined'}


def test_1002_one_lender_declines_and_another_approves(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='1002')
    story.create()
    assert story.offers()
    assert story.effects('submit') == {'sandbox-bank': 1, 'sandbox-mfo': 1}


def test_1003_slow_scoring_is_waited_for(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='1003')
    story.create()
    assert story.ok('get_offers') == {'offer_status': 'pending'}
    assert story.offers()


def test_1004_a_lost_answer_to_submit_makes_no_second_application(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='1004')
    story.create()
    assert story.offers()
    assert story.effects('submit') == {'sandbox-bank': 1, 'sandbox-mfo': 1}
    story.confirm_offer()
    story.contract()


def test_1005_two_server_errors_are_outlived(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='1005')
    story.create()
    assert story.offers()
    assert story.effects('submit') == {'sandbox-bank': 1, 'sandbox-mfo': 1}


def test_1006_garbage_ends_in_error(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='1006')
    story.create()
    assert story.wait('get_offers', 'offer_status', {'error', 'declined', 'done'}) == {'offer_status': 'error'}


def test_1007_silence_ends_in_error_at_the_deadline(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='1007')
    story.create()
    data = story.wait('get_offers', 'offer_status', {'error', 'declined', 'done'}, seconds=UNANSWERED_SECONDS)
    assert data == {'offer_status': 'error'}


def test_2001_scans_are_wanted_again_and_then_accepted(running_system: RunningSystem) -> None:
    story = after_save_scans(running_system, '2001')
    data = story.scans({'RESCAN_NEEDED'})
    assert [(row['type'], row['status']) for row in data['scans']] == [('PASSPORT_MAIN', 'RESCAN_NEEDED')]
    assert data['scans'][0]['decline_reason']
    assert story.issue({'rescan_needed'}) == 'rescan_needed'
    assert story.code('confirm_contract') == 6010
    story.send_scans('PASSPORT_MAIN')
    assert story.scans({'ACCEPTED'})['scans'] == [{'type': 'PASSPORT_MAIN', 'status': 'CONFIRMED'}]
    assert story.confirm()['status'] == 'success'
    story.issue()


def test_2002_scans_are_declined(running_system: RunningSystem) -> None:
    story = after_save_scans(running_system, '2002')
    data = story.scans({'DECLINED'})
    assert [row['status'] for row in data['scans']] == ['RESCAN_NEEDED']
    assert data['scans'][0]['decline_reason']
    assert story.issue({'declined'}) == 'declined'
    assert story.code('save_scans', scans=[scan('PASSPORT_MAIN')]) == 6010


def test_2003_changed_forms_are_signed_anew(running_system: RunningSystem) -> None:
    story = after_save_scans(running_system, '2003')
    story.scans({'PRINT_FORMS_CHANGED'})
    story.contract()
    assert story.ok('get_signing_status')['signing_status'] == 'NOT_SIGNED'
    story.sign(count=2)
    story.scans({'ACCEPTED'})
    assert story.confirm()['status'] == 'success'
    story.issue()


def test_3001_the_contract_is_declined(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='3001')
    story.create()
    story.confirm_offer()
    assert story.contract({'declined', 'error', 'done'}) == {'contract_status': 'declined'}
    assert story.issue({'declined'}) == 'declined'


def test_3002_the_contract_fails(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='3002')
    story.create()
    story.confirm_offer()
    assert story.contract({'declined', 'error', 'done'}) == {'contract_status': 'error'}
    assert story.issue({'error'}) == 'error'


def test_4001_the_issue_is_declined_after_acceptance(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='4001')
    story.to_signed()
    assert story.confirm()['status'] == 'success'
    assert story.issue({'declined', 'done', 'error'}) == 'declined'
    assert story.contract({'done'})['contract_status'] == 'done'


def test_4002_a_lost_answer_to_confirm_issues_once(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='4002')
    story.to_signed()
    assert story.confirm()['status'] == 'success'
    story.issue()
    assert sum(story.effects('confirm').values()) == 1


def test_4003_a_slow_issue_is_waited_for(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='4003')
    story.to_signed()
    assert story.confirm()['status'] == 'success'
    assert story.ok('get_issue_status') == {'issue_status': 'pending'}
    story.issue()


def test_4004_a_refused_confirmation_is_7004_now_and_again(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='4004')
    story.to_signed()
    assert story.confirm()['error_code'] == 7004
    assert story.code('confirm_contract') == 7004
    assert story.issue({'declined'}) == 'declined'


def test_5001_paper_is_signed_by_scans(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='5001')
    story.create()
    story.confirm_offer()
    story.contract()
    assert story.code('resend_sms_code') == 7003
    assert story.code('check_sms_code', code='123456') == 7003
    wanted = [row['type'] for row in story.scans({'REQUESTED'})['scans']]
    assert set(wanted) == {'AGREEMENT_1', 'AGREEMENT_2'}
    story.send_scans(*wanted)
    story.wait('get_signing_status', 'signing_status', {'SIGNED'})
    assert story.messages() == []
    assert story.confirm()['status'] == 'success'
    story.issue()


def test_5002_the_lender_checks_the_code(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='5002')
    story.create()
    story.confirm_offer()
    story.contract()
    assert story.code('check_sms_code', code='111111') == 7000
    story.ok('check_sms_code', code='000000')
    assert story.ok('get_signing_status')['signing_status'] == 'SIGNED'
    assert story.messages() == []
    assert story.confirm()['status'] == 'success'
    story.issue()


def test_6001_the_payment_is_declined_whatever_is_pressed(running_system: RunningSystem) -> None:
    story = Story(running_system, 'bnpl', scenario='6001')
    story.to_signed()
    assert story.pay('pay') == (303, 'https://shop.example.com/not-paid')
    story.wait('get_payment_status', 'payment_status', {'declined'})
    assert story.code('confirm_contract') == 6010
