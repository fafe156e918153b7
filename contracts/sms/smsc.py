"""smsc.ru over HTTP, as its published API has it (send.php, status.php, JSON answers).

The message's guid is the id at the gateway (a string of up to 40 letters, digits and `.-_`). It does not make a second
send a repeat, but status.php finds the last message under id and phone: so a message that may have been taken is looked
for before it is sent again.
"""
from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from contracts.sms.base import (
    Accepted,
    DeliveryState,
    GatewayClosed,
    GatewayRefused,
    GatewayTrouble,
    GatewayUnavailable,
    GatewayUnclear,
    Outgoing,
    Receipt,
    Sent,
)
from jobs.registry import assert_may_talk
from lenders import breaker, transport
from lenders.breaker import Limits
from lenders.contract import LenderTrouble, LenderUnavailable, OutcomeUnknown

ANSWER_BYTES: Final = 64 * 1024
TIMING: Final = transport.Timing(connect_seconds=3.0, read_seconds=10.0)
# The gateway refuses more than 15 requests of one account at once.
# An open circuit is short: a code lives five minutes, and has to go out soon after the gateway is back.
LIMITS: Final = Limits(in_flight=10, open_seconds=5.0)
ACCOUNT_PAUSE_SECONDS: Final = 15.0
LONGEST_LIFE_MINUTES: Final = 24 * 60

_NOT_FOUND: Final = -3
_STATES: Final = {
    -3: DeliveryState.UNKNOWN, -2: DeliveryState.FAILED, -1: DeliveryState.UNKNOWN, 0: DeliveryState.UNKNOWN,
    1: DeliveryState.DELIVERED, 2: DeliveryState.DELIVERED, 3: DeliveryState.EXPIRED, 4: DeliveryState.DELIVERED,
    20: DeliveryState.FAILED, 22: DeliveryState.FAILED, 23: DeliveryState.FAILED, 24: DeliveryState.FAILED,
    25: DeliveryState.FAILED}
"""-2 stopped, -1 waiting, 0 with the operator, 1 delivered, 2 read, 3 expired, 4 its link was opened, 20 impossible,
22 wrong number, 23 forbidden, 24 no money, 25 unreachable number."""
_ACCOUNT: Final = {
    2: 'login or password is wrong', 3: 'no money on the account', 4: 'our address is blocked for a while'}
_MESSAGE: Final = {1: 'wrong parameters', 5: 'wrong date', 6: 'forbidden text or sender', 7: 'wrong number',
                   8: 'cannot be delivered to this number'}
_TOO_OFTEN: Final = 9
"""The same request twice within a minute, or too many at once: the first one may well have been taken."""


class Smsc:
    """One account at smsc.ru; settings SMSC_*."""

    name = 'smsc'
    tells_delivery = True

    def send(self, message: Outgoing) -> Accepted:
        """send.php with our guid as id; the answer brings parts and cost."""
        values = {
            'phones': message.phone, 'mes': message.text, 'id': message.message_id, 'sender': settings.SMSC_SENDER,
            'cost': '3', 'charset': 'utf-8', 'translit': '0', 'tinyurl': '0'}
        if message.expires_at is not None:
            values['valid'] = _life(message.expires_at)
        answer = _ask('send', values)
        _raise_error(answer)
        if str(answer.get('id')) != message.message_id:
            raise GatewayUnclear('the answer names another message')
        return Accepted((message.message_id,), _whole(answer.get('cnt')), _kopecks(answer.get('cost')))

    def find(self, message: Outgoing) -> Accepted | None:
        """status.php by our id and the phone, with all that is known of the message."""
        answer = _status(message.message_id, message.phone)
        if answer is None:
            return None
        return Accepted((message.message_id,), cost=_kopecks(answer.get('cost')))

    def status(self, sent: Sent) -> Sequence[Receipt]:
        """status.php; a status that the API does not name leaves the message unknown."""
        answer = _status(sent.message_id, sent.phone)
        if answer is None:
            return ()
        number = _number(answer['status'])
        state = _STATES.get(number, DeliveryState.UNKNOWN)
        reason = f'{number}/{_number(answer.get("err") or 0)}' if state in _BAD else ''
        return (Receipt(sent.message_id, state, _moment(answer.get('last_timestamp')), reason),)


def is_signed(form: Mapping[str, str], secret: str) -> bool:
    """Whether a callback came from the gateway: SHA-1 (or, without it, MD5) of `id:phone:status:secret`, in hex."""
    if not secret or not all(form.get(name) for name in ('id', 'phone', 'status')):
        return False
    told = f'{form["id"]}:{form["phone"]}:{form["status"]}:{secret}'.encode()
    name = 'sha1' if form.get('sha1') else 'md5'
    # The gateway has no better hash; a forged note would only make us ask once more.
    expected = hashlib.new(name, told, usedforsecurity=False).hexdigest()
    return hmac.compare_digest(expected.encode(), form.get(name, '').lower().encode())


