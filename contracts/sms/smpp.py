"""A gateway that speaks SMPP 3.4: one bound connection a process, made at need and again when it broke.

The protocol has no id of the client's own, so a message whose acceptance was lost goes out once more: at least once to
the phone. A repeat carries the same reference of its parts.
"""
from __future__ import annotations

import atexit
import os
import re
import threading
import time
import zlib
from collections.abc import Sequence
from typing import Final

import structlog
from django.conf import settings
from django.utils import timezone

from contracts.sms import smpp_pdu as pdu
from contracts.sms.base import (
    Accepted,
    DeliveryState,
    GatewayClosed,
    GatewayRefused,
    GatewayTrouble,
    GatewayUnavailable,
    GatewayUnclear,
    Listener,
    Outgoing,
    Receipt,
    Sent,
)
from contracts.sms.parts import split
from contracts.sms.smpp_session import Account, Session
from jobs.registry import assert_may_talk

log = structlog.get_logger(__name__)

NAME: Final = 'smpp'
DAY_SECONDS: Final = 24 * 3600
PART_TRIES: Final = 5
PART_PAUSE_SECONDS: Final = 0.5
REST_SECONDS: Final = 1.0
_BUSY: Final = frozenset({pdu.RTHROTTLED, pdu.RMSGQFUL})
_WRONG_MESSAGE: Final = frozenset({0x01, pdu.RINVDSTADR, 0x50, 0x51, 0x61, 0x62})
"""Length, destination, its type and plan, times [5.1.3]."""
_WRONG_ACCOUNT: Final = frozenset({pdu.RINVSRCADR, 0x04, 0x48, 0x49})
"""Sender, a bind that may not send, type and plan of the sender."""

_STATES: Final = {
    2: DeliveryState.DELIVERED, 3: DeliveryState.EXPIRED, 4: DeliveryState.FAILED, 5: DeliveryState.FAILED,
    8: DeliveryState.FAILED}
"""message_state [5.2.28]: delivered, expired, deleted, undeliverable, rejected; the rest is on its way or not known."""
_WORDS: Final = {
    'DELIVRD': DeliveryState.DELIVERED, 'EXPIRED': DeliveryState.EXPIRED, 'DELETED': DeliveryState.FAILED,
    'UNDELIV': DeliveryState.FAILED, 'REJECTD': DeliveryState.FAILED}
_RECEIPT_TEXT: Final = re.compile(
    r'\bid:\s*(?P<id>\S{1,64}).*?\bstat:\s*(?P<stat>[A-Z]{7})(?:.*?\berr:\s*(?P<err>\w{1,10}))?',
    re.IGNORECASE | re.DOTALL)
"""The usual text of a delivery report [appendix B]."""


class _Line:
    """The connection of this process, the pace agreed with the gateway, and who hears of delivery reports."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: int = 0
        self.account: Account | None = None
        self.session: Session | None = None
        self.listener: Listener | None = None
        self.next_slot_at = 0.0
        self.rest_until = 0.0


_line = _Line()


def listen(listener: Listener) -> None:
    """Who writes down the delivery reports that come by themselves."""
    _line.listener = listener


def hang_up() -> None:
    """Close the connection of this process, if there is one."""
    with _line.lock:
        session, _line.session = _line.session, None
    if session is not None and _line.process == os.getpid():
        session.close()


atexit.register(hang_up)


class Smpp:
    """One account at a gateway; settings SMPP_*."""

    name = NAME
    tells_delivery = True

    def send(self, message: Outgoing) -> Accepted:
        """submit_sm for every part; the ids are the gateway's, one for each."""
        assert_may_talk()
        seconds = DAY_SECONDS if message.expires_at is None else (message.expires_at - timezone.now()).total_seconds()
        parts = split(message.text)
        reference = zlib.crc32(message.message_id.encode()) & 0xFFFF
        session = _session()
        ids: list[str] = []
        for segment in pdu.segments(parts, reference=reference, way=settings.SMPP_LONG_MESSAGES):
            body = pdu.submit_body(
                pdu.sender_address(settings.SMPP_SENDER), pdu.phone_address(message.phone), segment,
                life=pdu.relative_life(seconds))
            ids.append(_submit(session, body, may_wait=bool(ids)))
        return Accepted(tuple(ids), len(parts))

    def find(self, message: Outgoing) -> Accepted | None:
        """SMPP cannot be asked by an id of ours."""
        return None

    def status(self, sent: Sent) -> Sequence[Receipt]:
        """query_sm for every part; a gateway without query_sm knows nothing, its reports come by themselves.

        Being bound for the question lets reports through that waited at the gateway.
        """
        assert_may_talk()
        session = _session()
        sender = pdu.sender_address(settings.SMPP_SENDER)
        found = (_query(session, gateway_id, sender) for gateway_id in sent.gateway_ids)
        return [receipt for receipt in found if receipt is not None]


