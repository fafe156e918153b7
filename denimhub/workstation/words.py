"""Sums and counts as people read them."""
from __future__ import annotations

NO_BREAK = '\u00a0'
MINUS = '−'


def rubles(kopecks: int | None) -> str:
    """A sum of kopecks as `12 345,67 ₽` with no-break spaces; a dash for none."""
    if kopecks is None:
        return '—'
    whole, rest = divmod(abs(kopecks), 100)
    digits = f'{whole:,}'.replace(',', NO_BREAK)
    return f'{MINUS if kopecks < 0 else ""}{digits},{rest:02}{NO_BREAK}₽'


def plural(number: int, one: str, few: str, many: str) -> str:
    """The Russian form for a number: `plural(3, 'заявка', 'заявки', 'заявок')` is `заявки`."""
    last_two, last = abs(number) % 100, abs(number) % 10
    if last == 1 and last_two != 11:
        return one
    return few if 2 <= last <= 4 and not 12 <= last_two <= 14 else many


def counted(number: int, one: str, few: str, many: str) -> str:
    """The number with its noun, thousands apart: `1 234 заявки`."""
    return f'{number:,}'.replace(',', NO_BREAK) + NO_BREAK + plural(number, one, few, many)
