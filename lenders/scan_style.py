"""How one lender wants scans: `settings.scans` of its row. Pure."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

KIB: Final = 1024


class ScanStyle(BaseModel):
    """Format, sizes and pages of the files a lender takes; without a setting it gets what the client's shop sent.

    `max_bytes` is of one file, before Base64; `max_side` in pixels of the longer side; `max_pages` of all that comes
    for one type. `one_pdf_per_type` makes one document of several pictures of a type.
    """

    model_config = ConfigDict(strict=True, extra='forbid', frozen=True)

    format: Literal['as_is', 'jpeg', 'pdf'] = 'as_is'
    max_bytes: int | None = Field(default=None, ge=64 * KIB, le=8 * KIB * KIB)
    max_side: int | None = Field(default=None, ge=600, le=12_000)
    one_pdf_per_type: bool = False
    max_pages: int | None = Field(default=None, ge=1, le=50)
    grayscale: bool = False

    @model_validator(mode='after')
    def _agrees(self) -> ScanStyle:
        if self.one_pdf_per_type and self.format == 'jpeg':
            raise ValueError('one_pdf_per_type')
        return self


class BadScanStyle(ValueError):
    """The setting of a lender's row is not one of the known; the texts are for an operator."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__('; '.join(problems))
        self.problems = problems


_MESSAGES: Final[Mapping[str, str | Promise]] = {
    'extra_forbidden': _('settings.scans.{name}: there is no such setting; known are {known}'),
    'literal_error': _('settings.scans.{name}: must be one of {expected}'),
    'bool_type': _('settings.scans.{name}: must be true or false'),
    'int_type': _('settings.scans.{name}: must be a whole number'),
    'greater_than_equal': _('settings.scans.{name}: must be at least {ge}'),
    'less_than_equal': _('settings.scans.{name}: must be at most {le}'),
    'model_type': _('settings.scans: must be an object'),
    'value_error': _('settings.scans.one_pdf_per_type: a lender that takes only JPEG gets no PDF'),
}


def scan_style(settings: Mapping[str, Any]) -> ScanStyle:
    """The setting of a lender's row. Raises BadScanStyle with a message for each mistake."""
    try:
        return ScanStyle.model_validate(settings.get('scans', {}))
    except ValidationError as error:
        raise BadScanStyle([_message(dict(problem)) for problem in error.errors()]) from None


def _message(problem: Mapping[str, Any]) -> str:
    text = _MESSAGES.get(problem['type'], _('settings.scans.{name}: the value is not understood'))
    return str(text).format(
        name='.'.join(map(str, problem['loc'])), known=', '.join(ScanStyle.model_fields), **problem.get('ctx', {}))
