"""Signing codes of the platform: made, sent, tried, burned, accepted."""
from __future__ import annotations

import hashlib

import pytest
import time_machine
from django.db import connection, transaction
from pytest_django import Settings

from applications.models import Application, Event
from contracts.codes import matches
from contracts.locks import lock_contract
from contracts.models import Contract, Message, Signature, SigningCode
from contracts.services import reopen_forms
from contracts.services_codes import allow_codes_again
from jobs.testing import open_jobs
from tests.contracts.fakes import FakeLender
from tests.contracts.till import Till, later, snapshot

pytestmark = pytest.mark.django_db


def test_ready_contract_sends_the_first_code_by_itself(till: Till) -> None:
    till.ready()
    message = Message.objects.get(application=till.application)
    assert (message.kind, message.status, message.gateway) == ('code', 'outbox', '')
    assert message.phone == '+79160000000'
    assert SigningCode.objects.get().is_automatic is True


def test_right_code_signs_and_is_success_again(till: Till) -> None:
    till.ready()
    code = till.newest_code()
    assert till.call('check_sms_code', code=code) == {'status': 'success', 'data': {}}
    assert till.call('check_sms_code', code=code) == {'status': 'success', 'data': {}}
    assert till.contract.status == 'SIGNED'
    assert Signature.objects.count() == 1
    assert till.contract.wrong_codes == 0


def test_another_code_meets_a_signed_contract(till: Till) -> None:
    till.signed()
    before = snapshot()
    assert till.code('check_sms_code', code=till.wrong_code()) == 6010
    assert snapshot() == before


def test_wrong_code_counts_down_and_burns(till: Till) -> None:
    till.ready()
    right, wrong = till.newest_code(), till.wrong_code()
    for left in (4, 3, 2, 1, 0):
        answer = till.call('check_sms_code', code=wrong)
        assert (answer['error_code'], answer['data']) == (7000, {'attempts_left': left})
    assert till.code('check_sms_code', code=right) == 7002
    assert till.contract.status == 'READY'
    assert SigningCode.objects.get().tries == 5


def test_right_code_at_the_fifth_try_signs(till: Till) -> None:
    till.ready()
    for _ in range(4):
        assert till.code('check_sms_code', code=till.wrong_code()) == 7000
    till.ok('check_sms_code', code=till.newest_code())
    assert till.contract.status == 'SIGNED'


@pytest.mark.parametrize('code', ['12345', '1234567', 'abcdef', '１２３４５６', ' ', 'x' * 2000])
def test_malformed_code_is_a_wrong_try(till: Till, code: str) -> None:
    till.ready()
    answer = till.call('check_sms_code', code=code)
    assert (answer['error_code'], answer['data']) == (7000, {'attempts_left': 4})


@pytest.mark.parametrize('code', [123456, None, '', ['123456']])
def test_code_that_is_no_text_is_no_try(till: Till, code: object) -> None:
    till.ready()
    before = snapshot()
    answer = till.call('check_sms_code', code=code)
    assert (answer['error_code'], list(answer['data'])) == (2000, ['code'])
    assert snapshot() == before


def test_code_lives_five_minutes(till: Till) -> None:
    till.ready()
    code = till.newest_code()
    with time_machine.travel(later(seconds=301), tick=False):
        assert till.code('check_sms_code', code=code) == 7002
    assert SigningCode.objects.get().tries == 0


def test_clock_set_back_does_not_revive_an_expired_code(till: Till) -> None:
    till.ready()
    code = till.newest_code()
    with time_machine.travel(later(seconds=301), tick=False):
        assert till.code('check_sms_code', code=code) == 7002
    assert till.code('check_sms_code', code=code) == 7002
    assert till.contract.status == 'READY'


def test_first_request_after_the_automatic_code_sends_nothing(till: Till) -> None:
    till.ready()
    till.ok('resend_sms_code')
    assert SigningCode.objects.count() == 1
    assert till.contract.codes_resent == 0
    answer = till.call('resend_sms_code')
    assert answer['error_code'] == 7001
    assert 25 <= answer['data']['retry_after'] <= 30


