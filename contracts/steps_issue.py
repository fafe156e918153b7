"""Payment, confirmation and issue: what must happen at the lender at most once, each run as a job."""
from __future__ import annotations

import structlog
from django.utils import timezone

from applications.states import advance, record
from contracts.locks import lock_contract
from contracts.models import Contract
from contracts.payments import note_payment
from contracts.rules import PAYABLE_STATUSES
from contracts.selectors import contract_by_guid, ref_of
from contracts.services import SYSTEM, end_deal
from contracts.statuses import ContractStatus
from contracts.steps import close
from jobs.registry import Park, RetryLater, Run, job
from jobs.services import enqueue
from lenders.catalogue import adapter_for
from lenders.contract import (
    Adapter,
    Confirmed,
    Found,
    IssueStage,
    LenderTrouble,
    LenderUnavailable,
    NotUnderstood,
    OutcomeUnknown,
    PaymentStage,
    RequestRefused,
    SigningMode,
    Unsupported,
)
from lenders.pauses import payment_pause, poll_pause, reason_of, retry_pause, unknown_pause

log = structlog.get_logger(__name__)
_GARBAGE_TRIES = 5


@job('contracts.confirm', queue='lenders', max_attempts=10_000)
def confirm(run: Run) -> None:
    """Bring the confirmation to the lender, once. The intent is committed before the call; a lost answer is asked
    for by our id, then the call is repeated with the same key, or an operator decides.
    """
    contract = contract_by_guid(run.subject)
    if not _is_to_confirm(contract):
        close(run)
        return
    if contract.signing_mode == SigningMode.PLATFORM and contract.signature_reported_at is None:
        _await_report(run, contract)
        return
    is_repeat = contract.outcome_unknown_since is not None
    if not is_repeat and not _commit_intent(run, contract):
        close(run)
        return
    adapter = adapter_for(contract.lender)
    try:
        answer = _confirm_or_adopt(adapter, contract) if is_repeat else _confirm(adapter, contract)
    except LenderUnavailable as trouble:
        _not_processed(run, contract, is_repeat)
        raise RetryLater(retry_pause(run.attempt, trouble), reason_of(trouble)) from trouble
    except OutcomeUnknown as trouble:
        raise RetryLater(unknown_pause(run.attempt), reason_of(trouble)) from trouble
    except NotUnderstood as trouble:
        # It may have been taken all the same: ask by our id some times before a human has to.
        if run.attempt < _GARBAGE_TRIES:
            raise RetryLater(unknown_pause(run.attempt), reason_of(trouble)) from trouble
        raise Park(reason_of(trouble)) from trouble
    except (RequestRefused, Unsupported) as trouble:
        _not_processed(run, contract, is_repeat)
        raise Park(reason_of(trouble)) from trouble
    _write_word(run, contract, answer)


def _is_to_confirm(contract: Contract) -> bool:
    if contract.status == ContractStatus.CONFIRMED:
        return True
    return contract.status == ContractStatus.ISSUING and contract.confirm_accepted_at is None


def _await_report(run: Run, contract: Contract) -> None:
    """The lender learns of the signature first, by its own job; until then the deal can still be cancelled."""
    with run.finish():
        run.again(after_seconds=poll_pause(contract.status_at))


def _commit_intent(run: Run, contract: Contract) -> bool:
    """Past this commit the issue is being sent: no more cancelling. False when the contract has moved on."""
    with run.note():
        row = lock_contract(contract).contract
        if not _is_to_confirm(row):
            return False
        now = timezone.now()
        if row.status == ContractStatus.CONFIRMED:
            advance(row, ContractStatus.ISSUING, actor=SYSTEM, outcome_unknown_since=now)
        else:
            row.outcome_unknown_since = now
            row.save(update_fields=['outcome_unknown_since'])
    return True


def _confirm(adapter: Adapter, contract: Contract) -> Confirmed:
    return adapter.confirm(ref_of(contract), key=f'{contract.guid}:confirm')


