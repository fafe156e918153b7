"""The payment schedule: exact sums in kopecks out of the terms of a contract. Pure."""
from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from contracts.forms.data import Terms

_PERIODS_A_YEAR = {'day': Decimal(365), 'week': Decimal(52), 'month': Decimal(12)}
_DAYS = {'day': 1, 'week': 7}


@dataclass(frozen=True, slots=True)
class Payment:
    """One line: what is paid, how much of it is interest and principal, what is still owed after it."""

    number: int
    due_on: date
    amount: int
    interest: int
    principal: int
    balance: int


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How many units lie between payments, and whether the first one is due on the day of the contract."""

    step: int
    first_at_once: bool


def rhythm_of(terms: Terms) -> Rhythm:
    """Read the rhythm out of term and number of payments: 12 months by 12, or 6 weeks by 4 with one paid at once."""
    count = terms.payments_count
    if terms.term_unit == terms.regular_period_type:
        if terms.term_value % count == 0:
            return Rhythm(terms.term_value // count, first_at_once=False)
        if count > 1 and terms.term_value % (count - 1) == 0:
            return Rhythm(terms.term_value // (count - 1), first_at_once=True)
    return Rhythm(1, first_at_once=False)


def payment_schedule(terms: Terms) -> tuple[Payment, ...]:
    """Every payment of the contract.

    Interest of a period is its share of the yearly rate on what is owed, rounded half up to a kopeck. Every payment
    but the last is the lender's regular one; the last one clears the debt to zero.
    """
    rhythm = rhythm_of(terms)
    rate = terms.rate / 100 / _PERIODS_A_YEAR[terms.regular_period_type] * rhythm.step
    balance = terms.loan
    lines: list[Payment] = []
    for number in range(1, terms.payments_count + 1):
        at_once = rhythm.first_at_once and number == 1
        interest = 0 if at_once else int((balance * rate).to_integral_value(ROUND_HALF_UP))
        # A regular payment below the interest would let the debt grow: then nothing of it is principal.
        principal = min(max(terms.regular_payment_amount - interest, 0), balance)
        if number == terms.payments_count:
            principal = balance
        balance -= principal
        due_on = _due_on(terms, rhythm, number)
        lines.append(Payment(number, due_on, principal + interest, interest, principal, balance))
    return tuple(lines)


def cost_of(terms: Terms) -> int:
    """The full cost in money: interest of the whole schedule and the insurance paid out of the loan, kopecks."""
    interest = sum(line.interest for line in payment_schedule(terms))
    return interest + terms.life_insurance_sum + terms.work_insurance_sum


def _due_on(terms: Terms, rhythm: Rhythm, number: int) -> date:
    periods = (number - 1) * rhythm.step
    if terms.regular_period_type == 'month':
        return add_months(terms.first_payment_date, periods)
    return terms.first_payment_date + timedelta(days=periods * _DAYS[terms.regular_period_type])


def add_months(start: date, months: int) -> date:
    """The same day `months` later, or the last day of a shorter month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
