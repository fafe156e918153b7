"""The sandbox's own SQLite file: deals, answers by idempotency key, the journal of calls, callbacks to send.

One connection, one lock: a change is committed before its answer goes out, so `kill -9` loses no effect.
"""
from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sandbox.deal import Deal

_SCHEMA = """
create table if not exists deals (
    lender text not null, form_guid text not null, token text not null unique, body text not null,
    primary key (lender, form_guid));
create table if not exists closed (lender text not null, form_guid text not null, primary key (lender, form_guid));
create table if not exists errors (
    lender text not null, form_guid text not null, count integer not null, primary key (lender, form_guid));
create table if not exists answers (
    lender text not null, key text not null, operation text not null, form_guid text not null,
    body_sha256 text not null, status integer not null, answer text not null, primary key (lender, key));
create table if not exists calls (
    id integer primary key, lender text not null, form_guid text not null, operation text not null,
    idempotency_key text not null, is_repeat integer not null, effect integer not null, at text not null);
create index if not exists calls_form on calls (form_guid, id);
create index if not exists calls_key on calls (lender, idempotency_key);
create table if not exists callbacks (
    id text primary key, lender text not null, form_guid text not null, event text not null,
    due_at real not null, tries integer not null);
create index if not exists callbacks_due on callbacks (due_at);
"""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered to an idempotency key."""

    operation: str
    form_guid: str
    body_sha256: str
    status: int
    answer: str


class Store:
    """All reads and writes; call inside `transaction()`."""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute('pragma journal_mode = wal')
        # NORMAL in WAL mode survives the death of the process; only a power cut may lose the last commits.
        self._db.execute('pragma synchronous = normal')
        self._db.execute('pragma busy_timeout = 5000')
        self._db.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[Store]:
        """One change after another, all or nothing."""
        with self._lock:
            self._db.execute('begin immediate')
            try:
                yield self
            except BaseException:
                self._db.execute('rollback')
                raise
            self._db.execute('commit')

    def _one(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._db.execute(sql, values).fetchone()
        return row

    def deal(self, lender: str, form_guid: str) -> Deal | None:
        """The application of this lender under the platform's id."""
        row = self._one('select body from deals where lender = ? and form_guid = ?', lender, form_guid)
        return Deal.loads(row[0]) if row else None

    def deal_by_token(self, token: str) -> Deal | None:
        """The application of a payment page."""
        row = self._one('select body from deals where token = ?', token)
        return Deal.loads(row[0]) if row else None

    def deals_of(self, lender: str) -> list[Deal]:
        """All applications of one lender."""
        return [Deal.loads(row[0]) for row in self._db.execute('select body from deals where lender = ?', (lender,))]

    def save(self, deal: Deal) -> None:
        """Write the deal as it is now."""
        self._db.execute(
            'insert into deals (lender, form_guid, token, body) values (?, ?, ?, ?) '
            'on conflict (lender, form_guid) do update set body = excluded.body',
            (deal.lender, deal.form_guid, deal.token, deal.dumps()))

    def is_closed(self, lender: str, form_guid: str) -> bool:
        """Whether the id was cancelled before any submit came."""
        return self._one('select 1 from closed where lender = ? and form_guid = ?', lender, form_guid) is not None

    def close(self, lender: str, form_guid: str) -> None:
        """Remember a cancelled id that is not known yet: a late submit will find it."""
        self._db.execute('insert or ignore into closed values (?, ?)', (lender, form_guid))

    def count_error(self, lender: str, form_guid: str) -> int:
        """How many errors were played for the application, this one included."""
        row = self._one(
            'insert into errors values (?, ?, 1) on conflict (lender, form_guid) do update set count = count + 1 '
            'returning count', lender, form_guid)
        return int(row[0]) if row else 1

    def answer(self, lender: str, key: str) -> StoredAnswer | None:
        """The answer once given to this key."""
        row = self._one(
            'select operation, form_guid, body_sha256, status, answer from answers where lender = ? and key = ?',
            lender, key)
        return StoredAnswer(*row) if row else None

    def keep_answer(self, lender: str, key: str, answer: StoredAnswer) -> None:
        """Remember an answer for repeats of the key."""
        self._db.execute(
            'insert into answers values (?, ?, ?, ?, ?, ?, ?)',
            (lender, key, answer.operation, answer.form_guid, answer.body_sha256, answer.status, answer.answer))

    def note_call(self, lender: str, form_guid: str, operation: str, key: str, *, effect: bool, at: str) -> None:
        """One line of the journal."""
        seen = key and self._one('select 1 from calls where lender = ? and idempotency_key = ?', lender, key)
        self._db.execute(
            'insert into calls (lender, form_guid, operation, idempotency_key, is_repeat, effect, at) '
            'values (?, ?, ?, ?, ?, ?, ?)', (lender, form_guid, operation, key, bool(seen), effect, at))

    def calls(self, form_guid: str) -> list[dict[str, Any]]:
        """The journal of one form, oldest first."""
        rows = self._db.execute(
            'select lender, operation, idempotency_key, is_repeat, effect, at from calls where form_guid = ? '
            'order by id',
            (form_guid,))
        return [{'lender': lender, 'operation': operation, 'idempotency_key': key, 'repeat': bool(repeat),
                 'effect': bool(effect), 'at': at} for lender, operation, key, repeat, effect, at in rows]

    def add_callback(self, event_id: str, lender: str, form_guid: str, event: str, due_at: float) -> None:
        """A callback to send at `due_at`, Unix seconds."""
        self._db.execute(
            'insert into callbacks values (?, ?, ?, ?, ?, 0)', (event_id, lender, form_guid, event, due_at))

    def due_callbacks(self, now: float) -> list[tuple[str, str, str, str, int]]:
        """Callbacks to send now: id, lender, form_guid, event, tries."""
        return self._db.execute(
            'select id, lender, form_guid, event, tries from callbacks where due_at <= ? order by due_at limit 20',
            (now,)).fetchall()

    def drop_callback(self, event_id: str) -> None:
        """The callback was taken, or nobody takes it."""
        self._db.execute('delete from callbacks where id = ?', (event_id,))

    def postpone_callback(self, event_id: str, due_at: float) -> None:
        """Try the callback again later."""
        self._db.execute('update callbacks set due_at = ?, tries = tries + 1 where id = ?', (due_at, event_id))
