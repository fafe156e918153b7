"""Sealing of single values: AES-256-GCM, bound to the table, column and row they belong to."""

from typing import Final

import tink

from vault import keys

# A sealed value begins with the version byte and the four bytes of the key id (the library's output prefix).
PREFIX_BYTES: Final = 5


class CannotUnseal(Exception):
    """A sealed value that was changed, moved to another row, column or table, or whose key is not in the set."""


def seal(plain: bytes, *, table: str, column: str, row: str) -> bytes:
    """Encrypt a value for one column of one row, under the primary key."""
    sealed: bytes = keys.aead_primitive().encrypt(plain, _associated(table, column, row))
    return sealed


def unseal(sealed: bytes, *, table: str, column: str, row: str) -> bytes:
    """Decrypt a value of one column of one row; raises CannotUnseal rather than give back anything else."""
    try:
        plain: bytes = keys.aead_primitive().decrypt(sealed, _associated(table, column, row))
    except tink.TinkError:
        raise CannotUnseal(f'{table}.{column} of {row} does not open') from None
    return plain


def primary_prefix() -> bytes:
    """The first bytes of every value sealed under the present primary key."""
    return prefix_of(keys.info('AEAD').primary_key_id)


def prefix_of(key_id: int) -> bytes:
    """The first bytes of every value sealed under the key of this id."""
    return b'\x01' + key_id.to_bytes(4, 'big')


def _associated(table: str, column: str, row: str) -> bytes:
    return f'{table}.{column}:{row}'.encode()
