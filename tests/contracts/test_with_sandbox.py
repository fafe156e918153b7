"""Whole deals against the real process of the sandbox lenders; our own jobs run inside the test."""
from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3
from django.test import Client
from pytest_django import Settings

from applications.models import Application, Document
from contracts.models import Contract, Message, Signature
from denimhub.demo.forms import demo_form, scan
from denimhub.demo.till import code_of
from jobs.testing import run_due
from lenders import breaker
from lenders.models import Exchange
from lenders.seed import ensure_sandbox_lenders
from offers.models import Route
from tests.sandbox.stand import SECRET, Stand
from tests.world import a_partner, a_point

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WAIT_SECONDS = 40.0
_serial = itertools.count(random.randint(0, 9_000))


@pytest.fixture(scope='module')
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sandbox, ten times as quick as for partners."""
    running = Stand(Path(tmp_path_factory.mktemp('sandbox')) / 'sandbox.sqlite3')
    yield running
    running.stop()


class Desk:
    """A partner of the sandbox: the API in this process, the lenders in another one."""

    def __init__(self, stand: Stand, *, kind: str = 'pos', channel: str = 'ONLINE', scenario: str = '7777') -> None:
        breaker.forget()
        self.stand = stand
        self.partner = a_partner()
        point = a_point(self.partner, kind=kind, channel=channel)
        for lender in ensure_sandbox_lenders(stand.url, secret=SECRET):
            if kind in lender.kinds:
                Route.objects.create(partner=self.partner, lender=lender, kind=kind)
        phone = f'+79{random.randint(31, 79)}{next(_serial) % 1000:03}{scenario}'
        form = demo_form(
            partner_guid=str(self.partner.guid), point_code=point.code, kind=kind, channel=channel, phone=phone)
        self.keys = {'partner_guid': str(self.partner.guid)}
        self.keys['form_guid'] = self.ok('create_form', **form)['form_guid']

    @property
    def contract(self) -> Contract:
        return Contract.objects.get(application__guid=self.keys['form_guid'])

    @property
    def status(self) -> str:
        return Application.objects.get(guid=self.keys['form_guid']).status

    def call(self, method: str, **body: Any) -> dict[str, Any]:
        response = Client().post(f'/dp/{method}', json.dumps({**self.keys, **body}), content_type='application/json')
        answer: dict[str, Any] = response.json()
        return answer

    def code(self, method: str, **body: Any) -> int | None:
        code: int | None = self.call(method, **body).get('error_code')
        return code

    def ok(self, method: str, **body: Any) -> dict[str, Any]:
        answer = self.call(method, **body)
        assert answer['status'] == 'success', (method, answer)
        data: dict[str, Any] = answer['data']
        return data

    def wait(self, method: str, word: str, until: Collection[str]) -> dict[str, Any]:
        """Let jobs work until the word is one of these."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            run_due()
            data = self.ok(method)
            if data[word] in until:
                return data
            assert time.monotonic() < deadline, f'{method}: {word} is {data[word]}'
            time.sleep(0.02)

    def chosen(self) -> Desk:
        """An offer is chosen; of the bank where there is one."""
        offers = self.wait('get_offers', 'offer_status', {'done'})['offers']
        offers.sort(key=lambda offer: 'банк' not in offer['name'])
        self.keys['offer_guid'] = offers[0]['guid']
        self.ok('confirm_offer')
        return self

    def ready(self) -> Desk:
        self.chosen().wait('get_contract', 'contract_status', {'done'})
        run_due()
        return self

    def signed(self) -> Desk:
        self.ready()
        self.sign()
        return self

    def sign(self) -> None:
        rows = Message.objects.filter(application__guid=self.keys['form_guid'], kind='code').order_by('-id')
        self.ok('check_sms_code', code=code_of(rows[0].text))
        run_due()

    def issue(self, until: str = 'done') -> None:
        self.wait('get_issue_status', 'issue_status', {until})

    def effects(self, operation: str) -> int:
        return self.stand.effects(self.keys['form_guid'], operation)


