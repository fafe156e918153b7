"""Two texts side by side."""
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.differences import MOST_LINES, Row, TooLongToCompare, side_by_side


def test_changed_lines_stand_beside_each_other_with_their_neighbours() -> None:
    old = '\n'.join('abcdefghij')
    new = '\n'.join('abcdEFghij').replace('F\n', '')
    assert side_by_side(old, new) == [
        Row('gap'), Row('same', 2, 'b', 2, 'b'), Row('same', 3, 'c', 3, 'c'), Row('same', 4, 'd', 4, 'd'),
        Row('changed', 5, 'e', 5, 'E'), Row('changed', 6, 'f'), Row('same', 7, 'g', 6, 'g'),
        Row('same', 8, 'h', 7, 'h'), Row('same', 9, 'i', 8, 'i')]


def test_equal_texts_have_no_rows() -> None:
    assert side_by_side('a\nb', 'a\nb') == []


def test_a_text_too_long_is_not_compared() -> None:
    with pytest.raises(TooLongToCompare):
        side_by_side('a\n' * (MOST_LINES + 1), '')


@given(st.lists(st.sampled_from('абв'), max_size=30), st.lists(st.sampled_from('абв'), max_size=30))
def test_every_changed_line_of_either_side_is_shown_once(old: list[str], new: list[str]) -> None:
    rows = side_by_side('\n'.join(old), '\n'.join(new))
    olds = [row.old_number for row in rows if row.old_number]
    news = [row.new_number for row in rows if row.new_number]
    assert olds == sorted(set(olds))
    assert news == sorted(set(news))
    assert all(row.old == old[row.old_number - 1] for row in rows if row.old_number)
    assert all(row.new == new[row.new_number - 1] for row in rows if row.new_number)
    kept_old = [line for number, line in enumerate(old, 1) if number not in
                {row.old_number for row in rows if row.mark == 'changed'}]
    kept_new = [line for number, line in enumerate(new, 1) if number not in
                {row.new_number for row in rows if row.mark == 'changed'}]
    assert kept_old == kept_new
