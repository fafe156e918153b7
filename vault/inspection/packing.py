"""Several files as the bytes of one question to a child."""
from __future__ import annotations

import struct
from collections.abc import Sequence

MOST_PACKED_BYTES = 48 * 1024 * 1024
_LENGTH = struct.Struct('!I')


def pack(parts: Sequence[bytes]) -> bytes:
    """Several files as the bytes of one question."""
    return b''.join(_LENGTH.pack(len(part)) + part for part in parts)


def unpack(content: bytes) -> list[bytes]:
    """The files of `pack`."""
    parts, at = [], 0
    while at < len(content):
        length = _LENGTH.unpack_from(content, at)[0]
        at += _LENGTH.size
        parts.append(content[at:at + length])
        at += length
    return parts
