"""Keyed hashes that stay comparable after a rotation, since each is kept with the id of its key."""

from typing import Final

from vault import keys

HASH_BYTES: Final = 32


class UnknownHashKey(Exception):
    """A stored key id that the present key set does not hold."""


def keyed_hash(data: bytes, key_id: str | None = None) -> tuple[str, bytes]:
    """HMAC-SHA256 as (key id, 32 bytes): under the key of the given id, else under the primary."""
    prfs = keys.hash_prf()
    if key_id is None:
        return str(prfs.primary_id()), prfs.primary().compute(data, HASH_BYTES)
    for known_id, prf in prfs.all().items():
        if str(known_id) == key_id:
            return key_id, prf.compute(data, HASH_BYTES)
    raise UnknownHashKey(f'VAULT_HASH_KEYS has no key {key_id}')