_BAD: Final = frozenset({DeliveryState.FAILED, DeliveryState.EXPIRED})


def _status(message_id: str, phone: str) -> Mapping[str, Any] | None:
    answer = _ask('status', {'id': message_id, 'phone': phone, 'all': '1', 'charset': 'utf-8'})
    if 'status' not in answer:
        _raise_error(answer)
        raise GatewayUnclear('the answer holds no status')
    return None if _number(answer['status']) == _NOT_FOUND else answer


def _ask(operation: str, values: Mapping[str, str]) -> Mapping[str, Any]:
    """One POST; secrets, phone and text stand in the body only."""
    assert_may_talk()
    url = f'{settings.SMSC_URL.rstrip("/")}/{operation}.php'
    body = urlencode({**_credentials(), 'fmt': '3', **values}).encode()
    headers = {'Content-Type': 'application/x-www-form-urlencoded', 'Accept': 'application/json',
               'User-Agent': 'DenimHub'}
    try:
        with breaker.passage('sms smsc', operation, LIMITS):
            answer = transport.send(
                'POST', url, headers=headers, body=body, timing=TIMING, max_bytes=ANSWER_BYTES,
                inner_allowed=settings.DENIMHUB_ENV != 'production')
            if answer.status >= 500:
                raise OutcomeUnknown(f'HTTP {answer.status}')
    except LenderTrouble as trouble:
        raise _translated(trouble) from None
    if answer.status == 429:
        raise GatewayUnavailable('HTTP 429')
    if answer.status != 200:
        raise GatewayClosed(f'HTTP {answer.status}', retry_after_seconds=ACCOUNT_PAUSE_SECONDS)
    return _json(answer.body)


def _credentials() -> dict[str, str]:
    if settings.SMSC_API_KEY:
        return {'apikey': settings.SMSC_API_KEY}
    return {'login': settings.SMSC_LOGIN, 'psw': settings.SMSC_PASSWORD}


def _translated(trouble: LenderTrouble) -> GatewayTrouble:
    if isinstance(trouble, LenderUnavailable):
        return GatewayUnavailable(trouble.reason, retry_after_seconds=trouble.retry_after_seconds)
    return GatewayUnclear(trouble.reason)


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise GatewayUnclear('the answer is no JSON') from None
    if not isinstance(answer, dict):
        raise GatewayUnclear('the answer is no object')
    return answer


def _raise_error(answer: Mapping[str, Any]) -> None:
    """Sort the error codes of the API by what may be done next; their texts are not repeated."""
    if 'error_code' not in answer and 'error' not in answer:
        return
    code = _number(answer.get('error_code'))
    if code in _ACCOUNT:
        raise GatewayClosed(f'{code}: {_ACCOUNT[code]}', retry_after_seconds=ACCOUNT_PAUSE_SECONDS)
    if code in _MESSAGE:
        raise GatewayRefused(f'{code}: {_MESSAGE[code]}')
    raise GatewayUnclear('9: asked too often' if code == _TOO_OFTEN else f'{code}: an unknown error')


def _number(value: Any) -> int:
    try:
        return int(str(value)[:20])
    except ValueError:
        raise GatewayUnclear('a number of the answer is none') from None


def _whole(value: Any) -> int | None:
    """A count of parts, if it can be one."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:9]) < 1000 else None


def _kopecks(value: Any) -> int | None:
    """A cost in roubles, `3.8`, as kopecks; None when it is not told."""
    try:
        cost = Decimal(str(value)[:20])
    except InvalidOperation:
        return None
    if not cost.is_finite() or not 0 <= cost < 1_000_000:
        return None
    return int((cost * 100).quantize(Decimal(1), ROUND_HALF_UP))


def _moment(value: Any) -> datetime | None:
    """Seconds since 1970 as a time; None when there is none. A time to come is now."""
    text = str(value)
    if not (text.isascii() and text.isdigit()) or len(text) > 12 or text == '0':
        return None
    try:
        return min(datetime.fromtimestamp(int(text), UTC), timezone.now())
    except (ValueError, OverflowError, OSError):
        return None


def _life(expires_at: datetime) -> str:
    """How long the operator may try, `hh:mm` from 00:01 to 24:00: never longer than the message is of use."""
    minutes = math.floor((expires_at - timezone.now()).total_seconds() / 60)
    hours, rest = divmod(min(max(minutes, 1), LONGEST_LIFE_MINUTES), 60)
    return f'{hours:02d}:{rest:02d}'