def test_resend_sends_a_new_code_and_only_the_newest_is_valid(till: Till) -> None:
    till.ready()
    old = till.newest_code()
    with time_machine.travel(later(seconds=31), tick=False):
        till.ok('resend_sms_code')
        till.work()
        new = till.newest_code()
        if new != old:
            assert till.code('check_sms_code', code=old) == 7000
        till.ok('check_sms_code', code=new)
    assert till.contract.codes_resent == 1


def test_three_resends_and_no_more(till: Till) -> None:
    till.ready()
    for number in (1, 2, 3):
        with time_machine.travel(later(seconds=31 * number), tick=False):
            till.ok('resend_sms_code')
            assert till.code('resend_sms_code') == 7001
    with time_machine.travel(later(seconds=3600), tick=False):
        before = snapshot()
        assert till.call('resend_sms_code') == till.call('resend_sms_code')
        answer = till.call('resend_sms_code')
        assert (answer['error_code'], answer['data']) == (7001, {})
        assert snapshot() == before
    assert [row.seq for row in SigningCode.objects.order_by('seq')] == [1, 2, 3, 4]


def test_resend_resets_no_counter_and_ten_wrong_end_the_contract(till: Till) -> None:
    till.ready()
    for _ in range(5):
        assert till.code('check_sms_code', code=till.wrong_code()) == 7000
    with time_machine.travel(later(seconds=31), tick=False):
        till.ok('resend_sms_code')
        till.work()
        lefts = [till.call('check_sms_code', code=till.wrong_code())['data']['attempts_left'] for _ in range(5)]
        assert lefts == [4, 3, 2, 1, 0]
        assert till.contract.wrong_codes == 10
        assert till.code('check_sms_code', code=till.newest_code()) == 7002
    with time_machine.travel(later(seconds=100), tick=False):
        assert till.code('resend_sms_code') == 7001
        assert till.code('check_sms_code', code=till.newest_code()) == 7002


def test_left_tries_are_those_of_the_contract_when_fewer(till: Till) -> None:
    till.ready()
    Contract.objects.update(wrong_codes=8)
    assert till.call('check_sms_code', code=till.wrong_code())['data'] == {'attempts_left': 1}
    assert till.call('check_sms_code', code=till.wrong_code())['data'] == {'attempts_left': 0}
    assert till.code('check_sms_code', code=till.newest_code()) == 7002


def test_operator_opens_the_codes_again(till: Till) -> None:
    till.ready()
    Contract.objects.update(wrong_codes=10, codes_resent=3)
    assert till.code('check_sms_code', code=till.newest_code()) == 7002
    allow_codes_again(till.contract, actor='operator anna')
    till.ok('check_sms_code', code=till.newest_code())
    assert Event.objects.filter(actor='operator anna', why='codes allowed again').count() == 1


def test_code_of_another_deal_signs_nothing(lender: FakeLender) -> None:
    first, second = Till(lender).ready(), Till(lender, phone='+79160000001').ready()
    if first.newest_code() != second.newest_code():
        assert second.code('check_sms_code', code=first.newest_code()) == 7000
    assert second.contract.status == 'READY'


def test_code_is_kept_as_a_keyed_hash_only(till: Till) -> None:
    till.ready()
    code, row = till.newest_code(), SigningCode.objects.get()
    assert matches(row, code) is True
    assert bytes(row.digest) != hashlib.sha256(bytes(row.salt) + code.encode()).digest()
    with connection.cursor() as cursor:
        for table in ('contracts_signingcode', 'contracts_message', 'contracts_contract', 'jobs_job',
                      'applications_event'):
            cursor.execute(f"SELECT string_agg(regexp_replace(row_to_json(t)::text, '[^0-9]+', ' ', 'g'), ' ')"
                           f' FROM {table} t')
            assert code not in (cursor.fetchone()[0] or '').split()


def test_changed_forms_void_signature_and_codes(till: Till) -> None:
    till.ready()
    old = till.newest_code()
    till.ok('check_sms_code', code=old)
    till.work()
    _reopen(till, 2)
    row = till.contract
    assert (row.status, row.scans_state, row.signed_at, row.ready_at) == (
        'PREPARING', 'PRINT_FORMS_CHANGED', None, None)
    assert till.code('check_sms_code', code=old) == 6010


def _reopen(till: Till, version: int) -> None:
    with transaction.atomic():
        assert reopen_forms(contract=lock_contract(till.contract).contract, forms_version=version, actor='test')


