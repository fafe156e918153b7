"""What the scans of a deal come to: pure."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.statuses import ContractStatus, ScansState
from lenders.contract import ScanStage, ScanVerdict, SigningMode

MAX_SCANS_PER_FORM = 80
MAX_BYTES_PER_FORM = 150 * 1024 * 1024

REQUESTED, RECEIVED, CHECKING = 'REQUESTED', 'RECEIVED_FROM_PARTNER', 'CHECKING'
RESCAN_NEEDED, CONFIRMED = 'RESCAN_NEEDED', 'CONFIRMED'
_ORDER = (
    (RESCAN_NEEDED, ScansState.RESCAN_NEEDED), (REQUESTED, ScansState.REQUESTED), (CHECKING, ScansState.CHECKING),
    (RECEIVED, ScansState.RECEIVED_FROM_PARTNER),
)
_AFTER_SIGNING = frozenset({
    ContractStatus.SIGNED, ContractStatus.CONFIRMED, ContractStatus.ISSUING, ContractStatus.ISSUED})


@dataclass(frozen=True, slots=True)
class Seen:
    """One current scan: its type, state, the reason of a refusal, whether it came with the form."""

    type: str
    state: str
    reason: str = ''
    from_form: bool = False


def wanted_now(wanted: Sequence[Mapping[str, Any]], *, status: str, signing_mode: str) -> tuple[str, ...]:
    """Types the lender wants at this moment, in its order: signed pages once signed, on paper all of them at once."""
    if status == ContractStatus.PREPARING:
        return ()
    all_at_once = signing_mode == SigningMode.PAPER or status in _AFTER_SIGNING
    return tuple(dict.fromkeys(item['type'] for item in wanted if all_at_once or not item['after_signing']))


def pages_of_forms(wanted: Sequence[Mapping[str, Any]], *, signing_mode: str) -> frozenset[str]:
    """Types that show the printed forms: worth nothing once the lender has replaced them."""
    on_paper = signing_mode == SigningMode.PAPER
    return frozenset(item['type'] for item in wanted if on_paper or item['after_signing'])


def takes_part(scan: Seen, wanted: Iterable[str]) -> bool:
    """Whether a scan counts in the deal: a scan of the form does only when the lender asks about it."""
    return not scan.from_form or scan.state == RESCAN_NEEDED or scan.type in wanted


def scan_list(wanted: Sequence[str], scans: Iterable[Seen]) -> list[Seen]:
    """What `get_scans_status` lists: every wanted type, then whatever else was sent."""
    sent = {scan.type: scan for scan in scans if takes_part(scan, wanted)}
    asked = [sent.pop(type_, Seen(type_, REQUESTED)) for type_ in wanted]
    return [*asked, *sent.values()]


def whole_state(listed: Iterable[Seen]) -> ScansState:
    """The whole of the listed scans: the first present of the order, else ACCEPTED."""
    states = {scan.state for scan in listed}
    return next((whole for state, whole in _ORDER if state in states), ScansState.ACCEPTED)


def shown_state(stored: str, listed: Iterable[Seen], *, status: str, signing_mode: str) -> ScansState:
    """The whole as the contract is to keep it: the lender's own word stays until it is answered.

    PRINT_FORMS_CHANGED is answered by signing the new forms (on paper by their accepted pages), DECLINED by nothing.
    """
    counted = whole_state(listed)
    if stored == ScansState.DECLINED:
        return ScansState.DECLINED
    if stored == ScansState.PRINT_FORMS_CHANGED and status not in _AFTER_SIGNING:
        on_paper = status == ContractStatus.READY and signing_mode == SigningMode.PAPER
        return counted if on_paper and counted == ScansState.ACCEPTED else ScansState.PRINT_FORMS_CHANGED
    return counted


def is_under_check(stored: str, listed: Iterable[Seen], types: Iterable[str]) -> bool:
    """Whether a call that brings `types` meets a check in progress (7005)."""
    checking = {scan.type for scan in listed if scan.state == CHECKING}
    return stored == ScansState.CHECKING or not checking.isdisjoint(types)


def judged(verdict: ScanVerdict) -> tuple[str, str]:
    """State and reason by the lender's word on a scan; CHECKING while it has none."""
    if verdict.stage == ScanStage.ACCEPTED:
        return CONFIRMED, ''
    if verdict.stage == ScanStage.RESCAN_NEEDED:
        return RESCAN_NEEDED, printable(verdict.reason)
    return CHECKING, ''


def printable(text: str) -> str:
    """A lender's words as one line for the partner, 500 characters at most."""
    return ' '.join(''.join(char if char.isprintable() else ' ' for char in text).split())[:500]
