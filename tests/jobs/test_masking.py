"""Error texts beside jobs and in logs hold nothing about a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.masking import describe, masked, trail


@pytest.mark.parametrize(('text', 'shown'), [
    ('lender answered 503', 'lender answered 503'),
    ('no offer 5f0f1bbd-5bb6-4a36-a0a5-9d9c8a4a3a11', 'no offer 5f0f1bbd-5bb6-4a36-a0a5-9d9c8a4a3a11'),
    ('phone +79161234567 is busy', 'phone *** is busy'),
    ('phone 8 (916) 123-45-67 is busy', 'phone *** is busy'),
    ('passport 4509 123456', 'passport ***'),
    ('Иванов Пётр: не найден', '*** ***: *** ***'),
    ("Key 'secret' and \"other\" and «третий»", 'Key *** and *** and ***'),
    ('mail to ivan@example.ru failed', 'mail to *** failed'),
    ('first line\nDETAIL: Key (phone)=(+79161234567) already exists.', 'first line'),
    ('token ' + 'A' * 43, 'token ***'),
])
def test_what_may_be_secret_is_hidden(text: str, shown: str) -> None:
    assert masked(text) == shown


@given(st.from_regex(r'\+7[0-9]{10}', fullmatch=True), st.text(max_size=40), st.text(max_size=40))
def test_a_phone_never_survives(phone: str, before: str, after: str) -> None:
    assert phone not in masked(f'{before} {phone} {after}')


@given(st.text())
def test_any_text_becomes_one_short_line(text: str) -> None:
    shown = masked(text)
    assert '\n' not in shown
    assert len(shown) <= 300


def test_an_error_is_told_with_its_place_and_without_its_values() -> None:
    def broken(phone: str) -> None:
        raise KeyError(phone)

    with pytest.raises(KeyError) as caught:
        broken('+79161234567')
    assert describe(caught.value).startswith('KeyError: *** at jobs/test_masking.py:')
    assert describe(ValueError()) == 'ValueError'
    assert trail(caught.value)[-1].endswith(' broken')
    assert '7916' not in ''.join(trail(caught.value))
