"""Signatures that outsiders verify: Ed25519 (RFC 8032), raw 64 bytes, public keys as plain PEM."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

import tink
from tink.proto import ed25519_pb2

from vault import keys, keysets

SIGNATURE_BYTES: Final = 64
# SubjectPublicKeyInfo of an Ed25519 key (RFC 8410) is this and the 32 bytes of the key.
_DER_HEAD: Final = bytes.fromhex('302a300506032b6570032100')


@dataclass(frozen=True)
class PublicKey:
    """One public key of VAULT_SIGN_KEYS; `fingerprint` is the SHA-256 of its DER form, in hex."""

    key_id: int
    pem: str
    fingerprint: str
    is_primary: bool


def sign(data: bytes) -> bytes:
    """The signature of `data` by the primary key; the same data and key give the same bytes."""
    signed: bytes = keys.signer().sign(data)
    return signed[-SIGNATURE_BYTES:]  # what stands before it is the library's own prefix with the id of the key


def public_keys() -> list[PublicKey]:
    """The public half of every key of the set, in its order: the primary one and those of older signatures."""
    info = keys.info('SIGN')
    handle = keysets.read(keys.key_set('SIGN')).public_keyset_handle()
    document = json.loads(tink.json_proto_keyset_format.serialize_without_secret(handle))
    return [_public_key(key, info.primary_key_id) for key in document['key']]


def signing_key() -> PublicKey:
    """The public half of the key that signs now."""
    return next(key for key in public_keys() if key.is_primary)


def _public_key(key: dict[str, Any], primary_key_id: int) -> PublicKey:
    value = base64.b64decode(key['keyData']['value'])
    der = _DER_HEAD + ed25519_pb2.Ed25519PublicKey.FromString(value).key_value
    body = base64.b64encode(der).decode()
    pem = f'-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n'
    key_id = int(key['keyId'])
    return PublicKey(key_id, pem, hashlib.sha256(der).hexdigest(), key_id == primary_key_id)
