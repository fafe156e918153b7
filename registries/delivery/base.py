"""What a channel promises: a parcel in, a receipt out, trouble split by what may be done next."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Protocol

from pydantic import BaseModel, ConfigDict

TALK_SECONDS: Final = 30.0
"""So long one answer of the other side is waited for."""
ENVIRONMENT: Final = 'env:'
"""Before the name of a variable that holds a secret."""


class NotTaken(Exception):
    """The parcel is surely not there, or the next attempt finds out by itself: try again later."""


class MayBeTaken(Exception):
    """The parcel may be there and the other side cannot be asked: again, recognisable as the same."""


class Refused(Exception):
    """It will not go through until a person changes something; the text is for that person."""


class Settings(BaseModel):
    """Address parts or secrets of a target: nothing unknown, nothing left out."""

    model_config = ConfigDict(extra='forbid', frozen=True, str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class Piece:
    """One file; `read` opens it anew each time."""

    name: str
    sha256: str
    size_bytes: int
    content_type: str
    read: Callable[[], Iterator[bytes]]

    def content(self) -> bytes:
        """The whole file, for channels that need it in memory."""
        return b''.join(self.read())


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes to one target. Two attempts carry the same `guid`, `at`, texts and files.

    `link` makes the address of a page with the files, for a channel that finds them too large.
    """

    guid: str
    at: datetime
    subject: str
    body: str
    pieces: tuple[Piece, ...]
    link: Callable[[], str]

    @property
    def size_bytes(self) -> int:
        """All files together."""
        return sum(piece.size_bytes for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Receipt:
    """How the receiver knows the parcel (message id, paths), and what is worth telling an operator."""

    remote_name: str
    note: str = ''


class Channel(Protocol):
    """One way of delivery. `settings` and `secrets` are what a target must hold."""

    settings: ClassVar[type[Settings]]
    secrets: ClassVar[type[Settings]]

    def deliver(self, parcel: Parcel, settings: Any, secrets: Any) -> Receipt:
        """Bring the parcel, whole or not at all; safe to repeat with the same parcel.

        Raises NotTaken, MayBeTaken or Refused; never logs a secret.
        """
        ...


def in_clear(secrets: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """Secrets with those that name a variable of the environment looked up. Raises Refused for a missing one."""
    found = {}
    for key, value in secrets.items():
        name = value.removeprefix(ENVIRONMENT) if value.startswith(ENVIRONMENT) else ''
        if name and name not in environment:
            raise Refused(f'{name} is not set in the environment of the workers')
        found[key] = environment[name] if name else value
    return found
