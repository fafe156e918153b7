"""Making registries: each version's lines chosen once, its files made once and handed out again."""
from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from registries.formats.base import Format, Sheet
from registries.formats.catalogue import FORMATS
from registries.formats.csv_file import CSV, write_hashing
from registries.lines import Extent, canonical_lines, cells_of_excel, extent_of, groups_of
from registries.models import Counterparty, LedgerLine, Registry, RegistryFile, RegistryVersion
from registries.rules import Column, Period, chosen_columns
from registries.selectors import (
    all_ended_before,
    bookings_left,
    has_corrections_after,
    newest_version,
    transaction_horizon,
)
from registries.services import close_period
from registries.services_status import note_made
from registries.statuses import VersionStatus
from vault.files import write_blob
from vault.models import StoredFile

WAIT_SECONDS = 5.0
_PAUSE_SECONDS = 0.05
CANONICAL = CSV.name
SNAPSHOT_SECONDS = 1200


class NamesChanged(ValueError):
    """What a version says of a shop or a lender is not what their rows say now; the text is for people."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a registry would be: nothing is stored, no period is closed."""

    registry: str
    version: int
    count: int
    totals: dict[str, int]
    sha256: str


@dataclass(frozen=True, slots=True)
class _Made:
    """Blobs of a version whose rows are not written yet."""

    count: int
    totals: dict[str, int]
    sha256: str
    through_seq: int
    made_at: datetime
    files: dict[str, StoredFile]


def build_registry(
    *, counterparty: Counterparty, period: Period, formats: Sequence[str], made_by: str,
    wait_seconds: float = WAIT_SECONDS,
) -> RegistryVersion:
    """The registry of a period with files in these formats.

    A period that is not over gives the draft, version 0, made anew each time. One that is over is closed first and
    gives version 1, then the same version again, until corrections written for it make the next. Raises ValueError for
    columns or formats that are not there.
    """
    wanted = _known(formats)
    columns = chosen_columns(counterparty.columns, for_lender=counterparty.lender_id is not None)
    wait_for_older_transactions(wait_seconds)
    registry = _registry(counterparty, period)
    is_open, before = registry.ends_at > timezone.now(), None
    if not is_open:
        close_period(at=registry.ends_at)
        # Read once: a version that another build makes from here on is seen when the rows are written.
        before = newest_version(registry)
        if before is not None and not has_corrections_after(registry, before.through_seq):
            return add_files(version=before, formats=wanted)
    made = _make(registry, columns, number=0 if is_open else (before.number if before else 0) + 1, before=before,
                 formats=wanted)
    version = _write(registry, columns, made, is_open=is_open, before=before, made_by=made_by)
    return version if is_open else add_files(version=version, formats=wanted)


def preview_registry(*, counterparty: Counterparty, period: Period) -> Preview:
    """Count, totals and hash as they are now, without storing or closing anything."""
    columns = chosen_columns(counterparty.columns, for_lender=counterparty.lender_id is not None)
    wait_for_older_transactions(WAIT_SECONDS)
    registry = Registry.objects.filter(
        counterparty=counterparty, kind=period.kind, date_from=period.date_from, date_to=period.date_to).first()
    shown = registry or Registry(
        counterparty=counterparty, kind=period.kind, date_from=period.date_from, date_to=period.date_to,
        starts_at=period.starts_at, ends_at=period.ends_at)
    found = newest_version(registry) if registry is not None else None
    if registry is not None and found is not None and not has_corrections_after(registry, found.through_seq):
        return Preview(str(registry.guid), found.number, found.count, found.totals, found.sha256)
    with _snapshot():
        extent = extent_of(shown)
        sha256 = _hash(shown, columns, extent)
    number = 0 if shown.ends_at > timezone.now() else (found.number if found else 0) + 1
    return Preview(str(registry.guid) if registry else '', number, extent.count, extent.totals, sha256)


def add_files(*, version: RegistryVersion, formats: Sequence[str]) -> RegistryVersion:
    """Make the files of a version that it does not have yet; those it has stay as they are."""
    missing = [name for name in _known(formats) if not version.files.filter(format=name).exists()]
    if missing:
        columns = tuple(chosen_columns(
            version.columns, for_lender=version.registry.counterparty.lender_id is not None))
        with _snapshot():
            extent = extent_of(version.registry)
            if _hash(version.registry, columns, extent) != version.sha256:
                raise NamesChanged(_(
                    'A name in this version has changed since it was made, so no other file of it can say the same: '
                    'use the files there are, or make the next version with a correction'))
            sheet = _sheet(version.registry, columns, version.number, version.replaces, extent, version.sha256,
                           version.made_at)
            files = {name: _blob(version.registry, name, sheet) for name in missing}
        with transaction.atomic():
            RegistryVersion.objects.select_for_update().get(pk=version.pk)
            present = set(version.files.values_list('format', flat=True))
            _save_files(version, {name: file for name, file in files.items() if name not in present})
    return version


def wait_for_older_transactions(seconds: float) -> None:
    """Let what began before this call come into the ledger, for so many seconds at most; what is later still counts
    after the period.
    """
    began = time.monotonic()
    horizon = transaction_horizon()
    while time.monotonic() - began < seconds:
        if all_ended_before(horizon) and not bookings_left(time.monotonic() - began):
            return
        time.sleep(_PAUSE_SECONDS)


def _known(formats: Sequence[str]) -> list[str]:
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise ValueError(f'unknown formats: {", ".join(unknown)}')
    return list(dict.fromkeys([*formats, CANONICAL]))


