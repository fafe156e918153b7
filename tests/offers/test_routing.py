"""Which lenders are asked and why the others are not."""
from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.routing import Reason, RouteLimits, Wish, choose_lenders, judge

WISH = Wish(kind='pos', point_id=1, loan_amount=100_000, term_value=12, is_sandbox=True)
ROUTE = RouteLimits(
    lender_id=7, point_id=None, is_active=True, lender_is_active=True, lender_is_sandbox=True, lender_kinds=['pos'],
    least_amounts=(0, 50_000), greatest_amounts=(None, 500_000), shortest_terms=(3, 6), longest_terms=(36, None))


def test_a_form_within_all_limits_is_asked() -> None:
    assert judge(WISH, ROUTE) == Reason.ASKED


@pytest.mark.parametrize(('wish', 'route', 'reason'), [
    (WISH, replace(ROUTE, lender_is_sandbox=False), Reason.OTHER_WORLD),
    (replace(WISH, is_sandbox=False), ROUTE, Reason.OTHER_WORLD),
    (WISH, replace(ROUTE, is_active=False), Reason.ROUTE_OFF),
    (WISH, replace(ROUTE, lender_is_active=False), Reason.LENDER_OFF),
    (replace(WISH, kind='bnpl'), ROUTE, Reason.KIND_NOT_SERVED),
    (replace(WISH, loan_amount=49_999), ROUTE, Reason.AMOUNT_TOO_SMALL),
    (replace(WISH, loan_amount=500_001), ROUTE, Reason.AMOUNT_TOO_LARGE),
    (replace(WISH, term_value=5), ROUTE, Reason.TERM_TOO_SHORT),
    (replace(WISH, term_value=37), ROUTE, Reason.TERM_TOO_LONG),
])
def test_each_reason_against_a_lender_is_named(wish: Wish, route: RouteLimits, reason: Reason) -> None:
    assert judge(wish, route) == reason


@pytest.mark.parametrize('amount', [50_000, 500_000])
def test_limits_of_the_amount_are_inclusive(amount: int) -> None:
    assert judge(replace(WISH, loan_amount=amount), ROUTE) == Reason.ASKED


def test_a_form_without_a_term_is_not_held_to_terms() -> None:
    assert judge(replace(WISH, term_value=None), ROUTE) == Reason.ASKED


def test_the_route_of_the_point_wins_over_the_general_one() -> None:
    own = replace(ROUTE, point_id=1, is_active=False)
    assert choose_lenders(WISH, [ROUTE, own]) == {7: Reason.ROUTE_OFF}
    assert choose_lenders(WISH, [own, ROUTE]) == {7: Reason.ROUTE_OFF}


def test_the_route_of_another_point_does_not_count() -> None:
    assert choose_lenders(WISH, [replace(ROUTE, point_id=2)]) == {}


@given(sandbox=st.booleans(), lenders=st.lists(st.booleans(), min_size=1, max_size=8))
def test_no_form_ever_crosses_between_sandbox_and_live(sandbox: bool, lenders: list[bool]) -> None:
    routes = [
        replace(ROUTE, lender_id=number, lender_is_sandbox=of_sandbox) for number, of_sandbox in enumerate(lenders)]
    reasons = choose_lenders(replace(WISH, is_sandbox=sandbox), routes)
    asked = {number for number, reason in reasons.items() if reason == Reason.ASKED}
    assert asked == {number for number, of_sandbox in enumerate(lenders) if of_sandbox == sandbox}
