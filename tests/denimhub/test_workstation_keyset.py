"""Places of pages, ages and masks: what stands in addresses and cells."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from applications.models import Application
from denimhub.workstation.ages import age, moscow
from denimhub.workstation.keyset import Place, read_place, take_page
from denimhub.workstation.masks import masked_mobile, masked_name
from tests.world import a_partner, a_point, an_application

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(MOMENTS, st.integers(1, 2**59))
def test_a_place_survives_its_address(at: datetime, row_id: int) -> None:
    assert read_place(str(Place(at, row_id))) == Place(at, row_id)


@given(st.text())
def test_any_text_is_a_place_or_none(text: str) -> None:
    place = read_place(text)
    assert place is None or isinstance(place.at, datetime)


class PagesTest(TestCase):
    """Over any rows, pages of any size, in both orders and both directions."""

    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.integers(0, 5), max_size=14), st.integers(1, 6), st.booleans())
    def test_pages_hold_every_row_once_in_order(self, seconds: list[int], size: int, oldest_first: bool) -> None:
        point = a_point(a_partner())
        made = [an_application(point, created_at=NOW + timedelta(seconds=one)) for one in seconds]
        expected = [row.pk for row in sorted(made, key=lambda row: (row.created_at, row.pk), reverse=not oldest_first)]
        mine = Application.objects.filter(point=point)
        forth: list[list[int]] = []
        back: list[list[int]] = []
        place: Place | None = None
        while True:
            page = take_page(mine, size=size, after=place, oldest_first=oldest_first)
            forth.append([row.pk for row in page.rows])
            if page.next is None:
                break
            place = page.next
        place = page.previous
        while place is not None:
            page = take_page(mine, size=size, before=place, oldest_first=oldest_first)
            back.insert(0, [row.pk for row in page.rows])
            place = page.previous
        assert [pk for rows in forth for pk in rows] == expected
        assert [pk for rows in back for pk in rows] == expected[:sum(map(len, forth[:-1]))]
        assert all(len(rows) == size for rows in forth[:-1])


@pytest.mark.parametrize(('passed', 'words'), [
    (timedelta(seconds=59), 'только что'), (timedelta(minutes=1), '1\u00a0минута'),
    (timedelta(minutes=22), '22\u00a0минуты'), (timedelta(minutes=11), '11\u00a0минут'),
    (timedelta(minutes=59, seconds=59), '59\u00a0минут'), (timedelta(hours=21), '21\u00a0час'),
    (timedelta(days=3, hours=5), '3\u00a0дня'), (timedelta(days=730), '2\u00a0года'),
    (timedelta(seconds=-5), 'только что')], ids=str)
def test_an_age_is_said_in_its_greatest_unit(passed: timedelta, words: str) -> None:
    assert age(NOW - passed, NOW) == words


def test_a_moment_is_that_of_moscow_and_names_another_year() -> None:
    assert moscow(datetime(2026, 3, 1, 21, 5, 9, tzinfo=UTC), NOW) == '02.03 00:05:09'
    assert moscow(datetime(2025, 12, 31, 20, 59, 59, tzinfo=UTC), NOW) == '31.12.2025 23:59:59'
    assert moscow(datetime(2025, 12, 31, 21, 0, tzinfo=UTC), NOW) == '01.01 00:00:00'


@pytest.mark.parametrize(('answers', 'name', 'phone'), [
    ({'last_name': 'иванов', 'first_name': 'иван', 'middle_name': 'ильич', 'mobile_phone': '+79161234512'},
     'И*** И. И.', '+7 9** *** ** 12'),
    ({'last_name': 'Ли', 'first_name': 'Ан'}, 'Л*** А.', ''), ({}, '', ''),
    ({'last_name': None, 'first_name': ' '}, '', '')], ids=['whole', 'no patronymic', 'nothing', 'empty'])
def test_a_client_is_shown_by_initials_and_the_end_of_the_phone(
    answers: dict[str, Any], name: str, phone: str,
) -> None:
    assert (masked_name(answers), masked_mobile(answers)) == (name, phone)


@pytest.mark.django_db
def test_an_empty_list_has_no_pages() -> None:
    page = take_page(Application.objects.filter(created_at__gt=timezone.now()), size=50)
    assert (page.rows, page.previous, page.next) == ([], None, None)
