"""How many SMS a phone and a partner get in a day, to whom they go at all, and what is told to whom when they do not.

The limits of one contract and of its codes are in test_signing and test_counters.
"""
from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from pytest_django import Settings

from applications.models import Application, Event
from contracts.models import Contract, Message
from contracts.models_messages import PartnerDay
from contracts.pages import is_own_page
from contracts.phones import is_russian_mobile
from lenders.models import Lender
from partners.models import Partner
from tests.contracts.fakes import FakeLender
from tests.contracts.till import Till, later, snapshot

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 9, tzinfo=UTC)


def budget(till: Till, sms_per_day: int | None) -> None:
    Partner.objects.filter(pk=till.partner.pk).update(sms_per_day=sms_per_day)


def reasons(till: Till) -> list[tuple[str, str]]:
    rows = Event.objects.filter(application=till.application, why__startswith='not sent').order_by('id')
    return list(rows.values_list('subject', 'why'))


def test_a_partner_has_a_budget_of_sms_a_day(lender: FakeLender) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        till = Till(lender, is_sandbox=False)
        budget(till, 2)
        till.ready()
        clock.shift(31)
        till.ok('resend_sms_code')
        clock.shift(31)
        before = till.contract.codes_resent, Message.objects.count()
        assert till.call('resend_sms_code')['error_code'] == 7001
        assert till.call('resend_sms_code')['data'] == {}
        assert (till.contract.codes_resent, Message.objects.count()) == before == (1, 2)
        assert PartnerDay.objects.get().sent == 2
        assert reasons(till) == [('signing code', 'not sent: the partner has used up its SMS of the day')]
        clock.move_to(datetime(2026, 11, 24, 21, 0, 1, tzinfo=UTC))
        till.ok('resend_sms_code')
        assert list(PartnerDay.objects.order_by('day').values_list('sent', flat=True)) == [2, 1]


def test_a_budget_is_the_partners_own_and_counts_links_too(lender: FakeLender) -> None:
    till, other = Till(lender, kind='bnpl', is_sandbox=False), Till(lender, is_sandbox=False, phone='+79160000001')
    budget(till, 1)
    till.ready()
    other.ready()
    before = snapshot()['contracts_contract'], snapshot()['contracts_message']
    assert till.call('send_sms_link')['error_code'] == 7001
    assert (snapshot()['contracts_contract'], snapshot()['contracts_message']) == before
    assert reasons(till) == [('payment link', 'not sent: the partner has used up its SMS of the day')]
    assert PartnerDay.objects.count() == 1


@pytest.mark.parametrize(('is_sandbox', 'sms_per_day', 'sent'), [(True, 0, 1), (False, None, 1), (False, 0, 0)])
def test_who_is_counted(lender: FakeLender, is_sandbox: bool, sms_per_day: int | None, sent: int) -> None:
    till = Till(lender, is_sandbox=is_sandbox)
    budget(till, sms_per_day)
    till.ready()
    assert (Message.objects.count(), PartnerDay.objects.count()) == (sent, 0)
    assert till.contract.status == 'READY'


def test_a_refusal_later_in_the_call_takes_the_count_back(lender: FakeLender) -> None:
    till = Till(lender, is_sandbox=False)
    budget(till, 5)
    till.ready()
    for _ in range(3):
        assert till.code('resend_sms_code') in (None, 7001)
    assert PartnerDay.objects.get().sent == 1 == Message.objects.count()


def test_the_phone_counts_over_all_partners(lender: FakeLender, settings: Settings) -> None:
    settings.SMS_PER_PHONE_DAY = 2
    tills = [Till(lender, is_sandbox=False).ready() for _ in range(3)]
    assert Message.objects.count() == 2
    assert reasons(tills[2]) == [('signing code', 'not sent: the phone has had its messages of the day')]
    with time_machine.travel(later(seconds=31), tick=False):
        assert tills[2].call('resend_sms_code')['data'] == {}
    assert len(reasons(tills[2])) == 1
    with time_machine.travel(later(hours=2), tick=False):
        assert tills[2].call('resend_sms_code')['error_code'] == 7001
    assert len(reasons(tills[2])) == 2


