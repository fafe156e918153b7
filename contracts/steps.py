"""Conversations with the lender that bring a contract to signing, each run as a job: read, talk, write."""
from __future__ import annotations

from django.utils import timezone

from applications.models import Application
from contracts.documents import Sealed, sealed_already, store_documents
from contracts.evidence_chain import note_report
from contracts.locks import lock_contract
from contracts.models import Contract
from contracts.pages import is_own_page
from contracts.ready import make_ready, write_terms
from contracts.rules import UNSIGNED
from contracts.selectors import contract_by_guid, ref_of, signed_documents
from contracts.services import SYSTEM, end_deal
from contracts.statuses import ContractStatus, ScansState
from jobs.registry import Park, RetryLater, Run, job
from jobs.services import enqueue
from lenders.catalogue import adapter_for
from lenders.contract import (
    Adapter,
    ContractAnswer,
    ContractStage,
    DocumentStage,
    LenderUnavailable,
    NotUnderstood,
    OutcomeUnknown,
    PaymentStage,
    RequestRefused,
    SignatureReport,
    SigningMode,
    Unsupported,
)
from lenders.documents import TRIES, receive
from lenders.pauses import poll_pause, reason_of, retry_pause, unknown_pause

SIGNATURE_REFUSALS = 6
"""So often a lender may refuse the report of a signature before an operator looks."""


def close(run: Run) -> None:
    """Nothing is left to do for this job."""
    with run.finish():
        return


@job('contracts.prepare', queue='lenders', max_attempts=200)
def prepare(run: Run) -> None:
    """Bring the choice to the lender, once, and fetch the contract until it is there or refused."""
    contract = contract_by_guid(run.subject)
    if contract.status != ContractStatus.PREPARING:
        close(run)
        return
    adapter = adapter_for(contract.lender)
    try:
        if contract.chosen_at is None:
            _choose(run, adapter, contract)
        answer = adapter.fetch_contract(ref_of(contract))
        _check(answer, contract)
        forms = _own_forms(run, adapter, contract, answer)
    except (RequestRefused, NotUnderstood, Unsupported) as trouble:
        _fail(run, contract, reason_of(trouble))
    except OutcomeUnknown as trouble:
        raise RetryLater(unknown_pause(run.attempt), reason_of(trouble)) from trouble
    except LenderUnavailable as trouble:
        raise RetryLater(retry_pause(run.attempt, trouble), reason_of(trouble)) from trouble
    else:
        _write(run, contract, answer, forms)


def _choose(run: Run, adapter: Adapter, contract: Contract) -> None:
    """Tell the lender which offer was chosen. A choice whose answer was lost is asked for by our id first."""
    known = False
    if contract.outcome_unknown_since is None:
        with run.note():
            row = lock_contract(contract).contract
            row.outcome_unknown_since = timezone.now()
            row.save(update_fields=['outcome_unknown_since'])
    elif adapter.capabilities.find_by_our_id:
        found = adapter.find(str(contract.application.guid))
        known = found is not None and found.chosen_offer_id == contract.offer.lender_offer_id
    elif not adapter.capabilities.idempotency_keys:
        raise Park('the lender may have the choice already and can neither be asked nor told twice')
    if not known:
        try:
            adapter.choose(ref_of(contract), contract.offer.lender_offer_id, key=f'{contract.guid}:choose')
        except LenderUnavailable:
            # This call was surely not processed; an earlier one may have been, and stays unknown.
            if contract.outcome_unknown_since is None:
                _note_choice(run, contract, chosen=False)
            raise
    _note_choice(run, contract, chosen=True)


def _note_choice(run: Run, contract: Contract, *, chosen: bool) -> None:
    with run.note():
        row = lock_contract(contract).contract
        row.chosen_at, row.outcome_unknown_since = timezone.now() if chosen else None, None
        row.save(update_fields=['chosen_at', 'outcome_unknown_since'])


def _check(answer: ContractAnswer, contract: Contract) -> None:
    """Refuse a contract that cannot be what was agreed."""
    if answer.stage != ContractStage.READY:
        return
    if answer.terms is None:
        raise NotUnderstood('the contract is ready and has no terms')
    if answer.signing_mode == SigningMode.PAPER and not answer.wanted_scans:
        raise NotUnderstood('the contract is signed on paper and no signed page is wanted')
    if contract.offer.has_payment_page and not answer.payment_url:
        raise NotUnderstood('the offer has a payment page and the contract none')
    if answer.payment_url and not is_own_page(answer.payment_url, contract.lender):
        raise NotUnderstood('the payment page is not on a host of the lender')


