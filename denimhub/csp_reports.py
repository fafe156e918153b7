"""What browsers report of the content policy: which directive, and whose address was refused. Nothing is kept."""
from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

log = structlog.get_logger(__name__)
MOST_BYTES: Final = 8 * 1024
SHORT: Final = 60


@csrf_exempt
@require_POST
def take_report(request: HttpRequest) -> HttpResponse:
    """A line in the log with names of directives and hosts, never a whole address: it may hold a secret."""
    if int(request.META.get('CONTENT_LENGTH') or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        told: Any = json.loads(request.body)['csp-report']
        directive, blocked, page = (str(told.get(name) or '') for name in (
            'effective-directive', 'blocked-uri', 'document-uri'))
    except (ValueError, KeyError, TypeError, AttributeError):
        return HttpResponse(status=400)
    log.warning('csp.refused', directive=_plain(directive or str(told.get('violated-directive') or '')),
                blocked=_host(blocked), page=_room(page))
    return HttpResponse(status=204)


def _plain(text: str) -> str:
    return ''.join(letter for letter in text if letter.isascii() and (letter.isalnum() or letter in '-./:'))[:SHORT]


def _host(address: str) -> str:
    parts = _split(address)
    return _plain(parts.netloc if parts is not None and parts.netloc else address.split(':', 1)[0])


def _room(address: str) -> str:
    """The first part of the path: which part of the site it was."""
    parts = _split(address)
    return _plain('/' + parts.path.lstrip('/').split('/', 1)[0]) if parts is not None else ''


def _split(address: str) -> Any:
    try:
        return urlsplit(address)
    except ValueError:
        return None
