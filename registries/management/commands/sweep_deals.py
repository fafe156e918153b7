"""manage.py sweep_deals: ask lenders about recent deals now, and tell where they and we differ."""
from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from registries.selectors_sweep import drifts_found_since, drifts_healed_since, open_drifts, questions_left
from registries.services_drift import DAYS, ask_about_deals, wake_submissions

_PAUSE_SECONDS = 0.5


class Command(BaseCommand):
    """The workers do the asking; this command writes the jobs and waits for them."""

    help = 'Ask the lenders about recent deals and tell where they and we differ.'

    def add_arguments(self, parser: CommandParser) -> None:
        """How far back, how long to wait."""
        parser.add_argument('--days', type=int, default=DAYS, help=f'deals that ended so many days ago ({DAYS})')
        parser.add_argument('--wait', type=float, default=600, metavar='SECONDS', help='for the answers (600)')
        parser.add_argument('--json', action='store_true', help='one JSON object and nothing else')

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, wait, count."""
        if options['days'] < 1:
            raise CommandError('--days is at least 1.')
        began, after, asked = timezone.now(), 0, 0
        with transaction.atomic():
            woken = wake_submissions(days=options['days'])
        while True:
            with transaction.atomic():
                after, count = ask_about_deals(days=options['days'], after=after, asked=asked)
            if not count:
                break
            asked += count
        ends = time.monotonic() + options['wait']
        while (left := questions_left()) and time.monotonic() < ends:
            time.sleep(_PAUSE_SECONDS)
        told = {'asked': asked, 'unanswered': left, 'submissions': woken, 'found': drifts_found_since(began),
                'healed': drifts_healed_since(began), 'open': open_drifts()}
        if options['json']:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for name, value in told.items():
            self.stdout.write(f'{name:11} {value}')
