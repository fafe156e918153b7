"""Keys that sign what outsiders verify: their public halves, their rotation, and what never leaves."""
from __future__ import annotations

import base64
import hashlib
import json
from io import StringIO
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from vault import keysets, signing
from vault.checks import check_key_sets


def opened(pem: str) -> Ed25519PublicKey:
    """The key as strangers read it."""
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, Ed25519PublicKey)
    return key


@given(st.binary(max_size=2000))
def test_a_stranger_verifies_a_raw_signature_with_the_plain_public_key(data: bytes) -> None:
    signature = signing.sign(data)
    assert len(signature) == signing.SIGNATURE_BYTES
    assert signing.sign(data) == signature
    opened(signing.signing_key().pem).verify(signature, data)
    with pytest.raises(InvalidSignature):
        opened(signing.signing_key().pem).verify(signature, data + b'.')


def test_the_fingerprint_is_that_of_the_key_and_not_of_its_spelling() -> None:
    key = signing.signing_key()
    der = opened(key.pem).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert key.fingerprint == hashlib.sha256(der).hexdigest()


def test_after_a_rotation_old_signatures_are_verified_with_the_old_public_key(settings: Any) -> None:
    old, signature = signing.signing_key(), signing.sign(b'package')
    settings.VAULT_SIGN_KEYS = keysets.add_key(settings.VAULT_SIGN_KEYS, 'SIGN', development=True)
    new = signing.signing_key()
    assert new.key_id != old.key_id
    assert [(key.key_id, key.is_primary) for key in signing.public_keys()] == [(old.key_id, False), (new.key_id, True)]
    opened(signing.public_keys()[0].pem).verify(signature, b'package')
    opened(new.pem).verify(signing.sign(b'package'), b'package')
    with pytest.raises(InvalidSignature):
        opened(new.pem).verify(signature, b'package')


def test_public_prints_keys_to_be_given_away_and_nothing_else(settings: Any) -> None:
    settings.VAULT_SIGN_KEYS = keysets.add_key(settings.VAULT_SIGN_KEYS, 'SIGN', development=True)
    out, as_json = StringIO(), StringIO()
    call_command('vault_keys', 'public', stdout=out)
    call_command('vault_keys', 'public', '--json', stdout=as_json)
    keys = signing.public_keys()
    assert [row['pem'] for row in json.loads(as_json.getvalue())] == [key.pem for key in keys]
    for key in keys:
        assert key.pem in out.getvalue()
        assert key.fingerprint in out.getvalue()
    for row in json.loads(settings.VAULT_SIGN_KEYS)['key']:
        private = row['keyData']['value']
        seed = base64.b64decode(private)[2:34]
        for text in (out.getvalue(), as_json.getvalue()):
            assert private not in text
            assert base64.b64encode(seed).decode()[:40] not in text


def test_without_the_key_nothing_is_signed_and_the_command_says_so(settings: Any) -> None:
    settings.VAULT_SIGN_KEYS = ''
    with pytest.raises(keysets.BadKeySet, match='VAULT_SIGN_KEYS is not set'):
        signing.sign(b'x')
    with pytest.raises(CommandError, match='VAULT_SIGN_KEYS is not set'):
        call_command('vault_keys', 'public')


def test_a_set_of_another_purpose_is_found_by_the_checks(settings: Any) -> None:
    settings.VAULT_SIGN_KEYS = keysets.new_key_set('INDEX', development=True)
    assert [message.id for message in check_key_sets(None)] == ['vault.E003']
