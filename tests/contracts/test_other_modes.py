"""Signing where the lender checks the code itself, and on paper."""
from __future__ import annotations

import threading
from dataclasses import replace

import pytest
import time_machine
from django.db import connection, transaction
from pytest_django import Settings

from contracts.locks import lock_contract
from contracts.models import CodeCheck, Message, Signature, SigningCode
from contracts.services import note_scans
from jobs.testing import run_due, run_until_quiet
from lenders.contract import (
    CodeResult,
    ContractAnswer,
    ContractStage,
    Decision,
    DecisionStatus,
    Found,
    LenderUnavailable,
    OutcomeUnknown,
    SigningMode,
    WantedScan,
)
from tests.contracts.fakes import TERMS, FakeLender
from tests.contracts.till import Till, later

READY = ContractAnswer(ContractStage.READY, TERMS)


@pytest.fixture
def at_lender(till: Till) -> Till:
    """A contract ready to sign with a code that the lender has sent."""
    till.lender.answers['fetch_contract'] = replace(READY, signing_mode=SigningMode.LENDER)
    return till.ready()


@pytest.mark.django_db
def test_lender_sends_the_first_code_by_itself(at_lender: Till) -> None:
    assert at_lender.lender.names() == ['choose', 'fetch_contract', 'send_code']
    assert Message.objects.count() == 0
    at_lender.ok('resend_sms_code')
    assert at_lender.lender.names().count('send_code') == 1
    with time_machine.travel(later(seconds=31), tick=False):
        at_lender.ok('resend_sms_code')
    at_lender.work()
    assert at_lender.lender.names().count('send_code') == 2


@pytest.mark.django_db
def test_code_that_the_lender_accepts_signs(at_lender: Till) -> None:
    assert at_lender.code('check_sms_code', code='000000') == 503
    at_lender.work()
    assert at_lender.contract.status == 'SIGNED'
    at_lender.ok('check_sms_code', code='000000')
    assert at_lender.code('check_sms_code', code='111111') == 6010
    assert Signature.objects.get().mode == 'lender'
    assert at_lender.lender.names().count('check_code') == 1
    assert 'report_signature' not in at_lender.lender.names()
    assert CodeCheck.objects.filter(operation='check').get().code == ''
    assert at_lender.contract.wrong_codes == 0


@pytest.mark.django_db
def test_repeat_after_503_is_no_second_try(at_lender: Till) -> None:
    for _ in range(3):
        assert at_lender.code('check_sms_code', code='000000') == 503
    assert CodeCheck.objects.filter(operation='check').count() == 1
    assert SigningCode.objects.get().tries == 1


@pytest.mark.django_db
def test_code_longer_than_twenty_is_a_wrong_try(at_lender: Till) -> None:
    answer = at_lender.call('check_sms_code', code='1' * 21)
    assert (answer['error_code'], answer['data']) == (7000, {'attempts_left': 4})
    assert 'check_code' not in at_lender.lender.names()


@pytest.mark.django_db
def test_silent_lender_ends_in_503_and_the_client_may_ask_again(at_lender: Till) -> None:
    at_lender.lender.answers['check_code'] = LenderUnavailable('503')
    assert at_lender.code('check_sms_code', code='000000') == 503
    run_until_quiet(3600, advance_clock=True, kinds=['contracts.ask_code'])
    assert CodeCheck.objects.get(operation='check').result == 'void'
    del at_lender.lender.answers['check_code']
    assert at_lender.code('check_sms_code', code='000000') == 503
    at_lender.work()
    assert at_lender.contract.status == 'SIGNED'


@pytest.mark.django_db
def test_lost_answer_to_a_code_is_asked_for(at_lender: Till) -> None:
    signed = Found('L-1', Decision(DecisionStatus.APPROVED), is_signed=True)
    at_lender.lender.answers |= {'check_code': OutcomeUnknown('timeout'), 'find': signed}
    assert at_lender.code('check_sms_code', code='000000') == 503
    at_lender.work()
    assert at_lender.contract.outcome_unknown_since is not None
    run_until_quiet(600, advance_clock=True, kinds=['contracts.ask_code'])
    row = at_lender.contract
    assert row.status == 'SIGNED'
    assert row.outcome_unknown_since is None
    assert at_lender.lender.names().count('check_code') == 1


@pytest.mark.django_db
def test_cancelled_while_the_lender_thinks(at_lender: Till) -> None:
    assert at_lender.code('check_sms_code', code='000000') == 503
    at_lender.ok('cancel')
    at_lender.work()
    assert at_lender.contract.status == 'CANCELED'
    assert Signature.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(('result', 'code', 'data'), [
    (CodeResult.ACCEPTED, None, {}), (CodeResult.WRONG, 7000, {'attempts_left': 4}), (CodeResult.EXPIRED, 7002, {})])
def test_call_waits_for_the_word_of_the_lender(
    lender: FakeLender, settings: Settings, result: CodeResult, code: int | None, data: dict[str, int],
) -> None:
    till = Till(lender)
    lender.answers |= {
        'fetch_contract': replace(READY, signing_mode=SigningMode.LENDER), 'check_code': result}
    till.ready()
    settings.CHECK_CODE_WAIT_SECONDS = 20
    stop = threading.Event()
    worker = threading.Thread(target=_work_until, args=(stop,))
    worker.start()
    try:
        answer = till.call('check_sms_code', code='000000')
    finally:
        stop.set()
        worker.join()
    assert (answer.get('error_code'), answer['data']) == (code, data)


def _work_until(stop: threading.Event) -> None:
    try:
        while not stop.wait(0.05):
            run_due(kinds=['contracts.ask_code'])
    finally:
        connection.close()


@pytest.fixture
def on_paper(till: Till) -> Till:
    """A contract ready to sign with a pen."""
    till.lender.answers['fetch_contract'] = replace(
        READY, signing_mode=SigningMode.PAPER, wanted_scans=(WantedScan('AGREEMENT_1', after_signing=True),))
    return till.ready()


@pytest.mark.django_db
def test_paper_uses_no_codes(on_paper: Till) -> None:
    assert Message.objects.count() == 0
    assert on_paper.code('resend_sms_code') == 7003
    assert on_paper.code('check_sms_code', code='123456') == 7003


@pytest.mark.django_db
def test_paper_is_signed_by_the_accepted_pages(on_paper: Till) -> None:
    assert on_paper.contract.scans_state == 'REQUESTED'
    _note(on_paper, 'CHECKING')
    assert on_paper.code('confirm_contract') == 7005
    _note(on_paper, 'ACCEPTED')
    assert (on_paper.contract.status, Signature.objects.get().mode) == ('SIGNED', 'paper')
    assert on_paper.code('check_sms_code', code='123456') == 7003
    assert on_paper.code('resend_sms_code') == 6010
    on_paper.ok('confirm_contract')
    on_paper.work('contracts.confirm')
    assert on_paper.contract.status == 'ISSUING'
    assert 'report_signature' not in on_paper.lender.names()


def _note(till: Till, state: str) -> None:
    with transaction.atomic():
        note_scans(contract=lock_contract(till.contract).contract, state=state, actor='test')
