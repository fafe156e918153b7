"""Which lenders are asked, and why each of the others is not: pure rules over plain values."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Why a lender was asked or not asked for a form; the first that applies."""

    ASKED = 'asked', _('asked')
    ROUTE_OFF = 'route_off', _('the route is switched off')
    LENDER_OFF = 'lender_off', _('the lender is switched off')
    OTHER_WORLD = 'other_world', _('sandbox and live never mix')
    KIND_NOT_SERVED = 'kind_not_served', _('the lender does not serve this kind')
    AMOUNT_TOO_SMALL = 'amount_too_small', _('the loan is below the least amount')
    AMOUNT_TOO_LARGE = 'amount_too_large', _('the loan is above the greatest amount')
    TERM_TOO_SHORT = 'term_too_short', _('the term is below the shortest')
    TERM_TOO_LONG = 'term_too_long', _('the term is above the longest')


@dataclass(frozen=True, slots=True)
class Wish:
    """What the form asks for: kopecks of loan, months of term (None where the kind has none)."""

    kind: str
    point_id: int
    loan_amount: int
    term_value: int | None
    is_sandbox: bool


@dataclass(frozen=True, slots=True)
class RouteLimits:
    """A route together with its lender's own limits; None and 0 are no limit above."""

    lender_id: int
    point_id: int | None
    is_active: bool
    lender_is_active: bool
    lender_is_sandbox: bool
    lender_kinds: Sequence[str]
    least_amounts: tuple[int, ...]
    greatest_amounts: tuple[int | None, ...]
    shortest_terms: tuple[int, ...]
    longest_terms: tuple[int | None, ...]


def judge(wish: Wish, route: RouteLimits) -> Reason:
    """The first reason against this route, or ASKED."""
    if route.lender_is_sandbox != wish.is_sandbox:
        return Reason.OTHER_WORLD
    if not route.is_active:
        return Reason.ROUTE_OFF
    if not route.lender_is_active:
        return Reason.LENDER_OFF
    if wish.kind not in route.lender_kinds:
        return Reason.KIND_NOT_SERVED
    if wish.loan_amount < max(route.least_amounts, default=0):
        return Reason.AMOUNT_TOO_SMALL
    if any(limit and wish.loan_amount > limit for limit in route.greatest_amounts):
        return Reason.AMOUNT_TOO_LARGE
    if wish.term_value is not None and wish.term_value < max(route.shortest_terms, default=0):
        return Reason.TERM_TOO_SHORT
    if wish.term_value is not None and any(limit and wish.term_value > limit for limit in route.longest_terms):
        return Reason.TERM_TOO_LONG
    return Reason.ASKED


def choose_lenders(wish: Wish, routes: Iterable[RouteLimits]) -> dict[int, Reason]:
    """A reason for each lender with a route; a route of the form's own point wins over the partner's general one."""
    best: dict[int, RouteLimits] = {}
    for route in routes:
        if route.point_id not in (None, wish.point_id):
            continue
        held = best.get(route.lender_id)
        if held is None or (held.point_id is None and route.point_id is not None):
            best[route.lender_id] = route
    return {lender_id: judge(wish, route) for lender_id, route in best.items()}
