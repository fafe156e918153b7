"""A guid is known only in the spelling that was given out."""
from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.guids import parse_guid


@given(guid=st.uuids())
def test_a_guid_is_read_as_it_is_written(guid: uuid.UUID) -> None:
    assert parse_guid(str(guid)) == guid


@given(guid=st.uuids(), spoil=st.sampled_from([
    str.upper, '{{{}}}'.format, 'urn:uuid:{}'.format, ' {}'.format, '{}\n'.format, lambda text: text.replace('-', ''),
    lambda text: text[:-1], lambda text: f'{text[:-1]}٣']))
def test_no_other_spelling_is_known(guid: uuid.UUID, spoil: object) -> None:
    assert callable(spoil)
    text = spoil(str(guid))
    assert parse_guid(text) == (guid if text == str(guid) else None)


@pytest.mark.parametrize('text', ['', '-' * 36, 'g' * 36, '0' * 36, '٣' * 36])
def test_anything_else_is_no_guid(text: str) -> None:
    assert parse_guid(text) is None
