"""The broker as the dispatcher sees it: messages go in, and it may lose its memory at any time."""

import secrets
import uuid
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
        first = not self._memory
        if text is None:
            # Two dispatchers may both find it missing: one value stays, and both go by it.
            client.set(_MEMORY_KEY, secrets.token_hex(8), nx=True)
            kept = client.get(_MEMORY_KEY)
            text = kept.decode() if isinstance(kept, bytes) else kept
            self._memory = text or ''
            return True
        # Another value than the one known here: emptied, and marked by another dispatcher already.
        self._memory = text
        return not first

    def lengths(self, queues: Sequence[str]) -> dict[str, int]:
        """How many messages lie in each queue, not yet taken by a worker."""
        client = self._client()
        return {} if client is None else {queue: int(client.llen(queue)) for queue in queues}

    def send(self, nudge: Nudge) -> None:
        """Send one message straight to the queue of that name, through the anonymous exchange.

        Celery's own routing would use a named exchange, whose bindings the broker keeps in the memory it may lose.
        """
        message = current_app.amqp.as_task_v2(
            uuid.uuid4().hex, perform.name, (nudge.job_id,), ignore_result=True, origin='dispatcher')
        self._producer().publish(
            message.body, exchange='', routing_key=nudge.queue, serializer='json', headers=message.headers, retry=False,
            **message.properties)

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
