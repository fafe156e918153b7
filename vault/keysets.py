"""Key sets as JSON text: making, extending and describing them. Pure: no settings, no database."""

import json
import secrets
from dataclasses import dataclass
from typing import Any, Final, Literal

import tink
from tink import aead, prf, secret_key_access, signature, streaming_aead

Purpose = Literal['AEAD', 'FILE', 'INDEX', 'HASH', 'SIGN']
PURPOSES: Final[tuple[Purpose, ...]] = ('AEAD', 'FILE', 'INDEX', 'HASH', 'SIGN')

# Ids of development and test keys start with this byte, ids of production keys never do: the mark travels inside
# the key set itself, so no separate setting can forget to say where the keys came from.
_DEVELOPMENT_BYTE: Final = 0xDE

_TEMPLATES: Final[dict[Purpose, Any]] = {
    'AEAD': aead.aead_key_templates.AES256_GCM,
    'FILE': streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_1MB,
    'INDEX': prf.prf_key_templates.HMAC_SHA256,
    'HASH': prf.prf_key_templates.HMAC_SHA256,
    'SIGN': signature.signature_key_templates.ED25519,
}

aead.register()
streaming_aead.register()
prf.register()
signature.register()


class BadKeySet(Exception):
    """A key set that does not read, or is not fit for its purpose."""


@dataclass(frozen=True)
class KeySetInfo:
    """What may be told about a key set: ids only, never the key material."""

    primary_key_id: int
    key_ids: tuple[int, ...]

    @property
    def is_development(self) -> bool:
        """True when any key of the set was made for development or tests."""
        return any(is_development_key(key_id) for key_id in self.key_ids)


def is_development_key(key_id: int) -> bool:
    """Tell whether this id belongs to a key made for development or tests."""
    return key_id >> 24 == _DEVELOPMENT_BYTE


def new_key_set(purpose: Purpose, *, development: bool = False) -> str:
    """Make a key set with one fresh key, as one line of JSON."""
    handle = tink.new_keyset_handle(_TEMPLATES[purpose])
    document: dict[str, Any] = json.loads(
        tink.json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN))
    key_id = _new_key_id(development)
    document['primaryKeyId'] = key_id
    document['key'][0]['keyId'] = key_id
    return json.dumps(document, separators=(',', ':'))


def add_key(key_set: str, purpose: Purpose, *, development: bool = False) -> str:
    """Return the key set with one fresh key more, which becomes the primary; the old keys go on reading."""
    document = _parse(key_set)
    known = set(describe(key_set).key_ids)
    fresh = json.loads(new_key_set(purpose, development=development))
    while fresh['primaryKeyId'] in known:
        fresh = json.loads(new_key_set(purpose, development=development))
    document['key'].append(fresh['key'][0])
    document['primaryKeyId'] = fresh['primaryKeyId']
    return json.dumps(document, separators=(',', ':'))


def drop_key(key_set: str, key_id: int) -> str:
    """Return the key set without one key; the primary key cannot be dropped."""
    document = _parse(key_set)
    if int(document['primaryKeyId']) == key_id:
        raise BadKeySet('the primary key cannot be dropped')
    kept = [key for key in document['key'] if int(key['keyId']) != key_id]
    if len(kept) == len(document['key']):
        raise BadKeySet(f'no key {key_id} in this set')
    document['key'] = kept
    return json.dumps(document, separators=(',', ':'))


def add_reader(key_set: str, purpose: Purpose, *, development: bool = False) -> str:
    """Return the key set with one fresh key more that only reads yet: for a roll-out over several machines, so that
    every process can read what the first one to use it as primary writes."""
    primary = describe(key_set).primary_key_id
    return promote(add_key(key_set, purpose, development=development), primary)


def promote(key_set: str, key_id: int) -> str:
    """Return the key set with another of its keys as the primary."""
    document = _parse(key_set)
    if key_id not in describe(key_set).key_ids:
        raise BadKeySet(f'no key {key_id} in this set')
    document['primaryKeyId'] = key_id
    return json.dumps(document, separators=(',', ':'))


def describe(key_set: str) -> KeySetInfo:
    """Tell the ids of the keys of a set."""
    document = _parse(key_set)
    return KeySetInfo(int(document['primaryKeyId']), tuple(int(key['keyId']) for key in document['key']))


def read(key_set: str) -> tink.KeysetHandle:
    """Open a key set for use."""
    _parse(key_set)
    try:
        return tink.json_proto_keyset_format.parse(key_set, secret_key_access.TOKEN)
    except (tink.TinkError, ValueError):
        # The library's text may quote what it was given, so it is neither shown nor chained.
        raise BadKeySet('the key set cannot be opened') from None


def _parse(key_set: str) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(key_set)
        primary = int(document['primaryKeyId'])
        ids = [int(key['keyId']) for key in document['key']]
    except (ValueError, KeyError, TypeError):
        raise BadKeySet('the key set is not the JSON of a key set') from None
    if primary not in ids or len(set(ids)) != len(ids):
        raise BadKeySet('the key set has no primary key, or two keys with one id')
    return document


def _new_key_id(development: bool) -> int:
    if development:
        return _DEVELOPMENT_BYTE << 24 | secrets.randbits(24)
    while True:
        key_id = secrets.randbits(32)
        if key_id and not is_development_key(key_id):
            return key_id
