from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.statuses import ContractStatus, ScansState
from lenders.contract import ScanStage, ScanVerdict
from scans.rules import (
    CHECKING,
    CONFIRMED,
    RECEIVED,
    REQUESTED,
    RESCAN_NEEDED,
    Seen,
    is_under_check,
    judged,
    pages_of_forms,
    scan_list,
    shown_state,
    wanted_now,
    whole_state,
)

TYPES = ['AGREEMENT_1', 'AGREEMENT_2', 'PASSPORT_MAIN', 'CLIENT_PHOTO']
WANTED = [{'type': 'AGREEMENT_1', 'after_signing': True}, {'type': 'PASSPORT_MAIN', 'after_signing': False}]
scans = st.lists(
    st.builds(Seen, st.sampled_from(TYPES), st.sampled_from([RECEIVED, CHECKING, RESCAN_NEEDED, CONFIRMED]),
              from_form=st.booleans()), unique_by=lambda scan: scan.type)
wanted = st.lists(st.sampled_from(TYPES), unique=True).map(tuple)


@given(wanted, scans)
def test_the_whole_is_the_first_present_of_the_order(wanted: tuple[str, ...], scans: list[Seen]) -> None:
    states = {scan.state for scan in scan_list(wanted, scans)}
    for state, whole in (
        (RESCAN_NEEDED, 'RESCAN_NEEDED'), (REQUESTED, 'REQUESTED'), (CHECKING, 'CHECKING'),
        (RECEIVED, 'RECEIVED_FROM_PARTNER'),
    ):
        if state in states:
            assert whole_state(scan_list(wanted, scans)) == whole
            return
    assert whole_state(scan_list(wanted, scans)) == 'ACCEPTED'


@given(wanted, scans)
def test_every_wanted_type_is_listed_once_and_first(wanted: tuple[str, ...], scans: list[Seen]) -> None:
    listed = [scan.type for scan in scan_list(wanted, scans)]
    assert listed[:len(wanted)] == list(wanted)
    assert len(listed) == len(set(listed))
    sent = {scan.type for scan in scans if not scan.from_form or scan.state == RESCAN_NEEDED}
    assert set(listed) == sent | set(wanted)


@given(wanted, scans)
def test_the_whole_does_not_depend_on_the_order_of_scans(wanted: tuple[str, ...], scans: list[Seen]) -> None:
    assert whole_state(scan_list(wanted, scans)) == whole_state(scan_list(wanted[::-1], scans[::-1]))


def test_accepted_when_nothing_is_wanted_and_nothing_sent() -> None:
    assert whole_state([]) == ScansState.ACCEPTED


@pytest.mark.parametrize(('status', 'mode', 'types'), [
    (ContractStatus.PREPARING, 'platform', ()),
    (ContractStatus.READY, 'platform', ('PASSPORT_MAIN',)),
    (ContractStatus.READY, 'lender', ('PASSPORT_MAIN',)),
    (ContractStatus.READY, 'paper', ('AGREEMENT_1', 'PASSPORT_MAIN')),
    (ContractStatus.SIGNED, 'platform', ('AGREEMENT_1', 'PASSPORT_MAIN')),
    (ContractStatus.ISSUED, 'platform', ('AGREEMENT_1', 'PASSPORT_MAIN')),
])
def test_signed_pages_are_wanted_once_they_can_be_there(status: str, mode: str, types: tuple[str, ...]) -> None:
    assert wanted_now(WANTED, status=status, signing_mode=mode) == types


def test_pages_of_the_forms_are_the_ones_signed() -> None:
    assert pages_of_forms(WANTED, signing_mode='platform') == {'AGREEMENT_1'}
    assert pages_of_forms(WANTED, signing_mode='paper') == {'AGREEMENT_1', 'PASSPORT_MAIN'}


@given(scans)
def test_changed_forms_stay_so_until_the_new_ones_are_signed(scans: list[Seen]) -> None:
    changed = ScansState.PRINT_FORMS_CHANGED
    for status in (ContractStatus.PREPARING, ContractStatus.READY):
        assert shown_state(changed, scans, status=status, signing_mode='platform') == changed
    signed = shown_state(changed, scans, status=ContractStatus.SIGNED, signing_mode='platform')
    assert signed == whole_state(scans)


@given(scans)
def test_declined_is_the_last_word(scans: list[Seen]) -> None:
    assert shown_state('DECLINED', scans, status='SIGNED', signing_mode='platform') == ScansState.DECLINED


def test_on_paper_changed_forms_are_answered_by_their_accepted_pages() -> None:
    changed = ScansState.PRINT_FORMS_CHANGED
    asked, shown = [Seen('AGREEMENT_1', REQUESTED)], [Seen('AGREEMENT_1', CONFIRMED)]
    assert shown_state(changed, asked, status='READY', signing_mode='paper') == changed
    assert shown_state(changed, shown, status='READY', signing_mode='paper') == ScansState.ACCEPTED


def test_a_check_in_progress_is_met_by_the_whole_or_by_one_type() -> None:
    listed = [Seen('AGREEMENT_1', CHECKING), Seen('AGREEMENT_2', RESCAN_NEEDED)]
    assert is_under_check('CHECKING', [], ['CLIENT_PHOTO'])
    assert is_under_check('RESCAN_NEEDED', listed, ['AGREEMENT_1', 'AGREEMENT_2'])
    assert not is_under_check('RESCAN_NEEDED', listed, ['AGREEMENT_2'])


def test_a_lenders_reason_is_one_printable_line() -> None:
    verdict = ScanVerdict('AGREEMENT_1', ScanStage.RESCAN_NEEDED, 1, ' Нет\x00 подписи\n\n клиента ' + 'х' * 900)
    state, reason = judged(verdict)
    assert state == RESCAN_NEEDED
    assert reason.startswith('Нет подписи клиента х')
    assert len(reason) == 500
    assert judged(ScanVerdict('A', ScanStage.ACCEPTED)) == (CONFIRMED, '')
    assert judged(ScanVerdict('A', ScanStage.CHECKING)) == (CHECKING, '')
