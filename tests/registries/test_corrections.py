"""Corrections: asked for by one person, approved by another, written once, and seen in the next version."""
from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from jobs.testing import run_due
from registries import services_build
from registries.models import LedgerLine, RegistryVersion
from registries.models_corrections import CorrectionRequest
from registries.rules import MONEY_KEYS, month_of, period_of
from registries.rules_corrections import below_zero, reversal, total, with_to_pay
from registries.selectors import has_corrections_after, today_in
from registries.services import counterparty_of
from registries.services_build import build_registry
from registries.services_corrections import (
    CorrectionRefused,
    approve_correction,
    refuse_correction,
    request_correction,
    withdraw_correction,
)
from tests.registries.deals import Shop
from tests.registries.people import a_person
from tests.registries.test_building import LONG_AGO, content, march

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def anna(db: None) -> User:
    return a_person('anna', 'ask_correction', 'approve_correction')


@pytest.fixture
def boris(db: None) -> User:
    return a_person('boris', 'ask_correction', 'approve_correction')


@pytest.fixture
def line(db: None) -> LedgerLine:
    """A deal of 45 000 ₽ issued on the 10th of March."""
    Shop().issue(at=LONG_AGO)
    run_due(kinds=['registries.book'])
    return LedgerLine.objects.get()


def sums_of(contract_id: int) -> dict[str, int]:
    rows = LedgerLine.objects.filter(contract_id=contract_id)
    return {key: sum(getattr(row, key) for row in rows) for key in MONEY_KEYS}


def refused(call: Any, **arguments: Any) -> str:
    """The text of a refusal that has changed nothing."""
    lines, asked = LedgerLine.objects.count(), list(CorrectionRequest.objects.values().order_by('pk'))
    with pytest.raises(CorrectionRefused) as told:
        call(**arguments)
    assert (LedgerLine.objects.count(), list(CorrectionRequest.objects.values().order_by('pk'))) == (lines, asked)
    return str(told.value.message)


def build(party: Any, day: int = 10) -> RegistryVersion:
    return build_registry(counterparty=counterparty_of(party), period=march(day), formats=['csv'], made_by='test',
                          wait_seconds=0)


def test_two_persons_write_one_line(line: LedgerLine, anna: User, boris: User) -> None:
    request = request_correction(line=line, by=anna, reason='опечатка', sums={'amount': -500_000, 'price': -500_000})
    assert LedgerLine.objects.count() == 1
    made = approve_correction(request=request, by=boris)
    assert (made.seq, made.event, made.amount, made.price, made.to_pay, made.corrects_id) == (
        2, 'CORRECTED', -500_000, -500_000, -500_000, line.pk)
    assert (made.reason, made.author, made.approver) == ('опечатка', 'anna', 'boris')
    assert made.period_at > line.period_at
    assert approve_correction(request=request, by=boris).pk == made.pk
    assert LedgerLine.objects.count() == 2


def test_nobody_approves_what_they_asked_for(line: LedgerLine, anna: User) -> None:
    request = request_correction(line=line, by=anna, reason='опечатка', sums={'amount': -1})
    refused(approve_correction, request=request, by=anna)
    with pytest.raises(DatabaseError), transaction.atomic():
        CorrectionRequest.objects.filter(pk=request.pk).update(
            status='APPROVED', decided_by='anna', made=line)


@pytest.mark.parametrize(('rights', 'verb'), [
    (('approve_correction',), 'ask'), (('ask_correction',), 'approve'), (('ask_correction',), 'refuse')])
def test_each_verb_needs_its_right(line: LedgerLine, anna: User, rights: tuple[str, ...], verb: str) -> None:
    other = a_person('other', *rights)
    if verb == 'ask':
        refused(request_correction, line=line, by=other, reason='x', sums={'amount': -1})
        return
    request = request_correction(line=line, by=anna, reason='x', sums={'amount': -1})
    call = approve_correction if verb == 'approve' else refuse_correction
    refused(call, request=request, by=other, why='x')


def test_a_dismissed_person_approves_nothing(line: LedgerLine, anna: User, boris: User) -> None:
    request = request_correction(line=line, by=anna, reason='x', sums={'amount': -1})
    boris.is_active = False
    refused(approve_correction, request=request, by=boris)


@pytest.mark.parametrize('sums', [
    {}, {'amount': 0}, {'amount': -4_500_001}, {'payment': 100}, {'to_pay': -100}, {'nonsense': 1}],
    ids=['nothing', 'zero', 'below zero', 'another event', 'derived', 'unknown'])
def test_sums_that_cannot_be_are_refused(line: LedgerLine, anna: User, sums: dict[str, int]) -> None:
    refused(request_correction, line=line, by=anna, reason='x', sums=sums)


def test_a_reason_is_needed(line: LedgerLine, anna: User) -> None:
    refused(request_correction, line=line, by=anna, reason='  ', sums={'amount': -1})


def test_one_line_waits_for_one_correction_at_a_time(line: LedgerLine, anna: User, boris: User) -> None:
    request_correction(line=line, by=anna, reason='x', sums={'amount': -1})
    refused(request_correction, line=line, by=boris, reason='y', sums=None)


