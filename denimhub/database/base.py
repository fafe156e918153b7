"""A kept connection is looked at before the first query of a request, without a trip to the server."""
from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """With CONN_HEALTH_CHECKS Django sends `SELECT 1` before every request: a fifth of what `get_offers` costs.

    A server that has ended a connection has left a last word or the end of the stream on its socket, while a connection
    that is only idle is silent. So Django's own check is left to sockets with something to read.
    """

    health_check_enabled: bool
    health_check_done: bool

    def close_if_health_check_failed(self) -> None:
        """Called before every query; looks once a request."""
        is_due = self.connection is not None and self.health_check_enabled and not self.health_check_done
        if is_due and _is_silent(self.connection):
            self.health_check_done = True
            return
        super().close_if_health_check_failed()


def _is_silent(connection: Any) -> bool:
    if connection.closed:
        return False
    watch = select.poll()
    watch.register(connection.fileno(), select.POLLIN)
    return not watch.poll(0)
