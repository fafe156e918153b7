"""The worker's sign of life: a thread of its main process, started and stopped by Celery's own signals."""

import threading
from typing import Any

import structlog
from celery.signals import worker_ready, worker_shutting_down
from django.db import DatabaseError, connection

from jobs import masking
from jobs.heartbeat import BEAT_SECONDS, beat

log = structlog.get_logger(__name__)

_stopping = threading.Event()


@worker_ready.connect
def start_beating(sender: Any = None, **_: Any) -> None:
    """Beat for every queue this worker takes messages from."""
    queues = sorted(sender.app.amqp.queues.consume_from)
    threading.Thread(target=_beat_for_ever, args=(queues,), name='jobs-heartbeat', daemon=True).start()


@worker_shutting_down.connect
def stop_beating(**_: Any) -> None:
    """A worker that is told to stop is no longer a sign of health."""
    _stopping.set()


def _beat_for_ever(queues: list[str]) -> None:
    while not _stopping.is_set():
        try:
            for queue in queues:
                beat(f'worker.{queue}')
        except DatabaseError as error:
            log.warning('heartbeat_not_written', error=masking.describe(error))
            connection.close()
        _stopping.wait(BEAT_SECONDS)
    connection.close()
