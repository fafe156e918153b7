"""What every adapter of the catalogue must do, told against the stand of its protocol; and whole deals there."""
from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from lenders.catalogue import ADAPTERS, UnknownAdapter, adapter_for
from lenders.contract import (
    Adapter,
    Capabilities,
    CodeResult,
    ContractStage,
    Decision,
    DecisionStatus,
    FormFile,
    IssueStage,
    LenderForm,
    LenderUnavailable,
    NotUnderstood,
    OutcomeUnknown,
    PaymentStage,
    Ref,
    RequestRefused,
    ScansOutcome,
    ScanStage,
    SignatureReport,
    SigningMode,
)
from lenders.models import Exchange, Lender
from lenders.rules import check_decision
from lenders.seed import ensure_sandbox_lenders
from tests.lenders.forms import lender_form
from tests.sandbox.stand import SCAN_FILES, SECRET, Stand

T = TypeVar('T')
pytestmark = pytest.mark.django_db
REPORT = SignatureReport(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), ('a' * 64,))
STANDS = {'denimhub': ('sandbox-bank', 'sandbox-mfo')}
"""For each adapter the sandbox lenders that speak its protocol: a new adapter brings a stand of its own."""


@pytest.fixture(params=[(name, code) for name in ADAPTERS for code in STANDS[name]], ids=lambda pair: pair[1])
def lender_at_stand(request: pytest.FixtureRequest, stand: Stand) -> Lender:
    """Every adapter, against each lender that speaks its protocol."""
    name, code = request.param
    lender = {lender.code: lender for lender in ensure_sandbox_lenders(stand.url, secret=SECRET)}[code]
    assert lender.adapter == name
    return lender


@pytest.fixture
def adapter(lender_at_stand: Lender) -> Adapter:
    return adapter_for(lender_at_stand)


def wait(ask: Callable[[], T], done: Callable[[T], bool]) -> T:
    """Ask until the answer is as wanted."""
    deadline = time.monotonic() + 8
    while not done(answer := ask()):
        assert time.monotonic() < deadline, answer
        time.sleep(0.02)
    return answer


def form_for(digits: str, **changes: Any) -> LenderForm:
    """A form whose phone plays a scenario."""
    values = {'mobile_phone': f'+7916123{digits}', 'life_insurance': False}
    return lender_form(**{'values': values, 'files': (), **changes})


def decided(adapter: Adapter, ref: Ref) -> Decision:
    return wait(lambda: adapter.fetch_decision(ref), lambda answer: answer.status != DecisionStatus.PENDING)


def submitted(adapter: Adapter, form: LenderForm) -> Ref:
    return Ref(form.form_guid, adapter.submit(form, key=f'{form.form_guid}:submit').lender_id)


def chosen(adapter: Adapter, form: LenderForm) -> Ref:
    """Submitted, decided, an offer chosen, the contract there."""
    ref = submitted(adapter, form)
    offer = decided(adapter, ref).offers[0]
    adapter.choose(ref, offer.lender_offer_id, key=f'{form.form_guid}:choose')
    wait(lambda: adapter.fetch_contract(ref), lambda answer: answer.stage != ContractStage.PENDING)
    return ref


def signed(adapter: Adapter, form: LenderForm) -> Ref:
    ref = chosen(adapter, form)
    adapter.report_signature(ref, REPORT, key=f'{form.form_guid}:sign')
    return ref


def test_a_whole_deal(adapter: Adapter, stand: Stand) -> None:
    form = form_for('0000', values={'mobile_phone': '+79161230000', 'life_insurance': True, 'work_insurance': True})
    ref = submitted(adapter, form)
    answer = decided(adapter, ref)
    assert len(answer.offers) == 2
    check_decision(answer, amount=form.amount, initial_payment=form.initial_payment)
    for offer in answer.offers:
        assert isinstance(offer.rate, Decimal)
        assert offer.life_insurance_sum > 0 < offer.work_insurance_sum
        assert offer.expires_at is not None
        assert offer.expires_at.utcoffset() is not None
        assert not offer.has_payment_page
    with pytest.raises(LenderUnavailable):
        adapter.fetch_contract(ref)
    adapter.choose(ref, answer.offers[1].lender_offer_id, key='choose-1' + form.form_guid)
    contract = wait(lambda: adapter.fetch_contract(ref), lambda one: one.stage != ContractStage.PENDING)
    assert contract.stage == ContractStage.READY
    assert contract.terms is not None
    assert contract.terms.amount == answer.offers[1].amount
    assert contract.terms.number
    assert contract.terms.effective_rate == answer.offers[1].effective_rate
    assert contract.signing_mode == SigningMode.PLATFORM
    adapter.report_signature(ref, REPORT, key='sign-1' + form.form_guid)
    assert adapter.fetch_state(ref).issue == IssueStage.NOT_CONFIRMED
    assert adapter.confirm(ref, key='confirm-1' + form.form_guid).accepted
    state = wait(lambda: adapter.fetch_state(ref), lambda one: one.issue != IssueStage.PENDING)
    assert (state.issue, state.payment, state.payments) == (IssueStage.ISSUED, None, ())
    found = adapter.find(form.form_guid)
    assert found is not None
    assert (found.lender_id, found.is_signed, found.is_confirmed, found.issue) == (
        ref.lender_id, True, True, IssueStage.ISSUED)
    assert found.chosen_offer_id == answer.offers[1].lender_offer_id
    effects = [call['operation'] for call in stand.journal(form.form_guid) if call['effect']]
    assert effects == ['submit', 'choose', 'check_code', 'confirm']
    with pytest.raises(RequestRefused):
        adapter.cancel(ref, key='cancel-1' + form.form_guid)


