"""The broker as the dispatcher sees it: messages go in, and it may lose its memory at any time."""

import secrets
from collections.abc import Sequence
from typing import Any, Final

import structlog
from celery import current_app

from jobs.dispatching import Nudge
from jobs.tasks import perform

log = structlog.get_logger(__name__)

_MEMORY_KEY: Final = 'jobs:memory'


class Broker:
    """One connection, made anew after any trouble."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._sender: Any = None
        self._memory = ''

    def lost_its_memory(self) -> bool:
        """Whether the broker was emptied since the last call (a restart, FLUSHALL): then its messages are gone."""
        client = self._client()
        if client is None:
            return False
        kept = client.get(_MEMORY_KEY)
        text = kept.decode() if isinstance(kept, bytes) else kept
        if text is not None and text == self._memory:
            return False
        lost, first = text is None, not self._memory
        if text is None:
            text = secrets.token_hex(8)
            # Two dispatchers may both find it missing: one value stays, both learn it at their next look.
            client.set(_MEMORY_KEY, text, nx=True)
            kept = client.get(_MEMORY_KEY)
            text = kept.decode() if isinstance(kept, bytes) else kept
        self._memory = text or ''
        # Another value than the one we knew: emptied, and another dispatcher has marked it already.
        return lost or not first

    def lengths(self, queues: Sequence[str]) -> dict[str, int]:
        """How many messages lie in each queue, not yet taken by a worker."""
        client = self._client()
        return {} if client is None else {queue: int(client.llen(queue)) for queue in queues}

    def send(self, nudge: Nudge) -> None:
        """Send one message. The anonymous exchange goes straight to the queue of that name: a named one would need
        bindings, which the broker keeps in its own memory and loses with it."""
        perform.apply_async(
            (nudge.job_id,), producer=self._producer(), exchange='', routing_key=nudge.queue, retry=False,
            ignore_result=True)

    def close(self) -> None:
        """Drop the connection; the next call opens another."""
        if self._connection is not None:
            dropped, self._connection, self._sender = self._connection, None, None
            dropped.close()

    def _open(self) -> Any:
        if self._connection is None:
            self._connection = current_app.connection_for_write()
        return self._connection

    def _producer(self) -> Any:
        if self._sender is None:
            self._sender = current_app.amqp.Producer(self._open(), auto_declare=False)
        return self._sender

    def _client(self) -> Any:
        return getattr(self._open().default_channel, 'client', None)
