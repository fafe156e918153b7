"""Registries worked out once more, in plain Python over the rows: nothing here is shared with what is tested."""
from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from registries.models import LedgerLine, PeriodMark, Registry, RegistryVersion
from vault.files import read_file

SUMS = ('price', 'initial_payment', 'amount', 'payment', 'partner_fee', 'lender_fee', 'to_pay')
Row = dict[str, Any]


@dataclass(frozen=True)
class Book:
    """All rows as they are now."""

    lines: list[Row]
    by_id: dict[int, Row]
    registries: dict[int, Registry]
    versions: list[RegistryVersion]
    closed_to: datetime | None


def read() -> Book:
    """One look at everything."""
    lines = list(LedgerLine.objects.order_by('seq').values(
        *[field.attname for field in LedgerLine._meta.concrete_fields], 'partner__name', 'lender__name'))
    rows = Registry.objects.select_related('counterparty__partner', 'counterparty__lender')
    versions = list(RegistryVersion.objects.order_by('registry_id', 'number'))
    marks = list(PeriodMark.objects.values_list('at', flat=True))
    return Book(lines, {line['id']: line for line in lines}, {row.pk: row for row in rows}, versions,
                max(marks, default=None))


def side_of(registry: Registry) -> str:
    return 'lender' if registry.counterparty.lender_id is not None else 'partner'


def is_in(book: Book, registry: Registry, line: Row) -> bool:
    """Whether a line stands in a registry: by its time, or because it was written for it."""
    side = side_of(registry)
    own = line[f'for_{side}_id']
    if own is not None and own == registry.pk:
        return True
    if own is not None and book.registries[own].kind == registry.kind:
        return False
    mine = line[f'{side}_id'] == getattr(registry.counterparty, f'{side}_id')
    return bool(mine and registry.starts_at <= line['period_at'] < registry.ends_at)


def lines_of(book: Book, registry: Registry, through_seq: int | None = None) -> list[Row]:
    """The lines of a registry in their order, those up to a number."""
    return [line for line in book.lines if is_in(book, registry, line) and (
        through_seq is None or line['seq'] <= through_seq)]


def _cell(book: Book, line: Row, key: str, zone: ZoneInfo) -> str | None:
    if key in SUMS:
        kopecks = line[key]
        return f'{"-" if kopecks < 0 else ""}{abs(kopecks) // 100}.{abs(kopecks) % 100:02}'
    if key == 'occurred_at':
        return str(line[key].astimezone(zone).replace(tzinfo=None, microsecond=0))
    if key == 'seq':
        return str(line[key])
    if key == 'corrects':
        return str(book.by_id[line['corrects_id']]['seq']) if line['corrects_id'] else None
    text = str(line[{'partner': 'partner__name', 'lender': 'lender__name'}.get(key, key)])
    return "'" + text if text[:1] and text[0] in '=+-@\t\r\n\x0b\x0c＝＋－＠' else text


def _quoted(cell: str | None) -> str:
    if cell is None:
        return ''
    return '"' + cell.replace('"', '""') + '"' if cell == '' or set(cell) & set(',"\r\n') else cell


def canonical(book: Book, version: RegistryVersion) -> bytes:
    """The lines of a version as CSV."""
    registry = book.registries[version.registry_id]
    zone = ZoneInfo(registry.counterparty.zone)
    return ''.join(
        ','.join(_quoted(_cell(book, line, key, zone)) for key in version.columns) + '\n'
        for line in lines_of(book, registry, version.through_seq)).encode()


def check(book: Book, seen: dict[int, tuple[str, str]]) -> None:
    """Every promise that holds after every step; `seen` remembers what versions were before."""
    assert [line['seq'] for line in book.lines] == list(range(1, len(book.lines) + 1))
    newest: dict[int, RegistryVersion] = {}
    numbers: dict[int, list[int]] = {}
    for version in book.versions:
        _check_version(book, version, seen)
        if version.number:
            newest[version.registry_id] = version
            numbers.setdefault(version.registry_id, []).append(version.number)
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    for version in newest.values():
        _check_chain(book, version)
    _check_partition(book, newest)


def _check_version(book: Book, version: RegistryVersion, seen: dict[int, tuple[str, str]]) -> None:
    lines = lines_of(book, book.registries[version.registry_id], version.through_seq)
    assert version.count == len(lines)
    assert version.totals == {key: sum(line[key] for line in lines) for key in SUMS}
    text = canonical(book, version)
    assert version.sha256 == hashlib.sha256(text).hexdigest()
    file = read_file(version.files.get(format='csv').file)
    records = list(csv.reader(io.StringIO(file.decode())))
    assert records[-2] == ['Строк', str(len(lines))]
    assert records[-1] == ['SHA-256', version.sha256]
    assert text in file
    if version.number == 0:
        return
    print_of_it = (version.sha256, hashlib.sha256(file).hexdigest())
    assert seen.setdefault(version.pk, print_of_it) == print_of_it


def _check_chain(book: Book, version: RegistryVersion) -> None:
    """No line has come under a version that was made, but corrections written for its registry."""
    registry = book.registries[version.registry_id]
    late = [line for line in lines_of(book, registry) if line['seq'] > version.through_seq]
    assert all(line[f'for_{side_of(registry)}_id'] == registry.pk for line in late)
    assert book.closed_to is not None
    assert registry.ends_at <= book.closed_to
    others = [other for other in book.versions if other.registry_id == registry.pk and other.number]
    assert [other.status == 'REPLACED' for other in others] == [other.number < version.number for other in others]


def _check_partition(book: Book, newest: dict[int, RegistryVersion]) -> None:
    """Each line in at most one chain of a counterparty and cadence, and nothing of the ledger lost between them."""
    groups: dict[tuple[int, str], list[Registry]] = {}
    for registry_id in newest:
        registry = book.registries[registry_id]
        groups.setdefault((registry.counterparty_id, registry.kind), []).append(registry)
    for (_party, kind), registries in groups.items():
        if kind == 'custom':
            continue
        side = side_of(registries[0])
        mine = [line for line in book.lines if line[f'{side}_id'] == getattr(registries[0].counterparty, f'{side}_id')]
        times = Counter(line['seq'] for registry in registries for line in lines_of(book, registry))
        assert set(times.values()) <= {1}
        outside = [line for line in mine if not times[line['seq']]]
        for key in SUMS:
            inside = sum(newest[registry.pk].totals[key] for registry in registries)
            waiting = sum(line[key] for registry in registries for line in lines_of(book, registry)
                          if line['seq'] > newest[registry.pk].through_seq)
            assert inside + waiting + sum(line[key] for line in outside) == sum(line[key] for line in mine)
