from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.forms.data import Terms
from contracts.forms.schedule import Rhythm, add_months, cost_of, payment_schedule, rhythm_of
from tests.contracts_forms.samples import CREDIT, INSTALMENTS


@st.composite
def _terms(draw: st.DrawFn) -> Terms:
    loan = draw(st.integers(1, 500_000_000))
    count = draw(st.integers(1, 120))
    unit = draw(st.sampled_from(['day', 'week', 'month']))
    return Terms(
        price=loan, initial_payment=0, loan=loan, rate=draw(st.decimals(0, 300, places=3)),
        term_value=count * draw(st.integers(1, 3)), term_unit=unit,
        regular_payment_amount=draw(st.integers(0, loan * 2)), regular_period_type=unit,
        first_payment_date=date(2026, 12, 31), payments_count=count)


@given(_terms())
def test_principal_always_adds_up_to_the_loan(terms: Terms) -> None:
    lines = payment_schedule(terms)
    assert len(lines) == terms.payments_count
    assert sum(line.principal for line in lines) == terms.loan
    assert lines[-1].balance == 0
    assert all(line.amount == line.interest + line.principal for line in lines)
    assert all(line.interest >= 0 and line.principal >= 0 for line in lines)
    assert [line.due_on for line in lines] == sorted({line.due_on for line in lines})


def test_every_payment_but_the_last_is_the_lenders_regular_one() -> None:
    lines = payment_schedule(CREDIT)
    assert {line.amount for line in lines[:-1]} == {11_539_31}
    assert lines[0].interest == 2_432_20
    assert lines[0].due_on == date(2026, 12, 24)
    assert lines[-1].due_on == date(2027, 11, 24)
    assert lines[-1].amount == 11_570_20


def test_a_payment_rounded_up_leaves_a_smaller_last_one() -> None:
    lines = payment_schedule(replace(CREDIT, regular_payment_amount=11_542_00))
    assert lines[-1].amount < 11_542_00
    assert sum(line.principal for line in lines) == CREDIT.loan


def test_four_parts_begin_on_the_day_of_the_purchase() -> None:
    lines = payment_schedule(INSTALMENTS)
    assert [line.due_on for line in lines] == [
        date(2026, 11, 24), date(2026, 12, 8), date(2026, 12, 22), date(2027, 1, 5)]
    assert [line.amount for line in lines] == [9_999_76, 9_999_76, 9_999_76, 9_999_73]
    assert rhythm_of(INSTALMENTS) == Rhythm(2, first_at_once=True)


def test_months_end_on_their_last_day() -> None:
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2027, 1, 31), 2) == date(2027, 3, 31)
    assert add_months(date(2027, 12, 15), 1) == date(2028, 1, 15)


@pytest.mark.parametrize('rate', [Decimal(0), Decimal('23.9')])
def test_full_cost_in_money_is_interest_and_insurance(rate: Decimal) -> None:
    terms = replace(CREDIT, rate=rate)
    interest = sum(line.interest for line in payment_schedule(terms))
    assert cost_of(terms) == interest + 7_120_00
