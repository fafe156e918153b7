"""What holds calls back: a circuit breaker per lender and operation, a rate and a crowd limit per lender.

State lives in this process: each worker learns of a dead lender by itself, and limits are per process. (pybreaker
holds its lock during the call, so one slow lender would queue all its calls; hence these few lines.)
"""
from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lenders.contract import LenderUnavailable, OutcomeUnknown

FAILURES = 5
OPEN_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 1.0
IN_FLIGHT = 64
RETRY_AFTER_CAP_SECONDS = 3600.0


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    opened_at: float | None = None
    is_trying: bool = False


@dataclass(slots=True)
class _Line:
    """One lender's traffic in this process."""

    circuits: dict[str, _Circuit] = field(default_factory=dict)
    quiet_until: float = 0.0
    next_slot_at: float = 0.0
    in_flight: int = 0


_lines: dict[str, _Line] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one process may ask of one lender; 0 calls per second is no limit."""

    calls_per_second: int = 0
    failures: int = FAILURES
    open_seconds: float = OPEN_SECONDS
    in_flight: int = IN_FLIGHT


def forget() -> None:
    """Start anew; for tests and for an operator's resume."""
    with _lock:
        _lines.clear()


def keep_quiet(lender: str, seconds: float) -> None:
    """The lender asked for a pause (Retry-After), at most an hour: no call goes out before its end."""
    with _lock:
        line = _lines.setdefault(lender, _Line())
        line.quiet_until = max(line.quiet_until, time.monotonic() + min(seconds, RETRY_AFTER_CAP_SECONDS))


@contextmanager
def passage(lender: str, operation: str, limits: Limits) -> Iterator[None]:
    """Let one call through, or raise LenderUnavailable; unavailable and unknown outcomes count against the circuit."""
    wait_seconds = _enter(lender, operation, limits)
    try:
        if wait_seconds > 0:
            time.sleep(wait_seconds)
        yield
    except (LenderUnavailable, OutcomeUnknown):
        _leave(lender, operation, limits, failed=True)
        raise
    except BaseException:
        _leave(lender, operation, limits, failed=False)
        raise
    else:
        _leave(lender, operation, limits, failed=False)


def _enter(lender: str, operation: str, limits: Limits) -> float:
    now = time.monotonic()
    with _lock:
        line = _lines.setdefault(lender, _Line())
        circuit = line.circuits.setdefault(operation, _Circuit())
        if line.quiet_until > now:
            raise LenderUnavailable('the lender asked for a pause', retry_after_seconds=line.quiet_until - now)
        if circuit.opened_at is not None:
            left = circuit.opened_at + limits.open_seconds - now
            if left > 0 or circuit.is_trying:
                raise LenderUnavailable('the circuit is open', retry_after_seconds=max(left, 1.0))
        if line.in_flight >= limits.in_flight:
            raise LenderUnavailable('too many calls are in flight', retry_after_seconds=1.0)
        wait = _slot(line, limits, now)
        circuit.is_trying = circuit.opened_at is not None
        line.in_flight += 1
        return wait


def _slot(line: _Line, limits: Limits, now: float) -> float:
    if not limits.calls_per_second:
        return 0.0
    wait = max(line.next_slot_at - now, 0.0)
    if wait > LONGEST_WAIT_SECONDS:
        raise LenderUnavailable('over the rate agreed with the lender', retry_after_seconds=wait)
    line.next_slot_at = now + wait + 1.0 / limits.calls_per_second
    return wait


def _leave(lender: str, operation: str, limits: Limits, *, failed: bool) -> None:
    with _lock:
        line = _lines.setdefault(lender, _Line())
        circuit = line.circuits.setdefault(operation, _Circuit())
        line.in_flight = max(line.in_flight - 1, 0)
        circuit.is_trying = False
        if not failed:
            circuit.failures, circuit.opened_at = 0, None
            return
        circuit.failures += 1
        if circuit.failures >= limits.failures:
            circuit.opened_at = time.monotonic()
