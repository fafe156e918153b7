"""Protocol faults: their real HTTP status in the document's envelope, never HTML."""
from __future__ import annotations

import errno
import math
from http import HTTPStatus
from typing import ClassVar

import structlog
from django.db import InterfaceError, OperationalError
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from applications.refusals import Busy
from vault.files import StorageFull

log = structlog.get_logger(__name__)


class Fault(Exception):
    """A call that never reached a method, or that the house could not serve."""

    status: ClassVar[int] = HTTPStatus.INTERNAL_SERVER_ERROR
    message: str | Promise = _('Internal error: repeat the request later')

    def __init__(self, message: str | Promise | None = None, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(self.status)
        if message is not None:
            self.message = message
        self.headers: dict[str, str] = {}
        if retry_after_seconds is not None:
            self.headers['Retry-After'] = str(max(1, math.ceil(retry_after_seconds)))


class BadBody(Fault):
    status = HTTPStatus.BAD_REQUEST
    message = _('The body is not valid JSON: send one JSON object in UTF-8')


class NotProven(Fault):
    status = HTTPStatus.UNAUTHORIZED
    message = _('The key is missing or wrong: send Authorization: Bearer with a key of this partner')

    def __init__(self) -> None:
        super().__init__()
        self.headers['WWW-Authenticate'] = 'Bearer'


class UnknownMethod(Fault):
    status = HTTPStatus.NOT_FOUND
    message = _('There is no such method: check the address, it has no slash at the end')


class UnknownFile(Fault):
    status = HTTPStatus.NOT_FOUND
    message = _('File not found: check partner_guid and file_guid')


class UnsatisfiableRange(Fault):
    status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    message = _('The file has no such bytes: ask for a range within its length')

    def __init__(self, size_bytes: int) -> None:
        super().__init__()
        self.headers['Content-Range'] = f'bytes */{size_bytes}'


class WrongVerb(Fault):
    status = HTTPStatus.METHOD_NOT_ALLOWED
    message = _('This HTTP method is not supported here: send {allowed}')

    def __init__(self, allowed: str) -> None:
        super().__init__()
        self.message = format_lazy(self.message, allowed=allowed)
        self.headers['Allow'] = allowed


class TooLong(Fault):
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    message = _('The body is too long: at most {limit} bytes are taken here')

    def __init__(self, limit_bytes: int) -> None:
        super().__init__()
        self.message = format_lazy(self.message, limit=limit_bytes)


class WrongMediaType(Fault):
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    message = _('The body must be sent with Content-Type: application/json and without compression')


class TooManyRequests(Fault):
    status = HTTPStatus.TOO_MANY_REQUESTS
    message = _('Too many requests: repeat the request later')


class Unavailable(Fault):
    status = HTTPStatus.SERVICE_UNAVAILABLE
    message = _('The service is busy: repeat the request later')


RETRY_AFTER_SECONDS = 2.0
_STORAGE_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


def as_fault(trouble: Exception) -> Fault:
    """The fault to answer for an exception that no method meant; unexpected ones are logged without their texts,
    which may quote the client's data.
    """
    if isinstance(trouble, Fault):
        return trouble
    if isinstance(trouble, Busy):
        return Unavailable(retry_after_seconds=trouble.retry_after)
    if isinstance(trouble, OperationalError | InterfaceError | StorageFull) or _is_out_of_space(trouble):
        log.warning('dp.unavailable', trouble=type(trouble).__name__)
        return Unavailable(retry_after_seconds=RETRY_AFTER_SECONDS)
    log.error('dp.failed', trouble=type(trouble).__name__, where=_frames(trouble))
    return Fault()


def _is_out_of_space(trouble: Exception) -> bool:
    return isinstance(trouble, OSError) and trouble.errno in _STORAGE_ERRNOS


def _frames(trouble: Exception) -> list[str]:
    """File, line and function of the last frames: no values, no message."""
    found: list[str] = []
    step = trouble.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        found.append(f'{code.co_filename}:{step.tb_lineno} {code.co_name}')
        step = step.tb_next
    return found[-12:]