def _confirm_or_adopt(adapter: Adapter, contract: Contract) -> Confirmed:
    """What became of a confirmation whose answer was lost; repeated only with the same key, only when it is safe."""
    capabilities = adapter.capabilities
    found = adapter.find(str(contract.application.guid)) if capabilities.find_by_our_id else None
    word = None if found is None else _word_of(found)
    if word is not None:
        return word
    since = contract.outcome_unknown_since or timezone.now()
    left = capabilities.settle_seconds - (timezone.now() - since).total_seconds()
    if left > 0:
        raise RetryLater(left, 'the lender may still be working on the confirmation')
    if not capabilities.idempotency_keys:
        raise Park('the outcome of the issue is unknown and the lender takes no keys: an operator decides')
    return _confirm(adapter, contract)


def _word_of(found: Found) -> Confirmed | None:
    if found.confirm_refused:
        return Confirmed(accepted=False, reason='refused, as the lender says when asked')
    if found.is_confirmed or found.issue != IssueStage.NOT_CONFIRMED:
        return Confirmed(accepted=True)
    return None


def _not_processed(run: Run, contract: Contract, is_repeat: bool) -> None:
    """This call surely changed nothing; when an earlier one is unknown it stays so."""
    if is_repeat:
        return
    with run.note():
        row = lock_contract(contract).contract
        row.outcome_unknown_since = None
        row.save(update_fields=['outcome_unknown_since'])


def _write_word(run: Run, contract: Contract, answer: Confirmed) -> None:
    with run.finish():
        application, row = lock_contract(contract)
        if row.status != ContractStatus.ISSUING:
            return
        actor = f'lender {row.lender.code}'
        if not answer.accepted:
            end_deal(application, row, ContractStatus.DECLINED, actor=actor, why=answer.reason or 'refused',
                     confirm_refused=True, outcome_unknown_since=None)
            return
        row.confirm_accepted_at, row.outcome_unknown_since = timezone.now(), None
        row.save(update_fields=['confirm_accepted_at', 'outcome_unknown_since'])
        record(application.pk, subject=f'confirmation {row.lender.code}', moved_to='accepted', actor=actor)
        enqueue('contracts.watch_issue', str(row.guid))


@job('contracts.watch_issue', queue='lenders', max_attempts=1_000)
def watch_issue(run: Run) -> None:
    """Ask the lender whether the loan is issued until it says yes or no."""
    contract = contract_by_guid(run.subject)
    if contract.status != ContractStatus.ISSUING:
        close(run)
        return
    try:
        state = adapter_for(contract.lender).fetch_state(ref_of(contract))
    except LenderTrouble as trouble:
        raise _later(run, trouble) from trouble
    with run.finish():
        application, row = lock_contract(contract)
        if row.status != ContractStatus.ISSUING:
            return
        actor = f'lender {row.lender.code}'
        if state.issue == IssueStage.ISSUED:
            end_deal(application, row, ContractStatus.ISSUED, actor=actor, issued_at=timezone.now())
        elif state.issue == IssueStage.DECLINED:
            end_deal(application, row, ContractStatus.DECLINED, actor=actor, why=state.reason or 'issue declined')
        elif state.issue == IssueStage.ERROR:
            end_deal(application, row, ContractStatus.FAILED, actor=actor, why=state.reason or 'issue failed')
        else:
            run.again(after_seconds=poll_pause(row.confirm_accepted_at or row.status_at))


@job('contracts.watch_payment', queue='lenders', max_attempts=1_000)
def watch_payment(run: Run) -> None:
    """Ask the lender for the first payment until it is made or the deal ends."""
    contract = contract_by_guid(run.subject)
    if not _is_to_pay(contract):
        close(run)
        return
    try:
        state = adapter_for(contract.lender).fetch_state(ref_of(contract))
    except LenderTrouble as trouble:
        raise _later(run, trouble) from trouble
    with run.finish():
        row = lock_contract(contract).contract
        if not _is_to_pay(row):
            return
        note_payment(row, state)
        if row.payment_status != PaymentStage.PAID:
            run.again(after_seconds=payment_pause(row.signed_at))


def _is_to_pay(contract: Contract) -> bool:
    return (
        bool(contract.payment_url) and contract.payment_status != PaymentStage.PAID
        and contract.status in PAYABLE_STATUSES)


def _later(run: Run, trouble: LenderTrouble) -> RetryLater:
    """Reading may be repeated after any trouble; what the lender refuses or garbles is looked at less and less."""
    return RetryLater(retry_pause(run.attempt, trouble), reason_of(trouble))
