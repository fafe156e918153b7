"""manage.py check_files: prove that every stored file has its blob, whole and unchanged."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vault import sweeping
from vault.models import StoredFile


class Command(BaseCommand):
    """Reads every file to its end; exit 1 when one is damaged."""

    help = 'Check each stored file against its blob: present, authentic, right length and SHA-256.'

    def add_arguments(self, parser: CommandParser) -> None:
        """Output."""
        parser.add_argument('--json', action='store_true', help='print one JSON document and nothing else')

    def handle(self, *args: Any, **options: Any) -> None:
        """List the damaged ones."""
        damaged = list(sweeping.damaged_files())
        count = StoredFile.objects.count()
        if options['json']:
            self.stdout.write(json.dumps({'files': count, 'damaged': [asdict(damage) for damage in damaged]}))
        else:
            for damage in damaged:
                self.stdout.write(f'{damage.guid}: {damage.reason}')
            self.stdout.write(f'{count} files, {len(damaged)} damaged')
        if damaged:
            raise CommandError('There are damaged files.')
