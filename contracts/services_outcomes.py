"""Outcomes that nobody knows: one person says what the lender told, another approves, only then the deal moves.

Money may never be lent twice: what is approved here never sends a confirmation. Locks as everywhere: application,
submission, contract, request, job.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.states import advance, record
from contracts.locks import lock_application
from contracts.models import Contract
from contracts.models_operators import OutcomeRequest
from contracts.rules_outcomes import is_unknown
from contracts.services import end_deal
from contracts.statuses import ContractStatus
from contracts.statuses_operators import OUTCOMES, Outcome, OutcomeKind, OutcomeStatus
from jobs.services import close, enqueue
from lenders.catalogue import adapter_for
from offers.models import Submission
from offers.services import fail_submission
from offers.statuses import SubmissionStatus

log = structlog.get_logger(__name__)
ASK = 'outcome.ask'
RESOLVE = 'outcome.resolve'
_JOBS = {
    OutcomeKind.SUBMISSION: ('offers.submit',), OutcomeKind.CHOICE: ('contracts.prepare',),
    OutcomeKind.ISSUE: ('contracts.confirm', 'contracts.watch_issue')}
"""The work that waits for an answer: closed by the approval, and never closed while it talks."""


class OutcomeRefused(Exception):
    """It cannot be asked for or decided so; the text is for people, nothing was changed."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class _Rows:
    """The locked rows of a case."""

    application: Application
    submission: Submission
    contract: Contract | None


def propose_outcome(
    *, submission: Submission, kind: str, outcome: str, evidence: str, reason: str, by: Any,
    lender_application_id: str = '',
) -> OutcomeRequest:
    """Say how an unknown talk ended; nothing of the deal changes. Raises OutcomeRefused."""
    _may(by, ASK)
    if outcome not in OUTCOMES.get(kind, ()):
        raise OutcomeRefused(_('This outcome does not fit the question'))
    if not reason.strip() or not evidence.strip():
        raise OutcomeRefused(_('An outcome needs a reason and the words of the lender'))
    if kind == OutcomeKind.SUBMISSION and outcome == Outcome.TAKEN and not lender_application_id.strip():
        raise OutcomeRefused(_('Give the id under which the lender has the form'))
    with transaction.atomic():
        rows = _locked(submission)
        if not is_unknown(kind, rows.submission, rows.contract):
            raise OutcomeRefused(_('The outcome is known already: look at the card again'))
        try:
            with transaction.atomic():
                request = OutcomeRequest.objects.create(
                    application=rows.application, submission=rows.submission, kind=kind, outcome=outcome,
                    lender_application_id=lender_application_id.strip()[:100], evidence=evidence.strip()[:4000],
                    reason=reason.strip()[:500], author=by.get_username(), asked_at=timezone.now())
        except IntegrityError as known:
            raise OutcomeRefused(_('An outcome waits for a second person already')) from known
        _journal(request, 'proposed', by, reason)
    return request


def approve_outcome(*, request: OutcomeRequest, by: Any, why: str = '') -> OutcomeRequest:
    """Carry an outcome out, once, by a person who did not propose it. Raises OutcomeRefused.

    When the end became known meanwhile, the request is closed as no longer needed and nothing else changes.
    """
    _may(by, RESOLVE)
    with transaction.atomic():
        rows = _locked(request.submission)
        row = _open(request)
        if by.get_username() == row.author:
            raise OutcomeRefused(_('Another person than the author must approve the outcome'))
        if not is_unknown(row.kind, rows.submission, rows.contract):
            return _decide(row, OutcomeStatus.OUTDATED, by, why)
        _close_work(row, rows)
        actor = f'operator {by.get_username()}'
        _CARRY_OUT[OutcomeKind(row.kind)](rows, row, actor, f'outcome by two people, asked by {row.author}')
        decided = _decide(row, OutcomeStatus.APPROVED, by, why)
    log.warning('outcome_settled', request=str(row.guid), kind=row.kind, outcome=row.outcome)
    return decided


def refuse_outcome(*, request: OutcomeRequest, by: Any, why: str) -> OutcomeRequest:
    """Decline an outcome with a reason; the deal stays as it is. Raises OutcomeRefused."""
    _may(by, RESOLVE)
    return _end(request, OutcomeStatus.REFUSED, by, why)


def withdraw_outcome(*, request: OutcomeRequest, by: Any, why: str) -> OutcomeRequest:
    """Take an outcome back, by its author, with a reason. Raises OutcomeRefused."""
    _may(by, ASK)
    if by.get_username() != request.author:
        raise OutcomeRefused(_('Only the author takes an outcome back'))
    return _end(request, OutcomeStatus.WITHDRAWN, by, why)


def _end(request: OutcomeRequest, to: OutcomeStatus, by: Any, why: str) -> OutcomeRequest:
    if not why.strip():
        raise OutcomeRefused(_('This needs a reason'))
    with transaction.atomic():
        _locked(request.submission)
        return _decide(_open(request), to, by, why)


