"""A directory of this machine into which somebody else's server writes."""
from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from registries.delivery.base import Settings
from registries.pickup.base import MOST_BYTES, MOST_FILES, Looks, Lost, Parcel


def absolute_path(text: str) -> str:
    if not text.startswith('/') or '..' in text.split('/'):
        raise ValueError('an absolute path that does not lead upwards')
    return text


class DirectorySettings(Settings):
    """Where; taken files go to `done/` there."""

    path: Annotated[str, AfterValidator(absolute_path)]


class DirectoryBox:
    """Regular files only: a link is not followed."""

    def __init__(self, path: Path, before: dict[str, list[int]]) -> None:
        self._path, self._looks = path, Looks(before)

    @property
    def seen(self) -> dict[str, list[int]]:
        """Files as they are now."""
        return self._looks.now

    def parcels(self) -> Iterator[Parcel]:
        """Whole files by name."""
        try:
            for path in sorted(self._path.iterdir())[:MOST_FILES]:
                name, found = path.name, path.lstat()
                if stat.S_ISREG(found.st_mode) and self._looks.is_whole(name, found.st_size, found.st_mtime_ns):
                    with open(path, 'rb', opener=_no_link) as file:
                        yield Parcel(((name, file.read(MOST_BYTES + 1)),), partial(self._done, name))
        except OSError as error:
            raise Lost(f'{type(error).__name__}: {error.strerror}') from error

    def _done(self, name: str) -> None:
        done = self._path / 'done'
        done.mkdir(exist_ok=True)
        (self._path / name).replace(_free(done, name))
        self._looks.now.pop(name, None)


def _free(folder: Path, name: str) -> Path:
    """A name that is not taken there."""
    path, number = folder / name, 1
    while path.exists():
        path, number = folder / f'{number}-{name}', number + 1
    return path


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)


@contextmanager
def open_directory(settings: DirectorySettings, _secret: str, before: dict[str, list[int]]) -> Iterator[DirectoryBox]:
    """The directory as a place of files."""
    yield DirectoryBox(Path(settings.path), before)