def _own_forms(run: Run, adapter: Adapter, contract: Contract, answer: ContractAnswer) -> list[Sealed]:
    """The lender's printed forms, encrypted in the store and not in force yet; none where it leaves them to us.

    Forms that cannot be taken are asked for anew some times, together with the contract: they may just be changing.
    """
    if answer.stage != ContractStage.READY or answer.forms_version < contract.forms_version:
        return []
    try:
        return sealed_already(receive(adapter, ref_of(contract), answer.documents, stage=DocumentStage.CONTRACT))
    except (RequestRefused, NotUnderstood) as trouble:
        if run.attempt < TRIES:
            raise RetryLater(retry_pause(run.attempt, trouble), reason_of(trouble)) from trouble
        raise


def _fail(run: Run, contract: Contract, why: str) -> None:
    with run.finish():
        application, row = lock_contract(contract)
        if row.status == ContractStatus.PREPARING:
            end_deal(application, row, ContractStatus.FAILED, actor=SYSTEM, why=why, tell_lender=True,
                     outcome_unknown_since=None)


def _write(run: Run, contract: Contract, answer: ContractAnswer, own_forms: list[Sealed]) -> None:
    with run.finish():
        application, row = lock_contract(contract)
        if row.status != ContractStatus.PREPARING:
            return
        actor = f'lender {row.lender.code}'
        if answer.stage == ContractStage.DECLINED:
            end_deal(application, row, ContractStatus.DECLINED, actor=actor, why=answer.reason)
        elif answer.stage == ContractStage.ERROR:
            end_deal(application, row, ContractStatus.FAILED, actor=actor, why=answer.reason)
        elif answer.stage == ContractStage.PENDING or answer.forms_version < row.forms_version:
            run.again(after_seconds=poll_pause(row.status_at))
        else:
            write_terms(row, answer)
            if own_forms:
                store_documents(application, row, own_forms)
                make_ready(row, actor=actor)
            else:
                enqueue('contracts.render', str(row.guid))


@job('contracts.report_signature', queue='lenders', max_attempts=200)
def report_signature(run: Run) -> None:
    """Tell the lender of a signature that the platform took; paying and confirming wait for it."""
    contract = contract_by_guid(run.subject)
    if contract.signed_at is None or contract.signature_reported_at is not None:
        close(run)
        return
    documents = tuple(row.file.sha256 for row in signed_documents(contract.application_id))
    report = SignatureReport(
        signed_at=contract.signed_at, documents_sha256=documents, forms_version=contract.forms_version)
    key = f'{contract.guid}:signature:{contract.forms_version}'
    supported = True
    try:
        adapter_for(contract.lender).report_signature(ref_of(contract), report, key=key)
    except Unsupported:
        supported = False
    except (RequestRefused, NotUnderstood) as trouble:
        # Forms that the lender has just replaced are refused too: the next look finds this signature void.
        if run.attempt < SIGNATURE_REFUSALS:
            raise RetryLater(retry_pause(run.attempt, trouble), reason_of(trouble)) from trouble
        raise Park(f'the lender does not take the signature: {reason_of(trouble)}') from trouble
    except OutcomeUnknown as trouble:
        raise RetryLater(unknown_pause(run.attempt), reason_of(trouble)) from trouble
    except LenderUnavailable as trouble:
        raise RetryLater(retry_pause(run.attempt, trouble), reason_of(trouble)) from trouble
    with run.finish():
        row = lock_contract(contract).contract
        if row.signed_at == contract.signed_at:
            row.signature_reported_at = timezone.now()
            row.save(update_fields=['signature_reported_at'])
            note_report(row, supported=supported)


@job('contracts.expire', queue='lenders')
def expire(run: Run) -> None:
    """End a contract that nobody signed in time, and tell the lender."""
    contract = contract_by_guid(run.subject)
    with run.finish():
        application, row = lock_contract(contract)
        if row.status not in UNSIGNED:
            return
        left = (row.expires_at - timezone.now()).total_seconds()
        if left > 0:
            run.again(after_seconds=left)
        else:
            end_deal(application, row, ContractStatus.EXPIRED, actor=SYSTEM, why='not signed in time',
                     tell_lender=True)


@job('contracts.nudge', queue='lenders')
def nudge(run: Run) -> None:
    """The lender called back about a deal: look now instead of at the next poll. The call itself decides nothing."""
    application = Application.objects.get(guid=run.subject)
    contract = Contract.objects.get(application=application)
    kinds = {ContractStatus.PREPARING: ['contracts.prepare'], ContractStatus.ISSUING: ['contracts.watch_issue']}
    names = kinds.get(ContractStatus(contract.status), [])
    if contract.payment_url and contract.payment_status != PaymentStage.PAID:
        names.append('contracts.watch_payment')
    if contract.scans_state == ScansState.CHECKING:
        names.append('scans.verdicts')
    with run.finish():
        for name in names:
            enqueue(name, str(contract.guid))
