"""Writes the log of partners' calls: the call itself only leaves a note in memory, a thread brings notes to the table.

Losing notes is allowed, slowing a call down is not: the notes are bounded, the oldest go first, and their number is
logged. A database that is away costs nothing but notes.
"""
from __future__ import annotations

import atexit
import multiprocessing.util
import os
import re
import threading
import time
from collections import deque
from typing import Final

import msgspec
import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from partners.guids import is_guid

log = structlog.get_logger(__name__)

CALL: Final = 'denimhub.call'
"""Where in META of a request a view leaves its `Noted`; the outermost layer completes it and hands it to `note`."""
MOST_WAITING: Final = 20_000
BATCH: Final = 500
EVERY_SECONDS: Final = 1.0
_GUID_LENGTH: Final = 36
_NO_PATH: Final = re.compile(r'[^\w.,\[\]]', re.ASCII)
_LONGEST_FIELDS: Final = 300

_INSERT: Final = """
INSERT INTO partners_partnercall
       (partner_id, method, code, form_guid, ms, request_id, at, request_bytes, answer_bytes, fields)
SELECT partner_id, method, code, form_guid, ms, request_id, to_timestamp(at), request_bytes, answer_bytes, fields
  FROM json_to_recordset(%s::json) AS noted (
       partner_id bigint, method text, code int, form_guid uuid, ms double precision, request_id text,
       at double precision, request_bytes int, answer_bytes int, fields text)
"""


class Noted(msgspec.Struct):
    """One call as the front door sees it, filled in as the call goes on; `at` is when it ended, seconds since 1970.

    `code` is 0 for success; `fields` are paths of refused fields, comma separated, never values.
    """

    partner_guid: str
    method: str
    form_guid: str | None = None
    code: int = 0
    fields: str = ''
    ms: float = 0.0
    request_id: str = ''
    at: float = 0.0
    request_bytes: int = 0
    answer_bytes: int = 0
    partner_id: int = 0


def likely_guid(value: object) -> str | None:
    """The value when it may be a guid. A longer string would keep alive the body it was cut from."""
    return value if type(value) is str and len(value) == _GUID_LENGTH else None


class _Log:
    """The notes of this process and the thread that empties them; a forked child begins with none."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Nothing is waiting and no thread runs."""
        self.waiting: deque[Noted] = deque(maxlen=MOST_WAITING)
        self.lost = 0
        self.thread: threading.Thread | None = None
        self.lock = threading.Lock()
        self.writing = threading.Lock()
        self.wake = threading.Event()
        self.partners: dict[str, int] = {}

    def add(self, noted: Noted) -> None:
        if len(self.waiting) == MOST_WAITING:
            self.lost += 1
        self.waiting.append(noted)
        if self.thread is None:
            self._start()
        elif len(self.waiting) == BATCH:
            self.wake.set()

    def _start(self) -> None:
        with self.lock:
            if self.thread is None:
                self.thread = threading.Thread(target=self._write_for_ever, name='partner-calls', daemon=True)
                self.thread.start()

    def _write_for_ever(self) -> None:
        while True:
            self.wake.wait(EVERY_SECONDS)
            self.wake.clear()
            if not self.write_all():
                time.sleep(EVERY_SECONDS)

    def write_all(self) -> bool:
        """Everything that waits, batch by batch; False when the database did not take it, then it waits on."""
        with self.writing:
            lost, self.lost = self.lost, 0
            if lost:
                log.warning('partner_calls_lost', count=lost)
            while self.waiting:
                batch = [self.waiting.popleft() for _number in range(min(BATCH, len(self.waiting)))]
                if not self._write(batch):
                    return False
            return True

    def _write(self, batch: list[Noted]) -> bool:
        try:
            rows = self._of_known_partners(batch)
            if rows:
                with connection.cursor() as cursor:
                    cursor.execute(_INSERT, [msgspec.json.encode(rows).decode()])
        except (OperationalError, InterfaceError) as away:
            log.warning('partner_calls_wait', trouble=type(away).__name__, count=len(batch))
            connection.close()
            self._put_back(batch)
            return False
        except DatabaseError as refused:
            log.error('partner_calls_lost', trouble=type(refused).__name__, count=len(batch))
        return True

    def _put_back(self, batch: list[Noted]) -> None:
        """The newer ones that came meanwhile win the room."""
        room = MOST_WAITING - len(self.waiting)
        self.lost += max(len(batch) - room, 0)
        self.waiting.extendleft(reversed(batch[max(len(batch) - room, 0):]))

    def _of_known_partners(self, batch: list[Noted]) -> list[Noted]:
        """Calls under a guid that nobody has are no partner's calls; the request log has them."""
        unseen = {noted.partner_guid for noted in batch} - self.partners.keys()
        guids = list(filter(is_guid, unseen))
        if guids:
            with connection.cursor() as cursor:
                cursor.execute('SELECT guid::text, id FROM partners_partner WHERE guid = ANY(%s::uuid[])', [guids])
                self.partners.update(cursor.fetchall())
        rows = []
        for noted in batch:
            noted.partner_id = self.partners.get(noted.partner_guid, 0)
            if noted.partner_id:
                if noted.form_guid is not None and not is_guid(noted.form_guid):
                    noted.form_guid = None
                if noted.fields:
                    noted.fields = _NO_PATH.sub('', noted.fields)[:_LONGEST_FIELDS]
                rows.append(noted)
        return rows


_log = _Log()


def note(noted: Noted) -> None:
    """Remember a call that has just ended; it is in the table about a second later. Never waits."""
    if noted.partner_guid and settings.PARTNER_CALLS_LOG:
        noted.at = time.time()
        _log.add(noted)


def write_now() -> bool:
    """Write what waits, from this thread; False when the database did not take it."""
    return _log.write_all()


def waiting() -> int:
    """How many notes wait in this process."""
    return len(_log.waiting)


def _write_at_the_end() -> None:
    """The process ends: the thread with its connection goes with it, so this thread writes the rest."""
    if _log.waiting:
        write_now()
        connection.close()


os.register_at_fork(after_in_child=_log.begin)
atexit.register(_write_at_the_end)
# Workers of a web server are children of multiprocessing, which ends them without the functions of atexit.
multiprocessing.util.Finalize(None, _write_at_the_end, exitpriority=10)
