"""The 13 refusals of the document's section 5, and the 503 of a busy house."""
from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """A documented error: `code` and `data` go to the wire, `message` is shown in the caller's language."""

    code: ClassVar[int]
    message: ClassVar[str | Promise]

    def __init__(self, data: dict[str, Any] | None = None) -> None:
        super().__init__(self.code)
        self.data: dict[str, Any] = data or {}


class ValidationRefused(Refusal):
    """All problems of a body at once: path to messages."""

    code = 2000
    message = _('The request has errors: see data')

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(dict(errors))


class FormNotFound(Refusal):
    code = 3102
    message = _('Application form not found: check form_guid')


class OfferNotFound(Refusal):
    code = 3103
    message = _('Offer not found: check offer_guid')


class ContractNotFound(Refusal):
    code = 3104
    message = _('Contract not found: confirm the offer first')


class WrongFormStatus(Refusal):
    code = 6009
    message = _('The application form is in a state that does not allow this')


class WrongOfferStatus(Refusal):
    code = 6010
    message = _('The offer is in a state that does not allow this')


class ForeignOffer(Refusal):
    code = 6011
    message = _('The offer does not belong to this application form')


class WrongCode(Refusal):
    """A wrong signing code; `data.attempts_left` counts what is left for this code."""

    code = 7000
    message = _('Wrong signing code')

    def __init__(self, attempts_left: int | None = None) -> None:
        super().__init__(None if attempts_left is None else {'attempts_left': attempts_left})


class TooManyResends(Refusal):
    """No more messages, or too early: then `data.retry_after` is in seconds."""

    code = 7001
    message = _('SMS cannot be sent again: the number of attempts is exhausted or it is too early')

    def __init__(self, retry_after: int | None = None) -> None:
        super().__init__(None if retry_after is None else {'retry_after': retry_after})


class CodeExpired(Refusal):
    code = 7002
    message = _('The signing code is no longer valid: request a new one')


class UnsupportedSigning(Refusal):
    code = 7003
    message = _('This contract is signed on paper: SMS codes are not used')


class ConfirmRefused(Refusal):
    code = 7004
    message = _('The lender did not confirm the contract')


class ScansInCheck(Refusal):
    code = 7005
    message = _('The scans are being checked: try again later')


class Busy(Exception):
    """Nothing was decided: HTTP 503, the caller repeats after `retry_after` seconds."""

    def __init__(self, retry_after: int = 2) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after
