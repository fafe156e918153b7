"""Pure: what a lender and we say of one deal, compared; and which job may mend a difference. Sums in kopecks."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from contracts.statuses import ContractStatus
from lenders.contract import DecisionStatus, Found, IssueStage, State
from registries.statuses import DriftKind

_MOSCOW: Final = ZoneInfo('Europe/Moscow')
_NIGHT_BEGINS, _NIGHT_ENDS = time(2), time(6)
_OVER: Final = frozenset({IssueStage.DECLINED, IssueStage.ERROR})
_ENDED: Final = frozenset({
    ContractStatus.CANCELED, ContractStatus.DECLINED, ContractStatus.EXPIRED, ContractStatus.FAILED})


@dataclass(frozen=True, slots=True)
class Ours:
    """A deal as we hold it; `amount` is the loan."""

    status: str
    amount: int | None
    confirm_accepted: bool = False


@dataclass(frozen=True, slots=True)
class Theirs:
    """A deal as the lender tells it; what it does not tell is None."""

    is_known: bool = True
    issue: IssueStage = IssueStage.NOT_CONFIRMED
    is_cancelled: bool = False
    is_live: bool = False
    amount: int | None = None

    @property
    def word(self) -> str:
        """For people who look at a difference."""
        if not self.is_known:
            return 'unknown'
        return f'cancelled, {self.issue}' if self.is_cancelled else str(self.issue)


UNKNOWN: Final = Theirs(is_known=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """One kind of difference, and the job that may mend it by asking the lender itself; '' when only a person may."""

    kind: DriftKind
    healing: str = ''


def theirs_of(found: Found | State | None) -> Theirs:
    """The lender's words in one form, whichever question they answer."""
    if found is None:
        return UNKNOWN
    if isinstance(found, State):
        return Theirs(issue=found.issue, is_live=found.issue == IssueStage.PENDING)
    is_open = found.issue in (IssueStage.NOT_CONFIRMED, IssueStage.PENDING) and not found.is_cancelled
    return Theirs(
        issue=found.issue, is_cancelled=found.is_cancelled, amount=found.issued_amount,
        is_live=is_open and not found.confirm_refused and found.decision.status in (
            DecisionStatus.APPROVED, DecisionStatus.PENDING))


def compare(ours: Ours, theirs: Theirs) -> list[Difference]:
    """What is wrong about a deal. Work that is under way on either side is no difference."""
    is_issued_there = theirs.is_known and theirs.issue == IssueStage.ISSUED and not theirs.is_cancelled
    if ours.status == ContractStatus.ISSUED:
        if not theirs.is_known:
            return [Difference(DriftKind.UNKNOWN_THERE)]
        if not is_issued_there:
            return [Difference(DriftKind.NOT_ISSUED_THERE)]
        differs = theirs.amount is not None and theirs.amount != ours.amount
        return [Difference(DriftKind.SUM_DIFFERS)] if differs else []
    if is_issued_there:
        return [Difference(DriftKind.ISSUED_THERE, _way_to_issue(ours))]
    if ours.status == ContractStatus.ISSUING and (theirs.is_cancelled or theirs.issue in _OVER):
        return [Difference(DriftKind.ENDED_THERE, _way_to_issue(ours))]
    if ours.status in _ENDED and theirs.is_live:
        return [Difference(DriftKind.LIVE_THERE, 'offers.release')]
    return []


def _way_to_issue(ours: Ours) -> str:
    """The job that asks the lender and moves the contract as its table allows."""
    if ours.status == ContractStatus.ISSUING:
        return 'contracts.watch_issue' if ours.confirm_accepted else 'contracts.confirm'
    return 'contracts.confirm' if ours.status == ContractStatus.CONFIRMED else ''


def seconds_to_night(now: datetime) -> float:
    """Until the next night in Moscow begins, 2:00; 0 while it lasts, to 6:00."""
    here = now.astimezone(_MOSCOW)
    if _NIGHT_BEGINS <= here.time() < _NIGHT_ENDS:
        return 0.0
    return seconds_to_next_night(now)


def seconds_to_next_night(now: datetime) -> float:
    """Until the next 2:00 in Moscow that is not yet past."""
    here = now.astimezone(_MOSCOW)
    begins = datetime.combine(here.date(), _NIGHT_BEGINS, _MOSCOW)
    if begins <= here:
        begins += timedelta(days=1)
    return (begins - here).total_seconds()
