"""A closed loop of keep-alive connections in one thread: light, so that two cores stay with the servers."""
from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

_RECEIVE_BYTES = 65536
_ANSWER_SECONDS = 60.0
_HEAD_END = b'\r\n\r\n'
_SUCCESS = b'{"status":"success"'

Requests = Iterator[bytes]


class WrongAnswer(Exception):
    """A server answered something other than success: what follows would measure nothing."""


@dataclass(frozen=True)
class Load:
    """What one round did."""

    requests: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes


def post(method: str, body: bytes) -> bytes:
    """A call of a method as our own proxy passes it on."""
    head = (
        f'POST /dp/{method} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\nAccept: application/json\r\n'
        f'User-Agent: till/1.0\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n')
    return head.encode() + body


def same(request: bytes) -> Requests:
    """The same request for ever."""
    while True:
        yield request


def numbered(request: bytes, mark: bytes, prefix: str) -> Requests:
    """The request with its mark replaced by a new number of the same length, for ever."""
    before, after = request.split(mark)
    digits = len(mark) - len(prefix)
    number = 0
    while True:
        number += 1
        yield b'%b%b%b' % (before, f'{prefix}{number:0{digits}}'.encode(), after)


class _Connection:
    """One connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(('127.0.0.1', port), timeout=_ANSWER_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b''

    def send(self, request: bytes) -> None:
        self.received = b''
        self.socket.sendall(request)

    def receive(self) -> Answer | None:
        """Whatever has come; the answer when it is whole."""
        piece = self.socket.recv(_RECEIVE_BYTES)
        if not piece:
            raise WrongAnswer('the server closed the connection')
        self.received += piece
        head, end, body = self.received.partition(_HEAD_END)
        if not end or len(body) < _length(head):
            return None
        return Answer(int(head[9:12]), body)


def _length(head: bytes) -> int:
    for line in head.lower().split(b'\r\n'):
        if line.startswith(b'content-length:'):
            return int(line[15:])
    raise WrongAnswer('the answer has no Content-Length')


def converse(port: int, request: bytes) -> Answer:
    """One request on a connection of its own, whatever is answered."""
    connection = _Connection(port)
    with connection.socket:
        connection.send(request)
        while (answer := connection.receive()) is None:
            pass
        return answer


def ask(port: int, request: bytes) -> bytes:
    """One request on a connection of its own; its body, which tells success."""
    return _checked(converse(port, request)).body


def _checked(answer: Answer) -> Answer:
    if answer.status != 200 or not answer.body.startswith(_SUCCESS):
        raise WrongAnswer(f'{answer.status} {answer.body[:500].decode(errors="replace")}')
    return answer


def run(port: int, requests: Requests, *, connections: int, seconds: float) -> Load:
    """Keep so many requests under way for so long, then wait for the last answers. Every answer is looked at."""
    opened = [_Connection(port) for _ in range(connections)]
    answered = 0
    started = time.perf_counter()
    end = started + seconds
    with selectors.DefaultSelector() as selector:
        for connection in opened:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(next(requests))
        under_way = len(opened)
        while under_way:
            ready = selector.select(_ANSWER_SECONDS)
            if not ready:
                raise WrongAnswer(f'no answer within {_ANSWER_SECONDS:g} s')
            for key, _mask in ready:
                answer = key.data.receive()
                if answer is None:
                    continue
                _checked(answer)
                answered += 1
                if time.perf_counter() < end:
                    key.data.send(next(requests))
                else:
                    under_way -= 1
        took = time.perf_counter() - started
    for connection in opened:
        connection.socket.close()
    return Load(answered, took)
