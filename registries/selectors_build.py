"""How a registry to be made is named in a job: the guid of the counterparty and two dates."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from registries.models import Counterparty
from registries.rules import Period, period_of


@dataclass(frozen=True, slots=True)
class AskedBuild:
    """Whose registry, for which period in its zone."""

    counterparty: Counterparty
    period: Period


def subject_of_build(counterparty: Counterparty, date_from: date, date_to: date) -> str:
    """The subject of the job `registries.build`."""
    return f'{counterparty.guid}:{date_from}:{date_to}'


def asked_build(subject: str) -> AskedBuild:
    """What such a subject names."""
    guid, first, last = subject.split(':')
    party = Counterparty.objects.select_related('partner', 'lender').get(guid=guid)
    return AskedBuild(party, period_of(date.fromisoformat(first), date.fromisoformat(last), party.zone))
