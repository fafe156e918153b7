"""Signs of life: each process that does work writes down, every few seconds, that it is there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

BEAT_SECONDS: Final = 3.0


@dataclass(frozen=True)
class Part:
    """One part of the system and its last sign of life; the age is told by the database's clock."""

    name: str
    beaten_at: datetime
    age_seconds: float


def beat(part: str) -> None:
    """Write down that a part is alive: 'dispatcher', 'worker.<queue>'."""
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO jobs_heartbeat (part, beaten_at) VALUES (%s, statement_timestamp())'
            ' ON CONFLICT (part) DO UPDATE SET beaten_at = statement_timestamp()', [part])


def parts() -> list[Part]:
    """Every part that ever beat, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT part, beaten_at, extract(epoch FROM statement_timestamp() - beaten_at)::double precision'
            ' FROM jobs_heartbeat ORDER BY part')
        return [Part(name, beaten_at, age) for name, beaten_at, age in cursor.fetchall()]
