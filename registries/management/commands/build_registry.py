"""manage.py build_registry: the registry of a partner or lender for a period, and its files."""
from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registries.formats.catalogue import FORMATS
from registries.management.asked import add_counterparty, asked_counterparty
from registries.models import Counterparty, RegistryVersion
from registries.rules import Period, period_of
from registries.services_build import build_registry, preview_registry
from vault.files import open_file

ACTOR = 'manage.py build_registry'


class Command(BaseCommand):
    """Dates are inclusive, in the zone of the counterparty; an open period gives the draft, version 0."""

    help = 'Make the reconciliation registry of a partner or lender and write its files.'

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, for which dates, in which format, where to."""
        add_counterparty(parser)
        parser.add_argument('--from', dest='date_from', metavar='DATE', type=date.fromisoformat, required=True)
        parser.add_argument('--to', dest='date_to', metavar='DATE', type=date.fromisoformat, required=True)
        parser.add_argument('--format', choices=sorted(FORMATS), help='the file that comes first')
        parser.add_argument('--out', metavar='DIR', type=Path, default=Path(), help='where files go (here by default)')
        parser.add_argument('--dry-run', action='store_true', help='count only: nothing is stored, no period closed')
        parser.add_argument('--json', action='store_true', help='one JSON object and nothing else')

    def handle(self, *args: Any, **options: Any) -> None:
        """Build and tell."""
        counterparty = asked_counterparty(options)
        try:
            period = period_of(options['date_from'], options['date_to'], counterparty.zone)
            told = self._preview(counterparty, period) if options['dry_run'] else self._build(
                counterparty, period, options)
        except ValueError as problem:
            raise CommandError(f'{problem}.') from problem
        if options['json']:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        self.stdout.write('\n'.join(
            f'{name:8} {value}' for name, value in told.items() if name != 'files'))
        for path in told['files']:
            self.stdout.write(f'file     {path}')

    def _preview(self, counterparty: Counterparty, period: Period) -> dict[str, Any]:
        found = preview_registry(counterparty=counterparty, period=period)
        return {'registry': found.registry, 'version': found.version, 'count': found.count,
                'total': found.totals['amount'], 'sha256': found.sha256, 'files': []}

    def _build(self, counterparty: Counterparty, period: Period, options: dict[str, Any]) -> dict[str, Any]:
        asked = [options['format']] if options['format'] else list(counterparty.formats)
        version = build_registry(counterparty=counterparty, period=period, formats=asked, made_by=ACTOR)
        return {'registry': str(version.registry.guid), 'version': version.number, 'count': version.count,
                'total': version.totals['amount'], 'sha256': version.sha256,
                'files': write_files(version, options['out'], asked)}


def write_files(version: RegistryVersion, folder: Path, first: list[str]) -> list[str]:
    """Write the files of a version into a folder, those formats first; returns their absolute paths."""
    folder.mkdir(parents=True, exist_ok=True)
    order = {name: number for number, name in enumerate(first)}
    rows = sorted(version.files.select_related('file'), key=lambda row: (order.get(row.format, len(order)), row.format))
    paths = []
    for row in rows:
        path = (folder / row.name).resolve()
        half = path.with_name(f'.{path.name}.part')
        with half.open('wb') as out:
            for piece in open_file(row.file):
                out.write(piece)
        half.replace(path)
        paths.append(str(path))
    return paths
