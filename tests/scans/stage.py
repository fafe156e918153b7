"""What tests of scans do again and again: pictures for the wire, a lender's words, the room's jobs."""
from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

from jobs.testing import run_until_quiet
from lenders.contract import (
    ContractAnswer,
    ContractStage,
    ScansAnswer,
    ScansOutcome,
    ScanStage,
    ScanVerdict,
    SigningMode,
    WantedScan,
)
from scans.models import Scan
from tests.contracts.fakes import TERMS, FakeLender
from tests.contracts.till import Till
from tests.vault.papers import as_file, paper

KINDS = ('scans.process', 'scans.send', 'scans.verdicts', 'scans.refresh', 'scans.submit')
_PICTURES: dict[str, bytes] = {}


def content(name: str) -> bytes:
    """A picture of its own for every name."""
    if name not in _PICTURES:
        _PICTURES[name] = as_file(paper(name))
    return _PICTURES[name]


def wire(type_: str, name: str = '', *, bytes_: bytes | None = None, mime_type: str = 'image/jpeg') -> dict[str, str]:
    """A scan as the partner sends it."""
    body = content(name or type_) if bytes_ is None else bytes_
    return {'type': type_, 'mime_type': mime_type, 'base64': base64.b64encode(body).decode()}


def wants(
    lender: FakeLender, *types: str, after_signing: bool = True, mode: SigningMode = SigningMode.PLATFORM,
) -> None:
    """The contract of this lender asks for scans."""
    lender.answers['fetch_contract'] = ContractAnswer(
        ContractStage.READY, TERMS, signing_mode=mode,
        wanted_scans=tuple(WantedScan(type_, after_signing) for type_ in types))


def new_forms(lender: FakeLender, version: int) -> None:
    """The same contract with other printed forms."""
    lender.answers['fetch_contract'] = replace(lender.answers['fetch_contract'], forms_version=version)


def says(lender: FakeLender, *verdicts: ScanVerdict, outcome: ScansOutcome = ScansOutcome.OPEN, forms: int = 1) -> None:
    """The lender's word on scans from now on."""
    lender.answers['fetch_scan_verdicts'] = ScansAnswer(outcome, verdicts, forms)


def accepted(type_: str, version: int = 1) -> ScanVerdict:
    return ScanVerdict(type_, ScanStage.ACCEPTED, version)


def again(type_: str, version: int = 1, reason: str = 'Нечётко') -> ScanVerdict:
    return ScanVerdict(type_, ScanStage.RESCAN_NEEDED, version, reason)


def work(*kinds: str, seconds: float = 3) -> int:
    """Perform this room's jobs (or only some) until they are quiet or `seconds` of waiting have passed."""
    return run_until_quiet(seconds, advance_clock=True, kinds=kinds or KINDS, raise_errors=False)


def page(till: Till) -> tuple[str, dict[str, str]]:
    """The whole, and state by type, as the partner reads them."""
    data: dict[str, Any] = till.ok('get_scans_status')
    return data['scans_status'], {scan['type']: scan['status'] for scan in data['scans']}


def rows(till: Till) -> list[tuple[str, int, bool, str]]:
    """Type, version, current, state of everything stored."""
    found = Scan.objects.filter(application=till.application).order_by('type', 'version')
    return [(row.type, row.version, row.is_current, row.state) for row in found]
