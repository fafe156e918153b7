"""How many SMS a text takes, and where it is cut. All our texts have Cyrillic, so UCS-2 is the only alphabet here."""
from __future__ import annotations

WHOLE_UNITS = 70
"""UTF-16 units of a text that fits into one SMS (140 bytes, GSM 03.40)."""
PART_UNITS = 67
"""Of each part of a longer one: six bytes go to the header that joins them (GSM 03.40, 9.2.3.24.1)."""
_BEYOND_BMP = 0xFFFF


def units(text: str) -> int:
    """Length in UTF-16 units: characters outside the basic plane take two."""
    return len(text) + sum(1 for character in text if ord(character) > _BEYOND_BMP)


def split(text: str) -> list[str]:
    """The parts of a text, in order; a surrogate pair is never torn apart. An empty text is one empty part."""
    if units(text) <= WHOLE_UNITS:
        return [text]
    parts, begun, size = [], 0, 0
    for index, character in enumerate(text):
        width = 2 if ord(character) > _BEYOND_BMP else 1
        if size + width > PART_UNITS:
            parts.append(text[begun:index])
            begun, size = index, 0
        size += width
    return [*parts, text[begun:]]


def count_parts(text: str) -> int:
    """How many SMS a text takes."""
    return len(split(text))
