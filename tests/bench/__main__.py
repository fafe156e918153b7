"""`python -m tests.bench [--quick]`: measures, prints the table, writes var/bench.json. Exit status 0 even on MISS."""
from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from denimhub.conf.environment import STATE
from tests.bench import door, load, report, rounds, uploads
from tests.bench.form import EXTERNAL_ID, encoded, full_form, large_form
from tests.bench.report import Line
from tests.bench.rounds import Tally
from tests.bench.stand import ALONE, FLOOR, HUB, USUAL, Stand

RESULTS = STATE / 'bench.json'
METHODS = {
    'create_form': {'least_share': 45, 'most_cpu': 2.2, 'least_usual': 12},
    'get_offers': {'least_share': 55, 'most_cpu': 2.0, 'least_usual': 15},
}


class Bench:
    """One run over one stand."""

    def __init__(self, stand: Stand, lender: door.Lender, *, quick: bool) -> None:
        self.stand = stand
        self.lender = lender
        self.rounds, self.seconds, self.forms = (2, 1.0, 20) if quick else (6, 4.0, 100)
        self.lines = 10_000 if quick else 1_000_000
        self.results: dict[str, Any] = {}
        laid = stand.call('laying', BENCH_LENDER_URL=lender.url)
        self.asked = {'partner_guid': laid['partner_guid'], 'form_guid': laid['form_guid']}
        self.form = full_form(laid['partner_guid'], laid['point_code'], laid['product_code'])

    def run(self) -> Iterator[Line]:
        """Everything, one group after another."""
        self.results['inside'] = self.stand.call('inside')
        yield from report.of_inside(self.results['inside'])
        self.results['printing'] = self.stand.call('printing')
        yield from report.of_printing(self.results['printing'])
        self.stand.start(HUB)
        self.stand.start_behind()
        self.results['door'] = self._door()
        yield from report.of_door(self.results['door'])
        self.stand.stop_behind()
        self.stand.start(ALONE)
        self.results['uploads'] = self._uploads()
        yield from report.of_uploads(self.results['uploads'])
        self.stand.stop(ALONE)
        self.stand.start(FLOOR, USUAL)
        for method, targets in METHODS.items():
            tallies = self._rounds(method)
            self.results[method] = {name: tally.figures() for name, tally in tallies.items()}
            yield from report.of_rounds(method, tallies, **targets)
        self.stand.stop(HUB, FLOOR, USUAL)
        self.results['registries'] = self._registries()
        yield from report.of_registries(self.results['registries'])

    def _creates(self, prefix: str) -> load.Requests:
        return load.numbered(load.post('create_form', encoded(self.form)), EXTERNAL_ID.encode(), f'bench-{prefix}-')

    def _registries(self) -> dict[str, dict[str, float]]:
        """With the time-outs of production: a build that needs longer statements has to ask for them itself."""
        limits = {'BENCH_LINES': str(self.lines), 'DATABASE_STATEMENT_TIMEOUT_MS': '10000'}
        self.stand.call('registries', BENCH_PART='lay', **limits)
        return {part: self.stand.call('registries', BENCH_PART=part, **limits)
                for part in ('csv', 'xlsx', 'xml', 'pdf', 'split', 'match')}

    def _door(self) -> dict[str, float]:
        requests = self._creates('door')
        door.measure(self.lender, self.stand.ports[HUB], requests, self.forms // 10)
        return door.measure(self.lender, self.stand.ports[HUB], requests, self.forms)

    def _uploads(self) -> dict[str, float]:
        port = self.stand.ports[ALONE]
        small = self._creates('small')
        for _ in range(200):
            load.ask(port, next(small))
        forms = [self.form | {'external_id': f'bench-large-{number}'} for number in range(1 + uploads.AT_ONCE)]
        bodies = [load.post('create_form', encoded(large_form(form))) for form in forms]
        return uploads.measure(self.stand.pid(ALONE), port, bodies)

    def _rounds(self, method: str) -> dict[str, Tally]:
        variants = (FLOOR, HUB, USUAL)
        if method == 'get_offers':
            request = load.post(method, encoded(self.asked))
            self._same_answers(request)
            requests = {name: load.same(request) for name in variants}
        else:
            requests = {name: self._creates(name) for name in variants}
        return rounds.play(self.stand, requests, rounds=self.rounds, seconds=self.seconds)

    def _same_answers(self, request: bytes) -> None:
        """The floor must answer what DenimHub answers, or the comparison means nothing."""
        ours, floor = (load.ask(self.stand.ports[name], request) for name in (HUB, FLOOR))
        if ours != floor:
            raise load.WrongAnswer(f'the floor answers differently:\n{ours.decode()}\n{floor.decode()}')


def machine() -> dict[str, Any]:
    """Where the figures come from."""
    cpu = next((line.partition(':')[2].strip() for line in _lines('/proc/cpuinfo') if line.startswith('model name')),
               platform.processor())
    return {'cpu': cpu, 'cores': os.cpu_count(), 'memory_gb': round(psutil.virtual_memory().total / 1e9),
            'system': platform.platform(), 'python': platform.python_version(), 'load_at_start': os.getloadavg()[0]}


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding='utf-8').splitlines()
    except OSError:
        return []


def main() -> int:
    """Runs it; the results go to the screen as they come and to var/bench.json at the end."""
    parser = argparse.ArgumentParser(prog='make bench', description=__doc__)
    parser.add_argument('--quick', action='store_true', help='short rounds: shows that it works, measures little')
    quick: bool = parser.parse_args().quick
    started, where = time.monotonic(), machine()
    _say(f'{where["cpu"]}, {where["cores"]} cores, Python {where["python"]}, load {where["load_at_start"]:.1f}')
    lines: list[Line] = []
    with Stand() as stand:
        bench = Bench(stand, door.Lender(), quick=quick)
        for line in bench.run():
            lines.append(line)
            _say(line.text())
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps({
        'at': datetime.now(UTC).isoformat(timespec='seconds'), 'quick': quick, 'machine': where, **bench.results,
        'lines': [line.figures() for line in lines]}, ensure_ascii=False, indent=1) + '\n', encoding='utf-8')
    _say(f'{time.monotonic() - started:.0f} s; figures in {RESULTS}')
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + '\n')
    sys.stdout.flush()


if __name__ == '__main__':
    sys.exit(main())
