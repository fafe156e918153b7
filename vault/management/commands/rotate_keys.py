"""manage.py rotate_keys: bring everything stored under the primary keys."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vault import rotation


class Command(BaseCommand):
    """May be stopped and started again at any time; a second run changes nothing."""

    help = 'Re-encrypt columns and files under the primary keys, recompute blind indexes.'

    def add_arguments(self, parser: CommandParser) -> None:
        """Batch size and output."""
        parser.add_argument('--batch', type=int, default=rotation.BATCH_ROWS, help='rows at a time')
        parser.add_argument('--json', action='store_true', help='print one JSON document and nothing else')

    def handle(self, *args: Any, **options: Any) -> None:
        """Report each part; exit 1 when something could not be opened."""
        reports = []
        for report in rotation.rotate(options['batch']):
            reports.append(report)
            if not options['json']:
                self.stdout.write(f'{report.part}: {report.changed} changed, {report.failed} could not be opened')
        if options['json']:
            self.stdout.write(json.dumps([asdict(report) for report in reports]))
        if any(report.failed for report in reports):
            raise CommandError('Some values could not be opened: their key is missing, or they were changed.')
