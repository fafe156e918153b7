"""Five wrong passwords or codes from one address slow that address down for that account, and nobody else.

Counters stand in PostgreSQL, not in the broker, and are raised before the password is looked at: a hundred requests at
once get five tries together. An unknown account is counted like a known one.
"""
from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import connection
from django.utils import timezone

from denimhub.people.models import Tries
from vault.hashing import keyed_hash

log = structlog.get_logger(__name__)
TRIES: Final = 5
PAUSE: Final = timedelta(minutes=15)
CODES_PER_ACCOUNT: Final = 20  # wrong codes from all addresses: whoever reaches the second step knows the password
CODES_PAUSE: Final = timedelta(hours=1)
KEPT: Final = timedelta(days=1)

# One statement: the row is locked, counted and judged at once. No row comes back while a pause lasts.
_COUNT: Final = """
INSERT INTO people_tries AS t (who, count, last_at, paused_until) VALUES (%(who)s, 1, %(now)s, NULL)
ON CONFLICT (who) DO UPDATE SET
    count = CASE WHEN t.last_at < %(old)s OR t.paused_until IS NOT NULL THEN 1 ELSE t.count + 1 END,
    last_at = %(now)s,
    paused_until = CASE WHEN t.last_at < %(old)s OR t.paused_until IS NOT NULL OR t.count + 1 < %(tries)s
                        THEN NULL ELSE %(until)s END
WHERE t.paused_until IS NULL OR t.paused_until <= %(now)s
RETURNING count
"""


class Paused(Exception):
    """Too many tries: the account is slowed down for this address for some minutes."""


def take_password_try(login: str, ip: str) -> None:
    """Count a try of a password before it is compared; raises Paused instead when there were too many."""
    _take('password', _plain(login), ip, tries=TRIES, pause=PAUSE)


def forget_passwords(login: str, ip: str) -> None:
    """The password was right."""
    Tries.objects.filter(who=_key('password', _plain(login), ip)).delete()


def take_code_try(user_id: int, ip: str) -> None:
    """Count a try of a one-time code before it is compared; raises Paused."""
    _take('code', str(user_id), ip, tries=TRIES, pause=PAUSE)
    _take('codes', str(user_id), '', tries=CODES_PER_ACCOUNT, pause=CODES_PAUSE)


def forget_codes(user_id: int, ip: str) -> None:
    """The code was right."""
    Tries.objects.filter(who__in=[_key('code', str(user_id), ip), _key('codes', str(user_id), '')]).delete()


def _plain(login: str) -> str:
    return login.strip().lower()[:150]


def _key(kind: str, account: str, ip: str) -> bytes:
    return keyed_hash(f'people.tries\0{kind}\0{account}\0{ip}'.encode())[1]


def _take(kind: str, account: str, ip: str, *, tries: int, pause: timedelta) -> None:
    now: datetime = timezone.now()
    Tries.objects.filter(last_at__lt=now - KEPT).delete()
    who = _key(kind, account, ip)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {'who': who, 'now': now, 'old': now - pause, 'until': now + pause, 'tries': tries})
        row = cursor.fetchone()
    if row is None:
        log.warning('people.slowed_down', kind=kind, who=who.hex()[:8])
        raise Paused