def _may(by: Any, permission: str) -> None:
    if not by.has_perm(permission):
        raise OutcomeRefused(_('You have no right to this'))


def _locked(submission: Submission) -> _Rows:
    application = lock_application(submission.application_id)
    row = Submission.objects.select_for_update(of=('self',)).select_related('lender').get(pk=submission.pk)
    contract = Contract.objects.select_for_update(of=('self',)).select_related('lender', 'submission', 'offer').filter(
        application=application, submission=row).first()
    if contract is not None:
        contract.application = application
    return _Rows(application, row, contract)


def _open(request: OutcomeRequest) -> OutcomeRequest:
    row = OutcomeRequest.objects.select_for_update(of=('self',)).get(pk=request.pk)
    if row.status != OutcomeStatus.ASKED:
        raise OutcomeRefused(_('The outcome was decided already'))
    return row


def _decide(row: OutcomeRequest, to: OutcomeStatus, by: Any, why: str) -> OutcomeRequest:
    row.status, row.decided_by, row.decided_at = to.value, by.get_username(), timezone.now()
    row.decided_why = why.strip()[:500]
    row.save(update_fields=['status', 'decided_by', 'decided_at', 'decided_why'])
    _journal(row, to.value.lower(), by, why)
    return row


def _journal(row: OutcomeRequest, word: str, by: Any, why: str) -> None:
    record(
        row.application_id, subject=f'outcome {row.kind}', moved_from=row.outcome, moved_to=word,
        actor=f'operator {by.get_username()}', why=why.strip())


def _close_work(row: OutcomeRequest, rows: _Rows) -> None:
    """Nobody may be talking, and a request that was under way must have settled at the lender."""
    since = rows.submission.outcome_unknown_since if row.kind == OutcomeKind.SUBMISSION else (
        rows.contract.outcome_unknown_since if rows.contract is not None else None)
    wait = adapter_for(rows.submission.lender).capabilities.settle_seconds
    if since is not None and (timezone.now() - since).total_seconds() < wait:
        raise OutcomeRefused(_('The lender may still be working on the request: approve a little later'))
    subject = rows.submission.guid if row.kind == OutcomeKind.SUBMISSION else (
        rows.contract.guid if rows.contract is not None else None)
    for kind in _JOBS[OutcomeKind(row.kind)]:
        if not close(kind=kind, subject=str(subject), reason='settled by two people'):
            raise OutcomeRefused(_('The lender is being asked just now: approve in a minute'))


def _settle_submission(rows: _Rows, row: OutcomeRequest, actor: str, why: str) -> None:
    if row.outcome == Outcome.TAKEN:
        advance(
            rows.submission, SubmissionStatus.SENT, actor=actor, why=why, outcome_unknown_since=None,
            lender_application_id=row.lender_application_id)
        enqueue('offers.decision', str(rows.submission.guid))
    else:
        fail_submission(rows.submission, why=why)
    enqueue('offers.settle', str(rows.application.guid))


def _settle_choice(rows: _Rows, row: OutcomeRequest, actor: str, why: str) -> None:
    contract = _contract(rows)
    contract.chosen_at = timezone.now() if row.outcome == Outcome.TAKEN else None
    contract.outcome_unknown_since = None
    contract.save(update_fields=['chosen_at', 'outcome_unknown_since'])
    record(rows.application.pk, subject=f'choice {contract.lender.code}', moved_to=row.outcome, actor=actor, why=why)
    enqueue('contracts.prepare', str(contract.guid))


def _settle_issue(rows: _Rows, row: OutcomeRequest, actor: str, why: str) -> None:
    contract = _contract(rows)
    if row.outcome == Outcome.ISSUED:
        end_deal(
            rows.application, contract, ContractStatus.ISSUED, actor=actor, why=why, issued_at=timezone.now(),
            outcome_unknown_since=None, confirm_accepted_at=contract.confirm_accepted_at or timezone.now())
    elif row.outcome == Outcome.NOT_ISSUED:
        end_deal(
            rows.application, contract, ContractStatus.DECLINED, actor=actor, why=why, tell_lender=True,
            outcome_unknown_since=None, confirm_refused=contract.confirm_accepted_at is None)
    else:
        contract.confirm_accepted_at, contract.outcome_unknown_since = timezone.now(), None
        contract.save(update_fields=['confirm_accepted_at', 'outcome_unknown_since'])
        record(rows.application.pk, subject=f'confirmation {contract.lender.code}', moved_to='accepted', actor=actor,
               why=why)
        enqueue('contracts.watch_issue', str(contract.guid))


def _contract(rows: _Rows) -> Contract:
    if rows.contract is None:
        raise OutcomeRefused(_('The outcome is known already: look at the card again'))
    return rows.contract


_CARRY_OUT = {
    OutcomeKind.SUBMISSION: _settle_submission, OutcomeKind.CHOICE: _settle_choice, OutcomeKind.ISSUE: _settle_issue}
