"""manage.py sync_groups: the groups of the matrix of rights, in the database."""
from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from denimhub.people.services import sync_groups


class Command(BaseCommand):
    """May be run at any time; a second run changes nothing."""

    help = 'Make the groups of denimhub/people/matrix.toml (their rights are read from the file, not from rows).'

    def add_arguments(self, parser: CommandParser) -> None:
        """Output."""
        parser.add_argument('--json', action='store_true', help='print one JSON document and nothing else')

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and tell."""
        done = sync_groups()
        if options['json']:
            self.stdout.write(json.dumps(asdict(done)))
            return
        self.stdout.write(f'groups made: {", ".join(done.made) or "none"}')
        if done.emptied:
            self.stdout.write(f'permissions taken off group rows: {", ".join(done.emptied)}')
        if done.beside:
            self.stdout.write(f'users with permissions of their own, beside the matrix (ids): {", ".join(done.beside)}')
