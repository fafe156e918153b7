"""Registries asked for in the workstation, made by a job: a large one takes minutes."""
from __future__ import annotations

import structlog

from jobs.registry import Park, Run, job
from registries.selectors_build import asked_build
from registries.services_build import build_registry

log = structlog.get_logger(__name__)


@job('registries.build', queue='sms', max_attempts=5, max_seconds=1800)
def build(run: Run) -> None:
    """Make one registry; the subject names counterparty and dates. On the thread pool: a prefork process has two
    minutes only.
    """
    asked = asked_build(run.subject)
    try:
        version = build_registry(
            counterparty=asked.counterparty, period=asked.period, formats=asked.counterparty.formats,
            made_by=str(run.data.get('by', 'system')))
    except ValueError as problem:
        raise Park(str(problem)) from problem
    log.info('registry_built', registry=str(version.registry.guid), version=version.number, count=version.count)
    with run.finish():
        pass
