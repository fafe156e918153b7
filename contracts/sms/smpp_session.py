"""One bound connection to an SMPP gateway: any thread may ask, one thread reads, one writes delivery reports down.

A delivery report is confirmed to the gateway only after it was stored: a process that dies in between gets it again.
"""
from __future__ import annotations

import contextlib
import itertools
import queue
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from contracts.sms import smpp_pdu as pdu
from contracts.sms.base import GatewayClosed, GatewayUnavailable, GatewayUnclear
from contracts.sms.smpp_pdu import Pdu

log = structlog.get_logger(__name__)

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 10.0
IDLE_SECONDS: Final = 30.0
"""After so much silence the link is asked for a sign of life."""
WINDOW: Final = 10
"""Requests under way at once."""
_TICK_SECONDS: Final = 1.0
_ACCOUNT: Final = frozenset({pdu.RBINDFAIL, pdu.RINVPASWD, pdu.RINVSYSID})
_ACCOUNT_PAUSE_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Account:
    """Where the gateway is and who we are there."""

    host: str
    port: int
    is_tls: bool
    system_id: str
    password: str = field(repr=False)
    system_type: str = ''


@dataclass(slots=True)
class _Asked:
    """A request under way; `answer` stays None when the connection broke first."""

    done: threading.Event = field(default_factory=threading.Event)
    answer: Pdu | None = None


