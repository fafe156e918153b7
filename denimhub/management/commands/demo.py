"""manage.py demo."""
from __future__ import annotations

from typing import Any

import urllib3
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from denimhub.demo.forms import demo_form, demo_phone
from denimhub.demo.inbox import newest_code
from denimhub.demo.seed import PARTNER_GUID, POINTS
from denimhub.demo.till import NotIssued, Till


class Command(BaseCommand):
    help = 'Play one application through the public API; exit status 0 when the loan is issued.'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument('--base-url', default=f'http://127.0.0.1:{settings.PORT}')
        parser.add_argument('--kind', choices=['pos', 'bnpl'], default='pos')
        parser.add_argument('--channel', choices=['offline', 'online'], default='online')
        parser.add_argument('--phone', default='', help='+79…; the last four digits choose a sandbox scenario')

    def handle(self, *args: Any, **options: Any) -> None:
        kind, channel = options['kind'], options['channel']
        if kind == 'bnpl' and channel == 'offline':
            raise CommandError('the demo partner sells BNPL online only: leave --channel out')
        point = POINTS['bnpl' if kind == 'bnpl' else f'pos_{channel}']
        till = Till(
            options['base_url'].rstrip('/'), str(PARTNER_GUID), say=lambda line: self.stdout.write(f'  {line}'),
            read_code=newest_code)
        form = demo_form(
            partner_guid=str(PARTNER_GUID), point_code=point[0], kind=kind, channel=channel.upper(),
            phone=options['phone'] or demo_phone())
        self.stdout.write(f'{kind} {channel}:')
        try:
            till.play(form)
        except NotIssued as trouble:
            raise CommandError(f'not issued: {trouble}') from trouble
        except urllib3.exceptions.HTTPError as trouble:
            why = type(trouble).__name__
            raise CommandError(f'{options["base_url"]} does not answer ({why}): start it with make run') from trouble