def test_a_refused_and_a_withdrawn_correction_write_nothing(line: LedgerLine, anna: User, boris: User) -> None:
    first = request_correction(line=line, by=anna, reason='x', sums={'amount': -1})
    refused(withdraw_correction, request=first, by=boris, why='не моё')
    refused(refuse_correction, request=first, by=boris, why=' ')
    assert refuse_correction(request=first, by=boris, why='нет оснований').status == 'REFUSED'
    second = request_correction(line=line, by=anna, reason='x', sums={'amount': -1})
    assert withdraw_correction(request=second, by=anna, why='ошиблась').status == 'WITHDRAWN'
    for request in (first, second):
        refused(approve_correction, request=request, by=boris)
        refused(refuse_correction, request=request, by=boris, why='x')
    assert LedgerLine.objects.count() == 1


def test_a_reversal_takes_all_that_is_left(line: LedgerLine, anna: User, boris: User) -> None:
    approve_correction(
        request=request_correction(line=line, by=anna, reason='a', sums={'amount': -500_000, 'price': 100}), by=boris)
    made = approve_correction(request=request_correction(line=line, by=anna, reason='возврат'), by=boris)
    assert made.amount == -4_000_000
    assert set(sums_of(line.contract_id).values()) == {0}


def test_a_correction_of_a_correction_is_netted(line: LedgerLine, anna: User, boris: User) -> None:
    first = approve_correction(
        request=request_correction(line=line, by=anna, reason='a', sums={'amount': -500_000}), by=boris)
    approve_correction(request=request_correction(line=first, by=boris, reason='отмена правки'), by=anna)
    assert sums_of(line.contract_id)['amount'] == 4_500_000
    refused(request_correction, line=first, by=anna, reason='ещё раз', sums=None)
    approve_correction(request=request_correction(line=line, by=anna, reason='возврат'), by=boris)
    assert set(sums_of(line.contract_id).values()) == {0}


def test_a_reversal_that_was_overtaken_is_asked_for_anew(line: LedgerLine, anna: User, boris: User) -> None:
    first = approve_correction(
        request=request_correction(line=line, by=anna, reason='a', sums={'amount': -500_000}), by=boris)
    whole = request_correction(line=line, by=anna, reason='возврат')
    approve_correction(request=request_correction(line=first, by=anna, reason='обратно'), by=boris)
    refused(approve_correction, request=whole, by=boris)


def test_a_deal_stays_above_zero_also_when_two_are_approved(line: LedgerLine, anna: User, boris: User) -> None:
    first = approve_correction(
        request=request_correction(line=line, by=anna, reason='a', sums={'amount': -2_000_000}), by=boris)
    one = request_correction(line=line, by=anna, reason='b', sums={'amount': -2_000_000})
    two = request_correction(line=first, by=anna, reason='c', sums={'amount': -2_000_000})
    approve_correction(request=one, by=boris)
    refused(approve_correction, request=two, by=boris)
    assert sums_of(line.contract_id)['amount'] == 500_000


