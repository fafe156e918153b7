"""Sealed values open in their own place and under their own keys, and nowhere else."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from vault import keysets, sealing
from vault.sealing import CannotUnseal, seal, unseal

PLACE = {'table': 'forms', 'column': 'answers', 'row': '5f0f1bbd-5bb6-4a36-a0a5-9d9c8a4a3a11'}
names = st.text(min_size=1, max_size=20)
places = st.fixed_dictionaries({'table': names, 'column': names, 'row': names})


@given(st.binary(max_size=5000), places)
def test_what_is_sealed_opens(plain: bytes, place: dict[str, str]) -> None:
    assert unseal(seal(plain, **place), **place) == plain


@given(st.binary(max_size=200), places, st.sampled_from(['table', 'column', 'row']), names)
def test_another_place_is_refused(plain: bytes, place: dict[str, str], part: str, other: str) -> None:
    elsewhere = {**place, part: place[part] + other}
    # A name may hold the separators: only a really different place must be refused.
    if '.' in ''.join(place.values()) + other or ':' in ''.join(place.values()) + other:
        return
    with pytest.raises(CannotUnseal):
        unseal(seal(plain, **place), **elsewhere)


@given(st.binary(max_size=200), st.data())
def test_any_flipped_bit_is_refused(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(plain, **PLACE))
    position = data.draw(st.integers(0, len(sealed) - 1))
    sealed[position] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CannotUnseal):
        unseal(bytes(sealed), **PLACE)


@given(st.binary(max_size=64))
def test_bytes_that_were_never_sealed_are_refused(data: bytes) -> None:
    with pytest.raises(CannotUnseal):
        unseal(data, **PLACE)


def test_equal_values_have_different_bytes() -> None:
    assert seal(b'same', **PLACE) != seal(b'same', **PLACE)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(plain=st.binary(max_size=200))
def test_an_added_key_reads_both_ways_until_the_old_one_is_dropped(settings: Any, plain: bytes) -> None:
    first = keysets.new_key_set('AEAD')
    old_id = keysets.describe(first).primary_key_id
    both = keysets.add_key(first, 'AEAD')
    settings.VAULT_AEAD_KEYS = first
    old = seal(plain, **PLACE)
    settings.VAULT_AEAD_KEYS = both
    new = seal(plain, **PLACE)
    assert old.startswith(sealing.prefix_of(old_id))
    assert new.startswith(sealing.primary_prefix())
    assert unseal(old, **PLACE) == unseal(new, **PLACE) == plain
    settings.VAULT_AEAD_KEYS = keysets.promote(both, old_id)
    assert unseal(old, **PLACE) == unseal(new, **PLACE) == plain
    settings.VAULT_AEAD_KEYS = keysets.drop_key(both, old_id)
    assert unseal(new, **PLACE) == plain
    with pytest.raises(CannotUnseal):
        unseal(old, **PLACE)
