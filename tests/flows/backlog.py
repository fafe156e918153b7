"""What other stories have left to do, put off so that an armed process meets only the work of its own story."""
from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import psycopg

from tests.harness.system import RunningSystem

_OPEN = "state = 'READY' AND split_part(kind, '.', 1) IN ('offers', 'contracts', 'scans')"
_PUT_OFF = f"""
    UPDATE jobs_job SET due_at = now() + interval '1 day', again_at = NULL, nudged_until = NULL, lease_until = NULL,
        fence = fence + 1
    WHERE id = %s AND {_OPEN}
"""


def put_off(system: RunningSystem) -> None:
    """Put off by a day whatever is open; a worker that is performing some of it loses its lease."""
    with connect(system) as connection:
        # One row a transaction: workers lock several at once, in an order of their own.
        for job_id, in connection.execute(f'SELECT id FROM jobs_job WHERE {_OPEN} ORDER BY id').fetchall():
            connection.execute(_PUT_OFF, [job_id])


def connect(system: RunningSystem) -> psycopg.Connection:
    """A connection of our own to the database of the running system; commits by itself."""
    url = urlsplit(system.env['DATABASE_URL'])
    host = parse_qs(url.query)['host'][0]
    return psycopg.connect(host=host, user=url.username, dbname=url.path.strip('/'), autocommit=True)
