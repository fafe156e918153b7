"""The kinds of work: a name, the step that performs it, its queue and patience. Filled when the applications load."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from jobs.leases import LeaseLost
from jobs.run import Again, AlreadyClosed, Park, RetryLater, Run, assert_may_talk, assert_no_transaction

__all__ = [
    'Again', 'AlreadyClosed', 'Kind', 'LeaseLost', 'Park', 'RetryLater', 'Run', 'UnknownKind', 'assert_may_talk',
    'assert_no_transaction', 'find', 'job', 'kinds', 'periodic', 'periodic_kinds',
]

Queue = Literal['lenders', 'sms', 'documents']
Step = Callable[[Run], None]
_StepT = TypeVar('_StepT', bound=Step)

DEFAULT_BACKOFF_SECONDS: Final = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)


class UnknownKind(Exception):
    """Work nobody registered: a typing mistake, or a process with an older release."""


@dataclass(frozen=True)
class Kind:
    """How one kind of work is done. `max_seconds` bounds one attempt: after it the lease is no longer renewed."""

    name: str
    step: Step
    queue: Queue
    max_attempts: int
    backoff_seconds: tuple[float, ...]
    on_park: Step | None
    max_seconds: float


_kinds: dict[str, Kind] = {}
_periods: dict[str, float] = {}


def job(
    name: str, *, queue: Queue, max_attempts: int = 12, backoff_seconds: Sequence[float] = DEFAULT_BACKOFF_SECONDS,
    on_park: Step | None = None, max_seconds: float = 120,
) -> Callable[[_StepT], _StepT]:
    """Register a step under a name such as 'offers.submit'.

    `backoff_seconds` are the pauses after the first, second, … failure (the last one repeats); after `max_attempts`
    the job is parked, and `on_park` settles the room's own state in the same transaction.
    """
    if not backoff_seconds or max_attempts < 1:
        raise ValueError('a job needs at least one attempt and one back-off')

    def register(step: _StepT) -> _StepT:
        known = _kinds.get(name)
        if known is not None and known.step is not step:
            raise ValueError(f'two steps are named {name}')
        _kinds[name] = Kind(name, step, queue, max_attempts, tuple(backoff_seconds), on_park, max_seconds)
        return step

    return register


def periodic(name: str, *, every_seconds: float) -> None:
    """Perform a registered kind again and again, `every_seconds` after the end of the last time.

    Its row (subject '') is made by the dispatcher; a failure waits by the back-off and is never parked.
    """
    if every_seconds <= 0:
        raise ValueError('a period is more than nothing')
    _periods[name] = float(every_seconds)


def find(name: str) -> Kind:
    """The kind of this name; UnknownKind when no room has registered it."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(f'no step is registered for {name!r}') from None


def kinds() -> tuple[Kind, ...]:
    """All kinds, by name."""
    return tuple(_kinds[name] for name in sorted(_kinds))


def periodic_kinds() -> dict[str, float]:
    """Periods by name of kind, in seconds."""
    return dict(_periods)


def period_of(name: str) -> float | None:
    """The period of a kind in seconds, None when it is not periodic."""
    return _periods.get(name)
