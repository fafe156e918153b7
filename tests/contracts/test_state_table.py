"""The table "state × method" of the API, cell by cell, through /dp/; a refusal changes nothing.

The expected words are written out here once more on purpose, not taken from contracts/rules.py.
"""
from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from applications.models import Application
from applications.states import advance
from contracts.locks import lock_contract
from contracts.models import Contract
from contracts.rules import TABLE, Facts, Method, Stage, decide
from contracts.services import note_scans, reopen_forms
from denimhub.demo.forms import scan
from lenders.contract import (
    Confirmed,
    ContractAnswer,
    ContractStage,
    IssueStage,
    SigningMode,
    State,
    WantedScan,
)
from tests.contracts.fakes import TERMS, FakeLender
from tests.contracts.till import Till, snapshot, undone
from tests.world import an_offer

pytestmark = pytest.mark.django_db

METHODS = [method.value for method in Method]
OK = 'ok'
COUNTED = 7000
"""The one refusal that leaves a trace: the try is counted."""
SCAN = scan('AGREEMENT_1')
Cell = int | str


@dataclass(frozen=True)
class Row:
    """One state: how it is reached and what each method then answers."""

    name: str
    build: Callable[[Till], object]
    get_offers: Cell
    confirm_offer: Cell
    get_contract: Cell
    resend_sms_code: Cell
    check_sms_code: Cell
    save_scans: Cell
    get_scans_status: Cell
    confirm_contract: Cell
    get_signing_status: Cell
    get_issue_status: Cell
    cancel: Cell
    send_sms_link: Cell
    get_payment_status: Cell


def _row(name: str, build: Callable[[Till], object], cells: str) -> Row:
    values = [int(cell) if cell.isdigit() else cell for cell in cells.split()]
    return Row(name, build, *values)


# --- how each state is reached --------------------------------------------------------------------------------------

def refused(till: Till) -> None:
    till.scoring()
    with transaction.atomic():
        advance(till.fresh(), 'DECLINED', actor='test')


def broken(till: Till) -> None:
    till.scoring()
    with transaction.atomic():
        advance(till.fresh(), 'FAILED', actor='test')


def other_chosen(till: Till) -> None:
    till.preparing()
    till.offer = an_offer(till.submission, has_payment_page=till.kind == 'bnpl')
    with transaction.atomic():
        advance(till.offer, 'LAPSED', actor='test')


def preparing_again(till: Till) -> None:
    _with_wanted(till, WantedScan('AGREEMENT_1', after_signing=True))
    till.signed()
    with transaction.atomic():
        assert reopen_forms(contract=lock_contract(till.contract).contract, forms_version=2, actor='test')


def _with_wanted(till: Till, *wanted: WantedScan, **changes: Any) -> None:
    before = till.lender.answers.get('fetch_contract') or ContractAnswer(ContractStage.READY, TERMS)
    till.lender.answers['fetch_contract'] = replace(before, wanted_scans=wanted, **changes)


def ready_with(state: str) -> Callable[[Till], None]:
    def build(till: Till) -> None:
        _with_wanted(till, WantedScan('AGREEMENT_1'))
        till.ready()
        _note(till, state)
    return build


def signed_with(state: str) -> Callable[[Till], None]:
    def build(till: Till) -> None:
        _with_wanted(till, WantedScan('AGREEMENT_1', after_signing=True))
        till.signed()
        _note(till, state)
    return build


def _note(till: Till, state: str) -> None:
    with transaction.atomic():
        note_scans(contract=lock_contract(till.contract).contract, state=state, actor='test')


def on_paper(till: Till) -> None:
    _with_wanted(till, WantedScan('AGREEMENT_1'), signing_mode=SigningMode.PAPER)
    till.ready()


def contract_refused(stage: ContractStage) -> Callable[[Till], None]:
    def build(till: Till) -> None:
        till.lender.answers['fetch_contract'] = ContractAnswer(stage, reason='нет')
        till.preparing()
        till.work()
    return build


def confirm_refused(till: Till) -> None:
    till.lender.answers['confirm'] = Confirmed(accepted=False, reason='нет')
    till.confirmed()
    till.work('contracts.confirm')


