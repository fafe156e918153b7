"""The straight way of a till's call: the layers and views it would meet in Django's handler, without the handler.

The handler tells the whole process of every request by signals, keeps two kinds of thread state for templates and
reversed addresses, and looks at every connection and cache. Of all this a method of the API needs one thing, that a
broken or old connection to the database is closed; and the rest costs more than the call itself.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from django.core.handlers.wsgi import WSGIRequest
from django.db import DEFAULT_DB_ALIAS, connections
from django.http import HttpRequest, HttpResponse

from denimhub.dp.urls import METHODS
from denimhub.middleware import PartnerShortCut, RequestLog

Environ = dict[str, Any]
PATHS: Final = frozenset(f'/dp/{method.name}' for method in METHODS)


class TillRequest(WSGIRequest):
    """A request of which only what a method of the API reads is made ready; the rest Django makes when asked for."""

    def __init__(self, environ: Environ) -> None:
        self.environ = self.META = environ
        self.path = self.path_info = environ['PATH_INFO']
        self.method = environ['REQUEST_METHOD'].upper()
        self.resolver_match = None


def _nothing_behind(request: HttpRequest) -> HttpResponse:
    raise LookupError(f'{request.path_info} is not an address of the API')


layers: Final = RequestLog(PartnerShortCut(_nothing_behind))


def is_straight(environ: Environ) -> bool:
    """Whether the request goes to a POST method of the API, whatever its verb."""
    return environ['PATH_INFO'] in PATHS and not environ.get('SCRIPT_NAME')


def answer(environ: Environ, start_response: Callable[[str, list[tuple[str, str]]], Any]) -> list[bytes]:
    """The whole answer; its connection to the database is looked at before and after, as Django does."""
    database = connections[DEFAULT_DB_ALIAS]
    database.close_if_unusable_or_obsolete()
    try:
        response = cast(HttpResponse, layers(TillRequest(environ)))
        start_response(f'{response.status_code} {response.reason_phrase}', list(response.items()))
        return [response.content]
    finally:
        database.close_if_unusable_or_obsolete()
