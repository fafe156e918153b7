"""Bytes over the wire: one pool of connections a process, no redirects, explicit limits of time and size.

urllib3, not httpx2: against a server that thinks 200 ms, with 120 threads, it took 0.40 s of CPU per 1000 calls where
httpx2 took 1.08 (0.67 with a client per thread), and with 250 threads it made 1111 calls a second to httpx2's 730.
"""
from __future__ import annotations

import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from lenders.contract import LenderUnavailable, NotUnderstood, OutcomeUnknown

_CHUNK_BYTES = 64 * 1024
_POOLS = 64
_CONNECTIONS = 128


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds to connect, between bytes, and for the whole answer."""

    connect_seconds: float
    read_seconds: float

    @property
    def whole_seconds(self) -> float:
        """A lender that drips bytes does not hold a thread for ever."""
        return self.read_seconds * 2


_NAT64 = ipaddress.ip_network('64:ff9b::/96')
_GLOBAL_UNICAST = ipaddress.ip_network('2000::/3')


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet; v4 inside v6 (mapped, 6to4, NAT64) is judged as v4.

    Other v6 addresses must be global unicast (RFC 4291): what embeds v4 in older ways, or is local, is outside of it.
    """
    ip = ipaddress.ip_address(address.partition('%')[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is None:
            return ip.is_global and ip in _GLOBAL_UNICAST
        ip = inner
    return ip.is_global and not ip.is_multicast


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, asked for once per connection: what was checked is what is connected to."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _guarded_socket(connection: HTTPConnection) -> socket.socket:
    """Resolve, check, then connect to the very address that was checked."""
    try:
        found = resolve(connection.host, connection.port)
    except (OSError, UnicodeError) as error:
        raise NewConnectionError(connection, f'{connection.host} does not resolve') from error
    if not found or not all(is_public(address) for address in found):
        raise NewConnectionError(connection, f'{connection.host} resolves to an inner address')
    timeout: Any = connection.timeout
    try:
        return socket.create_connection(
            (found[0], connection.port), timeout if isinstance(timeout, int | float) else None)
    except TimeoutError as error:
        raise ConnectTimeoutError(connection, 'connect timed out') from error
    except OSError as error:
        raise NewConnectionError(connection, 'connect failed') from error


class _GuardedHTTPConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _guarded_socket(self)


class _GuardedHTTPSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _guarded_socket(self)


class _GuardedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTPConnection


class _GuardedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPSConnection


_managers: dict[tuple[int, bool], urllib3.PoolManager] = {}
_lock = threading.Lock()


def _manager(*, inner_allowed: bool) -> urllib3.PoolManager:
    # By process: connections made before a fork must not be shared.
    key = (os.getpid(), inner_allowed)
    manager = _managers.get(key)
    if manager is None:
        with _lock:
            manager = _managers.get(key)
            if manager is None:
                manager = urllib3.PoolManager(num_pools=_POOLS, maxsize=_CONNECTIONS, block=False, retries=False)
                if not inner_allowed:
                    manager.pool_classes_by_scheme = {'http': _GuardedHTTPPool, 'https': _GuardedHTTPSPool}
                _managers[key] = manager
    return manager


def send(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes | None, timing: Timing, max_bytes: int,
    inner_allowed: bool,
) -> Answer:
    """One request, one answer. Raises LenderUnavailable, OutcomeUnknown or NotUnderstood, never urllib3's own."""
    deadline = time.monotonic() + timing.connect_seconds + timing.whole_seconds
    try:
        response = _manager(inner_allowed=inner_allowed).request(
            method, url, body=body, headers=dict(headers), redirect=False, retries=False, preload_content=False,
            decode_content=False, timeout=urllib3.Timeout(connect=timing.connect_seconds, read=timing.read_seconds))
    except (NewConnectionError, ConnectTimeoutError, NameResolutionError) as error:
        raise LenderUnavailable(f'no connection: {type(error).__name__}') from error
    except SSLError as error:
        if isinstance(error.args[0] if error.args else None, ssl.SSLCertVerificationError):
            raise LenderUnavailable('the certificate is not to be trusted') from error
        raise OutcomeUnknown('the secure connection broke') from error
    except ReadTimeoutError as error:
        raise OutcomeUnknown('no answer in time') from error
    except (HTTPError, OSError, ValueError) as error:
        raise OutcomeUnknown(f'the answer broke: {type(error).__name__}') from error
    try:
        data = _read(response, max_bytes, deadline)
    except (HTTPError, OSError, ValueError) as error:
        response.close()
        raise OutcomeUnknown(f'the answer broke: {type(error).__name__}') from error
    except (NotUnderstood, OutcomeUnknown):
        response.close()
        raise
    response.release_conn()
    return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, data)


def _read(response: urllib3.BaseHTTPResponse, max_bytes: int, deadline: float) -> bytes:
    if response.headers.get('Content-Encoding', 'identity').lower() not in ('', 'identity'):
        raise NotUnderstood('the answer is compressed though nobody asked for it')
    length = response.headers.get('Content-Length', '')
    is_chunked = 'chunked' in response.headers.get('Transfer-Encoding', '').lower()
    if not length and not is_chunked and response.status not in (204, 304):
        raise OutcomeUnknown('the answer has no end: neither a length nor chunks')
    if length.isdigit() and int(length) > max_bytes:
        raise NotUnderstood(f'the answer is longer than {max_bytes} bytes')
    chunks: list[bytes] = []
    size = 0
    # read1 returns what has come, so that the deadline is looked at between pieces.
    while chunk := response.read1(_CHUNK_BYTES, decode_content=False):
        size += len(chunk)
        if size > max_bytes:
            raise NotUnderstood(f'the answer is longer than {max_bytes} bytes')
        if time.monotonic() > deadline:
            raise OutcomeUnknown('the answer took too long')
        chunks.append(chunk)
    return b''.join(chunks)
