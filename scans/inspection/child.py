"""The child process: takes files over its standard input (a socket), answers with findings, knows nothing else.

It lives as long as the socket. Its limits: 512 MiB of address space, 10 s of CPU a file, no file or socket may be
opened, no core, nothing written.
"""
from __future__ import annotations

import io
import json
import os
import resource
import socket
import struct
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from PIL import Image

from scans.inspection import pdf
from scans.inspection.checks import JPEG, PDF, check, display
from scans.inspection.verdicts import MAX_FILE_BYTES

ADDRESS_SPACE_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10
_HEADER = struct.Struct('!cBI')
_ANSWER = struct.Struct('!II')


def main() -> None:
    """Serve until the socket closes."""
    connection = socket.socket(fileno=os.dup(0))
    _warm_up()
    _limit()
    _send(connection, {'ready': True}, b'')
    while (asked := _receive(connection)) is not None:
        _allow_cpu()
        connection_answer = _answer(*asked)
        _send(connection, *connection_answer)


def _answer(verb: bytes, mime_type: str, content: bytes) -> tuple[dict[str, Any], bytes]:
    if verb == b'c':
        return {'finding': check(mime_type, content).value}, b''
    try:
        seen = asdict(display(content))
    except Exception:  # noqa: BLE001 - a decoder fails in any way it likes
        return {'failed': True}, b''
    return seen, seen.pop('content')


def _warm_up() -> None:
    """Load every decoder while files may still be opened."""
    for kind in ('JPEG', 'PNG'):
        out = io.BytesIO()
        Image.new('RGB', (8, 8), 'white').save(out, kind)
        check(f'image/{kind.lower()}', out.getvalue())
        display(out.getvalue())
    Image.new('RGBA', (8, 8)).save(out, 'PNG')
    check(JPEG, b'\xff\xd8\xff broken')
    check(PDF, b'%PDF-1.4 broken')
    pdf.warm_up()
    Image.init()


def _limit() -> None:
    for name, value in (
        ('RLIMIT_AS', ADDRESS_SPACE_BYTES), ('RLIMIT_CORE', 0), ('RLIMIT_FSIZE', 0), ('RLIMIT_NOFILE', 0),
    ):
        # macOS knows some of them only by name.
        with suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value))


def _allow_cpu() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _receive(connection: socket.socket) -> tuple[bytes, str, bytes] | None:
    header = _exactly(connection, _HEADER.size)
    if header is None:
        return None
    verb, type_length, length = _HEADER.unpack(header)
    if length > MAX_FILE_BYTES * 2:
        return None
    mime_type, content = _exactly(connection, type_length), _exactly(connection, length)
    return None if mime_type is None or content is None else (verb, mime_type.decode(), bytes(content))


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


if __name__ == '__main__':
    # A connection lost in the middle of an answer is the end as well.
    with suppress(OSError):
        main()
    sys.exit(0)
