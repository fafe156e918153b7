"""Rounds side by side: each variant in turn, again and again, so that noise falls on all of them alike."""
from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.bench import load
from tests.bench.cost import cpu_seconds
from tests.bench.stand import Stand

CONNECTIONS = 16
SETTLE_SECONDS = 0.3
WARM_UP_SECONDS = 3.0


@dataclass
class Tally:
    """All rounds of one variant."""

    requests: int = 0
    rates: list[float] = field(default_factory=list)
    web_seconds: float = 0.0
    database_seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Median of the rounds."""
        return statistics.median(self.rates)

    @property
    def web_per_1000(self) -> float:
        """CPU seconds of the web process and its workers for 1000 requests."""
        return self.web_seconds / self.requests * 1000

    @property
    def cpu_per_1000(self) -> float:
        """The same with PostgreSQL's."""
        return (self.web_seconds + self.database_seconds) / self.requests * 1000

    def figures(self) -> dict[str, float]:
        """For the report."""
        return {
            'requests': self.requests, 'rps': round(self.per_second, 1),
            'web_cpu_s_per_1000': round(self.web_per_1000, 4), 'cpu_s_per_1000': round(self.cpu_per_1000, 4)}


def play(stand: Stand, variants: Mapping[str, load.Requests], *, rounds: int, seconds: float) -> dict[str, Tally]:
    """Every variant once a round, in the order given, after a round that opens every thread's connection."""
    for name, requests in variants.items():
        load.run(stand.ports[name], requests, connections=2 * CONNECTIONS, seconds=WARM_UP_SECONDS)
    tallies = {name: Tally() for name in variants}
    for _ in range(rounds):
        for name, requests in variants.items():
            _round(stand, name, requests, tallies[name], seconds)
    return tallies


def _round(stand: Stand, name: str, requests: load.Requests, tally: Tally, seconds: float) -> None:
    time.sleep(SETTLE_SECONDS)  # what the round before has left to the database
    web, database = cpu_seconds(stand.pid(name)), cpu_seconds(stand.pid('postgres'))
    done = load.run(stand.ports[name], requests, connections=CONNECTIONS, seconds=seconds)
    tally.requests += done.requests
    tally.rates.append(done.per_second)
    tally.web_seconds += cpu_seconds(stand.pid(name)) - web
    tally.database_seconds += cpu_seconds(stand.pid('postgres')) - database


def rate_ratio(one: Tally, other: Tally) -> float:
    """Requests per second of `one` against `other`: the median over the pairs of neighbouring rounds."""
    pairs = min(len(one.rates), len(other.rates))
    return statistics.median(one.rates[index] / other.rates[index] for index in range(pairs))
