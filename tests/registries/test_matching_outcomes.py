"""The definition of outcomes: each combination, and the SQL of the comparison against it."""
from __future__ import annotations

import itertools

import pytest

from registries.matching.outcomes import Here, There, net_of, outcome, standing
from registries.matching.words import Standing

LIVE, VOID, NONE = Standing.LIVE, Standing.VOID, Standing.NONE


def said(here: Here | None, there: There | None, *, elsewhere: bool = False, tolerance: int = 0) -> str | None:
    return outcome(here, there, came_elsewhere=elsewhere, tolerance=tolerance)


ISSUED_HERE = Here(LIVE, 100, has_issue=True, in_period=True)
ISSUED_THERE = There(LIVE, 100, has_issue=True)


@pytest.mark.parametrize(('here', 'there', 'expected'), [
    (ISSUED_HERE, ISSUED_THERE, 'MATCHED'),
    (ISSUED_HERE, There(LIVE, 101, True), 'AMOUNT_MISMATCH'),
    (ISSUED_HERE, There(VOID, 0, False), 'STATUS_MISMATCH'),
    (ISSUED_HERE, None, 'MISSING_THERE'),
    (ISSUED_HERE, There(NONE, 0, False), 'MISSING_THERE'),
    (None, ISSUED_THERE, 'MISSING_HERE'),
    (None, There(NONE, 0, False), 'MISSING_HERE'),
    (Here(NONE, 0, False, False), ISSUED_THERE, 'MISSING_HERE'),
    (Here(NONE, 0, False, False), There(NONE, 0, False), 'MATCHED'),
    (Here(NONE, 0, False, False), None, None),
    (Here(VOID, 0, False, True), None, None),
    (Here(VOID, 0, False, True), There(VOID, 0, False), 'MATCHED'),
    (Here(VOID, 0, False, True), ISSUED_THERE, 'STATUS_MISMATCH'),
    (Here(VOID, -100, False, True), There(VOID, -100, False), 'MATCHED'),
    (Here(VOID, -100, False, True), There(VOID, -70, False), 'AMOUNT_MISMATCH'),
    (Here(VOID, -100, False, True), None, 'MISSING_THERE'),
    (Here(VOID, 0, True, True), There(VOID, -100, False), 'MATCHED'),
    (Here(VOID, 0, True, True), There(VOID, -100, True), 'AMOUNT_MISMATCH'),
    (Here(LIVE, 100, True, False), ISSUED_THERE, 'LATE'),
    (Here(LIVE, 100, True, False), There(LIVE, 90, True), 'AMOUNT_MISMATCH'),
    (Here(LIVE, 100, True, False), There(NONE, 0, False), 'MATCHED'),
    (Here(LIVE, 100, True, False), None, None),
    (None, None, None),
])
def test_two_sides_of_a_deal(here: Here | None, there: There | None, expected: str | None) -> None:
    assert said(here, there) == expected


def test_a_deal_of_a_neighbouring_file_is_late_and_not_missing() -> None:
    assert said(ISSUED_HERE, None, elsewhere=True) == 'LATE'


@pytest.mark.parametrize(('theirs', 'expected'), [(95, 'MATCHED'), (105, 'MATCHED'), (94, 'AMOUNT_MISMATCH'),
                                                  (106, 'AMOUNT_MISMATCH')])
def test_sums_may_differ_by_the_tolerance(theirs: int, expected: str) -> None:
    assert said(ISSUED_HERE, There(LIVE, theirs, True), tolerance=5) == expected


def test_every_combination_has_one_outcome_unless_nothing_is_in_the_file() -> None:
    sides = [None, *itertools.starmap(There, itertools.product(Standing, (-1, 0, 1), (True, False)))]
    ours = [None, *itertools.starmap(Here, itertools.product(Standing, (-1, 0, 1), (True, False), (True, False)))]
    for here, there, elsewhere in itertools.product(ours, sides, (True, False)):
        found = said(here, there, elsewhere=elsewhere)
        assert (found is not None) or there is None
        assert found != 'DUPLICATE'


@pytest.mark.parametrize(('lines', 'net', 'expected'), [
    ([('ISSUED', 100)], 100, LIVE),
    ([('ISSUED', 100), ('RETURNED', 30)], 70, LIVE),
    ([('ISSUED', 100), ('RETURNED', -30)], 70, LIVE),
    ([('ISSUED', 100), ('RETURNED', 100)], 0, VOID),
    ([('ISSUED', 100), ('CORRECTED', -100)], 0, VOID),
    ([('ISSUED', 100), ('CANCELLED', 100)], 0, VOID),
    ([('CANCELLED', 0)], 0, VOID),
    ([('RETURNED', 30)], -30, VOID),
    ([('CORRECTED', 5)], 5, LIVE),
    ([('PAID', 500)], 0, NONE),
    ([('ISSUED', 100), ('PAID', 10), ('PAID', 10)], 100, LIVE),
])
def test_lines_of_a_deal_taken_together(lines: list[tuple[str, int]], net: int, expected: Standing) -> None:
    assert net_of(lines) == net
    assert standing({word for word, _ in lines}, net) == expected
