"""Registries that make themselves: each counterparty's periods in their order, at its hour, missed ones later."""
from __future__ import annotations

from jobs.registry import Again, Run, job, periodic
from jobs.services import Asked, enqueue_many
from registries.rules import period_of
from registries.selectors_delivery import active_schedules, active_targets, next_due, schedule_of
from registries.services_build import build_registry
from registries.services_delivery import queue_deliveries
from registries.services_status import VersionRefused, check_version
from registries.statuses import VersionStatus
from registries.turns import LARGE_SECONDS, turn

ACTOR = 'schedule'


@job('registries.schedule', queue='documents')
def schedule(run: Run) -> None:
    """Ask for the work of every counterparty that has something due."""
    due = [Asked('registries.make', str(one.counterparty.guid)) for one in active_schedules()
           if next_due(one) is not None]
    with run.finish():
        enqueue_many(due)


@job('registries.make', queue='sms', max_attempts=200, max_seconds=LARGE_SECONDS)
def make(run: Run) -> None:
    """The oldest due period of a counterparty: made, checked if no person has to, queued; then the next one.

    Each step looks at what is there, so that one which ended in the middle is gone on with.
    """
    found = schedule_of(run.subject)
    due = next_due(found) if found is not None else None
    if found is None or due is None:
        return
    party = found.counterparty
    (date_from, date_to), version = due
    if version is None or version.status == VersionStatus.BUILT:
        period = period_of(date_from, date_to, party.zone)
        with turn():
            version = build_registry(counterparty=party, period=period, formats=list(party.formats), made_by=ACTOR)
    if version.status == VersionStatus.BUILT and found.auto_send:
        try:
            version = check_version(version=version, actor=ACTOR)
        except VersionRefused as changed:
            # A correction came this moment: the next look makes the next version.
            raise Again(1) from changed
    if version.status == VersionStatus.CHECKED and active_targets(party):
        queue_deliveries(version=version, asked_by=ACTOR)
    raise Again(0)


periodic('registries.schedule', every_seconds=300)
