"""What the contracts room does for others: open, note scans, reopen forms, confirm, cancel, end."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from applications.models import Application
from applications.refusals import WrongFormStatus
from applications.selectors import find_form
from applications.states import advance, record
from applications.statuses import ApplicationStatus
from contracts.codes import void_codes
from contracts.evidence import SignedPage
from contracts.evidence_chain import note_void, signature_of
from contracts.locks import lock_application
from contracts.models import Contract
from contracts.rules import SUCCESS, UNSIGNED, Facts, Method, Stage, decide
from contracts.selectors import find_case, whole_stage
from contracts.signatures import sign
from contracts.statuses import ContractStatus, ScansState
from jobs.services import enqueue
from lenders.contract import SigningMode
from offers.models import Offer
from offers.services import lapse_offers, release_submissions

SYSTEM = 'system'
PARTNER = 'partner'
_OPEN_FOR_SCANS = frozenset({ContractStatus.PREPARING, ContractStatus.READY, ContractStatus.SIGNED})
_ENDS = {
    ContractStatus.ISSUED: ApplicationStatus.ISSUED, ContractStatus.DECLINED: ApplicationStatus.DECLINED,
    ContractStatus.FAILED: ApplicationStatus.FAILED, ContractStatus.CANCELED: ApplicationStatus.CANCELED,
    ContractStatus.EXPIRED: ApplicationStatus.EXPIRED,
}
_BOOKED = frozenset({ContractStatus.ISSUED, ContractStatus.CANCELED})
"""Ends of which the ledger keeps a line."""


def open_contract(*, application: Application, offer: Offer) -> Contract:
    """Open the contract on the offer just chosen (both rows locked) and ask for its preparation."""
    now = timezone.now()
    term = timedelta(days=offer.lender.contract_days)
    contract = Contract.objects.create(
        application=application, offer=offer, submission=offer.submission, lender=offer.lender,
        status_at=now, expires_at=now + term)
    record(
        application.pk, subject=f'contract {offer.lender.code}', moved_to=ContractStatus.PREPARING, actor=PARTNER)
    enqueue('contracts.prepare', str(contract.guid))
    enqueue('contracts.expire', str(contract.guid), due_in_seconds=term.total_seconds())
    return contract


def end_deal(
    application: Application, contract: Contract, to: ContractStatus, *, actor: str, why: str = '',
    tell_lender: bool = False, **changes: object,
) -> None:
    """End a contract and its application alike (both rows locked); `tell_lender` writes the duty to cancel there."""
    if tell_lender:
        release_submissions(application, actor=actor, why=why or to.value)
    reason = {} if to == ContractStatus.ISSUED else {'reason': why[:500]}
    advance(contract, to, actor=actor, why=why, **reason, **changes)
    advance(application, _ENDS[to], actor=actor, why=why)
    if to in _BOOKED:
        enqueue('registries.book', str(contract.guid))


def note_scans(
    *, contract: Contract, state: str, actor: str, why: str = '', pages: Sequence[SignedPage] = (),
) -> None:
    """Write what the scans come to; called by the room of scans with application and contract locked.

    DECLINED ends the deal. On paper ACCEPTED signs the contract, by these `pages`. PRINT_FORMS_CHANGED stays until the
    new forms are signed.
    """
    if contract.status not in _OPEN_FOR_SCANS:
        if state in (ScansState.DECLINED, ScansState.RESCAN_NEEDED):
            record(contract.application_id, subject=f'scans of contract {contract.lender.code}', actor=actor,
                   why=f'{state}, too late: the contract is {contract.status}')
        return
    if state == ScansState.DECLINED:
        application = lock_application(contract.application_id)
        end_deal(application, contract, ContractStatus.DECLINED, actor=actor, why=why or 'scans declined',
                 scans_state=state)
        return
    on_paper = contract.signing_mode == SigningMode.PAPER and contract.status == ContractStatus.READY
    if on_paper and state == ScansState.ACCEPTED:
        contract.scans_state = state
        contract.save(update_fields=['scans_state'])
        sign(lock_application(contract.application_id), contract, mode=SigningMode.PAPER, actor=actor, pages=pages)
        return
    keeps = contract.scans_state == ScansState.PRINT_FORMS_CHANGED and contract.status in UNSIGNED
    if contract.scans_state != state and not keeps:
        record(contract.application_id, subject=f'scans of contract {contract.lender.code}',
               moved_from=contract.scans_state, moved_to=state, actor=actor, why=why)
        contract.scans_state = state
        contract.save(update_fields=['scans_state'])


def reopen_forms(*, contract: Contract, forms_version: int, actor: str) -> bool:
    """The lender has replaced the printed forms: signatures and codes on the old ones are void, fetch the new.

    Called with application and contract locked. False when these forms are known already or it is too late.
    """
    if forms_version <= contract.forms_version:
        return False
    if contract.status not in (ContractStatus.READY, ContractStatus.SIGNED):
        return False
    signature = signature_of(contract)
    void_codes(contract)
    advance(
        contract, ContractStatus.PREPARING, actor=actor, why=f'printed forms changed, version {forms_version}',
        forms_version=forms_version, ready_at=None, signed_at=None, signature_reported_at=None,
        scans_state=ScansState.PRINT_FORMS_CHANGED)
    enqueue('contracts.prepare', str(contract.guid))
    left = max((contract.expires_at - timezone.now()).total_seconds(), 0)
    enqueue('contracts.expire', str(contract.guid), due_in_seconds=left)
    if signature is not None:
        note_void(signature, forms_version=forms_version, actor=actor)
    return True


def confirm_contract(*, partner_guid: str, form_guid: str, offer_guid: str, actor: str = PARTNER) -> Contract:
    """Queue the final confirmation for the lender, once; a repeat is success. The lender's word comes later.

    Raises the refusals of the table: 6009, 6010, 3104, ConfirmRefused, ScansInCheck.
    """
    with transaction.atomic():
        case = find_case(partner_guid, form_guid, offer_guid, lock=True)
        answer = case.answer(Method.CONFIRM_CONTRACT)
        contract = case.deal
        if answer != SUCCESS:
            advance(contract, ContractStatus.CONFIRMED, actor=actor)
            enqueue('contracts.confirm', str(contract.guid))
    return contract


def cancel_application(*, partner_guid: str, form_guid: str, actor: str = PARTNER, why: str = 'cancel') -> None:
    """Cancel the whole application unless its issue is with the lender already; every lender asked is told.

    Raises ValidationRefused, FormNotFound, WrongFormStatus. Again on a cancelled form is success.
    """
    with transaction.atomic():
        _cancel(find_form(partner_guid, form_guid, lock=True), actor=actor, why=why)


def cancel_for_operator(*, application_id: int, actor: str, why: str) -> bool:
    """The same by a person of the back office, also for a blocked partner; False when it was cancelled already.

    Raises WrongFormStatus.
    """
    with transaction.atomic():
        return _cancel(lock_application(application_id), actor=actor, why=why)


def _cancel(application: Application, *, actor: str, why: str) -> bool:
    """Cancel a locked application; False when there was nothing left to do. Raises WrongFormStatus."""
    contract = Contract.objects.select_for_update(of=('self',)).select_related('lender').filter(
        application=application).first()
    answer = cancel_answer(whole_stage(application, contract))
    if answer == SUCCESS:
        return False
    if isinstance(answer, int):
        raise WrongFormStatus
    if contract is None:
        release_submissions(application, actor=actor, why=why)
        lapse_offers(application)
        advance(application, ApplicationStatus.CANCELED, actor=actor, why=why)
    else:
        end_deal(application, contract, ContractStatus.CANCELED, actor=actor, why=why, tell_lender=True)
    return True


def cancel_answer(stage: Stage) -> int | str:
    """The cell of `cancel` for a form as a whole."""
    return decide(Method.CANCEL, stage, Facts())
