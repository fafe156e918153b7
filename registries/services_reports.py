"""What is given back to a counterparty: the lines that differ, as XLSX or CSV, made once and sent where it wants."""
from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from rustpy_xlsxwriter import FastExcel
from rustpy_xlsxwriter import Format as Look

from registries.formats.base import printable, record, rubles
from registries.formulas import defused
from registries.models_matching import MatchLine, MatchReport, MatchRun
from registries.selectors_matching import differing
from registries.statuses_matching import OutcomeName
from vault.files import write_blob
from vault.models import StoredFile

FORMATS: Final = {
    'xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'csv': 'text/csv; charset=utf-8'}
_MOST_ROWS: Final = 1_048_575


def report_of(*, run: MatchRun, format: str) -> MatchReport:  # noqa: A002 - the word of every other room
    """The report of a run in this format: made at the first call, handed out after. Raises KeyError for a format that
    is not there.
    """
    content_type = FORMATS[format]
    known = MatchReport.objects.filter(run=run, format=format).first()
    if known is not None:
        return known
    stored = StoredFile(
        guid=uuid.uuid4(), kind='match-report', context=str(run.guid), content_type=content_type,
        created_at=timezone.now())
    with override('ru'):
        write_blob(stored, _as_xlsx(run) if format == 'xlsx' else _as_csv(run))
    try:
        with transaction.atomic():
            stored.save(force_insert=True)
            return MatchReport.objects.create(
                run=run, format=format, file=stored, made_at=timezone.now(),
                name=f'matching_{run.counterparty.code}_{run.date_from}_{run.date_to}_v{run.number}.{format}')
    except IntegrityError:
        # Somebody was quicker: our blob is left to the sweeper.
        return MatchReport.objects.get(run=run, format=format)


def _titles() -> list[str]:
    return [_('Outcome'), _('Row of the file'), _('Contract number'), _('External id'), _('Id at the lender'),
            _('Their status'), _('Their sum, ₽'), _('Our status'), _('Our sum, ₽'), _('Difference, ₽'),
            _('Their moment'), _('Our moment')]


def _rows(run: MatchRun) -> Iterator[list[str | int | None]]:
    """Values by title; sums in kopecks."""
    zone = ZoneInfo(run.counterparty.zone)
    standings = {'LIVE': _('issued'), 'VOID': _('nothing is left'), 'NONE': _('not told'), '': ''}
    for line in differing(run).iterator(chunk_size=2000):
        yield [
            str(OutcomeName(line.outcome).label), line.row_no, line.contract_number, line.external_id,
            line.lender_deal_id, standings[line.their_standing], _their_sum(line), standings[line.our_standing],
            line.our_net, _difference(line),
            *(f'{at.astimezone(zone):%d.%m.%Y %H:%M:%S}' if at else '' for at in (line.their_at, line.our_at))]


def _their_sum(line: MatchLine) -> int | None:
    return line.their_amount if line.outcome == OutcomeName.DUPLICATE else line.their_net


def _difference(line: MatchLine) -> int | None:
    """What they have more; nothing for a line that stands there twice."""
    if line.outcome == OutcomeName.DUPLICATE:
        return None
    return (line.their_net or 0) - (line.our_net or 0)


_SUMS: Final = frozenset({6, 8, 9})


def _counts(run: MatchRun) -> list[tuple[str, str]]:
    return [
        (_('Counterparty'), run.counterparty.name),
        (_('Period'), f'{run.date_from:%d.%m.%Y} – {run.date_to:%d.%m.%Y} ({run.counterparty.zone})'),
        (_('File'), run.taken.name), (_('SHA-256 of the file'), run.taken.sha256), (_('Version'), str(run.number)),
        (_('Lines'), str(run.lines_read)),
        *((str(outcome.label), str(run.counts.get(outcome.value, 0))) for outcome in OutcomeName)]


def _as_csv(run: MatchRun) -> Iterator[bytes]:
    """RFC 4180, UTF-8: titles, the lines, then what was counted."""
    yield record(_titles())
    for row in _rows(run):
        yield record([_told(place, value) for place, value in enumerate(row)])
    for name, value in _counts(run):
        yield record([name, defused(value)])


def _told(place: int, value: str | int | None) -> str:
    """A sum keeps its minus, a text never becomes a formula."""
    if value is None:
        return ''
    if isinstance(value, int):
        return rubles(value) if place in _SUMS else str(value)
    return defused(value)


def _as_xlsx(run: MatchRun) -> Iterator[bytes]:
    """A sheet with the counts, then the lines; texts are texts."""
    name, value = _('What'), _('Value')
    titles = _titles()
    head = Look().set_bold().set_background_color('#E7EDF5').set_border_bottom('thin').set_text_wrap()
    with TemporaryDirectory(prefix='matching-') as folder:
        path = Path(folder) / 'report.xlsx'
        book = FastExcel(str(path)).freeze(row=1)
        book.sheet(
            _('Outcomes'), [{name: title, value: printable(told)} for title, told in _counts(run)],
            column_widths=[34, 70], header_format=head, column_formats=[Look().set_bold(), Look().set_text_wrap()])
        book.sheet(
            _('Differences'), _records(run, titles), column_widths=[20, 10, 20, 24, 24, 16, 16, 16, 16, 16, 20, 20],
            header_format=head, autofilter=True, column_formats=[
                Look().set_num_format('#,##0.00') if place in _SUMS else Look() for place in range(len(titles))])
        book.save()
        yield path.read_bytes()


def _records(run: MatchRun, titles: list[str]) -> Iterator[dict[str, Any]]:
    """One of nothing when there is no difference, so that the sheet has its titles."""
    count = 0
    for count, row in enumerate(_rows(run), 1):
        if count > _MOST_ROWS:
            return
        yield {title: _cell(place, value) for place, (title, value) in enumerate(zip(titles, row, strict=True))}
    if not count:
        yield dict.fromkeys(titles)


def _cell(place: int, value: str | int | None) -> Any:
    if place in _SUMS and isinstance(value, int):
        # Two decimals below 2^53 kopecks are the shortest name of their float.
        return value / 100
    return printable(value) if isinstance(value, str) else value
