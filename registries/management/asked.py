"""How commands name a counterparty: `--partner GUID` or `--lender CODE`."""
from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from registries.models import Counterparty
from registries.selectors import UnknownCounterparty, party_by
from registries.services import counterparty_of


def add_counterparty(parser: CommandParser, *, required: bool = True) -> None:
    """Both options, one of which may be given."""
    whose = parser.add_mutually_exclusive_group(required=required)
    whose.add_argument('--partner', metavar='GUID', default='')
    whose.add_argument('--lender', metavar='CODE', default='')


def asked_counterparty(options: dict[str, Any]) -> Counterparty:
    """Whom the options name. Raises CommandError for one that is not there."""
    try:
        return counterparty_of(party_by(partner_guid=options['partner'], lender_code=options['lender']))
    except UnknownCounterparty as unknown:
        raise CommandError(f'{unknown}: look it up in the workstation.') from unknown