def test_a_repeat_with_the_same_key_changes_nothing(adapter: Adapter, stand: Stand) -> None:
    form = form_for('0000')
    first = adapter.submit(form, key='repeat-' + form.form_guid)
    assert adapter.submit(form, key='repeat-' + form.form_guid) == first
    assert stand.effects(form.form_guid, 'submit') == 1


def test_an_unknown_application_is_none_to_find_and_nothing_to_cancel(adapter: Adapter) -> None:
    form = form_for('0000')
    assert adapter.find(form.form_guid) is None
    adapter.cancel(Ref(form.form_guid), key='cancel-' + form.form_guid)
    with pytest.raises(RequestRefused):
        adapter.fetch_decision(Ref(form.form_guid))


def test_a_cancelled_application_is_found_cancelled(adapter: Adapter) -> None:
    form = form_for('0000')
    ref = chosen(adapter, form)
    adapter.cancel(ref, key='cancel-a' + form.form_guid, reason='the client left')
    adapter.cancel(ref, key='cancel-b' + form.form_guid)
    found = adapter.find(form.form_guid)
    assert found is not None
    assert found.is_cancelled


def test_a_decline_is_a_value(adapter: Adapter) -> None:
    ref = submitted(adapter, form_for('1001'))
    answer = decided(adapter, ref)
    assert (answer.status, answer.offers) == (DecisionStatus.DECLINED, ())
    assert answer.reason


def test_1004_a_lost_answer_is_an_unknown_outcome_and_is_found(adapter: Adapter, stand: Stand) -> None:
    form = form_for('1004')
    with pytest.raises(OutcomeUnknown):
        adapter.submit(form, key='lost-' + form.form_guid)
    found = adapter.find(form.form_guid)
    assert found is not None
    assert adapter.submit(form, key='lost-' + form.form_guid).lender_id == found.lender_id
    assert stand.effects(form.form_guid, 'submit') == 1


def test_1005_a_500_is_an_unknown_outcome_and_nothing_is_found(adapter: Adapter) -> None:
    form = form_for('1005')
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            adapter.submit(form, key='five-' + form.form_guid)
        assert adapter.find(form.form_guid) is None
    assert adapter.submit(form, key='five-' + form.form_guid).lender_id


def test_1006_garbage_is_not_understood(adapter: Adapter) -> None:
    form = form_for('1006')
    with pytest.raises(NotUnderstood):
        adapter.submit(form, key='garbage-' + form.form_guid)
    with pytest.raises(NotUnderstood):
        adapter.fetch_decision(Ref(form.form_guid))
    with pytest.raises(NotUnderstood):
        adapter.find(form.form_guid)
    kept = Exchange.objects.filter(form_guid=form.form_guid, operation='submit').get()
    assert kept.raw.startswith('<html>')


def test_1007_silence_is_an_unknown_outcome(lender_at_stand: Lender) -> None:
    Lender.objects.filter(pk=lender_at_stand.pk).update(read_timeout_seconds=0.3)
    lender_at_stand.refresh_from_db()
    adapter, form = adapter_for(lender_at_stand), form_for('1007')
    with pytest.raises(OutcomeUnknown):
        adapter.submit(form, key='silent-' + form.form_guid)
    with pytest.raises(OutcomeUnknown):
        adapter.find(form.form_guid)
    adapter.cancel(Ref(form.form_guid), key='silent-cancel' + form.form_guid)


def test_3001_and_3002(adapter: Adapter) -> None:
    for digits, stage in (('3001', ContractStage.DECLINED), ('3002', ContractStage.ERROR)):
        answer = adapter.fetch_contract(chosen(adapter, form_for(digits)))
        assert answer.stage == stage
        assert answer.reason


def test_4002_a_lost_answer_to_confirm_is_found_and_repeated_safely(adapter: Adapter, stand: Stand) -> None:
    form = form_for('4002')
    ref = signed(adapter, form)
    with pytest.raises(OutcomeUnknown):
        adapter.confirm(ref, key='confirm-' + form.form_guid)
    found = adapter.find(form.form_guid)
    assert found is not None
    assert found.is_confirmed
    assert adapter.confirm(ref, key='confirm-' + form.form_guid).accepted
    assert stand.effects(form.form_guid, 'confirm') == 1


def test_4004_a_refused_confirmation_is_a_value(adapter: Adapter) -> None:
    form = form_for('4004')
    ref = signed(adapter, form)
    answer = adapter.confirm(ref, key='confirm-' + form.form_guid)
    assert not answer.accepted
    assert answer.reason
    found = adapter.find(form.form_guid)
    assert found is not None
    assert (found.confirm_refused, found.is_confirmed) == (True, False)


