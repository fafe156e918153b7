"""Key sets: making, extending, dropping, and what the commands and checks say of them."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from vault import keys, keysets, rotation
from vault.blind import blind_index, blind_indexes
from vault.checks import check_key_sets, check_rotation
from vault.hashing import UnknownHashKey, keyed_hash
from vault.keysets import BadKeySet
from vault.models import StoredFile


@pytest.mark.parametrize('development', [True, False])
def test_only_development_keys_carry_the_mark(development: bool) -> None:
    for purpose in keysets.PURPOSES:
        info = keysets.describe(keysets.new_key_set(purpose, development=development))
        assert info.is_development is development
        assert info.key_ids == (info.primary_key_id,)


def test_one_development_key_marks_the_whole_set() -> None:
    key_set = keysets.add_key(keysets.new_key_set('AEAD', development=True), 'AEAD')
    assert not keysets.is_development_key(keysets.describe(key_set).primary_key_id)
    assert keysets.describe(key_set).is_development


def test_added_key_is_primary_and_the_reader_is_not() -> None:
    first = keysets.new_key_set('AEAD')
    added, reader = keysets.add_key(first, 'AEAD'), keysets.add_reader(first, 'AEAD')
    old = keysets.describe(first).primary_key_id
    assert len(keysets.describe(added).key_ids) == len(keysets.describe(reader).key_ids) == 2
    assert keysets.describe(added).primary_key_id != old
    assert keysets.describe(reader).primary_key_id == old


def test_primary_key_cannot_be_dropped() -> None:
    first = keysets.new_key_set('AEAD')
    added = keysets.add_key(first, 'AEAD')
    with pytest.raises(BadKeySet):
        keysets.drop_key(added, keysets.describe(added).primary_key_id)
    old = keysets.describe(first).primary_key_id
    assert keysets.describe(keysets.drop_key(added, old)).key_ids == (keysets.describe(added).primary_key_id,)


@given(st.text())
def test_text_that_is_no_key_set_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(BadKeySet) as refusal:
        keysets.describe(text)
    assert str(refusal.value) == 'the key set is not the JSON of a key set'


def test_new_prints_lines_that_open() -> None:
    out = StringIO()
    call_command('vault_keys', 'new', '--development', stdout=out)
    lines = dict(line.split('=', 1) for line in out.getvalue().splitlines())
    assert list(lines) == [
        'VAULT_AEAD_KEYS', 'VAULT_FILE_KEYS', 'VAULT_INDEX_KEYS', 'VAULT_HASH_KEYS', 'VAULT_SIGN_KEYS']
    for text in lines.values():
        assert text[0] == text[-1] == "'"
        assert keysets.describe(text.strip("'")).is_development
        keysets.read(text.strip("'"))


def test_add_prints_the_set_with_a_new_primary() -> None:
    out = StringIO()
    call_command('vault_keys', 'add', 'INDEX', '--development', stdout=out)
    name, text = out.getvalue().strip().split('=', 1)
    assert name == 'VAULT_INDEX_KEYS'
    present, added = keys.info('INDEX'), keysets.describe(text.strip("'"))
    assert added.key_ids[:-1] == present.key_ids
    assert added.primary_key_id == added.key_ids[-1] != present.primary_key_id


def test_list_tells_ids_and_no_key() -> None:
    out = StringIO()
    call_command('vault_keys', 'list', '--json', stdout=out)
    told = json.loads(out.getvalue())
    assert told['VAULT_AEAD_KEYS'] == {
        'primary': keys.info('AEAD').primary_key_id, 'keys': list(keys.info('AEAD').key_ids), 'development': True}
    assert json.loads(keys.key_set('AEAD'))['key'][0]['keyData']['value'] not in out.getvalue()


def test_drop_of_an_unknown_key_is_an_error_of_the_command() -> None:
    with pytest.raises(CommandError, match='no key 1 in this set'):
        call_command('vault_keys', 'drop', 'AEAD', '1')


def test_checks_find_a_set_of_the_wrong_purpose_and_one_used_twice(settings: Any) -> None:
    assert check_key_sets(None) == []
    settings.VAULT_FILE_KEYS = settings.VAULT_AEAD_KEYS
    settings.VAULT_HASH_KEYS = settings.VAULT_INDEX_KEYS
    assert [message.id for message in check_key_sets(None)] == ['vault.E003', 'vault.W001', 'vault.W001']


def test_a_blind_index_nobody_recomputes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, 'indexed_models', lambda: [StoredFile])
    assert [message.id for message in check_rotation(None)] == ['vault.W002']
    monkeypatch.setattr(rotation, '_indexed', {StoredFile: dict})
    assert check_rotation(None) == []


def test_blind_index_is_stable_and_apart_for_each_purpose() -> None:
    assert blind_index('+79161234567', 'phone') == blind_index('+79161234567', 'phone')
    assert len(blind_index('+79161234567', 'phone')) == 32
    assert blind_index('+79161234567', 'phone') != blind_index('+79161234567', 'passport')
    # The border between purpose and value is part of the message.
    assert blind_index('b', 'a') != blind_index('', 'ab')


def test_after_an_added_key_the_old_index_is_still_found(settings: Any) -> None:
    old = blind_index('x', 'p')
    settings.VAULT_INDEX_KEYS = keysets.add_key(settings.VAULT_INDEX_KEYS, 'INDEX')
    new = blind_index('x', 'p')
    assert new != old
    assert blind_indexes('x', 'p') == [new, old]


def test_keyed_hash_is_compared_under_its_stored_key(settings: Any) -> None:
    key_id, digest = keyed_hash(b'form')
    settings.VAULT_HASH_KEYS = keysets.add_key(settings.VAULT_HASH_KEYS, 'HASH')
    assert keyed_hash(b'form', key_id) == (key_id, digest)
    fresh_id, fresh = keyed_hash(b'form')
    assert (fresh_id != key_id, fresh != digest, len(fresh)) == (True, True, 32)
    with pytest.raises(UnknownHashKey):
        keyed_hash(b'form', '1')
