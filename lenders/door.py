"""The one HTTP door to lenders: limits, the log of calls, and trouble sorted by what may be done next."""
from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog

from jobs.failpoints import failpoint
from jobs.registry import assert_may_talk
from lenders import breaker, exchanges, services, transport
from lenders.breaker import RETRY_AFTER_CAP_SECONDS, Limits
from lenders.contract import LenderTrouble, LenderUnavailable, NotUnderstood, OutcomeUnknown, RequestRefused
from lenders.links import BadLink, Link, checked_link, shown_link
from lenders.masking import masked
from lenders.models import Exchange
from lenders.transport import Answer, Timing

log = structlog.get_logger(__name__)
T = TypeVar('T')

ANSWER_BYTES = 5 * 1024 * 1024
DOCUMENTS_ANSWER_BYTES = 28 * 1024 * 1024
"""An answer that may carry printed forms in Base64: 20 MiB of them, and what is said besides."""
OK = frozenset({200})
PAUSE_SECONDS = 300
Authorize = Callable[[str, str, bytes], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a lender is and how it may be spoken to; made of its row by the catalogue."""

    lender_id: int
    code: str
    base_url: str
    timing: Timing
    limits: Limits = field(default_factory=Limits)
    inner_allowed: bool = False
    plain_http_allowed: bool = False
    paused_until: datetime | None = None
    document_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One request: `path` is joined to the lender's base URL, `shown` is masked and logged instead of the body.

    With `link`, a URL that the lender gave, it is a pull instead: to that address, without our credentials. It changes
    nothing there, so an unknown outcome is simply unavailable.
    """

    operation: str
    method: str
    path: str
    form_guid: str
    key: str = ''
    body: bytes | None = None
    shown: Any = None
    expected: frozenset[int] = OK
    max_bytes: int = ANSWER_BYTES
    headers: Mapping[str, str] = field(default_factory=dict)
    link: str = field(default='', repr=False)


class Door:
    """Talks to one lender. Every trouble leaves as one of the kinds of `LenderTrouble`."""

    def __init__(self, address: Address, authorize: Authorize) -> None:
        self._address = address
        self._authorize = authorize

    def talk(self, call: Call, read: Callable[[Answer], T]) -> T:
        """Make the call and read its answer. `read` raises NotUnderstood (or ValueError) for a strange one."""
        assert_may_talk()
        self._check_address()
        row = exchanges.begin(exchanges.Opening(
            self._address.lender_id, call.form_guid, call.operation, call.key, call.method,
            shown_link(call.link) if call.link else call.path, masked(call.shown)))
        came: list[Answer] = []
        try:
            answer = self._pull(call, came) if call.link else self._send(call, came)
            self._judge(call, answer)
            value = _understood(read, answer)
        except LenderTrouble as trouble:
            self._note_trouble(call, row, came[0] if came else None, trouble)
            raise
        exchanges.end(row, status=answer.status, response=_shown(answer))
        return value

    def _note_trouble(self, call: Call, row: Exchange, answer: Answer | None, trouble: LenderTrouble) -> None:
        kind = type(trouble).__name__.lstrip('_')
        log.warning(
            'lender_trouble', lender=self._address.code, operation=call.operation, form_guid=call.form_guid,
            kind=kind, reason=trouble.reason)
        is_strange = isinstance(trouble, NotUnderstood)
        exchanges.end(
            row, status=answer.status if answer else None, response=_shown(answer),
            trouble=f'{kind}: {trouble.reason}', raw=answer.body if answer and is_strange else b'')
        if isinstance(trouble, _Unauthorized):
            services.pause(self._address.lender_id, seconds=PAUSE_SECONDS, reason=trouble.reason)

    def _check_address(self) -> None:
        address = self._address
        if address.paused_until is not None:
            left = (address.paused_until - datetime.now(UTC)).total_seconds()
            if left > 0:
                raise LenderUnavailable('the lender is paused', retry_after_seconds=left)
        if not address.base_url.startswith('https://') and not address.plain_http_allowed:
            raise LenderUnavailable('the address of the lender is not https', retry_after_seconds=PAUSE_SECONDS)

    def _send(self, call: Call, came: list[Answer]) -> Answer:
        url = self._address.base_url.rstrip('/') + call.path
        headers = {
            'Accept': 'application/json', 'User-Agent': 'DenimHub', **call.headers,
            **self._authorize(call.method, url, call.body or b'')}
        if call.body is not None:
            headers.setdefault('Content-Type', 'application/json')
        if call.key:
            headers['Idempotency-Key'] = call.key
        return self._exchange(call, Link(url, self._address.inner_allowed), headers, came)

    def _pull(self, call: Call, came: list[Answer]) -> Answer:
        address = self._address
        try:
            link = checked_link(
                call.link, base_url=address.base_url, hosts=address.document_hosts,
                near_allowed=address.plain_http_allowed and address.inner_allowed)
        except BadLink as error:
            raise NotUnderstood(str(error)) from error
        try:
            return self._exchange(call, link, {'User-Agent': 'DenimHub', **call.headers}, came)
        except OutcomeUnknown as trouble:
            raise LenderUnavailable(trouble.reason, retry_after_seconds=trouble.retry_after_seconds) from trouble

    def _exchange(self, call: Call, link: Link, headers: Mapping[str, str], came: list[Answer]) -> Answer:
        address = self._address
        with breaker.passage(address.code, call.operation, address.limits):
            failpoint(f'lenders.before_send.{call.operation}')
            answer = transport.send(
                call.method, link.url, headers=headers, body=call.body, timing=address.timing,
                max_bytes=call.max_bytes, inner_allowed=link.inner_allowed)
            failpoint(f'lenders.after_recv.{call.operation}')
            came.append(answer)
            if answer.status in (502, 503):
                raise LenderUnavailable(f'HTTP {answer.status}', retry_after_seconds=self._rest(call, answer))
            if answer.status >= 500:
                raise OutcomeUnknown(f'HTTP {answer.status}', retry_after_seconds=retry_after(answer.headers))
        return answer

    def _rest(self, call: Call, answer: Answer) -> float | None:
        """Honour Retry-After for every call to this lender from this process; a store of files speaks for itself."""
        seconds = retry_after(answer.headers)
        if seconds and not call.link:
            breaker.keep_quiet(self._address.code, seconds)
        return seconds

    def _judge(self, call: Call, answer: Answer) -> None:
        status = answer.status
        if status in call.expected:
            return
        if status == 429:
            raise LenderUnavailable('HTTP 429', retry_after_seconds=self._rest(call, answer))
        if status == 401 and not call.link:
            raise _Unauthorized('HTTP 401: the lender refuses our credentials', retry_after_seconds=PAUSE_SECONDS)
        if 400 <= status < 500:
            raise RequestRefused(f'HTTP {status}{_error_code(answer)}')
        raise NotUnderstood('a redirect is not followed' if 300 <= status < 400 else f'HTTP {status}')


class _Unauthorized(LenderUnavailable):
    """Our credentials are wrong: surely not processed, nobody's application is refused, the lender is paused."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header (a number or an HTTP date), at most an hour; None without a usable one."""
    text = headers.get('retry-after', '').strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), RETRY_AFTER_CAP_SECONDS)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        return None
    return min(max(moment.timestamp() - time.time(), 0.0), RETRY_AFTER_CAP_SECONDS)


def _understood(read: Callable[[Answer], T], answer: Answer) -> T:
    try:
        return read(answer)
    except LenderTrouble:
        raise
    except (ValueError, RecursionError, OverflowError, ArithmeticError) as error:
        # pydantic's own text holds the lender's values: only the kind of the error may be told.
        raise NotUnderstood(f'the answer is not in the protocol: {type(error).__name__}') from error


def _json(answer: Answer | None) -> Any:
    if answer is None or not answer.body or 'json' not in answer.headers.get('content-type', ''):
        return None
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def _shown(answer: Answer | None) -> Any:
    if answer is None:
        return None
    value = _json(answer)
    try:
        return masked(value) if value is not None else {'bytes': len(answer.body)}
    except RecursionError:
        return {'bytes': len(answer.body)}


def _error_code(answer: Answer) -> str:
    shown = _shown(answer)
    code = shown.get('error', {}) if isinstance(shown, dict) else {}
    return f' {code["code"]}' if isinstance(code, dict) and isinstance(code.get('code'), str) else ''
