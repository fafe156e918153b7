"""Reads of files, matchings and their lines."""
from __future__ import annotations

import re
import uuid
from datetime import date
from typing import Final

from django.db.models import Exists, Max, OuterRef, QuerySet

from registries.matching.defaults import default_mappings
from registries.matching.mapping import Mapping, mapping_from
from registries.models import Counterparty, LedgerLine
from registries.models_matching import (
    ColumnMapping,
    FileSource,
    ForcedMatch,
    MatchLine,
    MatchRun,
    Resolution,
    TakenFile,
)
from registries.models_reports import ReportDelivery
from registries.statuses import LineEvent
from registries.statuses_matching import FINAL, ForcedStatus

_DATES: Final = re.compile(r'(?<!\d)(\d{4}-\d{2}-\d{2})[_ ](\d{4}-\d{2}-\d{2})(?!\d)')


class UnknownMapping(Exception):
    """The counterparty has no mapping of that name, or it is not clear which of several is meant."""


def mappings_for(counterparty: Counterparty, name: str = '') -> list[Mapping]:
    """Mappings to try: the newest of this name; without a name the only one there is, or the ones known to all."""
    newest: dict[str, ColumnMapping] = {}
    for row in ColumnMapping.objects.filter(counterparty=counterparty).order_by('name', 'version'):
        newest[row.name] = row
    if name:
        if name not in newest:
            raise UnknownMapping(f'there is no mapping named {name}')
        return [mapping_from(newest[name].settings)]
    if len(newest) > 1:
        raise UnknownMapping(f'which of the mappings {", ".join(newest)} is meant')
    return [mapping_from(row.settings) for row in newest.values()] + (default_mappings() if not newest else [])


def dates_in_name(name: str) -> tuple[date, date] | None:
    """Dates of a period in the name of a file, as ours have them: `…_2026-03-01_2026-03-31_v1.csv`."""
    found = _DATES.search(name)
    try:
        dates = (date.fromisoformat(found[1]), date.fromisoformat(found[2])) if found else None
    except ValueError:
        return None
    return dates if dates and dates[0] <= dates[1] else None


def newest_run(counterparty: Counterparty, date_from: date, date_to: date) -> MatchRun | None:
    """The matching of these dates that is in force."""
    return MatchRun.objects.filter(
        counterparty=counterparty, date_from=date_from, date_to=date_to).order_by('-number').first()


def is_newest(run: MatchRun) -> bool:
    """Whether no later matching of the same dates has replaced it."""
    return not MatchRun.objects.filter(
        counterparty_id=run.counterparty_id, date_from=run.date_from, date_to=run.date_to,
        number__gt=run.number).exists()


def last_seq(counterparty: Counterparty) -> int:
    """The number of the last line of the ledger of a counterparty."""
    side = {'lender': counterparty.lender_id} if counterparty.lender_id is not None else {
        'partner': counterparty.partner_id}
    return LedgerLine.objects.filter(**side).aggregate(last=Max('seq'))['last'] or 0


def changed_since(run: MatchRun) -> bool:
    """Whether a matching of the same file may say more now: lines booked, forced matches or other files since."""
    return (
        last_seq(run.counterparty) > run.through_seq
        or MatchRun.objects.filter(counterparty_id=run.counterparty_id, pk__gt=run.pk).exists()
        or ForcedMatch.objects.filter(
            counterparty_id=run.counterparty_id, status=ForcedStatus.APPROVED, decided_at__gt=run.made_at).exists())


def differing(run: MatchRun) -> QuerySet[MatchLine]:
    """Heads that are not MATCHED, in the order of the file."""
    return MatchLine.objects.filter(run=run, is_head=True).exclude(outcome='MATCHED').order_by('id')


def is_closed(line: MatchLine) -> bool:
    """Whether nothing is left to decide on a line."""
    return line.outcome == 'MATCHED' or line.resolutions.filter(kind__in=FINAL).exists()


def open_lines(run: MatchRun) -> QuerySet[MatchLine]:
    """Lines that differ and wait for a decision."""
    return differing(run).filter(~Exists(Resolution.objects.filter(line=OuterRef('pk'), kind__in=FINAL)))



def line_to_correct(line: MatchLine) -> LedgerLine | None:
    """The issue of the deal in the ledger: what a correction of its sum is written on."""
    return LedgerLine.objects.filter(contract=line.contract_id, event=LineEvent.ISSUED).order_by('-seq').first()


def taken_by_guid(guid: str) -> TakenFile:
    """A file that was taken in."""
    return TakenFile.objects.select_related('counterparty__partner', 'counterparty__lender', 'file').get(guid=guid)


def active_sources() -> list[uuid.UUID]:
    """Sources of files in force."""
    return list(FileSource.objects.filter(is_active=True).order_by('pk').values_list('guid', flat=True))


def source_by(guid: str) -> FileSource:
    """A source with its counterparty."""
    return FileSource.objects.select_related('counterparty__partner', 'counterparty__lender').get(guid=guid)


def report_delivery_by(guid: str) -> ReportDelivery:
    """A delivery of a report with all that its letter tells."""
    return ReportDelivery.objects.select_related(
        'target', 'report__file', 'report__run__taken', 'report__run__counterparty__partner',
        'report__run__counterparty__lender').get(guid=guid)


def report_deliveries(run: MatchRun) -> list[ReportDelivery]:
    """Where the reports of a run went."""
    return list(ReportDelivery.objects.filter(report__run=run).select_related('target').order_by('pk'))
