"""How long to wait before the next conversation with a lender; seconds."""
from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from lenders.contract import LenderTrouble

_SLOWEST_POLL_SECONDS = 60.0
_LIKELY_SECONDS = 600.0
_HOUR_SECONDS = 3600.0
_DAY_SECONDS = 86_400.0


def retry_pause(attempt: int, trouble: LenderTrouble) -> float:
    """After trouble that surely changed nothing: the lender's own wish, else doubling up to the cap."""
    grown: float = min(0.5 * 2 ** min(attempt, 11), settings.LENDER_RETRY_CAP_SECONDS)
    return max(min(trouble.retry_after_seconds or 0.0, settings.LENDER_RETRY_CAP_SECONDS), grown)


def unknown_pause(attempt: int) -> float:
    """After an outcome that nobody knows; the last distance of the schedule repeats."""
    schedule: list[float] = settings.UNKNOWN_SCHEDULE_SECONDS
    return schedule[min(max(attempt, 1) - 1, len(schedule) - 1)]


def poll_pause(since: datetime) -> float:
    """Between two looks at something that started at `since`: quick at first, a tenth of the waiting time later."""
    waited = (timezone.now() - since).total_seconds()
    return min(max(settings.FIRST_POLL_SECONDS, waited / 10), _SLOWEST_POLL_SECONDS)


def reason_of(trouble: LenderTrouble) -> str:
    """Trouble in the journal's words, without personal data: the door has masked them."""
    return f'{type(trouble).__name__}: {trouble.reason}'[:300]


def payment_pause(signed_at: datetime | None) -> float:
    """Between two looks for the first payment: each second while the client is likely to pay, an hour after a day.

    Before signing nobody can pay: then a signature makes the next look due at once.
    """
    if signed_at is None:
        return _SLOWEST_POLL_SECONDS
    waited = (timezone.now() - signed_at).total_seconds()
    if waited < _LIKELY_SECONDS:
        return max(settings.FIRST_POLL_SECONDS, 1.0)
    return _SLOWEST_POLL_SECONDS if waited < _DAY_SECONDS else _HOUR_SECONDS
