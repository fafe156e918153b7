"""How evidence is written down and chained: canonical JSON, hashes, links. Pure.

Canonical JSON is that of RFC 8785 (JCS): UTF-8, no spaces, names sorted, the shortest escapes. Names here are ASCII and
numbers are whole and small, so that the standard library of any language writes the same bytes.
"""
from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Final

FORMAT: Final = 'denimhub-evidence/1'
GENESIS: Final = '0' * 64
"""`previous_sha256` of the first record."""
_GREATEST: Final = 2**53 - 1


class NotCanonical(ValueError):
    """A value that RFC 8785 and we would write differently: a fraction, a huge number, a name that is not ASCII."""


def canonical(value: Any) -> bytes:
    """The one spelling of a JSON value. Raises NotCanonical."""
    _refuse_ambiguous(value)
    try:
        return json.dumps(
            value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(',', ':')).encode()
    except UnicodeEncodeError:
        raise NotCanonical('half of a surrogate pair') from None


def sha256_of(data: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def link(*, number: int, previous_sha256: str, body_sha256: str) -> dict[str, Any]:
    """What is hashed of a record: it hides the body, so that links of strangers may be shown to anybody."""
    return {
        'format': FORMAT, 'number': number, 'previous_sha256': previous_sha256, 'body_sha256': body_sha256}


def link_sha256(**values: Any) -> str:
    """The hash that the next record holds; takes what `link()` takes."""
    return sha256_of(canonical(link(**values)))


def moment(value: datetime | str | None) -> str | None:
    """A time as records have it: RFC 3339, UTC, microseconds, `Z`."""
    if value is None:
        return None
    parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
    return parsed.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%fZ')


def _refuse_ambiguous(value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if not isinstance(name, str) or not name.isascii():
                raise NotCanonical(f'the name {name!r}')
            _refuse_ambiguous(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_ambiguous(inner)
    elif isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > _GREATEST:
            raise NotCanonical('a number beyond 2^53')
    elif value is not None and not isinstance(value, str | bool):
        raise NotCanonical(f'a {type(value).__name__}')
