"""The child's side: takes work over its standard input (a socket), answers, knows nothing else.

It lives as long as the socket. Its limits: 512 MiB of address space, 10 s of CPU a piece of work (or what `serve` was
told), no file or socket may be opened, no core, nothing written.
"""
from __future__ import annotations

import json
import os
import resource
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

ADDRESS_SPACE_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10
_HEADER = struct.Struct('!cBI')
_ANSWER = struct.Struct('!II')

Answer = Callable[[bytes, str, bytes], tuple[dict[str, Any], bytes]]


def serve(
    answer: Answer, warm_up: Callable[[], None], *, most_bytes: int, cpu_seconds: int = CPU_SECONDS,
) -> NoReturn:
    """Serve until the socket closes, then exit.

    `warm_up` loads whatever needs files; after it none may be opened. `answer` gets verb, name and bytes (a longer
    piece of work than `most_bytes` ends the child) and returns a JSON object and bytes; what it raises ends the child.
    """
    # A connection lost in the middle of an answer is the end as well.
    with suppress(OSError):
        connection = socket.socket(fileno=os.dup(0))
        warm_up()
        _limit()
        _send(connection, {'ready': True}, b'')
        while (asked := _receive(connection, most_bytes)) is not None:
            _allow_cpu(cpu_seconds)
            _send(connection, *answer(*asked))
    sys.exit(0)


def _limit() -> None:
    for name, value in (
        ('RLIMIT_AS', ADDRESS_SPACE_BYTES), ('RLIMIT_CORE', 0), ('RLIMIT_FSIZE', 0), ('RLIMIT_NOFILE', 0),
    ):
        # macOS knows some of them only by name.
        with suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value))


def _allow_cpu(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _receive(connection: socket.socket, most_bytes: int) -> tuple[bytes, str, bytes] | None:
    header = _exactly(connection, _HEADER.size)
    if header is None:
        return None
    verb, name_length, length = _HEADER.unpack(header)
    if length > most_bytes:
        return None
    name, content = _exactly(connection, name_length), _exactly(connection, length)
    return None if name is None or content is None else (verb, name.decode(errors='replace'), bytes(content))


def _exactly(connection: socket.socket, length: int) -> bytearray | None:
    """That many bytes, None when the other side is gone."""
    got = bytearray(length)
    view, at = memoryview(got), 0
    while at < length:
        count = connection.recv_into(view[at:])
        if not count:
            return None
        at += count
    return got


def _send(connection: socket.socket, answer: dict[str, Any], content: bytes) -> None:
    head = json.dumps(answer).encode()
    connection.sendall(_ANSWER.pack(len(head), len(content)) + head + content)
