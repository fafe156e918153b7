"""Russian phone numbers in any usual notation, stored as E.164.

Almost every number matches after its blanks, brackets and dashes are gone; the patterns are those of libphonenumber's
own metadata, which at 33 µs a number is asked only about the rest.
"""
from __future__ import annotations

import re
from typing import Any

import phonenumbers
from phonenumbers import PhoneMetadata

_METADATA: Any = PhoneMetadata.metadata_for_region('RU')
_PLAIN = re.compile(r'\+?[78]([0-9]{10})')
_NOTATION = re.compile(r'(?:\+7|7|8)?([0-9]{10})')
_PUNCTUATION = re.compile(r'[\s().\u2010-\u2013-]+')
_MOBILE = re.compile(_METADATA.mobile.national_number_pattern)
_FIXED = re.compile(_METADATA.fixed_line.national_number_pattern)
_MOBILE_E164 = re.compile(rf'\+7(?:{_MOBILE.pattern})', re.ASCII)
_ANY_E164 = re.compile(rf'\+7(?:{_MOBILE.pattern}|{_FIXED.pattern})', re.ASCII)
_MOBILE_TYPES = frozenset({
    phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE})


def mobile_phone(text: str) -> str | None:
    """`8 (912) 345-67-89` → `+79123456789`; None when it is not a Russian mobile number."""
    if _MOBILE_E164.fullmatch(text):
        return text
    national = _national(text)
    if _MOBILE.fullmatch(national):
        return f'+7{national}'
    number = _parse(text)
    if number is None or phonenumbers.number_type(number) not in _MOBILE_TYPES:
        return None
    return _e164(number)


def any_phone(text: str) -> tuple[str, str] | None:
    """Number in E.164 and extension (`''` without one); None when it is not a Russian number."""
    if _ANY_E164.fullmatch(text):
        return text, ''
    national = _national(text)
    if _FIXED.fullmatch(national) or _MOBILE.fullmatch(national):
        return f'+7{national}', ''
    number = _parse(text)
    return None if number is None else (_e164(number), number.extension or '')


def _national(text: str) -> str:
    """The ten digits of a number in a usual notation, `''` when it is in none."""
    found = _PLAIN.fullmatch(text) or _NOTATION.fullmatch(_PUNCTUATION.sub('', text))
    return found.group(1) if found is not None else ''


def _parse(text: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, 'RU')
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number_for_region(number, 'RU') else None


def _e164(number: phonenumbers.PhoneNumber) -> str:
    text: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return text
