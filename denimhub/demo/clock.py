"""The clock of the demo history: services that look at the time see the day that is being played."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone


class Clock:
    """A clock that stands still until it is moved; aware moments."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The moment that is played."""
        return self.at

    def later(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> datetime:
        """Move on; returns the new moment."""
        self.at += timedelta(seconds=seconds, minutes=minutes, hours=hours)
        return self.at


@contextmanager
def time_of(clock: Clock) -> Iterator[None]:
    """`timezone.now()` of this process tells this clock; for a command that does nothing else meanwhile."""
    kept = timezone.now
    timezone.now = clock.now
    try:
        yield
    finally:
        timezone.now = kept
