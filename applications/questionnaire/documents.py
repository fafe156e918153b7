"""Checksums of the numbers of the state: INN, SNILS.

Four sums over digits, on every form: python-stdnum, which takes a fifth of the whole validation for them, is the judge
of these in the tests.
"""
from __future__ import annotations

from collections.abc import Iterable
from operator import mul

_COMPANY_DIGITS = 10
_COMPANY_WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_PERSON_WEIGHTS = (7, *_COMPANY_WEIGHTS)
_PERSON_WEIGHTS_OF_LAST = (3, *_PERSON_WEIGHTS)
_SNILS_WEIGHTS = range(9, 0, -1)
_LAST_SNILS_WITHOUT_CHECKSUM = 1001998


def is_inn(text: str) -> bool:
    """Whether the 10 digits of a company or the 12 of a person end in the right check digits."""
    digits = list(map(int, text))
    if len(digits) == _COMPANY_DIGITS:
        return _weighed(_COMPANY_WEIGHTS, digits) % 11 % 10 == digits[9]
    return (_weighed(_PERSON_WEIGHTS, digits) % 11 % 10 == digits[10]
            and _weighed(_PERSON_WEIGHTS_OF_LAST, digits) % 11 % 10 == digits[11])


def is_snils(digits: str) -> bool:
    """11 digits with a right checksum; numbers up to 001-001-998 were given out without one."""
    if int(digits[:9]) <= _LAST_SNILS_WITHOUT_CHECKSUM:
        return True
    return _weighed(_SNILS_WEIGHTS, map(int, digits)) % 101 % 100 == int(digits[9:])


def _weighed(weights: Iterable[int], digits: Iterable[int]) -> int:
    """Each weight times the digit in its place, added up."""
    return sum(map(mul, weights, digits))