def test_5001_is_on_paper(adapter: Adapter) -> None:
    ref = chosen(adapter, form_for('5001'))
    answer = adapter.fetch_contract(ref)
    assert answer.signing_mode == SigningMode.PAPER
    assert {scan.type for scan in answer.wanted_scans} == {'AGREEMENT_1', 'AGREEMENT_2'}


def test_5002_the_lender_has_its_own_code(adapter: Adapter) -> None:
    form = form_for('5002')
    ref = chosen(adapter, form)
    with pytest.raises(LenderUnavailable):
        adapter.check_code(ref, '000000', key='code-0' + form.form_guid)
    adapter.send_code(ref, key='send-1' + form.form_guid)
    assert adapter.check_code(ref, '123456', key='code-1' + form.form_guid) == CodeResult.WRONG
    assert adapter.check_code(ref, '000000', key='code-2' + form.form_guid) == CodeResult.ACCEPTED
    shown = str(list(Exchange.objects.filter(operation='check_code').values_list('request', flat=True)))
    assert '000000' not in shown
    assert '123456' not in shown


def test_scans_go_out_and_verdicts_come_back(stand: Stand) -> None:
    bank, _ = ensure_sandbox_lenders(stand.url, secret=SECRET)
    adapter, form = adapter_for(bank), form_for('2001', channel='OFFLINE')
    ref = submitted(adapter, form)
    of_form = FormFile('PASSPORT_MAIN', *SCAN_FILES[bank.code], from_form=True)
    adapter.send_scans(ref, [of_form], key='form-' + form.form_guid)
    adapter.choose(ref, decided(adapter, ref).offers[0].lender_offer_id, key='choose-' + form.form_guid)
    contract = wait(lambda: adapter.fetch_contract(ref), lambda one: one.stage != ContractStage.PENDING)
    assert [(scan.type, scan.after_signing) for scan in contract.wanted_scans] == [
        ('AGREEMENT_1', True), ('AGREEMENT_2', True)]
    adapter.report_signature(ref, REPORT, key='sign-' + form.form_guid)
    pages = [FormFile(scan.type, *SCAN_FILES[bank.code], version=1) for scan in contract.wanted_scans]
    adapter.send_scans(ref, pages, key='pages-' + form.form_guid)
    answer = wait(
        lambda: adapter.fetch_scan_verdicts(ref),
        lambda one: all(verdict.stage != ScanStage.CHECKING for verdict in one.verdicts))
    assert answer.outcome == ScansOutcome.OPEN
    assert {verdict.type: verdict.stage for verdict in answer.verdicts} == {
        'PASSPORT_MAIN': ScanStage.ACCEPTED, 'AGREEMENT_1': ScanStage.RESCAN_NEEDED,
        'AGREEMENT_2': ScanStage.RESCAN_NEEDED}
    found = adapter.find(form.form_guid)
    assert found is not None
    assert found.scans_versions == {'PASSPORT_MAIN': 1, 'AGREEMENT_1': 1, 'AGREEMENT_2': 1}


def test_a_purchase_in_parts(stand: Stand) -> None:
    _, mfo = ensure_sandbox_lenders(stand.url, secret=SECRET)
    adapter = adapter_for(mfo)
    form = form_for('6001', kind='bnpl', initial_payment=0, term_value=None)
    assert adapter.capabilities.payment_page
    ref = submitted(adapter, form)
    offer, = decided(adapter, ref).offers
    assert offer.has_payment_page
    adapter.choose(ref, offer.lender_offer_id, key='choose-' + form.form_guid)
    contract = wait(lambda: adapter.fetch_contract(ref), lambda one: one.stage != ContractStage.PENDING)
    assert contract.payment_url.startswith(f'{stand.url}/pay/')
    assert contract.terms is not None
    assert (contract.terms.number, contract.terms.effective_rate, contract.terms.payments_count) == ('', None, 4)
    assert adapter.fetch_state(ref).payment == PaymentStage.PENDING


def test_capabilities_are_declared(adapter: Adapter) -> None:
    assert isinstance(adapter.capabilities, Capabilities)
    assert {one.name for one in fields(adapter.capabilities)} >= {'signing_mode', 'idempotency_keys', 'find_by_our_id'}


def test_the_sandbox_lenders_are_made_once(stand: Stand) -> None:
    first = [lender.pk for lender in ensure_sandbox_lenders(stand.url, secret=SECRET)]
    again = ensure_sandbox_lenders('http://localhost:1', secret=SECRET, public_url='https://pay.example')
    assert [lender.pk for lender in again] == first
    assert again[0].base_url == 'http://localhost:1/bank'
    assert again[0].payment_hosts == ['localhost', 'pay.example']


def test_an_adapter_that_is_not_in_the_catalogue_is_told(lender: Lender) -> None:
    lender.adapter = 'nobody'
    with pytest.raises(UnknownAdapter, match='nobody'):
        adapter_for(lender)
