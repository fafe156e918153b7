"""Reads of scans. What a partner asks for goes through `contracts.selectors.find_case`, which is scoped."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Sum

from contracts.models import Contract
from contracts.rules import Method
from contracts.selectors import find_case
from contracts.statuses import ScansState
from scans.models import Scan, ScanState
from scans.quality import may_be_same
from scans.rules import Seen, scan_list, shown_state, takes_part, wanted_now
from vault.inspection.verdicts import Look


@dataclass(frozen=True, slots=True)
class ScansPage:
    """What `get_scans_status` answers."""

    scans: list[Seen]
    whole: ScansState


def scans_page(partner_guid: str, form_guid: str, offer_guid: str) -> ScansPage:
    """The scans of a deal in three queries. Raises the refusals of the table of states."""
    case = find_case(partner_guid, form_guid, offer_guid)
    case.answer(Method.GET_SCANS_STATUS)
    contract = case.deal
    return ScansPage(listed(contract, current_scans(contract.application_id)), ScansState(contract.scans_state))


def current_scans(application_id: int, *, lock: bool = False) -> list[Scan]:
    """The newest version of every type, in the order they came; locked in the order of ids."""
    rows = Scan.objects.select_related('file').filter(application_id=application_id, is_current=True).order_by('id')
    return list(rows.select_for_update(of=('self',)) if lock else rows)


def seen(scan: Scan) -> Seen:
    """A row as the rules see it."""
    return Seen(scan.type, scan.state, scan.decline_reason, scan.from_form)


def wanted_types(contract: Contract) -> tuple[str, ...]:
    """Types the lender wants at this moment."""
    return wanted_now(contract.wanted_scans, status=contract.status, signing_mode=contract.signing_mode)


def listed(contract: Contract, scans: Iterable[Scan]) -> list[Seen]:
    """Wanted and sent scans of a deal."""
    return scan_list(wanted_types(contract), [seen(scan) for scan in scans])


def whole(contract: Contract, scans: Iterable[Scan]) -> ScansState:
    """What the scans of a deal come to."""
    return shown_state(
        contract.scans_state, listed(contract, scans), status=contract.status, signing_mode=contract.signing_mode)


def in_deal(contract: Contract, scans: Iterable[Scan]) -> list[Scan]:
    """Rows that count in the deal."""
    wanted = wanted_types(contract)
    return [scan for scan in scans if takes_part(seen(scan), wanted)]


def to_send(contract: Contract, scans: Iterable[Scan]) -> list[Scan]:
    """Rows the lender has yet to get."""
    return [
        scan for scan in in_deal(contract, scans)
        if scan.state == ScanState.RECEIVED_FROM_PARTNER and scan.processed_at is not None and not scan.decline_reason]


def scans_of_form(application_id: int) -> list[Scan]:
    """The scans that came with create_form, whatever replaced them later."""
    return list(Scan.objects.select_related('file').filter(
        application_id=application_id, from_form=True, page_of__isnull=True).order_by('id'))


def scan_by_guid(guid: str) -> Scan:
    """The scan of a job."""
    return Scan.objects.select_related('application', 'file').get(guid=guid)


def earlier_pages(scans: Iterable[Scan]) -> dict[int, list[Scan]]:
    """The files of the same type that came before each scan in its call, by the scan's id, in their order."""
    found: dict[int, list[Scan]] = {}
    rows = Scan.objects.select_related('file').filter(page_of__in=[scan.pk for scan in scans])
    for page in rows.order_by('version'):
        found.setdefault(page.page_of_id or 0, []).append(page)
    return found


def looks_of(scan: Scan) -> list[Look]:
    """What was measured on a scan, page by page."""
    return [Look(**values) for values in scan.looks]


def near_pictures(scan: Scan, looks: Sequence[Look]) -> list[Scan]:
    """Current scans of other types of the same form, not sent back, that may show the very same picture."""
    rows = Scan.objects.select_related('thumbnail_file').filter(
        application_id=scan.application_id, is_current=True, processed_at__isnull=False, decline_reason='')
    return [
        other for other in rows.exclude(type=scan.type).order_by('id')
        if other.thumbnail_file_id is not None and may_be_same(looks, looks_of(other))]


def stored_size(application_id: int) -> tuple[int, int]:
    """How many scans a form has brought and their bytes, all versions."""
    found = Scan.objects.filter(application_id=application_id).aggregate(
        count=Count('id'), total=Sum('file__size_bytes'))
    return found['count'], found['total'] or 0


def next_versions(application_id: int, types: Iterable[str]) -> dict[str, int]:
    """The version that the next scan of each type gets."""
    versions = dict.fromkeys(types, 1)
    rows = Scan.objects.filter(application_id=application_id, type__in=versions).values_list('type', 'version')
    for type_, version in rows:
        versions[type_] = max(versions[type_], version + 1)
    return versions
