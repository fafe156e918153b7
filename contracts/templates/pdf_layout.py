"""Text fitted into a rectangle: the largest size that fits, lines broken between words. Pure; sizes in points."""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reportlab.pdfbase.pdfmetrics import stringWidth

LEAST_POINTS: Final = 5.0
"""Smaller text is not printed: nobody reads it."""
_AUTO_ONE_LINE, _AUTO_LINES = 12.0, 10.0
_LEADING: Final = 1.16
_HEIGHT: Final = 1.0
"""What one line needs of the height, in parts of its size: capitals and descenders of PT Sans are 0.93."""
_STEP: Final = 0.5
_AIR: Final = 0.02
_BREAKABLE: Final = re.compile('[ \n]|[^ \n]+')


@dataclass(frozen=True, slots=True)
class Laid:
    """Lines of text at a size that fits; `leading` is the distance of their baselines."""

    size: float
    lines: tuple[str, ...]
    leading: float = 0.0


class DoesNotFit(Exception):
    """Even at the least size only the first `fits` characters have room."""

    def __init__(self, fits: int, length: int) -> None:
        super().__init__(f'{fits} of {length} characters fit')
        self.fits = fits
        self.length = length


def one_line(text: str, font: str, *, width: float, height: float, size: float, least: float) -> Laid:
    """The text in a single line, at most `size` large (0: as the height allows). Raises DoesNotFit."""
    text = ' '.join(text.split('\n'))
    most = min(size or min(_AUTO_ONE_LINE, max(height * 0.75, least)), height / _HEIGHT)
    least = min(least, size) if size else least
    at_one = stringWidth(text, font, 1.0)
    fitting = min(most, width / at_one if at_one else most)
    if fitting + _AIR < least:
        room = width / least if height / _HEIGHT + _AIR >= least else 0.0
        raise DoesNotFit(_fitting(text, font, room), len(text))
    return Laid(max(int(fitting * 20) / 20, min(least, fitting)), (text,))


def many_lines(text: str, font: str, *, width: float, height: float, size: float, least: float) -> Laid:
    """The text broken between words, at most `size` large (0: at most 10). Raises DoesNotFit."""
    most = size or _AUTO_LINES
    least = min(least, most)
    words = _measured(text, font)
    at = most
    while True:
        lines = _broken(words, font, width / at)
        if _room(lines, height / at):
            return Laid(at, tuple(lines), at * _LEADING)
        if at <= least:
            break
        at = max(at - _STEP, least)
    count = max(int((height / least - _HEIGHT) / _LEADING + _AIR) + 1, 0) if height / least + _AIR >= _HEIGHT else 0
    raise DoesNotFit(min(sum(len(line) + 1 for line in lines[:count]), len(text) - 1), len(text))


def _room(lines: Sequence[str], height: float) -> bool:
    """Whether lines have room in a height given in parts of the size; the last line needs no leading."""
    return _HEIGHT + (len(lines) - 1) * _LEADING <= height + _AIR


def _measured(text: str, font: str) -> list[tuple[str, float]]:
    """Words, spaces and ends of lines, each with its width at size 1."""
    return [(part, 0.0 if part == '\n' else stringWidth(part, font, 1.0)) for part in _BREAKABLE.findall(text)]


def _broken(words: Sequence[tuple[str, float]], font: str, width: float) -> list[str]:
    """Lines no wider than `width` (in parts of the size); a word wider than that is broken where it must be."""
    lines: list[str] = []
    line, filled = '', 0.0
    for whole, all_of_it in words:
        word, needs = whole, all_of_it
        if word == '\n' or (word != ' ' and line and filled + needs > width + _AIR):
            lines.append(line.rstrip(' '))
            line, filled = '', 0.0
        if word == '\n' or (word == ' ' and not line):
            continue
        while needs > width + _AIR and len(word) > 1:
            part = max(_fitting(word, font, width), 1)
            lines.append(word[:part])
            needs -= stringWidth(word[:part], font, 1.0)
            word = word[part:]
        line, filled = line + word, filled + needs
    return [*lines, line.rstrip(' ')]


def _fitting(text: str, font: str, width: float) -> int:
    """How many characters fit into a width given in parts of the size."""
    filled = 0.0
    for count, char in enumerate(text):
        filled += stringWidth(char, font, 1.0)
        if filled > width + _AIR:
            return count
    return len(text)
