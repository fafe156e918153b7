"""The key sets of this process, opened once each and kept: a call costs a dictionary look-up."""

from functools import lru_cache
from typing import Any, cast

import tink
from django.conf import settings
from tink import aead, prf, signature, streaming_aead

from vault import keysets
from vault.keysets import BadKeySet, KeySetInfo, Purpose

SETTINGS: dict[Purpose, str] = {
    'AEAD': 'VAULT_AEAD_KEYS',
    'FILE': 'VAULT_FILE_KEYS',
    'INDEX': 'VAULT_INDEX_KEYS',
    'HASH': 'VAULT_HASH_KEYS',
    'SIGN': 'VAULT_SIGN_KEYS',
}


def key_set(purpose: Purpose) -> str:
    """Return the JSON key set a setting holds, '' when there is none."""
    return cast(str, getattr(settings, SETTINGS[purpose], ''))


def info(purpose: Purpose) -> KeySetInfo:
    """Tell the key ids of the set for this purpose."""
    return _info(_present(purpose))


def aead_primitive() -> aead.Aead:
    """AES-256-GCM under the primary key of VAULT_AEAD_KEYS; opens under any key of the set."""
    return cast(aead.Aead, _primitive(_present('AEAD'), aead.Aead))


def streaming_primitive() -> streaming_aead.StreamingAead:
    """Streaming AES-256-GCM under the primary key of VAULT_FILE_KEYS; opens under any key of the set."""
    return cast(streaming_aead.StreamingAead, _primitive(_present('FILE'), streaming_aead.StreamingAead))


def index_prf() -> prf.PrfSet:
    """HMAC-SHA256 keys of the blind indexes (VAULT_INDEX_KEYS)."""
    return cast(prf.PrfSet, _primitive(_present('INDEX'), prf.PrfSet))


def hash_prf() -> prf.PrfSet:
    """HMAC-SHA256 keys of the keyed hashes (VAULT_HASH_KEYS)."""
    return cast(prf.PrfSet, _primitive(_present('HASH'), prf.PrfSet))


def signer() -> signature.PublicKeySign:
    """Ed25519 under the primary key of VAULT_SIGN_KEYS."""
    return cast(signature.PublicKeySign, _primitive(_present('SIGN'), signature.PublicKeySign))


def _present(purpose: Purpose) -> str:
    text = key_set(purpose)
    if not text:
        raise BadKeySet(f'{SETTINGS[purpose]} is not set')
    return text


# Keyed by the text of the set, so that a test that overrides the setting gets its own keys.
@lru_cache(maxsize=64)
def _primitive(text: str, kind: type[Any]) -> Any:
    try:
        return keysets.read(text).primitive(kind)
    except tink.TinkError:
        raise BadKeySet(f'the key set is not fit for {kind.__name__}') from None


@lru_cache(maxsize=64)
def _info(text: str) -> KeySetInfo:
    return keysets.describe(text)
