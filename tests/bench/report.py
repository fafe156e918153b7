"""The table: each figure with its target and OK or MISS."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.bench.rounds import Tally, rate_ratio
from tests.bench.stand import FLOOR, HUB, USUAL


@dataclass(frozen=True)
class Line:
    """One measure. `most` and `least` are the target's bounds; without either it is only told."""

    name: str
    value: float
    unit: str = ''
    most: float | None = None
    least: float | None = None
    note: str = ''

    @property
    def verdict(self) -> str:
        if self.most is None and self.least is None:
            return ''
        fits = (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)
        return 'OK' if fits else 'MISS'

    @property
    def target(self) -> str:
        if self.most is not None:
            return f'≤ {self.most:g}'
        return '' if self.least is None else f'≥ {self.least:g}'

    def text(self) -> str:
        value = f'{self.value:.3g}' if abs(self.value) < 100 else f'{self.value:.0f}'
        return f'{self.name:<56} {value:>7} {self.unit:<2} {self.target:>8}  {self.verdict:<4} {self.note}'.rstrip()

    def figures(self) -> dict[str, Any]:
        """For the JSON."""
        return {'name': self.name, 'value': round(self.value, 4), 'unit': self.unit, 'target': self.target,
                'verdict': self.verdict}


def of_rounds(method: str, tallies: Mapping[str, Tally], *, least_share: float, most_cpu: float, least_usual: float
              ) -> Iterator[Line]:
    """Ratios of one method: the whole stack against the floor and against the usual service."""
    hub, floor, usual = tallies[HUB], tallies[FLOOR], tallies[USUAL]
    for name, tally in tallies.items():
        yield Line(f'{method}, {name}: requests per second', tally.per_second)
        yield Line(f'{method}, {name}: CPU s / 1000', tally.cpu_per_1000, 's',
                   note=f'web {tally.web_per_1000:.3f}, database {tally.cpu_per_1000 - tally.web_per_1000:.3f}')
    yield Line(f'{method} against the floor: rps', 100 * rate_ratio(hub, floor), '%', least=least_share)
    yield Line(f'{method} against the floor: CPU', hub.cpu_per_1000 / floor.cpu_per_1000, '×', most=most_cpu)
    yield Line(f'{method} against the floor: CPU of the web alone', hub.web_per_1000 / floor.web_per_1000, '×')
    yield Line(f'{method} against DRF serializers: rps', rate_ratio(hub, usual), '×', least=least_usual)
    yield Line(f'{method} against DRF serializers: CPU', usual.cpu_per_1000 / hub.cpu_per_1000, '×')


def of_inside(figures: Mapping[str, float]) -> Iterator[Line]:
    """Timings inside one process."""
    yield Line('parsing a full form', figures['parsing_us'], 'µs', note=f'{figures["body_bytes"]:.0f} bytes')
    yield Line('validation of a full form, valid', figures['valid_us'], 'µs', most=50)
    yield Line('validation of a full form, 5 errors', figures['five_errors_us'], 'µs', most=100)
    yield Line('errors reported of 5', figures['errors_reported'], least=5)
    yield Line('sealing a questionnaire', figures['sealing_us'], 'µs')


def of_printing(figures: Mapping[str, Mapping[str, float]]) -> Iterator[Line]:
    """Printed forms: our own against the target of the design, lenders' templates as they are."""
    for name, form in figures.items():
        most = 25 if name == 'built-in contract' else None
        yield Line(f'printed form: {name}', form['ms'], 'ms', most=most,
                   note=f'CPU {form["cpu_ms"]:.0f} ms; process {form["most_mb"]:.0f} MB, +{form["added_mb"]:.1f}')


def of_door(figures: Mapping[str, float]) -> Iterator[Line]:
    """From create_form to the lender."""
    yield Line("create_form to the lender's door, p50", figures['p50_ms'], 'ms', note=f'{figures["forms"]:.0f} forms')
    yield Line("create_form to the lender's door, p99", figures['p99_ms'], 'ms', most=250,
               note=f'worst {figures["worst_ms"]:.0f}')


def of_uploads(figures: Mapping[str, float]) -> Iterator[Line]:
    """Memory of a worker."""
    yield Line('memory added by one body over its size', figures['ratio'], '×', most=3,
               note=f'{figures["one_mb"]:.0f} MB for {figures["body_mb"]:.1f} MB over {figures["at_rest_mb"]:.0f} MB')
    yield Line(f'memory added by {figures["at_once"]:.0f} bodies at once', figures['many_mb'], 'MB', most=400,
               note=f'{figures["taken"]:.0f} taken, {figures["put_off"]:.0f} put off with 503')


def of_registries(figures: Mapping[str, Mapping[str, float]]) -> Iterator[Line]:
    """A million lines in each format, against a bare COPY of the same rows in the same process, and matched."""
    most = {'csv': 1.5, 'xlsx': 13.0}
    for name in ('csv', 'xlsx', 'xml', 'pdf', 'split'):
        one = figures[name]
        what = f'registry of {one["lines"]:.0f} lines, {name}'
        note = f'{one["seconds"]:.1f} s beside {one["copy_seconds"]:.2f}; {one["size_mb"]:.1f} MB'
        if 'sheets' in one:
            note += f', {one["sheets"]:.0f} sheets of at most {one["most_rows"]:.0f} rows'
        yield Line(f'{what}: time against COPY', one['seconds'] / one['copy_seconds'], '×', most=most.get(name),
                   note=note)
        yield Line(f'{what}: CPU against COPY', one['cpu_seconds'] / one['copy_cpu_seconds'], '×',
                   note=f'{one["cpu_seconds"]:.1f} s of {one["copy_cpu_seconds"]:.2f}')
        yield Line(f'{what}: memory of the process', one['peak_mb'], 'MB', most=150,
                   note=f'+{one["added_mb"]:.1f} while it was made')
    match = figures['match']
    yield Line(f'{match["lines"]:.0f} lines of a file matched to as many', match['seconds'], 's',
               note=f'{match["matched"]:.0f} matched; process {match["peak_mb"]:.0f} MB, +{match["added_mb"]:.0f}')
