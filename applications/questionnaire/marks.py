"""When a field is required: the marks of the document, and the modes of a form they speak of."""
from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

LARGE_BNPL_ABOVE_KOPECKS = 4_000_000
"""Above this `amount` a BNPL form needs the passport and the addresses (40 000 rubles)."""


class Mode(StrEnum):
    """Which set of required fields a form is checked against."""

    POS_ONLINE = 'pos_online'
    POS_OFFLINE = 'pos_offline'
    BNPL = 'bnpl'
    BNPL_LARGE = 'bnpl_large'
    UNKNOWN = 'unknown'
    """Partner or point is unknown: only what is required of every kind."""


_POS = frozenset({Mode.POS_ONLINE, Mode.POS_OFFLINE})
_BNPL = frozenset({Mode.BNPL, Mode.BNPL_LARGE})


class Mark(Enum):
    """A mark of the document; its value is the modes in which the field itself is required."""

    ALL = frozenset(Mode)
    POS = _POS
    BNPL = _BNPL
    POS_AND_BNPL = _POS | _BNPL
    POS_AND_LARGE_BNPL = _POS | {Mode.BNPL_LARGE}
    OFFLINE_POS = frozenset({Mode.POS_OFFLINE})
    NEVER = frozenset[Mode]()


ADDRESS_MODES = Mark.POS_AND_LARGE_BNPL.value
"""Modes that need both addresses, each as a line or as an object."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field of the form or of an object in it.

    `type` is a pydantic annotation, or a dictionary of them by mode where the required fields inside differ.
    """

    name: str
    type: Any
    mark: Mark
    description: str

    def is_required(self, mode: Mode) -> bool:
        return mode in self.mark.value

    def type_in(self, mode: Mode) -> Any:
        return self.type[mode] if isinstance(self.type, dict) else self.type
