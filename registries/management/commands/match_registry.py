"""manage.py match_registry: a lender's or partner's file against the ledger."""
from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from registries.management.asked import add_counterparty, asked_counterparty
from registries.matching.pool import TooSlow
from registries.matching.told import Unreadable
from registries.matching.words import Outcome
from registries.models import Counterparty
from registries.models_matching import MatchRun
from registries.problems import problem_texts
from registries.selectors_matching import UnknownMapping
from registries.services_build import WAIT_SECONDS, wait_for_older_transactions
from registries.services_matching import match_file, take_in
from registries.statuses_matching import Channel

ACTOR = 'manage.py match_registry'


class Command(BaseCommand):
    """Dates are inclusive, in the zone of the counterparty; without them those of the file's name or lines count."""

    help = 'Match a CSV or XLSX of a partner or lender to the ledger and count the outcomes.'

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose file, how it is read, for which dates."""
        add_counterparty(parser)
        parser.add_argument('file', metavar='FILE', type=Path)
        parser.add_argument('--mapping', metavar='NAME', default='', help='which of the saved column mappings')
        parser.add_argument('--from', dest='date_from', metavar='DATE', type=date.fromisoformat)
        parser.add_argument('--to', dest='date_to', metavar='DATE', type=date.fromisoformat)
        parser.add_argument('--json', action='store_true', help='one JSON object and nothing else')

    def handle(self, *args: Any, **options: Any) -> None:
        """Match and count."""
        try:
            run = self._match(asked_counterparty(options), options)
        except (UnknownMapping, ValueError) as problem:
            raise CommandError(f'{problem}.') from problem
        except Unreadable as bad:
            with override('en'):
                texts = problem_texts(bad.problems)
            raise CommandError(f'{options["file"]} cannot be matched: {"; ".join(texts)}.') from bad
        except TooSlow as slow:
            raise CommandError('The file was not read in time: try again when the machine is less busy.') from slow
        counts = {outcome.value: run.counts.get(outcome.value, 0) for outcome in Outcome}
        self.stdout.write(json.dumps(counts) if options['json'] else '\n'.join([
            f'period          {run.date_from} to {run.date_to}, version {run.number}',
            *(f'{name:15} {count}' for name, count in counts.items())]))

    def _match(self, counterparty: Counterparty, options: dict[str, Any]) -> MatchRun:
        given = (options['date_from'], options['date_to'])
        if (given[0] is None) != (given[1] is None):
            raise CommandError('Give both --from and --to, or neither.')
        try:
            content = options['file'].read_bytes()
        except OSError as problem:
            raise CommandError(f'{options["file"]} cannot be read: {problem.strerror}.') from problem
        wait_for_older_transactions(WAIT_SECONDS)
        taken, _new = take_in(
            counterparty=counterparty, name=options['file'].name, content=content, channel=Channel.COMMAND,
            taken_by=ACTOR)
        return match_file(
            taken=taken, made_by=ACTOR, mapping_name=options['mapping'],
            dates=given if given[0] is not None else None)
