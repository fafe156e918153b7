"""Codes that the lender itself sends and checks, each talk run as a job."""
from __future__ import annotations

import structlog
from django.utils import timezone

from contracts.codes import consume, seal_code, uncount
from contracts.evidence import Origin
from contracts.locks import lock_contract
from contracts.models import CodeCheck
from contracts.selectors import contract_by_guid, ref_of
from contracts.services_codes import VOID
from contracts.signatures import sign
from contracts.statuses import ContractStatus
from contracts.steps import close
from jobs.registry import RetryLater, Run, job
from lenders.catalogue import adapter_for
from lenders.contract import (
    Adapter,
    CodeResult,
    LenderUnavailable,
    NotUnderstood,
    OutcomeUnknown,
    RequestRefused,
    SigningMode,
    Unsupported,
)
from lenders.pauses import reason_of, retry_pause, unknown_pause

log = structlog.get_logger(__name__)
SENT = 'sent'
_LONGEST_PAUSE_SECONDS = 10.0
"""The client is waiting: a question that gets no answer in about a minute comes to nothing."""


def _leave_open(run: Run) -> None:
    """The lender stayed silent: the question comes to nothing, the client asks again."""
    CodeCheck.objects.filter(guid=run.subject, answered_at__isnull=True).update(
        result=VOID, answered_at=timezone.now())


@job('contracts.ask_code', queue='lenders', max_attempts=8, on_park=_leave_open)
def ask_code(run: Run) -> None:
    """Have the lender send a code, or check the one the client gave."""
    check = CodeCheck.objects.select_related('contract', 'signing_code').get(guid=run.subject)
    if check.answered_at is not None:
        close(run)
        return
    contract = contract_by_guid(str(check.contract.guid))
    is_open = (
        contract.status == ContractStatus.READY and check.signing_code.forms_version == contract.forms_version)
    if not is_open:
        _write_answer(run, check, VOID)
        return
    adapter = adapter_for(contract.lender)
    try:
        result = _talk(adapter, check, is_repeat=run.attempt > 1)
    except LenderUnavailable as trouble:
        pause = min(retry_pause(run.attempt, trouble), _LONGEST_PAUSE_SECONDS)
        raise RetryLater(pause, reason_of(trouble)) from trouble
    except OutcomeUnknown as trouble:
        _note_unclear(run, check)
        pause = min(unknown_pause(run.attempt), _LONGEST_PAUSE_SECONDS)
        raise RetryLater(pause, reason_of(trouble)) from trouble
    except (RequestRefused, NotUnderstood, Unsupported) as trouble:
        log.error('code.not_asked', check=str(check.guid), trouble=reason_of(trouble))
        result = VOID
    _write_answer(run, check, result)


def _talk(adapter: Adapter, check: CodeCheck, *, is_repeat: bool) -> str:
    ref = ref_of(contract_by_guid(str(check.contract.guid)))
    key = f'{check.guid}:{check.operation}'
    if check.operation == 'send':
        adapter.send_code(ref, key=key)
        return SENT
    if is_repeat and adapter.capabilities.find_by_our_id:
        found = adapter.find(ref.form_guid)
        if found is not None and found.is_signed:
            return CodeResult.ACCEPTED
    if is_repeat and not adapter.capabilities.idempotency_keys:
        return VOID
    return adapter.check_code(ref, check.code, key=key)


def _note_unclear(run: Run, check: CodeCheck) -> None:
    """The lender may have taken a signature that we do not know of."""
    if check.operation != 'check':
        return
    with run.note():
        row = lock_contract(check.contract).contract
        if row.outcome_unknown_since is None and row.status == ContractStatus.READY:
            row.outcome_unknown_since = timezone.now()
            row.save(update_fields=['outcome_unknown_since'])


def _write_answer(run: Run, check: CodeCheck, result: str) -> None:
    with run.finish():
        application, row = lock_contract(check.contract)
        is_open = (
            row.status == ContractStatus.READY and check.signing_code.forms_version == row.forms_version)
        code, check.code, check.result, check.answered_at = check.code, '', result, timezone.now()
        check.save(update_fields=['code', 'result', 'answered_at'])
        if result == CodeResult.ACCEPTED and is_open and consume(check.signing_code, row):
            seal_code(check.signing_code, code)
            check.signing_code.save(update_fields=['salt', 'digest', 'digest_key'])
            uncount(row)
            sign(application, row, mode=SigningMode.LENDER, actor=f'lender {row.lender.code}',
                 origin=Origin(check.request_id, check.ip or ''))
        elif row.outcome_unknown_since is not None and row.status == ContractStatus.READY:
            row.outcome_unknown_since = None
            row.save(update_fields=['outcome_unknown_since'])
