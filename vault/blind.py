"""Blind indexes: look-ups by a secret value without keeping it in the clear."""

from typing import Final

from vault import keys

INDEX_BYTES: Final = 32


def blind_index(value: str, purpose: str) -> bytes:
    """HMAC-SHA256 of a normalised value under the primary key; `purpose` keeps equal values of two columns apart."""
    index: bytes = keys.index_prf().primary().compute(_message(value, purpose), INDEX_BYTES)
    return index


def blind_indexes(value: str, purpose: str) -> list[bytes]:
    """The index under every key of the set, the primary first: for look-ups with `__in` while a rotation runs."""
    prfs = keys.index_prf()
    message = _message(value, purpose)
    primary = prfs.primary_id()
    others = [prf.compute(message, INDEX_BYTES) for key_id, prf in prfs.all().items() if key_id != primary]
    return [prfs.primary().compute(message, INDEX_BYTES), *others]


def _message(value: str, purpose: str) -> bytes:
    return f'{purpose}\0{value}'.encode()
