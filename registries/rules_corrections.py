"""Pure: what a correction may change and what is left of a line. Signed sums in kopecks by the name of the column."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from registries.rules import MONEY_KEYS
from registries.statuses import LineEvent

Sums = Mapping[str, int]

CORRECTABLE: Final[Mapping[str, tuple[str, ...]]] = {
    LineEvent.ISSUED: ('price', 'initial_payment', 'amount', 'partner_fee', 'lender_fee'),
    LineEvent.PAID: ('payment',),
    LineEvent.CANCELLED: ('price', 'initial_payment'),
}
"""By the event that the corrections go back to; what is to be paid to the partner follows from the others."""


def total(parts: Iterable[Sums]) -> dict[str, int]:
    """Every money column summed."""
    seen = list(parts)
    return {key: sum(part.get(key, 0) for part in seen) for key in MONEY_KEYS}


def reversal(left: Sums) -> dict[str, int]:
    """What brings a line and all corrections of it to nothing."""
    return {key: -value for key, value in left.items() if value}


def with_to_pay(event: str, sums: Sums) -> dict[str, int]:
    """The sums that change, with what follows for the payment to the partner: price less first payment less fee."""
    changed = {key: value for key, value in sums.items() if value}
    if event == LineEvent.ISSUED:
        to_pay = changed.get('price', 0) - changed.get('initial_payment', 0) - changed.get('partner_fee', 0)
        changed.pop('to_pay', None)
        if to_pay:
            changed['to_pay'] = to_pay
    return changed


def foreign_columns(event: str, sums: Sums) -> list[str]:
    """Columns that a correction of this event may not name."""
    return sorted(set(sums) - set(CORRECTABLE[event]))


def below_zero(before: Sums, change: Sums) -> list[str]:
    """Columns of a deal that the change would push below zero, or further below."""
    return [key for key in MONEY_KEYS if change.get(key, 0) < 0 and before.get(key, 0) + change[key] < 0]
