"""Taking in files of counterparties, and matching them to the ledger: a version each time something is different."""
from __future__ import annotations

import hashlib
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from registries.comparing import Comparison, compare, load_lines, next_run_id
from registries.matching.mapping import Mapping, mapping_from
from registries.matching.pool import MOST_BYTES, read_file
from registries.matching.told import Problem, Reading, Unreadable
from registries.matching.words import Outcome
from registries.models import Counterparty
from registries.models_matching import BadReading, ColumnMapping, MatchRun, TakenFile
from registries.rules import Period, period_of
from registries.selectors_matching import changed_since, dates_in_name, last_seq, mappings_for, newest_run
from registries.statuses_matching import Channel
from vault.files import read_file as read_stored
from vault.files import store_file

log = structlog.get_logger(__name__)


def save_mapping(*, counterparty: Counterparty, name: str, settings: Dict[str, Any], author: str) -> ColumnMapping:
    """The next version of a mapping, or the one in force when nothing changed. Raises ValueError for a wrong one."""
    mapping = mapping_from(settings)
    with transaction.atomic():
        Counterparty.objects.select_for_update(no_key=True).get(pk=counterparty.pk)
        last = ColumnMapping.objects.filter(counterparty=counterparty, name=name).order_by('-version').first()
        if last is not None and last.settings == mapping.as_dict():
            return last
        return ColumnMapping.objects.create(
            counterparty=counterparty, name=name, version=(last.version if last else 0) + 1,
            settings=mapping.as_dict(), author=author, made_at=timezone.now())


def take_in(
    *, counterparty: Counterparty, name: str, content: bytes, channel: Channel, taken_by: str,
) -> tuple[TakenFile, bool]:
    """Keep a file of a counterparty; the same content again is the same file, and False. Raises Unreadable above the
    largest size.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable([Problem('too_large')])
    sha256 = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        Counterparty.objects.select_for_update(no_key=True).get(pk=counterparty.pk)
        known = TakenFile.objects.filter(counterparty=counterparty, sha256=sha256).first()
        if known is not None:
            return known, False
        stored = store_file(
            content, content_type='application/octet-stream', kind='match', context=str(counterparty.guid))
        taken = TakenFile.objects.create(
            counterparty=counterparty, sha256=sha256, name=name[:200], file=stored, channel=channel,
            taken_at=timezone.now(), taken_by=taken_by[:150])
    log.info('file_taken_in', taken=str(taken.guid), channel=channel, size_bytes=len(content))
    return taken, True


def match_file(
    *, taken: TakenFile, made_by: str, mapping_name: str = '', dates: tuple[date, date] | None = None,
) -> MatchRun:
    """Match a file to the ledger: the version in force when nothing could be different, else the next one.

    The dates are those given, else those in the name of the file, else the first and last day of its lines. Raises
    Unreadable, having kept the report, for a file with mistakes; UnknownMapping for a name that is not there.
    """
    mappings = mappings_for(taken.counterparty, mapping_name)
    try:
        reading = read_file(read_stored(taken.file), mappings)
        return _matched(taken, reading, mappings[reading.mapping], dates or dates_in_name(taken.name), made_by)
    except Unreadable as bad:
        note_unreadable(taken=taken, problems=bad.problems)
        raise


def note_unreadable(*, taken: TakenFile, problems: Sequence[Problem]) -> BadReading:
    """Keep why a file was not matched."""
    log.info('file_unreadable', taken=str(taken.guid), problems=len(problems))
    return BadReading.objects.create(
        taken=taken, problems=[asdict(problem) for problem in problems], at=timezone.now())


def _matched(
    taken: TakenFile, reading: Reading, mapping: Mapping, dates: tuple[date, date] | None, made_by: str,
) -> MatchRun:
    with transaction.atomic():
        party = Counterparty.objects.select_for_update(of=('self',), no_key=True).select_related(
            'partner', 'lender').get(pk=taken.counterparty_id)
        found = load_lines(reading.lines, mapping.zone or party.zone)
        chosen = dates or found
        if chosen is None:
            raise Unreadable([Problem('no_dates')])
        period = period_of(*chosen, party.zone)
        before = newest_run(party, *chosen)
        if before is not None and _same(before, taken, mapping, party) and not changed_since(before):
            return before
        return _compared(taken, party, reading, mapping, period, before, made_by)


def _same(run: MatchRun, taken: TakenFile, mapping: Mapping, party: Counterparty) -> bool:
    return (run.taken_id, run.mapping, run.tolerance, run.grace_days) == (
        taken.pk, mapping.as_dict(), party.tolerance, party.grace_days)


def _compared(
    taken: TakenFile, party: Counterparty, reading: Reading, mapping: Mapping, period: Period,
    before: MatchRun | None, made_by: str,
) -> MatchRun:
    """The run is append-only and holds its counts: its number is taken first, the row is written last."""
    now = timezone.now()
    through_seq = last_seq(party)
    run_id = next_run_id()
    counts = compare(
        Comparison(party, period, mapping.sum, party.tolerance, party.grace_days, party.zone),
        run_id=run_id, before_id=before.pk if before else None, at=now)
    run = MatchRun.objects.create(
        pk=run_id, counterparty=party, taken=taken, number=(before.number if before else 0) + 1,
        date_from=period.date_from, date_to=period.date_to, mapping=mapping.as_dict(), tolerance=party.tolerance,
        grace_days=party.grace_days, lines_read=reading.count, rows_skipped=reading.skipped,
        counts={outcome.value: counts.get(outcome.value, 0) for outcome in Outcome}, through_seq=through_seq,
        made_at=now, made_by=made_by[:150])
    log.info('file_matched', run=str(run.guid), counts=run.counts)
    return run


def match_again(*, run: MatchRun, made_by: str) -> MatchRun:
    """The same file for the same dates, after corrections, forced matches or other files."""
    name = ColumnMapping.objects.filter(counterparty=run.counterparty, settings=run.mapping).values_list(
        'name', flat=True).first()
    return match_file(
        taken=run.taken, made_by=made_by, mapping_name=name or '', dates=(run.date_from, run.date_to))