def test_code_sent_for_the_old_forms_does_not_sign_the_new(till: Till) -> None:
    till.ready()
    old = till.newest_code()
    _reopen(till, 2)
    till.lender.answers['fetch_contract'] = _version(2)
    till.work()
    assert till.contract.status == 'READY'
    new = till.newest_code()
    if new != old:
        assert till.code('check_sms_code', code=old) == 7000
    till.ok('check_sms_code', code=new)
    assert Signature.objects.get().forms_version == 2
    assert till.contract.scans_state == 'RECEIVED_FROM_PARTNER'


def _version(number: int) -> object:
    from dataclasses import replace

    from lenders.contract import ContractAnswer, ContractStage
    from tests.contracts.fakes import TERMS

    return replace(ContractAnswer(ContractStage.READY, TERMS), forms_version=number)


def test_signing_again_leaves_a_second_record(till: Till) -> None:
    till.signed()
    _reopen(till, 2)
    till.lender.answers['fetch_contract'] = _version(2)
    till.work()
    till.ok('check_sms_code', code=till.newest_code())
    assert [row.forms_version for row in Signature.objects.order_by('id')] == [1, 2]
    assert till.lender.names().count('choose') == 1


def test_a_signature_cannot_be_changed(till: Till) -> None:
    till.signed()
    with pytest.raises(Exception, match='Cannot'), transaction.atomic():
        Signature.objects.update(mode='paper')


def test_phone_has_twenty_wrong_tries_a_day_over_all_forms(lender: FakeLender, settings: Settings) -> None:
    settings.WRONG_CODES_PER_PHONE_DAY = 6
    first, second = (Till(lender, is_sandbox=False).ready() for _ in range(2))
    for _ in range(5):
        assert first.code('check_sms_code', code=first.wrong_code()) == 7000
    assert second.code('check_sms_code', code=second.wrong_code()) == 7000
    assert second.code('check_sms_code', code=second.newest_code()) == 7002
    assert Contract.objects.get(application=second.application).wrong_codes == 1
    with time_machine.travel(later(days=1, seconds=5), tick=False):
        second.ok('resend_sms_code')
        second.work()
        second.ok('check_sms_code', code=second.newest_code())


def test_sandbox_phones_are_not_counted(lender: FakeLender, settings: Settings) -> None:
    settings.WRONG_CODES_PER_PHONE_DAY, settings.SMS_PER_PHONE_DAY = 1, 1
    tills = [Till(lender).ready() for _ in range(3)]
    for one in tills:
        assert one.code('check_sms_code', code=one.wrong_code()) == 7000
    tills[0].ok('check_sms_code', code=tills[0].newest_code())


def test_phone_gets_ten_messages_a_day(lender: FakeLender, settings: Settings) -> None:
    settings.SMS_PER_PHONE_DAY = 2
    tills = [Till(lender, is_sandbox=False).ready() for _ in range(3)]
    assert Message.objects.count() == 2
    assert tills[2].contract.status == 'READY'
    assert tills[2].code('check_sms_code', code='123456') == 7002
    assert tills[2].call('resend_sms_code')['data'] == {}
    with time_machine.travel(later(days=1, seconds=5), tick=False):
        tills[2].ok('resend_sms_code')
    assert Message.objects.count() == 3


def test_phone_is_the_one_of_the_form_for_ever(till: Till) -> None:
    till.ready()
    before = Application.objects.get(pk=till.application.pk).questionnaire['mobile_phone']
    till.call('check_sms_code', code='1', mobile_phone='+79990000000')
    till.call('resend_sms_code', mobile_phone='+79990000000')
    assert Application.objects.get(pk=till.application.pk).questionnaire['mobile_phone'] == before
    assert {row.phone for row in Message.objects.all()} == {before}


def test_signing_asks_to_tell_the_lender_at_once(till: Till) -> None:
    till.ready()
    till.ok('check_sms_code', code=till.newest_code())
    assert ('contracts.report_signature', str(till.contract.guid)) in open_jobs()
    till.work()
    assert till.lender.keys('report_signature') == [f'{till.contract.guid}:signature:1']
    assert till.contract.signature_reported_at is not None