def press(url: str, result: str) -> int:
    """Press a button of the payment page; the HTTP status it answers."""
    page = urllib3.request(
        'POST', url, body=urlencode({'result': result}), redirect=False, timeout=15,
        headers={'Content-Type': 'application/x-www-form-urlencoded'})
    return page.status


@pytest.fixture
def quick(settings: Settings) -> None:
    """No second process performs jobs here: waiting for it would be in vain."""
    settings.CONFIRM_WAIT_SECONDS = settings.CHECK_CODE_WAIT_SECONDS = 0
    settings.UNKNOWN_SCHEDULE_SECONDS = [0.1]
    settings.FIRST_POLL_SECONDS = 0.05


pytestmark.append(pytest.mark.usefixtures('quick'))


def test_the_bank_brings_forms_of_its_own_and_the_microfinance_company_none(stand: Stand) -> None:
    desk = Desk(stand).ready()
    names = [file['file_name'] for file in desk.ok('get_offers')['files']]
    assert 'Согласие заёмщика — Тестовый банк.pdf' in names
    assert len(names) > 1
    assert [file['file_name'] for file in desk.ok('get_contract')['files']] == [
        'Индивидуальные условия.pdf', 'График платежей.pdf']
    rows = Document.objects.filter(application__guid=desk.keys['form_guid'], made_from='lender').order_by('id')
    assert [(row.stage, row.lender_code) for row in rows] == [
        ('offers', 'sandbox-bank'), ('contract', 'sandbox-bank'), ('contract', 'sandbox-bank')]
    pulled = Exchange.objects.filter(form_guid=desk.keys['form_guid'], operation='document').order_by('id')
    assert [(row.status, row.trouble, row.path) for row in pulled] == [
        (200, '', f'{stand.url}/files/…/…?…')] * 2
    bought = Desk(stand, kind='bnpl').ready()
    assert not Document.objects.filter(application__guid=bought.keys['form_guid'], made_from='lender').exists()


def test_pos_credit_online(stand: Stand) -> None:
    desk = Desk(stand).signed()
    assert desk.ok('get_scans_status')['scans_status'] == 'ACCEPTED'
    desk.ok('confirm_contract')
    desk.issue()
    assert (desk.effects('choose'), desk.effects('confirm'), desk.status) == (1, 1, 'ISSUED')
    assert desk.code('cancel') == 6009


def test_bnpl_purchase_with_its_first_payment(stand: Stand) -> None:
    desk = Desk(stand, kind='bnpl').signed()
    assert desk.code('confirm_contract') == 6010
    desk.ok('send_sms_link')
    url = desk.ok('get_signing_status')['payment_url']
    assert press(url, 'pay') == 303
    payments = desk.wait('get_payment_status', 'payment_status', {'paid'})['payments']
    assert [payment['status'] for payment in payments] == ['success']
    desk.ok('confirm_contract')
    desk.issue()
    assert desk.effects('confirm') == 1


def test_offline_credit_of_the_bank_wants_the_signed_pages(stand: Stand) -> None:
    desk = Desk(stand, channel='OFFLINE').signed()
    wanted = desk.wait('get_scans_status', 'scans_status', {'REQUESTED'})['scans']
    types = {row['type'] for row in wanted if row['status'] == 'REQUESTED'}
    assert types == {'AGREEMENT_1', 'AGREEMENT_2'}
    assert desk.code('confirm_contract') == 6010
    desk.ok('save_scans', scans=[scan(one) for one in sorted(types)])
    assert desk.code('confirm_contract') == 7005
    desk.wait('get_scans_status', 'scans_status', {'ACCEPTED'})
    desk.ok('confirm_contract')
    desk.issue()


