"""Checksums of the numbers of the state: INN (python-stdnum), SNILS."""
from __future__ import annotations

from stdnum.ru import inn

_COMPANY_DIGITS = 10
_LAST_SNILS_WITHOUT_CHECKSUM = 1001998


def is_inn(text: str) -> bool:
    """Whether the 10 digits of a company or the 12 of a person end in the right check digits."""
    if len(text) == _COMPANY_DIGITS:
        return text[-1] == inn.calc_company_check_digit(text)
    return text[-2:] == inn.calc_personal_check_digits(text)


def is_snils(digits: str) -> bool:
    """11 digits with a right checksum; numbers up to 001-001-998 were given out without one."""
    if int(digits[:9]) <= _LAST_SNILS_WITHOUT_CHECKSUM:
        return True
    weighted = sum(int(digit) * (9 - place) for place, digit in enumerate(digits[:9]))
    return weighted % 101 % 100 == int(digits[9:])