def _registry(counterparty: Counterparty, period: Period) -> Registry:
    """Its moments are frozen with the first version; a draft follows a counterparty that has chosen another zone."""
    moments = {'starts_at': period.starts_at, 'ends_at': period.ends_at}
    registry, _is_new = Registry.objects.select_related('counterparty__partner', 'counterparty__lender').get_or_create(
        counterparty=counterparty, kind=period.kind, date_from=period.date_from, date_to=period.date_to,
        defaults=moments)
    is_moved = (registry.starts_at, registry.ends_at) != (period.starts_at, period.ends_at)
    if is_moved and newest_version(registry) is None:
        Registry.objects.filter(pk=registry.pk).update(**moments)
        registry.starts_at, registry.ends_at = period.starts_at, period.ends_at
    return registry


@contextmanager
def _snapshot() -> Iterator[None]:
    """One picture of the ledger for count, totals and every file.

    A statement here lasts as long as its file is written, and the database idles while a file is packed: both are
    bounded by the job, not by what a request may take.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')
            # In the order of the ledger, line by line: a sort or a hash of a million lines costs more than they do.
            cursor.execute('SET LOCAL jit = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;'
                           ' SET LOCAL max_parallel_workers_per_gather = 0')
            cursor.execute(f"SET LOCAL statement_timeout = '{SNAPSHOT_SECONDS}s'")
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{SNAPSHOT_SECONDS}s'")
        yield


def _make(
    registry: Registry, columns: tuple[Column, ...], *, number: int, before: RegistryVersion | None,
    formats: Sequence[str],
) -> _Made:
    with _snapshot():
        extent = extent_of(registry)
        through_seq = LedgerLine.objects.aggregate(last=Max('seq'))['last'] or 0
        made_at, digest = timezone.now(), hashlib.sha256()
        sheet = _sheet(registry, columns, number, before, extent, '', made_at)
        canonical = _stored(registry, CSV, write_hashing(sheet, digest))
        sheet = replace(sheet, sha256=digest.hexdigest())
        files = {name: canonical if name == CANONICAL else _blob(registry, name, sheet) for name in formats}
    return _Made(extent.count, extent.totals, digest.hexdigest(), through_seq, made_at, files)


def _sheet(
    registry: Registry, columns: tuple[Column, ...], number: int, before: RegistryVersion | None, extent: Extent,
    sha256: str, made_at: datetime,
) -> Sheet:
    party = registry.counterparty
    canonical, cells = (
        partial(lines, registry, columns, party.zone, extent) for lines in (canonical_lines, cells_of_excel))
    return Sheet(
        counterparty=party.name, code=party.code, date_from=registry.date_from, date_to=registry.date_to,
        zone=party.zone, version=number, replaces=before.number if before else None,
        made_at=made_at.astimezone(ZoneInfo(party.zone)), columns=columns, count=extent.count, totals=extent.totals,
        sha256=sha256, canonical=canonical, as_stored=partial(canonical, as_stored=True), cells=cells,
        groups=partial(groups_of, registry))


def _hash(registry: Registry, columns: tuple[Column, ...], extent: Extent) -> str:
    digest = hashlib.sha256()
    for piece in canonical_lines(registry, columns, registry.counterparty.zone, extent):
        digest.update(piece)
    return digest.hexdigest()


def _blob(registry: Registry, name: str, sheet: Sheet) -> StoredFile:
    return _stored(registry, FORMATS[name], FORMATS[name].write(sheet))


def _stored(registry: Registry, one: Format, pieces: Iterator[bytes]) -> StoredFile:
    stored = StoredFile(
        guid=uuid.uuid4(), kind='registry', context=str(registry.guid), content_type=one.content_type,
        created_at=timezone.now())
    with override('ru'):
        write_blob(stored, pieces)
    return stored


def _write(
    registry: Registry, columns: tuple[Column, ...], made: _Made, *, is_open: bool, before: RegistryVersion | None,
    made_by: str,
) -> RegistryVersion:
    """The rows, unless another build was quicker: then its version, and our blobs are left to the sweeper."""
    now = timezone.now()
    with transaction.atomic():
        Registry.objects.select_for_update().get(pk=registry.pk)
        newest = newest_version(registry)
        if not is_open and (newest.number if newest else 0) != (before.number if before else 0):
            assert newest is not None
            return newest
        if is_open:
            _drop_draft(registry)
        version = RegistryVersion.objects.create(
            registry=registry, number=0 if is_open else (before.number if before else 0) + 1,
            status=VersionStatus.DRAFT if is_open else VersionStatus.BUILT, status_at=now,
            columns=[column.key for column in columns], count=made.count, totals=made.totals, sha256=made.sha256,
            through_seq=made.through_seq, replaces=before, made_at=made.made_at, made_by=made_by)
        _save_files(version, made.files)
        if not is_open:
            note_made(version=version)
            _drop_draft(registry)
    return version


def _save_files(version: RegistryVersion, files: dict[str, StoredFile]) -> None:
    registry = version.registry
    label = 'draft' if version.number == 0 else f'v{version.number}'
    for name, stored in files.items():
        stored.save(force_insert=True)
        RegistryFile.objects.create(
            version=version, format=name, file=stored,
            name=f'registry_{registry.counterparty.code}_{registry.date_from}_{registry.date_to}_{label}.{name}')


def _drop_draft(registry: Registry) -> None:
    """The draft goes with its files; blobs without a row are swept."""
    draft = registry.versions.filter(number=0).first()
    if draft is not None:
        stored = list(draft.files.values_list('file_id', flat=True))
        draft.delete()
        StoredFile.objects.filter(pk__in=stored).delete()
