"""Get methods only read our own database, in three queries at most, and only what is the caller's own."""
from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.contracts.fakes import FakeLender
from tests.contracts.till import Till, a_guid

pytestmark = pytest.mark.django_db

METHODS = ['get_contract', 'send_sms_link', 'resend_sms_code', 'check_sms_code', 'confirm_contract',
           'get_signing_status', 'get_payment_status', 'get_issue_status', 'cancel']


@pytest.mark.parametrize(('method', 'queries'), [
    ('get_contract', 3), ('get_signing_status', 2), ('get_payment_status', 3), ('get_issue_status', 2)])
def test_cost_of_a_get_method(
    bnpl: Till, method: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    bnpl.signed()
    asked = list(bnpl.lender.calls)
    bnpl.ok(method)
    with django_assert_num_queries(queries):
        bnpl.ok(method)
    assert bnpl.lender.calls == asked


@pytest.mark.parametrize('method', METHODS)
def test_stranger_and_nobody_hear_the_same(lender: FakeLender, method: str) -> None:
    own, other = Till(lender).signed(), Till(lender, phone='+79160000001').signed()
    body = {'code': '123456'} if method == 'check_sms_code' else {}
    foreign = own.call(method, **body, form_guid=str(other.application.guid))
    nobody = own.call(method, **body, form_guid=a_guid())
    assert foreign == nobody
    assert foreign['error_code'] == 3102
    if method != 'cancel':
        foreign = own.call(method, **body, offer_guid=str(other.offer.guid))
        assert foreign == own.call(method, **body, offer_guid=a_guid())
        assert foreign['error_code'] == 3103


@pytest.mark.parametrize('method', [name for name in METHODS if name != 'cancel'])
def test_own_offer_of_another_own_form_is_6011(lender: FakeLender, method: str) -> None:
    own = Till(lender).ready()
    second = Till(lender, phone='+79160000001')
    second.partner, second.point = own.partner, own.point
    second.offered()
    body = {'code': '123456'} if method == 'check_sms_code' else {}
    assert own.code(method, **body, offer_guid=str(second.offer.guid)) == 6011
