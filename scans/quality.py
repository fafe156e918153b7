"""Whether a scan can be read, before the lender is bothered: rules as data over what was measured. Pure.

The numbers were found on drawn text pages and photo-like pictures, sharp and blurred by a known radius, with noise and
JPEG compression on top (tests/scans/test_quality.py measures them anew). At 1000 pixels of the longer side:

| picture | sharpness |
|---|---|
| text page, sharp (black or grey ink, three lines only) | 1900–5600 |
| one line of text on a sheet; a lone signature | 780; 110 |
| text blurred until letters can just be read (1.5 px) | 84–730 |
| text blurred until they cannot (3 px) | 4–41 |
| portrait, sharp | 62–149 |
| portrait with soft features (1.5 px) | 16–21 |
| portrait in which nobody is known (3 px) | 4–7 |

Heavy noise (12 levels of 255 at the full 1000 pixels) hides a blur: such a picture is let through, not sent back.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from vault.inspection.verdicts import Look

BLANK_INK: Final = 500
"""Millionth parts: a blank sheet with noise is 0, with ten specks of dust 300; a lone thin signature is 1200."""
DARKEST_LIGHTS: Final = 60
"""Of 255: nineteen points of twenty are darker than this (a text page at a quarter of its light comes to 58)."""
LIGHTEST_SHADOWS: Final = 200
"""Of 255: not one point of 5000 is darker (grey ink on paper comes to 170)."""
NEAR_OUTLINES: Final = 16
"""Bits of 256 by which outlines of one picture may differ: saved anew, resized, brightened up to 5 were seen."""
SAME_LIKENESS: Final = 0.995
"""Correlation of thumbnails: one picture saved anew, resized, with grain, within a PDF 0.997 and more; one printed form
filled in twice 0.989, two pages of one layout 0.96 and less.
"""


class Flaw(StrEnum):
    """Why a scan is of no use."""

    DARK = 'dark'
    BLANK = 'blank'
    SMALL = 'small'
    PALE = 'pale'
    BLURRED = 'blurred'


@dataclass(frozen=True, slots=True)
class Standard:
    """What a type of scan must come up to: pixels of the short side, sharpness as measured."""

    least_side: int = 600
    least_sharpness: float = 50.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """A flaw, and the page it was found on (from 1; 0 when the scan is one picture)."""

    flaw: Flaw
    page: int = 0
    side: int = 0
    least_side: int = 0


_PAPER: Final = Standard()
_PERSON: Final = Standard(least_sharpness=12.0)
STANDARDS: Final[Mapping[str, Standard]] = {'CLIENT_PHOTO': _PERSON}
"""By wire type; every other type is a paper."""


def judge(type_: str, looks: Sequence[Look]) -> Verdict | None:
    """The first flaw of a scan, page by page; empty pages beside written ones are the backs of sheets."""
    standard = STANDARDS.get(type_, _PAPER)
    verdicts = [_judge(look, standard) for look in looks]
    if verdicts and all(verdict is not None and verdict.flaw == Flaw.BLANK for verdict in verdicts):
        return Verdict(Flaw.BLANK)
    for number, verdict in enumerate(verdicts, start=1):
        if verdict is not None and verdict.flaw != Flaw.BLANK:
            return Verdict(
                verdict.flaw, number if len(looks) > 1 else 0, verdict.side, verdict.least_side)
    return None


def may_be_same(one: Sequence[Look], other: Sequence[Look]) -> bool:
    """Whether two scans are so near, page by page, that their pictures are worth comparing."""
    return len(one) == len(other) > 0 and all(
        _distance(a.outline, b.outline) <= NEAR_OUTLINES for a, b in zip(one, other, strict=True))


def are_same(one: Sequence[Look], other: Sequence[Look]) -> bool:
    """Whether two scans hold the very same pixels."""
    return len(one) == len(other) > 0 and all(
        a.pixels_sha256 == b.pixels_sha256 for a, b in zip(one, other, strict=True))


def _judge(look: Look, standard: Standard) -> Verdict | None:
    is_scan = (look.width, look.height) != (0, 0)
    side = min(look.width, look.height)
    if is_scan and look.lights < DARKEST_LIGHTS:
        return Verdict(Flaw.DARK)
    if look.ink < BLANK_INK:
        return Verdict(Flaw.BLANK)
    if not is_scan:
        return None
    if side < standard.least_side:
        return Verdict(Flaw.SMALL, side=side, least_side=standard.least_side)
    if look.sharpness < standard.least_sharpness:
        return Verdict(Flaw.BLURRED)
    return Verdict(Flaw.PALE) if look.shadows > LIGHTEST_SHADOWS else None


def _distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()
