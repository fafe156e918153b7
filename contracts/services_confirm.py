"""The short wait for the lender's word on a confirmation."""
from __future__ import annotations

from django.conf import settings

from applications.refusals import ConfirmRefused, WrongFormStatus, WrongOfferStatus
from contracts.models import Contract
from contracts.statuses import ContractStatus
from contracts.waiting import wait_for

ACCEPTED, REFUSED = 'accepted', 'refused'
_OPEN = frozenset({ContractStatus.CONFIRMED, ContractStatus.ISSUING})


def await_word(contract: Contract) -> None:
    """Return when the lender accepted, or when it is still silent after 3 s: the rest is told by get_issue_status.

    Raises ConfirmRefused at once when it refused; WrongFormStatus when a cancel was quicker than the call.
    """
    word = wait_for(lambda: word_of(contract.pk), seconds=settings.CONFIRM_WAIT_SECONDS)
    if word == REFUSED:
        raise ConfirmRefused
    if word == ContractStatus.CANCELED:
        raise WrongFormStatus
    if word == ContractStatus.FAILED:
        raise WrongOfferStatus


def word_of(contract_id: int) -> str | None:
    """What became of a confirmation so far; None while nothing is known. One query."""
    status, accepted_at, refused = Contract.objects.values_list(
        'status', 'confirm_accepted_at', 'confirm_refused').get(pk=contract_id)
    if refused:
        return REFUSED
    if accepted_at is not None or status == ContractStatus.ISSUED:
        return ACCEPTED
    return None if status in _OPEN else str(status)
