"""Types of the form's fields: strict, bounded, each text format with a message that tells what to send.

Patterns are run by pydantic-core (Rust), so no Python is called per field; `[0-9]`, since `\\d` there takes any
Unicode digit.
"""
from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import Field, StringConstraints, WithJsonSchema

MAX_SAFE_INTEGER = 2**53 - 1
"""Largest integer every JSON reader keeps exactly; a hundred of them still fit a bigint."""
MAX_BIGINT = 2**63 - 1
MAX_MONTHS = 1200
MAX_PEOPLE = 99
TEXT_LENGTH = 1024
LONG_TEXT_LENGTH = 2048

PATTERN_MESSAGES: dict[str, str | Promise] = {}
"""Pattern to the message for a text that does not match it."""


def _text(pattern: str, message: str | Promise, *, longest: int = TEXT_LENGTH) -> Any:
    PATTERN_MESSAGES[pattern] = message
    return Annotated[
        str, StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=longest, pattern=pattern)]


def _integer(lowest: int, highest: int) -> Any:
    return Annotated[int, Field(strict=True, ge=lowest, le=highest)]


def word(choices: type[TextChoices]) -> Any:
    """One word of a dictionary; the schema of the API names the dictionary instead of repeating it."""
    values = tuple(choices.values)
    return Annotated[
        Literal.__getitem__(values),
        WithJsonSchema({'type': 'string', 'enum': list(values), 'title': choices.__name__})]


# C0 controls but tab and line ends, and the characters that turn the direction of writing.
_CLEAN = r'^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*$'
_CLEAN_MESSAGE = _('Remove control characters and characters that change the direction of writing')

TEXT = _text(_CLEAN, _CLEAN_MESSAGE)
LONG_TEXT = _text(_CLEAN, _CLEAN_MESSAGE, longest=LONG_TEXT_LENGTH)
DOCUMENT_PART = _text(_CLEAN, _CLEAN_MESSAGE, longest=32)
EXTENSION = _text(_CLEAN, _CLEAN_MESSAGE, longest=20)
PHONE = _text(_CLEAN, _CLEAN_MESSAGE, longest=64)

_YEAR = '(?:19|20|21)[0-9]{2}'
_LEAP_YEAR = '(?:(?:19|20|21)(?:0[48]|[2468][048]|[13579][26])|2000)'
_DAY_OF_YEAR = (
    '(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))')
DATE = _text(
    f'^(?:{_YEAR}-{_DAY_OF_YEAR}|{_LEAP_YEAR}-02-29)$',
    _('Send a real date of the years 1900 to 2199 in the format YYYY-MM-DD'))

EMAIL = _text(
    r'^[^@\s\x00-\x1f\x7f]{1,64}@[^@\s.\x00-\x1f\x7f]+(?:\.[^@\s.\x00-\x1f\x7f]+)+$',
    _('Send an e-mail address like name@example.ru'), longest=254)
LATIN = _text(
    "^[A-Za-z][A-Za-z .'\u2019-]*$", _('Write it in Latin letters, as in the international passport'))
PASSPORT_SERIES = _text('^[0-9]{2} ?[0-9]{2}$', _('Send the 4 digits of the passport series'), longest=8)
PASSPORT_NUMBER = _text('^[0-9]{6}$', _('Send the 6 digits of the passport number'), longest=8)
DIVISION_CODE = _text('^[0-9]{3}-?[0-9]{3}$', _('Send the division code as 000-000'), longest=8)
POSTAL_CODE = _text('^[0-9]{6}$', _('Send the 6 digits of the postal code'), longest=8)
INN = _text('^(?:[0-9]{10}|[0-9]{12})$', _('Send the 12 digits of the INN'), longest=32)
SNILS = _text('^[0-9]{3}[- ]?[0-9]{3}[- ]?[0-9]{3}[- ]?[0-9]{2}$', _('Send the 11 digits of the SNILS'), longest=32)
_GENDER: Any = _text('^[MFМ]$', _('Send M or F'), longest=8)
GENDER = Annotated[_GENDER, WithJsonSchema({'type': 'string', 'enum': ['M', 'F', 'М']})]
BASE64 = Annotated[str, Field(strict=True, json_schema_extra={'contentEncoding': 'base64'})]
MIME_TYPE = Annotated[
    Literal['image/jpeg', 'image/jpg', 'image/png', 'application/pdf'], Field(description='JPEG, PNG или PDF')]

KOPECKS = _integer(0, MAX_SAFE_INTEGER)
KLADR = _integer(0, MAX_BIGINT)
MONTHS = _integer(0, MAX_MONTHS)
TERM = _integer(1, MAX_MONTHS)
PEOPLE = _integer(0, MAX_PEOPLE)
YEAR = _integer(1900, 2199)
BOOLEAN = Annotated[bool, Field(strict=True)]
