"""All 13 codes of the document, each reached by a till through /dp/."""
from __future__ import annotations

import uuid

import pytest

from tests.flows.story import Story
from tests.harness.system import RunningSystem

pytestmark = pytest.mark.slow

NOBODY = str(uuid.uuid4())


def ready(system: RunningSystem, point: str = 'pos_online', scenario: str = '7777') -> Story:
    """A contract ready to sign."""
    story = Story(system, point, scenario=scenario)
    story.create()
    story.confirm_offer()
    story.contract()
    return story


def test_not_valid_not_found_and_not_ones_own(running_system: RunningSystem) -> None:
    story = Story(running_system)
    assert story.code('create_form', **story.form(amount='1000')) == 2000
    story.create()
    assert story.code('get_offers', form_guid=NOBODY) == 3102
    assert story.code('confirm_offer', offer_guid=NOBODY) == 3103
    offer_guid = story.offers()[0]['guid']
    assert story.code('get_contract', offer_guid=offer_guid) == 3104
    other = Story(running_system)
    other.create()
    assert other.code('get_contract', offer_guid=offer_guid) == 6011


def test_wrong_states_of_the_form_and_of_the_offer(running_system: RunningSystem) -> None:
    story = ready(running_system)
    others = [offer['guid'] for offer in story.offers() if offer['guid'] != story.keys['offer_guid']]
    assert story.code('confirm_offer', offer_guid=others[0]) == 6010
    story.ok('cancel')
    story.ok('cancel')
    assert story.code('get_offers') == 6009


def test_codes_of_signing(running_system: RunningSystem) -> None:
    story = ready(running_system)
    right = story.sms_code()
    wrong = '000000' if right != '000000' else '111111'
    answers = [story.call('check_sms_code', code=wrong) for _try in range(6)]
    assert [answer['error_code'] for answer in answers] == [7000] * 5 + [7002]
    assert [answer['data'] for answer in answers[:5]] == [{'attempts_left': left} for left in (4, 3, 2, 1, 0)]
    story.ok('resend_sms_code')
    refused = story.call('resend_sms_code')
    assert refused['error_code'] == 7001
    assert 0 < refused['data']['retry_after'] <= 30
    assert ready(running_system, scenario='5001').code('resend_sms_code') == 7003


def test_the_end_of_a_deal_refused_or_in_check(running_system: RunningSystem) -> None:
    story = Story(running_system, scenario='4004')
    story.to_signed()
    assert story.confirm()['error_code'] == 7004
    checked = Story(running_system)
    checked.to_signed()
    checked.send_scans('PASSPORT_MAIN')
    assert checked.code('confirm_contract') == 7005
    assert checked.confirm()['status'] == 'success'