def ended(issue: IssueStage) -> Callable[[Till], object]:
    return lambda till: till.ended(State(issue))


def failed_unclear(till: Till) -> None:
    till.ready()
    with transaction.atomic():
        application, row = lock_contract(till.contract)
        advance(row, 'FAILED', actor='test', outcome_unknown_since=timezone.now())
        advance(application, 'FAILED', actor='test')


def cancelled(before: str) -> Callable[[Till], None]:
    def build(till: Till) -> None:
        getattr(till, before)()
        till.ok('cancel')
    return build


def offer_expired(till: Till) -> None:
    till.offered()
    Application.objects.filter(pk=till.application.pk).update(offers_expire_at=timezone.now() - timedelta(seconds=1))


def contract_expired(before: str) -> Callable[[Till], None]:
    def build(till: Till) -> None:
        getattr(till, before)()
        Contract.objects.filter(application=till.application).update(expires_at=timezone.now() - timedelta(seconds=1))
    return build


def by_its_job(build: Callable[[Till], None], kind: str) -> Callable[[Till], None]:
    def after(till: Till) -> None:
        build(till)
        with transaction.atomic():
            subject = till.application.guid if kind.startswith('offers') else till.contract.guid
            till.enqueue(kind, str(subject))
        till.work(kind)
        assert till.fresh().status == 'EXPIRED'
    return after


