"""The document's envelope: `status`, `error_code`, `error_message`, `data`."""
from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import get_language, override

from applications.refusals import Refusal
from denimhub.dp.errors import Fault

CONTENT_TYPE = 'application/json; charset=utf-8'


def success(data: dict[str, Any] | None = None) -> HttpResponse:
    """`{"status":"success","data":…}`."""
    return _answer({'status': 'success', 'data': data or {}})


def refusal(refused: Refusal, language: str) -> HttpResponse:
    """One of the 13 documented errors: HTTP 200."""
    return _error(refused.code, refused.message, refused.data, 200, language)


def fault(trouble: Fault, language: str) -> HttpResponse:
    """A protocol fault: its HTTP status is its `error_code`."""
    response = _error(int(trouble.status), trouble.message, {}, int(trouble.status), language)
    for name, value in trouble.headers.items():
        response[name] = value
    return response


def _error(code: int, message: str | Promise, data: dict[str, Any], status: int, language: str) -> HttpResponse:
    content = {'status': 'error', 'error_code': code, 'error_message': message, 'data': data}
    if get_language() == language:
        return _answer(content, status)
    with override(language):
        return _answer(content, status)


def _answer(content: dict[str, Any], status: int = 200) -> HttpResponse:
    body = _encode(content)
    return HttpResponse(body, status=status, content_type=CONTENT_TYPE, headers={
        'Content-Length': str(len(body)), 'Cache-Control': 'no-store'})


def _plain(value: object) -> str:
    """Messages are lazy until their language is known."""
    if isinstance(value, Promise):
        return str(value)
    raise TypeError(f'{type(value).__name__} has no place on the wire')


# Rates are Decimal inside and JSON numbers on the wire.
_encode = msgspec.json.Encoder(decimal_format='number', enc_hook=_plain).encode
