"""The one definition of outcomes. The comparison in SQL repeats it; a test holds the two together."""
from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from registries.matching.words import Outcome, Standing, Word


@dataclass(frozen=True, slots=True)
class Here:
    """A deal in the ledger: how it stands, its sum in kopecks, whether an issue is among its lines.

    `in_period` says that it counts in the period of the file and not only within the days of grace around it.
    """

    standing: Standing
    net: int
    has_issue: bool
    in_period: bool


@dataclass(frozen=True, slots=True)
class There:
    """The same deal in the file, its lines (without repeats) taken together."""

    standing: Standing
    net: int
    has_issue: bool


def standing(events: Collection[str], net: int) -> Standing:
    """How a deal stands by its events and the sum of them; CORRECTED counts only when it moves money."""
    if Word.CANCELLED in events or net < 0:
        return Standing.VOID
    if net == 0 and (Word.RETURNED in events or Word.CORRECTED in events):
        return Standing.VOID
    if {Word.ISSUED, Word.RETURNED, Word.CORRECTED} & set(events):
        return Standing.LIVE
    return Standing.NONE


def net_of(lines: Collection[tuple[str, int]]) -> int:
    """The sum of a deal's lines (word, kopecks): what was issued, less what was returned, and corrections as signed.

    A cancelled deal has no sum whatever the lines say; payments of the client do not count.
    """
    if any(word == Word.CANCELLED for word, _ in lines):
        return 0
    return sum(
        amount if word in (Word.ISSUED, Word.CORRECTED) else -abs(amount) if word == Word.RETURNED else 0
        for word, amount in lines)


def outcome(here: Here | None, there: There | None, *, came_elsewhere: bool, tolerance: int) -> Outcome | None:
    """What a deal is when ledger and file are laid side by side; None when there is nothing to say of it.

    `came_elsewhere`: a file of a period next to this one, within the days of grace, has the deal. A repeat of a line is
    a DUPLICATE before any of this.
    """
    told = there is not None and there.standing != Standing.NONE
    known = here is not None and here.standing != Standing.NONE
    if there is not None and (here is None or (told and not known)):
        return Outcome.MISSING_HERE
    if here is None:
        return None
    if there is None or not told:
        if known and here.in_period and _expected(here):
            return Outcome.LATE if came_elsewhere else Outcome.MISSING_THERE
        return None if there is None else Outcome.MATCHED
    if here.standing != there.standing:
        return Outcome.STATUS_MISMATCH
    if abs(here.net - _comparable(here, there)) > tolerance:
        return Outcome.AMOUNT_MISMATCH
    return Outcome.MATCHED if here.in_period else Outcome.LATE


def _expected(here: Here) -> bool:
    """The other side has to know of money that moved; not of a deal that ended before its issue."""
    return here.has_issue or here.net != 0


def _comparable(here: Here, there: There) -> int:
    """A return alone, of a deal issued here in the same period, tells its last state: nothing is left of it."""
    if there.standing == Standing.VOID and here.has_issue and not there.has_issue:
        return 0
    return there.net
