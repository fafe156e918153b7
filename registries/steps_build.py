"""Registries asked for in the workstation, made by a job: a large one takes minutes."""
from __future__ import annotations

import structlog

from jobs.registry import Park, Run, job
from registries.selectors_build import asked_build
from registries.services_build import build_registry
from registries.turns import LARGE_SECONDS, turn

log = structlog.get_logger(__name__)


@job('registries.build', queue='sms', max_attempts=5, max_seconds=LARGE_SECONDS)
def build(run: Run) -> None:
    """Make one registry; the subject names counterparty and dates."""
    asked = asked_build(run.subject)
    try:
        with turn():
            version = build_registry(
                counterparty=asked.counterparty, period=asked.period, formats=asked.counterparty.formats,
                made_by=str(run.data.get('by', 'system')))
    except ValueError as problem:
        raise Park(str(problem)) from problem
    log.info('registry_built', registry=str(version.registry.guid), version=version.number, count=version.count)
    with run.finish():
        pass