def test_two_clicks_at_once_write_one_line(line: LedgerLine, anna: User, boris: User) -> None:
    request = request_correction(line=line, by=anna, reason='a', sums={'amount': -1})
    barrier, made = threading.Barrier(4), []

    def click() -> None:
        try:
            barrier.wait()
            made.append(approve_correction(request=request, by=boris).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    assert LedgerLine.objects.count() == 2


def test_a_sent_registry_gets_a_second_version(line: LedgerLine, anna: User, boris: User) -> None:
    first = build(line.partner)
    of_lender = build(line.lender)
    request = request_correction(
        line=line, by=anna, reason='опечатка', sums={'amount': -500_000}, for_partner=first.registry)
    assert build(line.partner).pk == first.pk
    approve_correction(request=request, by=boris)
    second = build(line.partner)
    assert (second.number, second.replaces_id, second.count, second.totals['amount']) == (
        2, first.pk, 2, 4_000_000)
    first.refresh_from_db()
    assert (first.status, second.status, first.sha256 == second.sha256) == ('REPLACED', 'BUILT', False)
    for version in (first, second):
        assert version.sha256 in content(version).decode()
    assert 'опечатка' in content(second).decode()
    assert content(first) != content(second)
    assert build(line.partner).pk == second.pk
    # The lender's side was not named: there the correction counts where it was booked.
    assert build(line.lender).pk == of_lender.pk


def test_the_approval_itself_has_the_next_version_made(line: LedgerLine, anna: User, boris: User) -> None:
    first = build(line.partner)
    request = request_correction(
        line=line, by=anna, reason='возврат', sums={'amount': -1_000, 'price': -1_000}, for_partner=first.registry)
    approve_correction(request=request, by=boris)
    assert run_due(kinds=['registries.build']) == 1
    second = RegistryVersion.objects.get(registry=first.registry, number=2)
    assert (second.status, second.made_by, second.totals['amount'], second.replaces) == (
        'BUILT', 'boris', first.totals['amount'] - 1_000, first)
    first.refresh_from_db()
    assert first.status == 'REPLACED'


def test_a_correction_of_the_running_period_makes_no_version(line: LedgerLine, anna: User, boris: User) -> None:
    build(line.partner)
    approve_correction(
        request=request_correction(line=line, by=anna, reason='возврат', sums={'amount': -1_000, 'price': -1_000}),
        by=boris)
    assert run_due(kinds=['registries.build']) == 0
    assert RegistryVersion.objects.count() == 1


def test_both_sides_get_a_second_version(line: LedgerLine, anna: User, boris: User) -> None:
    versions = [build(party) for party in (line.partner, line.lender)]
    request = request_correction(line=line, by=anna, reason='x', for_partner=versions[0].registry,
                                 for_lender=versions[1].registry)
    approve_correction(request=request, by=boris)
    again = [build(party) for party in (line.partner, line.lender)]
    assert [(version.number, version.count, version.totals['amount']) for version in again] == [(2, 2, 0), (2, 2, 0)]


def test_a_correction_may_be_corrected_in_the_same_registry(line: LedgerLine, anna: User, boris: User) -> None:
    first = build(line.partner)
    made = approve_correction(request=request_correction(
        line=line, by=anna, reason='x', sums={'amount': -1}, for_partner=first.registry), by=boris)
    approve_correction(request=request_correction(
        line=made, by=anna, reason='y', for_partner=first.registry), by=boris)
    second = build(line.partner)
    assert (second.number, second.count, second.totals['amount']) == (2, 3, 4_500_000)


def test_a_registry_of_another_party_day_or_side_is_refused(line: LedgerLine, anna: User) -> None:
    stranger = Shop()
    stranger.issue(at=LONG_AGO)
    run_due(kinds=['registries.book'])
    foreign, other_day, of_lender = build(stranger.partner), build(line.partner, 11), build(line.lender)
    for registry in (foreign.registry, other_day.registry, of_lender.registry):
        refused(request_correction, line=line, by=anna, reason='x', sums={'amount': -1}, for_partner=registry)


def test_a_registry_of_another_cadence_keeps_the_correction(line: LedgerLine, anna: User, boris: User) -> None:
    """A correction written for a day is not lost to the months."""
    day = build(line.partner)
    approve_correction(request=request_correction(
        line=line, by=anna, reason='x', sums={'amount': -1}, for_partner=day.registry), by=boris)
    party = counterparty_of(line.partner)
    months = [build_registry(
        counterparty=party, period=period_of(*month_of(in_it), party.zone), formats=['csv'], made_by='test',
        wait_seconds=0) for in_it in (date(2026, 3, 1), today_in(party.zone))]
    assert [version.totals['amount'] for version in months] == [4_500_000, -1]
    assert build(line.partner).totals['amount'] == 4_499_999


def test_a_request_is_frozen_in_the_database(line: LedgerLine, anna: User) -> None:
    request = request_correction(line=line, by=anna, reason='x', sums={'amount': -1})
    for change in ({'reason': 'y'}, {'sums': {'amount': -2}}, {'author': 'boris'}):
        with pytest.raises(DatabaseError), transaction.atomic():
            CorrectionRequest.objects.filter(pk=request.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        request.delete()
    request.refresh_from_db()
    assert (request.reason, request.sums, request.author) == ('x', {'amount': -1}, 'anna')


MONEY = st.dictionaries(st.sampled_from(MONEY_KEYS), st.integers(-10**9, 10**9))


@given(st.lists(MONEY, max_size=6))
def test_a_reversal_brings_any_lines_to_nothing(parts: list[dict[str, int]]) -> None:
    left = total(parts)
    assert set(total([*parts, reversal(left)]).values()) <= {0}


@given(MONEY)
def test_what_is_to_be_paid_follows(sums: dict[str, int]) -> None:
    shown = total([with_to_pay('ISSUED', sums)])
    assert shown['to_pay'] == shown['price'] - shown['initial_payment'] - shown['partner_fee']


@given(MONEY, MONEY)
def test_only_what_falls_is_looked_at(before: dict[str, int], change: dict[str, int]) -> None:
    short = below_zero(before, change)
    assert all(before.get(key, 0) + change[key] < 0 and change[key] < 0 for key in short)


def test_two_builds_after_a_correction_make_one_version(
        line: LedgerLine, anna: User, boris: User, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = line.partner
    assert shop is not None
    first = build(shop)
    approve_correction(by=boris, request=request_correction(
        line=line, by=anna, reason='опечатка', sums={'price': -500_000}, for_partner=first.registry))
    asked, others = has_corrections_after, list[RegistryVersion]()

    def while_another_builds(*given: Any) -> bool:
        """The other build begins and ends between the first one's look and its work."""
        answer = asked(*given)
        monkeypatch.setattr(services_build, 'has_corrections_after', asked)
        others.append(build(shop))
        return answer

    monkeypatch.setattr(services_build, 'has_corrections_after', while_another_builds)
    assert build(shop) == others[0]
    assert list(first.registry.versions.order_by('number').values_list('number', flat=True)) == [1, 2]
