"""Reads for people of the back office: which conversations with lenders a form waits for."""
from __future__ import annotations

from collections.abc import Iterable

from applications.models import Application
from applications.statuses import ApplicationStatus
from contracts.models import Contract
from contracts.statuses import ContractStatus, ScansState
from lenders.catalogue import UnknownAdapter, adapter_for
from lenders.contract import PaymentStage, SigningMode
from offers.models import Submission
from offers.selectors import submissions_of
from offers.statuses import SubmissionStatus

Talk = tuple[str, str]
"""Kind of the job and its subject."""


def talks_of(application: Application) -> list[Talk]:
    """Conversations that may be held now without doing anything twice, in the order of the deal. Two queries."""
    contract = Contract.objects.select_related('lender').filter(application=application).first()
    return talks_between(application, submissions_of(application.pk), contract)


def talks_between(
    application: Application, submissions: Iterable[Submission], contract: Contract | None,
) -> list[Talk]:
    """The same of rows that are there already."""
    talks: list[Talk] = []
    if application.status == ApplicationStatus.NEW:
        talks.append(('offers.request', str(application.guid)))
    for submission in submissions:
        talks += _of_submission(submission)
    return talks if contract is None else talks + _of_contract(contract)


def _of_submission(row: Submission) -> list[Talk]:
    guid = str(row.guid)
    if row.release_needed and row.released_at is None:
        return [('offers.release', guid)]
    if row.status == SubmissionStatus.NEW:
        return [('offers.submit', guid)]
    if row.status == SubmissionStatus.SENDING:
        return [('offers.submit', guid)] if _may_repeat(row) else []
    return [('offers.decision', guid)] if row.status == SubmissionStatus.SENT else []


def _may_repeat(row: Submission) -> bool:
    """A lender that neither finds by our id nor takes keys could take the same form twice."""
    try:
        able = adapter_for(row.lender).capabilities
    except UnknownAdapter:
        return False
    return able.find_by_our_id or able.idempotency_keys


def _of_contract(row: Contract) -> list[Talk]:
    guid, talks = str(row.guid), list[Talk]()
    if row.status == ContractStatus.PREPARING:
        talks.append(('contracts.prepare', guid))
    elif row.status == ContractStatus.CONFIRMED:
        talks.append(('contracts.confirm', guid))
    elif row.status == ContractStatus.ISSUING:
        talks.append(('contracts.watch_issue' if row.confirm_accepted_at else 'contracts.confirm', guid))
    if (row.signed_at and row.signature_reported_at is None and row.signing_mode == SigningMode.PLATFORM
            and row.status in (ContractStatus.SIGNED, ContractStatus.CONFIRMED)):
        talks.append(('contracts.report_signature', guid))
    if row.scans_state == ScansState.CHECKING and row.status in (ContractStatus.READY, ContractStatus.SIGNED):
        talks.append(('scans.verdicts', guid))
    is_to_pay = row.payment_url and row.payment_status != PaymentStage.PAID
    if is_to_pay and row.status in (ContractStatus.READY, ContractStatus.SIGNED):
        talks.append(('contracts.watch_payment', guid))
    return talks