# Columns: get_offers confirm_offer get_contract | resend check | save_scans get_scans_status | confirm_contract
#          signing issue | cancel | send_sms_link get_payment_status (of a POS offer, which has no payment page)
ROWS = [
    _row('scoring', Till.scoring, 'pending 3103 3103 3103 3103 3103 3103 3103 3103 3103 ok 3103 3103'),
    _row('declined by all', refused, 'declined 3103 3103 3103 3103 3103 3103 3103 3103 3103 6009 3103 3103'),
    _row('scoring failed', broken, 'error 3103 3103 3103 3103 3103 3103 3103 3103 3103 6009 3103 3103'),
    _row('offered', Till.offered, 'done ok 3104 3104 3104 3104 3104 3104 NOT_FOUND 3104 ok 6010 6010'),
    _row('another offer chosen', other_chosen, 'done 6010 6010 6010 6010 6010 6010 6010 6010 6010 ok 6010 6010'),
    _row('preparing', Till.preparing, 'done ok pending 6010 6010 6010 ok 6010 NOT_FOUND pending ok 6010 6010'),
    _row('preparing again', preparing_again,
         'done ok pending 6010 6010 ok PRINT_FORMS_CHANGED 6010 NOT_FOUND pending ok 6010 6010'),
    _row('ready', Till.ready, 'done ok done ok 7000 ok ACCEPTED 6010 NOT_SIGNED signing_needed ok 6010 6010'),
    _row('ready, scans wanted', ready_with('REQUESTED'),
         'done ok done ok 7000 ok REQUESTED 6010 NOT_SIGNED signing_needed ok 6010 6010'),
    _row('ready, scans received', ready_with('RECEIVED_FROM_PARTNER'),
         'done ok done ok 7000 ok ok 7005 NOT_SIGNED signing_needed ok 6010 6010'),
    _row('ready, scans in check', ready_with('CHECKING'),
         'done ok done ok 7000 7005 ok 7005 NOT_SIGNED signing_needed ok 6010 6010'),
    _row('ready, rescan needed', ready_with('RESCAN_NEEDED'),
         'done ok done ok 7000 ok ok 6010 NOT_SIGNED rescan_needed ok 6010 6010'),
    _row('ready on paper', on_paper, 'done ok done 7003 7003 ok REQUESTED 6010 NOT_SIGNED signing_needed ok 6010 6010'),
    _row('signed', Till.signed, 'done ok done 6010 6010 ok ACCEPTED ok SIGNED pending ok 6010 6010'),
    _row('signed, scans wanted', signed_with('REQUESTED'),
         'done ok done 6010 6010 ok REQUESTED 6010 SIGNED pending ok 6010 6010'),
    _row('signed, scans received', signed_with('RECEIVED_FROM_PARTNER'),
         'done ok done 6010 6010 ok ok 7005 SIGNED pending ok 6010 6010'),
    _row('signed, scans in check', signed_with('CHECKING'),
         'done ok done 6010 6010 7005 ok 7005 SIGNED pending ok 6010 6010'),
    _row('signed, rescan needed', signed_with('RESCAN_NEEDED'),
         'done ok done 6010 6010 ok ok 6010 SIGNED rescan_needed ok 6010 6010'),
    _row('confirmed', Till.confirmed, 'done ok done 6010 6010 6010 ok ok SIGNED pending ok 6010 6010'),
    _row('issuing', Till.issuing, 'done ok done 6010 6010 6010 ok ok SIGNED pending 6009 6010 6010'),
    _row('issued', ended(IssueStage.ISSUED), 'done ok done 6010 6010 6010 ok ok SIGNED done 6009 6010 6010'),
    _row('contract declined', contract_refused(ContractStage.DECLINED),
         'done ok declined 6010 6010 6010 ok 6010 NOT_FOUND declined 6009 6010 6010'),
    _row('scans declined unsigned', ready_with('DECLINED'),
         'done ok done 6010 6010 6010 DECLINED 6010 NOT_SIGNED declined 6009 6010 6010'),
    _row('scans declined signed', signed_with('DECLINED'),
         'done ok done 6010 6010 6010 DECLINED 6010 SIGNED declined 6009 6010 6010'),
    _row('confirmation refused', confirm_refused, 'done ok done 6010 6010 6010 ok 7004 SIGNED declined 6009 6010 6010'),
    _row('issue declined', ended(IssueStage.DECLINED),
         'done ok done 6010 6010 6010 ok 6010 SIGNED declined 6009 6010 6010'),
    _row('contract error', contract_refused(ContractStage.ERROR),
         'done ok error 6010 6010 6010 ok 6010 NOT_FOUND error 6009 6010 6010'),
    _row('issue error', ended(IssueStage.ERROR), 'done ok done 6010 6010 6010 ok 6010 SIGNED error 6009 6010 6010'),
    _row('failed, unclear', failed_unclear, 'done ok done 6010 6010 6010 ok 6010 UNKNOWN error 6009 6010 6010'),
    _row('cancelled offered', cancelled('offered'),
         '6009 6009 6009 6009 6009 6009 3104 6009 CANCELED declined ok 6009 6010'),
    _row('cancelled preparing', cancelled('preparing'),
         '6009 6009 6009 6009 6009 6009 ok 6009 CANCELED declined ok 6009 6010'),
    _row('cancelled signed', cancelled('signed'),
         '6009 6009 6009 6009 6009 6009 ACCEPTED 6009 CANCELED declined ok 6009 6010'),
    _row('cancelled confirmed', cancelled('confirmed'),
         '6009 6009 6009 6009 6009 6009 ok 6009 CANCELED declined ok 6009 6010'),
    _row('offer expired', offer_expired, '6009 6010 6010 6010 6010 6010 6010 6010 6010 6010 6009 6010 6010'),
    _row('offer expired by its job', by_its_job(offer_expired, 'offers.expire'),
         '6009 6010 6010 6010 6010 6010 6010 6010 6010 6010 6009 6010 6010'),
    _row('contract expired preparing', contract_expired('preparing'),
         '6009 6010 6010 6010 6010 6010 6010 6010 6010 6010 6009 6010 6010'),
    _row('contract expired ready', contract_expired('ready'),
         '6009 6010 6010 6010 6010 6010 6010 6010 6010 6010 6009 6010 6010'),
    _row('contract expired by its job', by_its_job(contract_expired('ready'), 'contracts.expire'),
         '6009 6010 6010 6010 6010 6010 6010 6010 6010 6010 6009 6010 6010'),
]
# The same columns for a BNPL offer: only the two of the payment page differ.
BNPL_ROWS = [
    _row('offered', Till.offered, 'done ok 3104 3104 3104 3104 3104 3104 NOT_FOUND 3104 ok 3104 3104'),
    _row('another offer chosen', other_chosen, 'done 6010 6010 6010 6010 6010 6010 6010 6010 6010 ok 6010 6010'),
    _row('preparing', Till.preparing, 'done ok pending 6010 6010 6010 ok 6010 NOT_FOUND pending ok 6010 pending'),
    _row('ready', Till.ready, 'done ok done ok 7000 ok ok 6010 NOT_SIGNED signing_needed ok ok pending'),
    _row('signed, not paid', Till.signed, 'done ok done 6010 6010 ok ok 6010 SIGNED pending ok ok pending'),
    _row('confirmed', Till.confirmed, 'done ok done 6010 6010 6010 ok ok SIGNED pending ok 6010 paid'),
    _row('issued', ended(IssueStage.ISSUED), 'done ok done 6010 6010 6010 ok ok SIGNED done 6009 6010 paid'),
    _row('contract declined', contract_refused(ContractStage.DECLINED),
         'done ok declined 6010 6010 6010 ok 6010 NOT_FOUND declined 6009 6010 pending'),
    _row('cancelled offered', cancelled('offered'),
         '6009 6009 6009 6009 6009 6009 3104 6009 CANCELED declined ok 6009 3104'),
    _row('cancelled confirmed', cancelled('confirmed'),
         '6009 6009 6009 6009 6009 6009 ok 6009 CANCELED declined ok 6009 paid'),
    _row('contract expired', contract_expired('ready'),
         '6009 6010 6010 6010 6010 6010 6010 6010 6010 6010 6009 6010 6010'),
]
_WORDS = {
    'get_offers': 'offer_status', 'get_contract': 'contract_status', 'get_scans_status': 'scans_status',
    'get_signing_status': 'signing_status', 'get_payment_status': 'payment_status', 'get_issue_status': 'issue_status'}

