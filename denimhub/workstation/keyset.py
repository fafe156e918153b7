"""Pages by place instead of number: what follows (created_at, id), however far from the beginning."""
from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from django.db import models
from django.db.models.expressions import RawSQL

_Row = TypeVar('_Row', bound=models.Model)
_SPELLING: Final = re.compile(r'([0-9]{1,17})-([0-9]{1,18})')
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a row in the order of (created_at, id)."""

    at: datetime
    row_id: int

    def __str__(self) -> str:
        """As it stands in an address: microseconds since 1970 and the id."""
        return f'{(self.at - _EPOCH) // timedelta(microseconds=1)}-{self.row_id}'


def read_place(text: str) -> Place | None:
    """The place in an address; None for anything that is not one."""
    found = _SPELLING.fullmatch(text)
    if found is None:
        return None
    try:
        return Place(_EPOCH + timedelta(microseconds=int(found[1])), int(found[2]))
    except OverflowError:
        return None


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """Rows in the order asked for; `previous` and `next` are the places to go on from, None at an end."""

    rows: list[_Row]
    previous: Place | None
    next: Place | None


def take_page(
    rows: models.QuerySet[_Row], *, size: int, after: Place | None = None, before: Place | None = None,
    oldest_first: bool = False,
) -> Page[_Row]:
    """At most `size` rows after or before a place; one index look-up for any page, no OFFSET."""
    place = after or before
    is_back = after is None and before is not None
    is_rising = oldest_first != is_back
    if place is not None:
        rows = rows.filter(beyond(rows.model, place, '>' if is_rising else '<'))
    found = list(rows.order_by(*(('created_at', 'id') if is_rising else ('-created_at', '-id')))[:size + 1])
    is_more, found = len(found) > size, found[:size]
    if is_back:
        found.reverse()
    if not found:
        return Page([], None, None)
    has_previous, has_next = (is_more, True) if is_back else (place is not None, is_more)
    return Page(found, _place_of(found[0]) if has_previous else None, _place_of(found[-1]) if has_next else None)


def beyond(model: type[models.Model], place: Place, sign: str) -> RawSQL:
    """A comparison of both columns at once, which an index on both answers."""
    table = model._meta.db_table
    return RawSQL(  # noqa: S611 - names of our own
        f'("{table}"."created_at", "{table}"."id") {sign} (%s::timestamptz, %s::bigint)', [place.at, place.row_id],
        output_field=models.BooleanField())


def _place_of(row: Any) -> Place:
    return Place(row.created_at, row.pk)
