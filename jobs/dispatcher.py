"""The dispatcher's loop: due rows become messages, ten times a second. Two may run."""

import random
import threading
import time
from collections.abc import Mapping
from typing import Final

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from jobs import dispatching, masking, registry
from jobs.broker import Broker
from jobs.failpoints import failpoint
from jobs.heartbeat import BEAT_SECONDS, beat

log = structlog.get_logger(__name__)

TICK_SECONDS: Final = 0.1
_BUSY_TICK_SECONDS: Final = 0.02
_ENSURE_SECONDS: Final = 60.0
_LONGEST_BACKOFF_SECONDS: Final = 3.0
# Messages nobody takes are not piled up: workers are away or all busy.
_BROKER_DEPTH: Final = 4


class Dispatcher:
    """Looks for due rows, nudges workers, and outlives both the database and the broker."""

    def __init__(self) -> None:
        self.broker = Broker()
        self.stopping = threading.Event()
        self._concurrency: Mapping[str, int] = settings.JOBS_CONCURRENCY
        self._kinds = registry.kinds()
        self._beaten = self._ensured = float('-inf')

    def run(self) -> None:
        """Loop until `stopping` is set."""
        pause = TICK_SECONDS
        while not self.stopping.wait(pause):
            try:
                pause = _BUSY_TICK_SECONDS if self.tick() else TICK_SECONDS
            except DatabaseError as error:
                log.warning('dispatcher_without_database', error=masking.describe(error))
                connection.close()
                pause = _longer(pause)
            except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, the loop goes on
                log.warning('dispatcher_without_broker', error=masking.describe(error))
                self._drop_broker()
                pause = _longer(pause)
        self._drop_broker()
        connection.close()

    def tick(self) -> int:
        """One look: returns how many messages were sent."""
        self._housekeeping()
        if self.broker.lost_its_memory() and (freed := dispatching.forget_nudges()):
            log.warning('broker_lost_its_memory', freed=freed)
        lengths = self.broker.lengths(list(self._concurrency))
        rooms = {
            queue: _BROKER_DEPTH * workers - lengths.get(queue, 0) for queue, workers in self._concurrency.items()}
        nudges = dispatching.claim(self._kinds, self._concurrency, rooms)
        if nudges:
            failpoint('dispatch.claimed')
        for sent, nudge in enumerate(nudges):
            try:
                self.broker.send(nudge)
            except Exception:
                dispatching.unclaim([left.job_id for left in nudges[sent:]])
                raise
        return len(nudges)

    def _housekeeping(self) -> None:
        now = time.monotonic()
        if now - self._beaten >= BEAT_SECONDS:
            beat('dispatcher')
            self._beaten = now
        if now - self._ensured >= _ENSURE_SECONDS:
            periods = registry.periodic_kinds()
            dispatching.ensure_periodic([kind for kind in self._kinds if kind.name in periods])
            self._ensured = now

    def _drop_broker(self) -> None:
        try:
            self.broker.close()
        except Exception as error:  # noqa: BLE001 - it is being dropped because it is broken
            log.warning('broker_not_closed', error=masking.describe(error))
            self.broker = Broker()


def _longer(pause: float) -> float:
    return min(_LONGEST_BACKOFF_SECONDS, pause * 2) * random.uniform(0.8, 1.2)  # noqa: S311
