"""What can be wrong with a template: codes made in the limited child, told to people by `messages`. Pure."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MAX_FINDINGS = 50
"""More of them help nobody: the rest is left out."""


class Place(StrEnum):
    """What a fault points at; LINE, FIELD and PAGE come with a number or a name."""

    LINE = 'line'
    FIELD = 'field'
    PAGE = 'page'
    FILE = 'file'


class Trouble(StrEnum):
    """Everything the checks can find; `messages` has a text for each."""

    # any format
    EMPTY = 'empty'
    TOO_LARGE = 'too_large'
    TOO_MANY_PAGES = 'too_many_pages'
    TOO_LARGE_OUTPUT = 'too_large_output'
    TOO_SLOW = 'too_slow'
    TOO_HEAVY = 'too_heavy'
    BROKEN = 'broken'
    UNKNOWN_VARIABLE = 'unknown_variable'
    NOT_AT_THIS_STAGE = 'not_at_this_stage'
    # HTML
    NOT_UTF8 = 'not_utf8'
    CONTROL_CHARACTER = 'control_character'
    SYNTAX = 'syntax'
    UNKNOWN_FILTER = 'unknown_filter'
    UNKNOWN_TEST = 'unknown_test'
    UNKNOWN_FUNCTION = 'unknown_function'
    FUNCTION_WITHOUT_CALL = 'function_without_call'
    FAILED_AT_PRINTING = 'failed_at_printing'
    NAME_TAKEN = 'name_taken'
    NOT_A_LIST = 'not_a_list'
    FORBIDDEN_STATEMENT = 'forbidden_statement'
    FORBIDDEN_EXPRESSION = 'forbidden_expression'
    TOO_DEEP = 'too_deep'
    TOO_LONG_TEXT = 'too_long_text'
    FORBIDDEN_TAG = 'forbidden_tag'
    FORBIDDEN_ATTRIBUTE = 'forbidden_attribute'
    FORBIDDEN_VALUE = 'forbidden_value'
    FORBIDDEN_CSS = 'forbidden_css'
    FORBIDDEN_MARKUP = 'forbidden_markup'
    TOO_MANY_TAGS = 'too_many_tags'
    TOO_MANY_RULES = 'too_many_rules'
    EXTERNAL_REFERENCE = 'external_reference'
    VARIABLE_IN_MARKUP = 'variable_in_markup'
    NOT_PRINTABLE = 'not_printable'
    # PDF
    ENCRYPTED = 'encrypted'
    ACTIVE = 'active'
    NO_PAGES = 'no_pages'
    NO_FIELDS = 'no_fields'
    DYNAMIC_FORM = 'dynamic_form'
    EXPANDS = 'expands'
    WRONG_FIELD_KIND = 'wrong_field_kind'
    FIELD_WITHOUT_PLACE = 'field_without_place'
    FIELD_TOO_SMALL = 'field_too_small'
    FIELD_OUTSIDE_PAGE = 'field_outside_page'
    FIELD_WITHOUT_SIZE = 'field_without_size'
    FIELD_WITHOUT_NAME = 'field_without_name'
    FIELD_HIDDEN = 'field_hidden'
    FIELD_NOT_DRAWABLE = 'field_not_drawable'
    BUTTON_UNCLEAR = 'button_unclear'
    WHOLE_LIST = 'whole_list'
    QR_TOO_SMALL = 'qr_too_small'
    ROW_MISSING = 'row_missing'
    TOO_FEW_ROWS = 'too_few_rows'
    SIGNED = 'signed'
    FOREIGN_NOTE = 'foreign_note'
    TOO_MANY_FIELDS = 'too_many_fields'


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong, as the child says it: a code, where, and the words that go into the message."""

    trouble: Trouble
    place: Place = Place.FILE
    at: str = ''
    words: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For the socket between child and parent."""
        return {'trouble': self.trouble.value, 'place': self.place.value, 'at': self.at, 'words': dict(self.words)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Fault:
        """What `as_json` wrote."""
        return cls(Trouble(values['trouble']), Place(values['place']), str(values['at']), dict(values['words']))


class Unfit(Exception):
    """A template that cannot be printed; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.trouble.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, as people read it: where ("line 12", "field client.phone", "file") and what to do about it."""

    where: str
    message: str


def at_line(number: int, trouble: Trouble, **words: str) -> Fault:
    """A fault in a line of the file, counted from 1."""
    return Fault(trouble, Place.LINE, str(number), words)


def at_field(name: str, trouble: Trouble, /, **words: str) -> Fault:
    """A fault of a field of a PDF form."""
    return Fault(trouble, Place.FIELD, name, words)


def at_page(number: int, trouble: Trouble, **words: str) -> Fault:
    """A fault on a page, counted from 1."""
    return Fault(trouble, Place.PAGE, str(number), words)


def in_file(trouble: Trouble, **words: str) -> Fault:
    """A fault of the file as a whole."""
    return Fault(trouble, words=words)