def _session() -> Session:
    account = Account(
        host=settings.SMPP_HOST, port=settings.SMPP_PORT, is_tls=settings.SMPP_TLS,
        system_id=settings.SMPP_SYSTEM_ID, password=settings.SMPP_PASSWORD, system_type=settings.SMPP_SYSTEM_TYPE)
    with _line.lock:
        if _line.process != os.getpid() or _line.account != account:
            # A connection made before a fork belongs to the parent.
            _line.process, _line.account, _line.session, _line.rest_until = os.getpid(), account, None, 0.0
        if _line.session is not None and _line.session.is_alive:
            return _line.session
        if time.monotonic() < _line.rest_until:
            raise GatewayUnavailable('the gateway was not to be reached a moment ago')
        try:
            _line.session = Session(account, _take)
        except GatewayTrouble:
            # Whoever waits for the lock does not wait for the same time-out once more.
            _line.rest_until = time.monotonic() + REST_SECONDS
            raise
        return _line.session


def _submit(session: Session, body: bytes, *, may_wait: bool) -> str:
    """One submit_sm. With `may_wait` a busy gateway is given some time: parts of this message are there already."""
    for attempt in range(1, PART_TRIES + 1):
        _keep_pace()
        try:
            answer = session.ask(pdu.SUBMIT_SM, body)
        except GatewayUnavailable as trouble:
            raise (GatewayUnclear(trouble.reason) if may_wait else trouble) from None
        if answer.status == pdu.ROK:
            return _read_id(answer)
        if not may_wait or answer.status not in _BUSY or attempt == PART_TRIES:
            raise _trouble(answer.status, is_begun=may_wait)
        threading.Event().wait(PART_PAUSE_SECONDS * attempt)
    raise AssertionError('unreachable')


def _read_id(answer: pdu.Pdu) -> str:
    try:
        return pdu.Reader(answer.body).c_string()[:64]
    except pdu.BadPdu:
        raise GatewayUnclear('the answer holds no id') from None


def _trouble(status: int, *, is_begun: bool) -> GatewayTrouble:
    """A refused submit_sm, by what may be done next."""
    reason = f'submit_sm refused: {status:#x}'
    if status in _WRONG_MESSAGE:
        return GatewayRefused(reason)
    if status in _WRONG_ACCOUNT:
        return GatewayClosed(reason, retry_after_seconds=15.0)
    if is_begun:
        return GatewayUnclear(reason)
    return GatewayUnavailable(reason, retry_after_seconds=1.0 if status in _BUSY else None)


def _keep_pace() -> None:
    """Not more submit_sm a second and process than agreed; 0 is no limit."""
    if not settings.SMPP_PER_SECOND:
        return
    with _line.lock:
        now = time.monotonic()
        wait_seconds = max(_line.next_slot_at - now, 0.0)
        _line.next_slot_at = now + wait_seconds + 1.0 / settings.SMPP_PER_SECOND
    if wait_seconds:
        threading.Event().wait(wait_seconds)


def _query(session: Session, gateway_id: str, sender: pdu.Address) -> Receipt | None:
    answer = session.ask(pdu.QUERY_SM, pdu.query_body(gateway_id, sender))
    if answer.status != pdu.ROK:
        return None
    try:
        reader = pdu.Reader(answer.body)
        reader.c_string()
        reader.c_string()
        state, error = reader.byte(), reader.byte()
    except pdu.BadPdu:
        raise GatewayUnclear('the answer to query_sm is not to be read') from None
    return _receipt(gateway_id, _STATES.get(state, DeliveryState.UNKNOWN), f'{state}/{error}')


def _receipt(gateway_id: str, state: DeliveryState, reason: str) -> Receipt:
    """The gateway's own clock has no time zone here: what it tells is known from now on."""
    if state == DeliveryState.UNKNOWN:
        return Receipt(gateway_id, state)
    return Receipt(gateway_id, state, timezone.now(), '' if state == DeliveryState.DELIVERED else reason)


def _take(delivered: pdu.Delivered) -> None:
    """A deliver_sm: a delivery report is told to the listener, anything else (an SMS of a client) is dropped."""
    if not delivered.is_receipt:
        log.info('smpp.incoming_dropped')
        return
    receipt = read_receipt(delivered)
    if receipt is None:
        log.warning('smpp.report_not_understood')
        return
    if _line.listener is None:
        raise RuntimeError('nobody takes delivery reports')
    _line.listener(NAME, receipt)


def read_receipt(delivered: pdu.Delivered) -> Receipt | None:
    """The report of optional parameters, or of the text; None when it is neither."""
    text = _RECEIPT_TEXT.search(delivered.message.decode('latin-1'))
    option = delivered.options.get(pdu.RECEIPTED_MESSAGE_ID, b'').rstrip(b'\0').decode('latin-1')[:64]
    gateway_id = option or (text['id'] if text else '')
    state_option = delivered.options.get(pdu.MESSAGE_STATE)
    if not gateway_id or (not state_option and text is None):
        return None
    if state_option:
        state, told = _STATES.get(state_option[0], DeliveryState.UNKNOWN), str(state_option[0])
    else:
        told = text['stat'].upper() if text else ''
        state = _WORDS.get(told, DeliveryState.UNKNOWN)
    error = text['err'] if text and text['err'] else '0'
    return _receipt(gateway_id, state, f'{told}/{error}')
