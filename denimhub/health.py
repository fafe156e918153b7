"""Health for balancers and people: what answers, what beats."""
from typing import Any

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jobs.heartbeat import parts

log = structlog.get_logger(__name__)
# A part beats every 3 s; one that was silent for so long counts as dead.
SILENT_SECONDS = 15.0
BROKER_TIMEOUT_SECONDS = 1.0
EXPECTED = ('dispatcher', *(f'worker.{queue}' for queue in ('lenders', 'sms', 'documents')))


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse('ok\n', content_type='text/plain; charset=utf-8')


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute('SELECT 1')
    except DatabaseError as error:
        log.warning('database_silent', error=type(error).__name__)
        return False
    return True


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Web and database, all that the API needs: it works without the broker."""
    ready = _database_answers()
    return JsonResponse({'web': 'ok', 'database': 'ok' if ready else 'silent'}, status=200 if ready else 503)


def _broker_answers() -> bool:
    """Asked only here, with short timeouts: no method of the API ever waits for the broker."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=BROKER_TIMEOUT_SECONDS,
                                  socket_connect_timeout=BROKER_TIMEOUT_SECONDS)
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        log.warning('broker_silent', error=type(error).__name__)
        return False
    finally:
        client.close()
    return True


def _beats() -> dict[str, dict[str, Any]]:
    """Each expected part with the age of its last sign of life, by the database's clock."""
    try:
        ages = {part.name: part.age_seconds for part in parts()}
    except DatabaseError:
        ages = {}
    told: dict[str, dict[str, Any]] = {}
    for name in EXPECTED:
        age = ages.get(name)
        told[name] = {'status': 'ok' if age is not None and age < SILENT_SECONDS else 'silent',
                      'age_seconds': None if age is None else round(age, 1)}
    return told


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Every part of the system; 503 when any of them is silent."""
    database = _database_answers()
    told: dict[str, dict[str, Any]] = {
        'web': {'status': 'ok'},
        'database': {'status': 'ok' if database else 'silent'},
        'broker': {'status': 'ok' if _broker_answers() else 'silent'},
        **_beats(),
    }
    healthy = all(part['status'] == 'ok' for part in told.values())
    return JsonResponse({'status': 'ok' if healthy else 'silent', 'parts': told}, status=200 if healthy else 503)
