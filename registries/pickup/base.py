"""What a place of files promises: whole files only, each moved aside after it was kept."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

MOST_BYTES: Final = 64 << 20
MOST_FILES: Final = 200
"""So many at one look; the rest waits for the next."""
_ENDINGS: Final = ('.csv', '.txt', '.xlsx')
_HALF: Final = ('.part', '.tmp', '.filepart', '.partial', '.swp', '~')


class Lost(Exception):
    """The place cannot be reached just now: again later."""


class Refused(Exception):
    """It will not work until a person changes something; the text is for that person."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Files that came together, and how they are moved aside; `done` may be called again after a crash."""

    files: tuple[tuple[str, bytes], ...]
    done: Callable[[], None]
    sender: str = ''


class Box(Protocol):
    """An open place."""

    @property
    def seen(self) -> dict[str, list[int]]:
        """Name -> size and time at this look, for the next one."""
        ...

    def parcels(self) -> Iterator[Parcel]:
        """What has come whole, one at a time. Raises Lost."""
        ...


@dataclass(slots=True)
class Looks:
    """Whether a file is whole: it has a name of a table, and is as it was at the look before."""

    before: dict[str, list[int]]
    now: dict[str, list[int]] = field(default_factory=dict)

    def is_whole(self, name: str, size_bytes: int, changed_at: int) -> bool:
        """Notes the file; hidden names and those of half-written files are never taken, nor what still changes."""
        if not is_wanted(name):
            return False
        self.now[name] = [size_bytes, changed_at]
        return self.before.get(name) == [size_bytes, changed_at] and 0 < size_bytes <= MOST_BYTES


def is_wanted(name: str) -> bool:
    """A CSV or XLSX that is not hidden and not being written."""
    low = name.lower()
    return low.endswith(_ENDINGS) and not low.startswith('.') and not low.endswith(_HALF) and '/' not in name
