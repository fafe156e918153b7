"""The two layers every request passes, and the short cut of the partner API past all others."""
import random
import re
import time
from collections.abc import Callable
from functools import lru_cache
from typing import cast

import structlog
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponseBase
from django.urls import ResolverMatch, URLResolver, get_resolver
from structlog.contextvars import bind_contextvars, clear_contextvars

from partners import calls

log = structlog.get_logger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponseBase]
# Balancers ask for health by an inner address over plain HTTP: neither the host check nor the redirect is for them.
DIRECT_PATHS = ('/dp/', '/lenders/callback/', '/livez', '/readyz', '/healthz')
# What comes after it opens a file, confirms an e-mail or sets a password: it is not for the log.
_SECRET_PATH = re.compile(
    r'(/registries/download/|/accounts/password/reset/key/|/registration/confirm/|/partner/join/)[^/]+')
_SECRET_PREFIXES = ('/registries/', '/accounts/', '/registration/', '/partner/')
_ACCEPTABLE_ID = re.compile(r'[A-Za-z0-9_-]{8,64}')


class RequestLog:
    """Gives a request its id (`X-Request-ID`, taken over when well-formed) and writes one line when it is over.

    A view adds to that line by `structlog.contextvars.bind_contextvars(partner=<row id>, code=<wire code>)`.
    The line names the path without the query, which holds a guid of a partner in `get_file`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.log = log.bind()  # once: binding takes as long as writing the line

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request_id = request.META.get('HTTP_X_REQUEST_ID', '')
        if not _ACCEPTABLE_ID.fullmatch(request_id):
            # Only has to differ from others: the kernel's randomness would cost ten times as much and let others in.
            request_id = f'{random.getrandbits(128):032x}'
        # Written back, so that `request.headers['X-Request-ID']` is the id for everyone below.
        request.META['HTTP_X_REQUEST_ID'] = request_id
        bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response.headers['X-Request-ID'] = request_id
        response.headers.setdefault('X-Content-Type-Options', 'nosniff')
        if request.path_info not in {'/livez', '/readyz', '/healthz'}:
            ms = round((time.perf_counter() - started) * 1000, 1)
            self.log.info('request', method=request.method, path=_logged(request.path_info),
                          status=response.status_code, ms=ms)
            noted = request.META.get(calls.CALL)
            if noted is not None:
                noted.ms, noted.request_id = ms, request_id
                if response.status_code >= 400:  # a protocol fault; the view knows the codes of the document
                    noted.code = response.status_code
                noted.request_bytes = _count(request.META.get('CONTENT_LENGTH'))
                noted.answer_bytes = _count(response.headers.get('Content-Length'))
                calls.note(noted)
        clear_contextvars()
        return response


def _logged(path: str) -> str:
    return _SECRET_PATH.sub(r'\1…', path)[:100] if path.startswith(_SECRET_PREFIXES) else path[:100]


def _count(told: str | None) -> int:
    """A length as a header tells it; 0 for a body in chunks and for nonsense."""
    return min(int(told), 2**31 - 1) if told and told.isascii() and told.isdigit() else 0


@lru_cache(maxsize=64)
def _resolve(resolver: URLResolver, path: str) -> ResolverMatch:
    """The view of an address is kept: the table of the API is long and its addresses are few."""
    return resolver.resolve(path)


def _call_view(request: HttpRequest) -> HttpResponseBase:
    """What Django's handler does with an empty middleware list and without ATOMIC_REQUESTS."""
    request.resolver_match = match = _resolve(get_resolver(), request.path_info)
    response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return response


class PartnerShortCut:
    """Sends `/dp/…`, callbacks of lenders and questions about health straight to their views.

    Sessions, CSRF, CSP, messages and the admin's users mean nothing to a till, and the whole list costs 12-17 % of a
    call. The list itself stays in MIDDLEWARE, complete, so that Django's checks see it and tests pass the same way.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.for_browsers = get_response
        self.for_partners = cast(GetResponse, convert_exception_to_response(_call_view))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(DIRECT_PATHS):
            return self.for_partners(request)
        return self.for_browsers(request)
