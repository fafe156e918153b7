"""Two calls at once over real connections: exactly one winner, never a 5xx."""
from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.flows.story import Story
from tests.harness.system import RunningSystem

pytestmark = pytest.mark.slow

ROUNDS = 3
Envelope = dict[str, Any]


def at_once(*calls: Callable[[], Envelope]) -> list[Envelope]:
    """The envelopes of calls that start together, in their order."""
    barrier = threading.Barrier(len(calls))
    answers: list[Envelope] = [{} for _call in calls]

    def run(number: int) -> None:
        barrier.wait()
        answers[number] = calls[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def codes(answers: list[Envelope]) -> Counter[int]:
    """How often each error code came; 0 is success."""
    return Counter(answer.get('error_code', 0) for answer in answers)


def test_equal_forms_at_once_are_one_form(running_system: RunningSystem) -> None:
    for _round in range(ROUNDS):
        story = Story(running_system)
        form = story.form()
        answers = at_once(*[partial(running_system.call, 'create_form', form)] * 6)
        assert codes(answers) == {0: 6}
        guids = {answer['data']['form_guid'] for answer in answers}
        assert len(guids) == 1
        story.keys = {'form_guid': guids.pop()}
        story.offers()
        assert story.effects('submit') == {'sandbox-bank': 1, 'sandbox-mfo': 1}


def test_two_offers_at_once_have_one_winner(running_system: RunningSystem) -> None:
    for _round in range(ROUNDS):
        story = Story(running_system)
        story.create()
        first, second = (offer['guid'] for offer in story.offers()[:2])
        answers = at_once(*[partial(story.call, 'confirm_offer', offer_guid=guid) for guid in (first, second)])
        assert codes(answers) == {0: 1, 6010: 1}


def test_confirm_offer_against_cancel(running_system: RunningSystem) -> None:
    for _round in range(ROUNDS):
        story = Story(running_system)
        story.create()
        story.keys['offer_guid'] = story.offers()[0]['guid']
        confirmed, cancelled = at_once(partial(story.call, 'confirm_offer'), partial(story.call, 'cancel'))
        # A cancel is allowed after the choice too, so it always wins in the end; the choice may have come first.
        assert cancelled['status'] == 'success'
        assert confirmed.get('error_code', 0) in (0, 6009)
        assert story.code('get_offers') == 6009
        assert story.code('confirm_offer') == 6009


def test_confirm_contract_against_cancel(running_system: RunningSystem) -> None:
    for _round in range(ROUNDS):
        story = Story(running_system)
        story.to_signed()
        confirmed, cancelled = at_once(partial(story.call, 'confirm_contract'), partial(story.call, 'cancel'))
        assert cancelled.get('error_code', 0) in (0, 6009)
        assert confirmed.get('error_code', 0) in (0, 6009)
        if cancelled['status'] == 'success':
            assert story.issue({'declined'}) == 'declined'
            assert sum(story.effects('confirm').values()) == 0
        else:
            story.issue({'done'})
            assert sum(story.effects('confirm').values()) == 1


def test_the_right_code_typed_twice_at_once_signs_once(running_system: RunningSystem) -> None:
    for _round in range(ROUNDS):
        story = Story(running_system)
        story.create()
        story.confirm_offer()
        story.contract()
        code = story.sms_code()
        answers = at_once(*[partial(story.call, 'check_sms_code', code=code)] * 4)
        assert codes(answers) == {0: 4}
        assert story.ok('get_signing_status')['signing_status'] == 'SIGNED'


def test_many_guesses_at_once_are_counted(running_system: RunningSystem) -> None:
    story = Story(running_system)
    story.create()
    story.confirm_offer()
    story.contract()
    right = story.sms_code()
    wrong = '000000' if right != '000000' else '000001'
    answers = at_once(*[partial(story.call, 'check_sms_code', code=wrong)] * 20)
    assert codes(answers) == {7000: 5, 7002: 15}
    assert story.code('check_sms_code', code=right) == 7002
