"""Printed forms: time of one, and the most memory it adds to the process that makes it.

Our own forms are made in the worker; a lender's templates in a limited child, the way over the socket included.
"""
from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable

import psutil

from contracts.forms.contract import render_contract
from contracts.forms.data import FormKind
from contracts.forms.plan import render_schedule
from contracts.templates.engine import pool, render_template
from contracts.templates.samples import sample_values
from contracts.templates.variables import Stage
from denimhub.conf.environment import ROOT
from denimhub.demo.consent_form import consent_form
from tests.bench.cost import MIB, Peak
from tests.contracts_forms.samples import CONTRACT, SCHEDULE
from vault.limited.pool import CHILDREN

REPEATS = 25
PAGES = ROOT / 'denimhub' / 'demo' / 'templates'


def main() -> None:
    """Prints one line of JSON: by form, milliseconds of wall and CPU, MB."""
    contract, schedule = ((PAGES / name).read_bytes() for name in ('contract.html', 'schedule.html'))
    consent = consent_form()
    values = {stage: sample_values(FormKind.POS, stage) for stage in Stage}

    def template(format_: str, content: bytes, stage: Stage) -> Callable[[], object]:
        return lambda: render_template(format_, content, values[stage])

    forms: dict[str, Callable[[], object]] = {
        'built-in contract': lambda: render_contract(CONTRACT),
        'built-in schedule': lambda: render_schedule(SCHEDULE),
        'HTML template, contract of two pages': template('html', contract, Stage.CONTRACT),
        'HTML template, schedule of one page': template('html', schedule, Stage.CONTRACT),
        'PDF template, consent of one page': template('pdf', consent, Stage.OFFER),
    }
    sys.stdout.write(json.dumps({name: _figures(work, _makers(name)) for name, work in forms.items()}))


def _figures(work: Callable[[], object], makers: list[psutil.Process]) -> dict[str, float]:
    """Memory is that of the first form: later ones find what it has left."""
    with Peak(makers[0]) as peak:
        work()
    spent_before = _cpu_seconds(makers)
    ms = _milliseconds(work)
    return {
        'ms': ms, 'cpu_ms': (_cpu_seconds(makers) - spent_before) / REPEATS * 1000,
        'added_mb': peak.added_bytes / MIB, 'most_mb': (peak.before_bytes + peak.added_bytes) / MIB}


def _makers(name: str) -> list[psutil.Process]:
    """The processes that make this form, first the one to be asked next: for a template, fresh children."""
    if name.startswith('built-in'):
        return [psutil.Process()]
    pool().close()
    pool().warm_up()
    while len(pool().idle) < CHILDREN:
        time.sleep(0.05)
    return [psutil.Process(child.process.pid) for child in pool().idle]


def _cpu_seconds(processes: list[psutil.Process]) -> float:
    times = [process.cpu_times() for process in processes]
    return sum(spent.user + spent.system for spent in times)


def _milliseconds(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent) * 1000


if __name__ == '__main__':
    main()