READS = {*_WORDS, Method.GET_FILE, Method.CREATE_FORM}


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.name)
def test_every_method_of_a_pos_deal(row: Row, till: Till) -> None:
    row.build(till)
    _walk(till, row)


@pytest.mark.parametrize('row', BNPL_ROWS, ids=lambda row: row.name)
def test_every_method_of_a_bnpl_deal(row: Row, bnpl: Till) -> None:
    row.build(bnpl)
    _walk(bnpl, row)


def _walk(till: Till, row: Row) -> None:
    problems = []
    for method in METHODS:
        with undone():
            before = snapshot()
            got = _look(till, method)
            wanted = getattr(row, method, OK)
            if wanted not in (got, OK) or (wanted == OK and isinstance(got, int)):
                problems.append(f'{method}: {got} instead of {wanted}')
            must_not_write = method in READS or (isinstance(got, int) and got != COUNTED)
            if must_not_write and before != snapshot():
                problems.append(f'{method}: answered {got}, yet something changed')
    assert problems == []


def _look(till: Till, method: str) -> Cell:
    """What a method answers: the code of a refusal, the word it is named for, or OK."""
    if method == Method.GET_FILE:
        return OK if till.get_file() == 200 else 404
    if method == Method.CREATE_FORM:
        answer = till.send_form_again()
        assert answer['data'] == {'form_guid': str(till.application.guid)}
    else:
        answer = till.call(method, **_body(method))
    if answer['status'] == 'error':
        code: int = answer['error_code']
        return code
    return str(answer['data'][_WORDS[method]]) if method in _WORDS else OK


def _body(method: str) -> dict[str, Any]:
    if method == Method.CHECK_SMS_CODE:
        return {'code': 'никак'}
    return {'scans': [SCAN]} if method == Method.SAVE_SCANS else {}


def test_the_same_code_is_success_only_while_signed(till: Till) -> None:
    till.ready()
    code = till.newest_code()
    till.ok('check_sms_code', code=code)
    till.ok('check_sms_code', code=code)
    till.work('contracts.report_signature')
    till.ok('confirm_contract')
    assert till.code('check_sms_code', code=code) == 6010


def test_the_declared_table_has_a_cell_for_every_stage_and_method() -> None:
    for stage, method in itertools.product(Stage, Method):
        answer = decide(method, stage, Facts(has_contract=True, has_payment_page=True))
        assert isinstance(answer, int | str), (stage, method)
    assert set(TABLE) == set(Stage)
    assert all(set(row) == set(Method) for row in TABLE.values())


def test_fake_lender_is_the_only_one_asked(till: Till, lender: FakeLender) -> None:
    till.issuing()
    assert lender.names() == ['choose', 'fetch_contract', 'report_signature', 'confirm']
