"""manage.py verify_evidence: prove that the chain of evidence and the files it names are whole and unchanged."""
from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contracts.evidence_check import Broken, first_since, walk


class Command(BaseCommand):
    """Reads every record and every file; exit 1 at the first break. May run beside the live system."""

    help = 'Walk the chain of evidence of signatures and the files it names; tell the first break.'

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to begin, and output."""
        parser.add_argument('--since', default='1', help='number of a record, or a date (2026-11-30, UTC)')
        parser.add_argument('--json', action='store_true', help='print one JSON document and nothing else')

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell how far the chain is whole."""
        since = _number(options['since'])
        try:
            done = walk(since)
        except Broken as broken:
            if options['json']:
                self.stdout.write(json.dumps({'whole': False, 'record': broken.number, 'why': broken.why}))
            raise CommandError(f'The chain of evidence is broken: {broken}') from broken
        if options['json']:
            self.stdout.write(json.dumps({
                'whole': True, 'first': done.first, 'last': done.last, 'sha256': done.sha256, 'files': done.files}))
        elif done.last < done.first:
            self.stdout.write('no records')
        else:
            self.stdout.write(f'records {done.first} to {done.last} and {done.files} files are whole')
            self.stdout.write(f'head: {done.last} {done.sha256}')


def _number(since: str) -> int:
    if since.isascii() and since.isdigit():
        return max(int(since), 1)
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        raise CommandError(f'--since is neither a number nor a date: {since}') from None
    return first_since(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