def test_2003_changed_forms_are_signed_anew(stand: Stand) -> None:
    desk = Desk(stand, channel='OFFLINE', scenario='2003').signed()
    old = {file['file_guid'] for file in desk.ok('get_contract')['files']}
    desk.ok('save_scans', scans=[scan('AGREEMENT_1'), scan('AGREEMENT_2')])
    desk.wait('get_scans_status', 'scans_status', {'PRINT_FORMS_CHANGED'})
    new = {file['file_guid'] for file in desk.wait('get_contract', 'contract_status', {'done'})['files']}
    assert not old & new
    assert desk.ok('get_signing_status') == {'signing_status': 'NOT_SIGNED'}
    assert desk.ok('get_scans_status')['scans_status'] == 'PRINT_FORMS_CHANGED'
    run_due()
    desk.sign()
    desk.wait('get_scans_status', 'scans_status', {'REQUESTED'})
    desk.ok('save_scans', scans=[scan('AGREEMENT_1'), scan('AGREEMENT_2')])
    desk.wait('get_scans_status', 'scans_status', {'ACCEPTED'})
    desk.ok('confirm_contract')
    desk.issue()
    assert Signature.objects.filter(contract=desk.contract).count() == 2


@pytest.mark.parametrize(('scenario', 'word'), [('3001', 'declined'), ('3002', 'error')])
def test_3001_3002_contract_that_does_not_come(stand: Stand, scenario: str, word: str) -> None:
    desk = Desk(stand, scenario=scenario).chosen()
    assert desk.wait('get_contract', 'contract_status', {word}) == {'contract_status': word}
    assert desk.ok('get_issue_status') == {'issue_status': word}


def test_4001_issue_declined_after_acceptance(stand: Stand) -> None:
    desk = Desk(stand, scenario='4001').signed()
    desk.ok('confirm_contract')
    desk.issue('declined')
    assert desk.contract.confirm_accepted_at is not None
    assert desk.code('confirm_contract') == 6010


def test_4002_lost_answer_to_the_confirmation_issues_once(stand: Stand) -> None:
    desk = Desk(stand, scenario='4002').signed()
    desk.ok('confirm_contract')
    desk.issue()
    assert desk.effects('confirm') == 1


def test_4004_refused_confirmation(stand: Stand) -> None:
    desk = Desk(stand, scenario='4004').signed()
    desk.ok('confirm_contract')
    desk.issue('declined')
    assert desk.code('confirm_contract') == 7004


def test_5001_paper(stand: Stand) -> None:
    desk = Desk(stand, scenario='5001').ready()
    assert desk.code('resend_sms_code') == 7003
    assert desk.code('check_sms_code', code='123456') == 7003
    wanted = [row['type'] for row in desk.ok('get_scans_status')['scans'] if row['status'] == 'REQUESTED']
    assert wanted
    desk.ok('save_scans', scans=[scan(type_) for type_ in wanted])
    desk.wait('get_signing_status', 'signing_status', {'SIGNED'})
    desk.ok('confirm_contract')
    desk.issue()
    assert Signature.objects.get(contract=desk.contract).mode == 'paper'


def test_5002_lender_checks_the_code(stand: Stand) -> None:
    desk = Desk(stand, scenario='5002').ready()
    for code, answer in (('111111', 7000), ('000000', None)):
        assert desk.code('check_sms_code', code=code) == 503
        run_due()
        if answer is None:
            desk.ok('check_sms_code', code=code)
    assert desk.ok('get_signing_status') == {'signing_status': 'SIGNED'}
    assert desk.effects('check_code') >= 1
    desk.ok('confirm_contract')
    desk.issue()


def test_6001_declined_payment(stand: Stand) -> None:
    desk = Desk(stand, kind='bnpl', scenario='6001').signed()
    url = desk.ok('get_signing_status')['payment_url']
    assert press(url, 'pay') == 303
    desk.wait('get_payment_status', 'payment_status', {'declined'})
    assert desk.code('confirm_contract') == 6010


@pytest.mark.parametrize('when', ['chosen', 'ready', 'signed'])
def test_cancelled_deal_is_cancelled_at_the_lenders(stand: Stand, when: str) -> None:
    desk: Desk = getattr(Desk(stand), when)()
    desk.ok('cancel')
    deadline = time.monotonic() + WAIT_SECONDS
    while desk.effects('cancel') < 2 and time.monotonic() < deadline:
        run_due()
        time.sleep(0.02)
    assert desk.effects('cancel') == 2
    assert (desk.status, desk.effects('confirm')) == ('CANCELED', 0)