def test_ten_messages_a_day_is_the_rule(settings: Settings) -> None:
    assert (settings.SMS_PER_PHONE_DAY, settings.WRONG_CODES_PER_PHONE_DAY) == (10, 20)


@pytest.mark.parametrize(('phone', 'may'), [
    ('+79161234567', True), ('+79001234567', True), ('+79991234567', True), ('+74951234567', False),
    ('+77011234567', False), ('+380671234567', False), ('9161234567', False),
    ('+7916123456', False), ('', False)])
def test_only_russian_mobiles(phone: str, may: bool) -> None:
    """+7 701 is Kazakhstan, +7 495 a line in Moscow."""
    assert is_russian_mobile(phone) is may


def test_nothing_goes_to_a_phone_that_is_no_russian_mobile(lender: FakeLender) -> None:
    till = Till(lender, is_sandbox=False).preparing()
    row = Application.objects.get(pk=till.application.pk)
    row.questionnaire = row.questionnaire | {'mobile_phone': '+77011234567'}
    row.save(update_fields=['questionnaire'])
    till.work()
    assert (till.contract.status, Message.objects.count()) == ('READY', 0)
    assert reasons(till) == [('signing code', 'not sent: the phone is not a Russian mobile')]


@pytest.mark.parametrize('url', [
    'http://pay.example/p/1', 'https://pay.example.evil.example/p/1', 'https://pay.example@evil.example/',
    'https://evil.example/pay.example', 'https://pay.example:8443/p/1', 'https://pay.example\\@evil.example/',
    'https://pay.example/p 1', 'https://pay.example/\u202ep', 'javascript:alert(1)', 'https://[pay.example/'])
def test_a_link_goes_out_only_to_an_https_host_of_the_lender(lender: FakeLender, url: str) -> None:
    till = Till(lender, kind='bnpl', is_sandbox=False).ready()
    Contract.objects.update(payment_url=url)
    assert till.call('send_sms_link')['error_code'] == 6010
    assert (till.contract.links_sent, Message.objects.filter(kind='link').count()) == (0, 0)
    assert reasons(till) == [('payment link', 'not sent: the page is not on a host of the lender')]


def test_a_host_taken_off_the_list_gets_no_more_links(lender: FakeLender) -> None:
    till = Till(lender, kind='bnpl', is_sandbox=False).ready()
    till.ok('send_sms_link')
    Lender.objects.update(payment_hosts=['other.example'])
    with time_machine.travel(later(seconds=31), tick=False):
        assert till.code('send_sms_link') == 6010
    assert Message.objects.filter(kind='link').count() == 1


def test_an_address_too_long_for_an_sms_is_not_sent(lender: FakeLender) -> None:
    till = Till(lender, kind='bnpl', is_sandbox=False).ready()
    Contract.objects.update(payment_url='https://pay.example/' + 'x' * 400)
    assert till.code('send_sms_link') == 6010
    assert reasons(till) == [('payment link', 'not sent: the address of the page is too long for an SMS')]


@pytest.mark.parametrize(('url', 'hosts', 'is_sandbox', 'own'), [
    ('https://pay.example/p', ['pay.example'], False, True),
    ('https://pay.example:443/p', ['pay.example'], False, True),
    ('https://pay.example:8443/p', ['pay.example:8443'], False, True), ('https://api.example/p', [], False, True),
    ('https://pay.example/p', [], False, False), ('http://pay.example/p', ['pay.example'], True, True),
    ('http://pay.example:8100/p', ['pay.example'], True, True)])
def test_which_page_is_the_lenders_own(url: str, hosts: list[str], is_sandbox: bool, own: bool) -> None:
    row = Lender(base_url='https://api.example/v1', payment_hosts=hosts, is_sandbox=is_sandbox)
    assert is_own_page(url, row) is own
