"""manage.py seed_demo."""
from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from denimhub.demo.seed import RefusedInProduction, seed_demo


class Command(BaseCommand):
    help = 'Load the demo partners, points, products, sandbox lenders and the admin log-in (development only).'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument('--json', action='store_true', help='print one JSON object and nothing else')

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seeded = seed_demo()
        except RefusedInProduction as refused:
            raise CommandError(str(refused)) from refused
        if options['json']:
            self.stdout.write(json.dumps(seeded, ensure_ascii=False))
            return
        self.stdout.write(f'Demo partner     {seeded["partner_guid"]}')
        self.stdout.write(f'Another partner  {seeded["other_partner_guid"]}')
        self.stdout.write('Points           ' + ', '.join(f'{name}: {code}' for name, code in seeded['points'].items()))
        self.stdout.write(f'Workstation      {seeded["admin"]["username"]} / {seeded["admin"]["password"]}')
