"""What a spreadsheet takes for a formula: one list for those who write such texts and those who read them back."""
from __future__ import annotations

from typing import Final

BEGINNINGS: Final = '=+@\t\r\n\x0b\x0c＝＋－＠-'
"""First characters; the minus stands last, so that the list may stand between brackets of an expression."""


def defused(text: str) -> str:
    """With an apostrophe before it when it would be a formula."""
    return f"'{text}" if text and text[0] in BEGINNINGS else text
