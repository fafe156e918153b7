"""manage.py fill_demo."""
from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from denimhub.demo.history import COUNT, fill_demo
from denimhub.demo.seed import RefusedInProduction


class Command(BaseCommand):
    help = 'Fill the workstation with invented applications of the last month in every state (development only).'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument('--count', type=int, default=COUNT, help='how many applications; never fewer than states')
        parser.add_argument('--json', action='store_true', help='print one JSON object and nothing else')

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            filled = fill_demo(count=options['count'])
        except RefusedInProduction as refused:
            raise CommandError(str(refused)) from refused
        if options['json']:
            self.stdout.write(json.dumps(asdict(filled), ensure_ascii=False))
            return
        self.stdout.write(f'Applications     {filled.applications} new, {filled.known} known')
        self.stdout.write('People           ' + ', '.join(filled.people))
