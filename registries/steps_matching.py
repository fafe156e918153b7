"""Matching as jobs: files that were taken in, sources that are looked at."""
from __future__ import annotations

from datetime import date

import structlog

from jobs.registry import Run, assert_may_talk, job, periodic
from jobs.services import enqueue
from registries.matching.told import Problem, Unreadable
from registries.models_matching import FileSource
from registries.pickup.base import Lost, Refused
from registries.pickup.catalogue import open_box
from registries.selectors_matching import UnknownMapping, active_sources, source_by, taken_by_guid
from registries.services_matching import match_file, note_unreadable
from registries.services_sources import note_look, take_parcel
from registries.turns import LARGE_SECONDS, turn

log = structlog.get_logger(__name__)


@job('registries.match', queue='sms', max_attempts=10, max_seconds=LARGE_SECONDS)
def match(run: Run) -> None:
    """Match a file that was taken in; what is wrong with it is kept beside it. The subject is the file."""
    told = run.data
    dates = (date.fromisoformat(str(told['from'])), date.fromisoformat(str(told['to']))) if told.get('from') else None
    try:
        with turn():
            match_file(
                taken=taken_by_guid(run.subject), made_by=str(told.get('by', 'job')), dates=dates,
                mapping_name=str(told.get('mapping', '')))
    except UnknownMapping:
        with run.finish():
            note_unreadable(taken=taken_by_guid(run.subject), problems=[Problem('no_mapping')])
    except Unreadable:
        # Its report stands beside the file: again would say the same.
        return


@job('registries.look_at_sources', queue='documents', max_attempts=5)
def look_at_sources(run: Run) -> None:
    """Each source in force gets a job of its own."""
    with run.finish():
        for guid in active_sources():
            enqueue('registries.fetch_files', str(guid))


@job('registries.fetch_files', queue='lenders', max_attempts=5, max_seconds=600)
def fetch_files(run: Run) -> None:
    """Take what has come to one source; the subject is the source. A file is moved aside only after it is kept."""
    source = source_by(run.subject)
    if not source.is_active:
        return
    try:
        seen = _take_all(run, source)
    except (Refused, Lost) as trouble:
        # The next look is the next attempt.
        log.warning('source_not_read', source=run.subject, trouble=type(trouble).__name__)
        with run.finish():
            note_look(source=source, seen=source.seen, error=str(trouble))
        return
    with run.finish():
        note_look(source=source, seen=seen, error='')


def _take_all(run: Run, source: FileSource) -> dict[str, list[int]]:
    assert_may_talk()
    with open_box(source.channel, source.settings, source.secret, source.seen) as box:
        for parcel in box.parcels():
            with run.note():
                take_parcel(source=source, parcel=parcel)
            parcel.done()
        return box.seen


periodic('registries.look_at_sources', every_seconds=300)
