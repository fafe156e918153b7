"""Pure: what a delivery holds in one hash, and which periods of a schedule are due."""
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from registries.rules import last_period
from registries.statuses import Cadence

MOST_PERIODS: Final = 31
"""So many missed periods are made later, the newest ones."""


def digest_of(files: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 over `<sha256>  <name>\\n` of each file, as sha256sum prints them."""
    return hashlib.sha256(''.join(f'{one["sha256"]}  {one["name"]}\n' for one in files).encode()).hexdigest()


def due_periods(cadence: str, local_now: datetime, due_hour: int, starts_on: date) -> list[tuple[date, date]]:
    """Dates of the periods whose hour has come, oldest first; none before `starts_on` and none for dates by hand.

    `local_now` is the time where the counterparty lives.
    """
    if cadence == Cadence.CUSTOM:
        return []
    day = local_now.date() if local_now.hour >= due_hour else local_now.date() - timedelta(days=1)
    found: list[tuple[date, date]] = []
    while len(found) < MOST_PERIODS:
        first, last = last_period(Cadence(cadence), day)
        if last < starts_on:
            break
        found.append((first, last))
        day = first
    return found[::-1]
