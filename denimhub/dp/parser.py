"""Bounded reading of bodies: size by header and by count, chunked ones too, a cap on uploads at once."""
from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from applications.questionnaire.first_look import DuplicateKeys, NotAForm, TooDeep, first_look
from denimhub.dp.errors import BadBody, TooLong, Unavailable, WrongMediaType

KIB = 1024
MIB = 1024 * KIB
FORM_LIMIT_BYTES = 30 * MIB
SMALL_LIMIT_BYTES = 64 * KIB
DROP_LIMIT_BYTES = 40 * MIB
"""A body over its limit is read and dropped up to here, so that the client gets to see the envelope."""
DROP_SECONDS = 30.0
UPLOAD_FROM_BYTES = 256 * KIB
"""Smaller bodies with a declared length do not count as uploads."""
UPLOADS_AT_ONCE = 4
UPLOADS_WAITING = 2
UPLOAD_WAIT_SECONDS = 3.0
UPLOAD_RETRY_AFTER_SECONDS = 5.0
UPLOAD_DROP_SECONDS = 2.0
_CHUNK_BYTES = 64 * KIB
_PIECE_BYTES = 256 * KIB

_uploads = threading.BoundedSemaphore(UPLOADS_AT_ONCE)
_waiting = threading.BoundedSemaphore(UPLOADS_WAITING)


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def check_media_type(request: HttpRequest) -> None:
    """Raises WrongMediaType unless the body says it is plain JSON; parameters such as charset are fine."""
    media_type = request.META.get('CONTENT_TYPE', '').partition(';')[0].strip().lower()
    if media_type != 'application/json' or request.META.get('HTTP_CONTENT_ENCODING', 'identity') != 'identity':
        drop_body(request)
        raise WrongMediaType


def read_document(request: HttpRequest, limit_bytes: int) -> dict[str, Any]:
    """The body as plain values; raises BadBody or TooLong. The raw bytes are let go on return."""
    body = read_body(request, limit_bytes)
    if not body:
        raise BadBody(_('The body is empty: send one JSON object'))
    try:
        return first_look(body)
    except TooDeep:
        raise BadBody(_('The body is nested too deeply: at most 16 levels are taken')) from None
    except DuplicateKeys:
        raise BadBody(_('The body has the same key twice in one object: send each key once')) from None
    except NotAForm:
        raise BadBody from None


def read_body(request: HttpRequest, limit_bytes: int) -> bytes:
    """All bytes of the body, whether it comes with a length or in chunks; raises TooLong past `limit_bytes`."""
    declared = _declared_length(request)
    if declared is not None and declared > limit_bytes:
        drop_body(request)
        raise TooLong(limit_bytes)
    stream = _stream(request)
    if declared is not None:
        return _read_exactly(stream, declared)
    if not _is_chunked(request):
        return b''
    gathered = io.BytesIO()
    while piece := stream.read(_CHUNK_BYTES):
        gathered.write(piece)
        if gathered.tell() > limit_bytes:
            count = gathered.tell()
            gathered.close()
            _drop(stream, DROP_LIMIT_BYTES - count)
            raise TooLong(limit_bytes)
    return gathered.getvalue()


def drop_body(request: HttpRequest, seconds: float = DROP_SECONDS) -> None:
    """Reads what is left of a body that is not wanted, up to 40 MiB and so long, and keeps nothing of it."""
    declared = _declared_length(request)
    if declared is not None:
        _drop(_stream(request), min(declared, DROP_LIMIT_BYTES), seconds)
    elif _is_chunked(request):
        _drop(_stream(request), DROP_LIMIT_BYTES, seconds)


@contextmanager
def upload_slot(request: HttpRequest) -> Iterator[None]:
    """Holds one of this process's four places for large bodies, from before the reading to the end of the call.

    Two callers may wait a little, and their bodies are read away before the 503, so that they see it; the others get
    503 at once and unread, so that uploads never take all threads.
    """
    declared = _declared_length(request)
    if declared is not None and declared <= UPLOAD_FROM_BYTES:
        yield
        return
    if not _uploads.acquire(blocking=False):
        _wait_for_slot(request)
    try:
        yield
    finally:
        _uploads.release()


def _wait_for_slot(request: HttpRequest) -> None:
    if not _waiting.acquire(blocking=False):
        raise Unavailable(retry_after_seconds=UPLOAD_RETRY_AFTER_SECONDS)
    try:
        if not _uploads.acquire(timeout=UPLOAD_WAIT_SECONDS):
            drop_body(request, seconds=UPLOAD_DROP_SECONDS)
            raise Unavailable(retry_after_seconds=UPLOAD_RETRY_AFTER_SECONDS)
    finally:
        _waiting.release()


def _declared_length(request: HttpRequest) -> int | None:
    text = request.META.get('CONTENT_LENGTH') or ''
    return int(text) if text.isascii() and text.isdigit() else None


def _is_chunked(request: HttpRequest) -> bool:
    return 'chunked' in request.META.get('HTTP_TRANSFER_ENCODING', '').lower()


def _stream(request: HttpRequest) -> _Readable:
    """The server's own stream: Django's wrapper reads nothing of a body without a length."""
    stream: _Readable = request.META['wsgi.input']
    return stream


def _read_exactly(stream: _Readable, length: int) -> bytes:
    """Up to `length` bytes; fewer when the client hung up, which then is no JSON.

    A long body is taken piece by piece: the server gathers what is asked for in a buffer of its own and then copies it.
    `getvalue()` copies nothing.
    """
    first = stream.read(min(length, _PIECE_BYTES))
    left = length - len(first)
    if not left or not first:
        return first
    gathered = io.BytesIO()
    gathered.write(first)
    del first
    while left > 0 and (piece := stream.read(min(left, _PIECE_BYTES))):
        gathered.write(piece)
        left -= len(piece)
    return gathered.getvalue()


def _drop(stream: _Readable, left: int, seconds: float = DROP_SECONDS) -> None:
    until = time.monotonic() + seconds
    while left > 0 and time.monotonic() < until and (piece := stream.read(min(_CHUNK_BYTES, left))):
        left -= len(piece)
