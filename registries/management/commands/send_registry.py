"""manage.py send_registry: bring a registry to its counterparty, and tell how far each delivery has come."""
from __future__ import annotations

import json
import time
import uuid
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from registries.management.asked import add_counterparty, asked_counterparty
from registries.models import Registry, RegistryVersion
from registries.models_delivery import Delivery, DeliveryTarget
from registries.selectors import newest_version
from registries.selectors_delivery import deliveries_of, registry_by_guid, registry_of, targets_by
from registries.services_delivery import CannotSend, resend, send_version
from registries.statuses_delivery import DELIVERY_ENDS, DeliveryStatus

ACTOR = 'manage.py send_registry'
_LOOK_SECONDS = 0.5


class Command(BaseCommand):
    """Asking again sends nothing again: the same deliveries are told. Asking to send is the check of a version."""

    help = 'Send the version in force of a registry; workers do the sending.'

    def add_arguments(self, parser: CommandParser) -> None:
        """Which registry, where to, how long to wait."""
        parser.add_argument('registry', nargs='?', type=uuid.UUID, metavar='REGISTRY_GUID')
        add_counterparty(parser, required=False)
        parser.add_argument('--from', dest='date_from', metavar='DATE', type=date.fromisoformat)
        parser.add_argument('--to', metavar='DATE | TARGET', action='append', nargs='+', default=[],
                            help='the last date, after --from; names or guids of addresses (all in force by default)')
        parser.add_argument('--wait', metavar='SECONDS', type=float, default=0, help='wait until all have ended')
        parser.add_argument('--again', metavar='REASON', default='', help='try failed deliveries again')
        parser.add_argument('--json', action='store_true', help='one JSON object and nothing else')

    def handle(self, *args: Any, **options: Any) -> None:
        """Queue and tell."""
        version = self._version(options)
        names = [name for names in options['to'] for name in names]
        targets, unknown = targets_by(version.registry.counterparty, names)
        if unknown:
            raise CommandError(f'no address of delivery in force is called: {", ".join(unknown)}.')
        with override('en'):
            try:
                _send(version, targets, options['again'])
            except CannotSend as refused:
                raise CommandError(f'{refused}.') from refused
        rows = _wait(version, options['wait'])
        self._tell(version, rows, as_json=options['json'])
        if options['wait'] and any(row.status != DeliveryStatus.SENT for row in rows):
            raise CommandError('not every delivery is sent.')

    def _version(self, options: dict[str, Any]) -> RegistryVersion:
        registry = self._registry(options)
        version = newest_version(registry) if registry is not None else None
        if registry is not None and version is None and registry.versions.exists():
            raise CommandError('only a draft is there: the period is not over, and drafts are not sent.')
        if version is None:
            raise CommandError('there is no such registry: make it with manage.py build_registry.')
        return version

    def _registry(self, options: dict[str, Any]) -> Registry | None:
        if options['registry'] is not None:
            if options['partner'] or options['lender'] or options['date_from']:
                raise CommandError('name the registry by its guid or by whose it is and its dates, not both.')
            return registry_by_guid(options['registry'])
        date_to = _take_date(options['to'])
        if not (options['partner'] or options['lender']) or not options['date_from'] or not date_to:
            raise CommandError('name the registry: its guid, or --partner GUID | --lender CODE with --from and --to.')
        return registry_of(asked_counterparty(options), options['date_from'], date_to)

    def _tell(self, version: RegistryVersion, rows: list[Delivery], *, as_json: bool) -> None:
        told = {'registry': str(version.registry.guid), 'version': version.number, 'sha256': version.sha256,
                'deliveries': [_described(row) for row in rows]}
        if as_json:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        self.stdout.write(f'registry {told["registry"]} version {version.number}')
        for row in rows:
            told_more = row.remote_name or row.last_error
            self.stdout.write(f'{row.status:8} {row.target.name} ({row.target.channel}) {told_more}')


def _send(version: RegistryVersion, targets: list[DeliveryTarget], again: str) -> None:
    rows = send_version(version=version, asked_by=ACTOR, targets=targets or None)
    for row in rows if again else ():
        if row.status in (DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN):
            resend(delivery=row, reason=again, actor=ACTOR)


def _take_date(to: list[list[str]]) -> date | None:
    """`--to` is the last date too, as in build_registry: the first value that is a date is taken out."""
    for values in to:
        for value in values:
            try:
                found = date.fromisoformat(value)
            except ValueError:
                continue
            values.remove(value)
            return found
    return None


def _wait(version: RegistryVersion, seconds: float) -> list[Delivery]:
    until = time.monotonic() + seconds
    while True:
        rows = deliveries_of(version)
        if time.monotonic() >= until or all(row.status in DELIVERY_ENDS for row in rows):
            return rows
        time.sleep(min(_LOOK_SECONDS, seconds))


def _described(row: Delivery) -> dict[str, Any]:
    return {
        'delivery': str(row.guid), 'target': row.target.name, 'channel': row.target.channel, 'status': row.status,
        'attempts': row.attempts, 'sent_at': row.sent_at.isoformat() if row.sent_at else None, 'sha256': row.sha256,
        'files': [one['name'] for one in row.files], 'remote_name': row.remote_name, 'error': row.last_error,
        'replaces': str(row.replaces.guid) if row.replaces is not None else None}
