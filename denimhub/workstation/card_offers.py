"""Offers side by side, as the client would compare them. Sums in kopecks."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from math import ceil
from typing import Final

from contracts.models import Contract
from denimhub.workstation.words import counted
from offers.models import Offer
from offers.statuses import OfferStatus

_UNITS: Final = {
    'day': ('день', 'дня', 'дней'), 'week': ('неделя', 'недели', 'недель'), 'month': ('месяц', 'месяца', 'месяцев'),
    'year': ('год', 'года', 'лет')}
_PERIODS: Final = {'day': 'каждый день', 'week': 'каждую неделю', 'month': 'каждый месяц'}
_DAYS: Final = {'day': 1.0, 'week': 7.0, 'month': 365.25 / 12, 'year': 365.25}


@dataclass(frozen=True, slots=True)
class Column:
    """One offer as a column of the table."""

    offer: Offer
    term: str
    period: str
    full_cost: Decimal
    insurance: int
    total: int | None
    """All that the client pays, first payment included."""
    overpayment: int | None
    """The same less the price of the goods."""
    is_chosen: bool
    is_best: bool


def columns(offers: Iterable[Offer], price: int, contract: Contract | None) -> list[Column]:
    """Offers in the order in which they are shown; `price` is that of the goods."""
    rows = list(offers)
    rates = {row.effective_rate for row in rows}
    best = min(rates) if len(rates) > 1 else None
    return [_column(row, price, contract, is_best=row.effective_rate == best) for row in rows]


def _column(row: Offer, price: int, contract: Contract | None, *, is_best: bool) -> Column:
    is_chosen = row.status == OfferStatus.CONFIRMED
    payments = payments_count(row)
    if is_chosen and contract is not None and contract.offer_id == row.pk and contract.payments_count:
        payments = contract.payments_count
    total = None if payments is None else row.initial_payment + row.regular_payment_amount * payments
    forms = _UNITS.get(row.term_unit)
    return Column(
        offer=row, term=counted(row.term_value, *forms) if forms else f'{row.term_value} {row.term_unit}',
        period=_PERIODS.get(row.regular_period_type, row.regular_period_type), full_cost=row.effective_rate,
        insurance=row.life_insurance_sum + row.work_insurance_sum, total=total,
        overpayment=None if total is None else total - price, is_chosen=is_chosen, is_best=is_best)


def payments_count(row: Offer) -> int | None:
    """How many regular payments fill the term; None when a unit is strange to us."""
    if row.term_unit == row.regular_period_type:
        return row.term_value
    term, period = _DAYS.get(row.term_unit), _DAYS.get(row.regular_period_type)
    if term is None or period is None:
        return None
    return max(1, ceil(timedelta(days=row.term_value * term) / timedelta(days=period) - 0.05))
