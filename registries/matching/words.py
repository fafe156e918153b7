"""Words of matching: outcomes, events in a file, how a deal stands."""
from __future__ import annotations

from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """What a line of a file or a deal of the ledger turned out to be; each gets exactly one."""

    MATCHED = 'MATCHED'
    AMOUNT_MISMATCH = 'AMOUNT_MISMATCH'
    STATUS_MISMATCH = 'STATUS_MISMATCH'
    MISSING_HERE = 'MISSING_HERE'
    MISSING_THERE = 'MISSING_THERE'
    DUPLICATE = 'DUPLICATE'
    LATE = 'LATE'


class Word(StrEnum):
    """What a line of a file says happened. SKIP is for words that are no deal yet: such lines are counted only."""

    ISSUED = 'ISSUED'
    CANCELLED = 'CANCELLED'
    RETURNED = 'RETURNED'
    CORRECTED = 'CORRECTED'
    PAID = 'PAID'
    SKIP = 'SKIP'


class Standing(StrEnum):
    """How a deal stands after all its lines: money is out, none is, or the lines say nothing of it."""

    LIVE = 'LIVE'
    VOID = 'VOID'
    NONE = 'NONE'


_SAID: Final = {
    Word.ISSUED: 'issued active выдан выдана выдано выдача оформлен действует',
    Word.CANCELLED: 'cancelled canceled отменён отменен отменена отменено отмена аннулирован аннулировано',
    Word.RETURNED: 'returned refunded возврат возвращён возвращен возвращено',
    Word.CORRECTED: 'corrected исправлен исправлено исправление корректировка',
    Word.PAID: 'paid оплачен оплачено платёж платеж',
}
KNOWN_WORDS: Final[dict[str, str]] = {said: word for word, words in _SAID.items() for said in words.split()}
"""Words of a status that need no mapping, in lower case."""
