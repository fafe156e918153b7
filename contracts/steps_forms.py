"""Printing, run as jobs of the queue for documents: read, print, write."""
from __future__ import annotations

from django.utils import timezone

from applications.models import Application
from applications.statuses import ApplicationStatus
from contracts.documents import seal_forms, store_consents, store_documents
from contracts.locks import lock_application, lock_contract
from contracts.printing import print_consents, print_contract
from contracts.printing_templates import FormNotPrinted
from contracts.ready import make_ready
from contracts.selectors import contract_by_guid
from contracts.services import SYSTEM, end_deal
from contracts.statuses import ContractStatus
from jobs.registry import RetryLater, Run, job
from jobs.services import enqueue
from offers.selectors import submissions_of


@job('contracts.consents', queue='documents')
def consents(run: Run) -> None:
    """Print the consents that the client sees with the offers; the end of the scoring waits for them."""
    application = Application.objects.select_related('partner', 'point').get(guid=run.subject)
    forms = []
    if application.status in (ApplicationStatus.NEW, ApplicationStatus.SCORING):
        lenders = [submission.lender for submission in submissions_of(application.pk)]
        forms = seal_forms(application, 'offers', print_consents(application, lenders, application.created_at))
    with run.finish():
        locked = lock_application(application.pk)
        if forms and locked.status in (ApplicationStatus.NEW, ApplicationStatus.SCORING):
            store_consents(locked, forms)


ATTEMPTS = 4
_PAUSES_SECONDS = (1.0, 5.0, 15.0)


def _fail(run: Run, why: str) -> None:
    """Forms that cannot be printed end the contract: nobody could sign it."""
    application, row = lock_contract(contract_by_guid(run.subject))
    if row.status == ContractStatus.PREPARING:
        end_deal(application, row, ContractStatus.FAILED, actor=SYSTEM, why=why, tell_lender=True)


def _give_up(run: Run) -> None:
    _fail(run, 'the printed forms cannot be made')


@job('contracts.render', queue='documents', max_attempts=ATTEMPTS, on_park=_give_up)
def render(run: Run) -> None:
    """Print the forms of a contract where the lender sends none: from its templates, else from our own."""
    contract = contract_by_guid(run.subject)
    forms = []
    if contract.status == ContractStatus.PREPARING:
        try:
            forms = seal_forms(contract.application, 'contract', print_contract(contract, timezone.now()))
        except FormNotPrinted as failed:
            _not_printed(run, str(failed))
            return
    with run.finish():
        application, row = lock_contract(contract)
        if row.status != ContractStatus.PREPARING or not forms:
            return
        if row.forms_version != contract.forms_version:
            enqueue('contracts.prepare', str(row.guid))
            return
        store_documents(application, row, forms)
        make_ready(row, actor=SYSTEM)


def _not_printed(run: Run, reason: str) -> None:
    """A lender's template that fails is tried again, then parked: contract and job both tell the operator why."""
    if run.attempt < ATTEMPTS:
        raise RetryLater(_PAUSES_SECONDS[run.attempt - 1], reason)
    with run.finish():
        _fail(run, f'the printed forms cannot be made: {reason}')
        run.park(reason)