class Session:
    """A bound connection; dead once `is_alive` is false, then a new one is made."""

    def __init__(self, account: Account, take: Callable[[pdu.Delivered], None]) -> None:
        self._take = take
        self._numbers = itertools.count(1)
        self._under_way: dict[int, _Asked] = {}
        self._lock = threading.Lock()
        # Reading and writing never at once: OpenSSL's connection is not made for two threads.
        self._wire = threading.Lock()
        self._window = threading.BoundedSemaphore(WINDOW)
        self._reports: queue.SimpleQueue[Pdu | None] = queue.SimpleQueue()
        self.is_alive = True
        self._socket = _connected(account)
        self._heard_at = time.monotonic()
        threading.Thread(target=self._read, name='smpp-reader', daemon=True).start()
        threading.Thread(target=self._write_reports, name='smpp-reports', daemon=True).start()
        try:
            answer = self.ask(pdu.BIND_TRANSCEIVER, pdu.bind_body(
                account.system_id, account.password, account.system_type))
        except GatewayUnclear as trouble:
            self.close()
            raise GatewayUnavailable(f'not bound: {trouble.reason}') from None
        if answer.status != pdu.ROK:
            self.close()
            reason = f'bind refused: {answer.status:#x}'
            if answer.status in _ACCOUNT:
                raise GatewayClosed(reason, retry_after_seconds=_ACCOUNT_PAUSE_SECONDS)
            raise GatewayUnavailable(reason)

    def ask(self, command: int, body: bytes = b'') -> Pdu:
        """A request and its answer. Raises GatewayUnavailable when it surely did not go out, else GatewayUnclear."""
        if not self._window.acquire(timeout=ANSWER_SECONDS):
            raise GatewayUnavailable('too many requests are under way')
        number = next(self._numbers)
        asked = _Asked()
        try:
            with self._lock:
                if not self.is_alive:
                    raise GatewayUnavailable('the connection is closed')
                self._under_way[number] = asked
            self._send(Pdu(command, pdu.ROK, number, body))
            if not asked.done.wait(ANSWER_SECONDS):
                raise GatewayUnclear('no answer in time')
        finally:
            with self._lock:
                self._under_way.pop(number, None)
            self._window.release()
        if asked.answer is None:
            raise GatewayUnclear('the connection broke')
        return asked.answer

    def close(self) -> None:
        """Say good-bye if that can be done at once, and end both threads."""
        if self.is_alive:
            with contextlib.suppress(GatewayUnclear):
                self._send(Pdu(pdu.UNBIND, pdu.ROK, next(self._numbers)))
        self._break()

    def _send(self, message: Pdu) -> None:
        try:
            with self._wire:
                self._socket.sendall(message.encode())
        except OSError:
            self._break()
            raise GatewayUnclear('the connection broke while writing') from None

    def _break(self) -> None:
        with self._lock:
            was_alive, self.is_alive = self.is_alive, False
            left = list(self._under_way.values())
        if was_alive:
            self._reports.put(None)
            with self._wire, contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        for asked in left:
            asked.done.set()

    # --- the reading thread -----------------------------------------------------------------------------------------

    def _read(self) -> None:
        with self._socket, selectors.DefaultSelector() as ready:
            ready.register(self._socket, selectors.EVENT_READ)
            try:
                while self.is_alive:
                    message = self._next(ready)
                    if message is not None:
                        self._heard_at = time.monotonic()
                        self._serve(message)
            except (OSError, pdu.BadPdu, GatewayUnclear) as error:
                if self.is_alive:
                    log.warning('smpp.connection_lost', trouble=type(error).__name__)
            finally:
                self._break()

    def _next(self, ready: selectors.BaseSelector) -> Pdu | None:
        """The next PDU, or None after a while of silence, in which the link is asked whether it lives."""
        if not self._has_come(ready):
            self._watch_silence()
            return None
        header = self._octets(pdu.HEADER.size, ready)
        return pdu.decode(header + self._octets(pdu.length_of(header) - len(header), ready))

    def _has_come(self, ready: selectors.BaseSelector) -> bool:
        with self._wire:
            if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
                return True
        return bool(ready.select(_TICK_SECONDS))

    def _octets(self, length: int, ready: selectors.BaseSelector) -> bytes:
        got = b''
        deadline = time.monotonic() + ANSWER_SECONDS
        while len(got) < length:
            if time.monotonic() > deadline:
                raise pdu.BadPdu('half a PDU')
            if not self._has_come(ready):
                continue
            with self._wire, contextlib.suppress(TimeoutError):
                piece = self._socket.recv(length - len(got))
                if not piece:
                    raise ConnectionResetError
                got += piece
        return got

    def _watch_silence(self) -> None:
        silent_seconds = time.monotonic() - self._heard_at
        if silent_seconds > IDLE_SECONDS + ANSWER_SECONDS:
            raise TimeoutError
        if silent_seconds > IDLE_SECONDS:
            self._send(Pdu(pdu.ENQUIRE_LINK, pdu.ROK, next(self._numbers)))

    def _serve(self, message: Pdu) -> None:
        if message.command & pdu.RESPONSE:
            with self._lock:
                asked = self._under_way.get(message.sequence)
            if asked is not None:
                asked.answer = message
                asked.done.set()
        elif message.command == pdu.DELIVER_SM:
            self._reports.put(message)
        elif message.command == pdu.ENQUIRE_LINK:
            self._answer(message, pdu.ROK)
        elif message.command == pdu.UNBIND:
            self._answer(message, pdu.ROK)
            raise ConnectionResetError
        else:
            self._send(Pdu(pdu.GENERIC_NACK, pdu.RINVCMDID, message.sequence))

    def _answer(self, message: Pdu, status: int, body: bytes = b'') -> None:
        self._send(Pdu(message.command | pdu.RESPONSE, status, message.sequence, body))

    # --- the thread of reports --------------------------------------------------------------------------------------

    def _write_reports(self) -> None:
        while (message := self._reports.get()) is not None:
            try:
                self._take(pdu.read_deliver(message.body))
                status = pdu.ROK
            except pdu.BadPdu:
                log.warning('smpp.report_not_understood')
                status = pdu.ROK
            except Exception as error:  # noqa: BLE001 - whatever it was: the gateway keeps the report and sends it again
                log.warning('smpp.report_not_stored', trouble=type(error).__name__)
                status = pdu.RX_T_APPN
            with contextlib.suppress(GatewayUnclear):
                self._answer(message, status, b'\0')


def _connected(account: Account) -> socket.socket:
    try:
        raw = socket.create_connection((account.host, account.port), CONNECT_SECONDS)
    except OSError as error:
        raise GatewayUnavailable(f'no connection: {type(error).__name__}') from None
    if account.is_tls:
        try:
            raw = ssl.create_default_context().wrap_socket(raw, server_hostname=account.host)
        except (OSError, ssl.SSLError) as error:
            raw.close()
            raise GatewayUnavailable(f'no secure connection: {type(error).__name__}') from None
    raw.settimeout(_TICK_SECONDS)
    return raw
