"""Everything the card of one application shows, read in a bounded number of queries."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from applications.models import Application, Document, Event
from contracts.models import CodeCheck, Contract, Message, Payment, Signature, SigningCode
from contracts.models_operators import Assignment, OutcomeRequest
from denimhub.workstation.attention import attention_reasons
from jobs.models import Job
from lenders.models import Exchange, LenderCallback
from offers.models import Offer, RoutingDecision, Submission
from partners.guids import parse_guid
from partners.models_calls import PartnerCall
from scans.models import Scan, SentFile
from vault.models import AccessNote

MOST: Final = 200
"""Rows of one kind on a card, the newest ones; a form with more is one that somebody polls."""
MOST_NOTES: Final = 50


@dataclass(slots=True)
class CardRows:
    """Rows of a card; a list stays empty where this person may not see its model."""

    application: Application
    events: list[Event] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    routing: list[RoutingDecision] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    contract: Contract | None = None
    documents: list[Document] = field(default_factory=list)
    codes: list[SigningCode] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)
    scans: list[Scan] = field(default_factory=list)
    sent_files: list[SentFile] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    callbacks: list[LenderCallback] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    calls: list[PartnerCall] = field(default_factory=list)
    assignment: Assignment | None = None
    requests: list[OutcomeRequest] = field(default_factory=list)
    notes: list[AccessNote] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def holder(self) -> str:
        """User name of who works on the form, empty when nobody does."""
        return '' if self.assignment is None else self.assignment.holder


def card_rows(application: Application, user: Any) -> CardRows:
    """The rows of a card, as far as this person may see them: about two dozen queries, whatever there is."""
    rows = CardRows(application)
    may = user.has_perm
    own: dict[str, Any] = {'application': application}
    rows.events = _newest(Event.objects.filter(**own))
    rows.offers = list(Offer.objects.filter(**own).select_related('lender').order_by('regular_payment_amount', 'guid'))
    rows.contract = Contract.objects.filter(**own).select_related('lender', 'submission', 'offer').first()
    rows.documents = list(Document.objects.filter(**own).select_related('file').order_by('id'))
    rows.assignment = Assignment.objects.filter(**own).first()
    rows.calls = _newest(PartnerCall.objects.filter(form_guid=application.guid, partner=application.partner))
    if rows.contract is not None:
        rows.payments = list(Payment.objects.filter(contract=rows.contract).order_by('paid_at', 'id'))
    if may('offers.view_submission'):
        rows.submissions = list(Submission.objects.filter(**own).select_related('lender').order_by('id'))
        rows.routing = list(RoutingDecision.objects.filter(**own).select_related('lender').order_by('id'))
        rows.requests = list(OutcomeRequest.objects.filter(**own).select_related(
            'submission__lender').order_by('-id')[:MOST])
    if may('contracts.view_message'):
        rows.messages = list(Message.objects.filter(**own).defer('text').order_by('id')[:MOST])
    if may('contracts.view_signingcode') and rows.contract is not None:
        rows.codes = list(SigningCode.objects.filter(contract=rows.contract).order_by('seq')[:MOST])
        rows.signatures = list(Signature.objects.filter(contract=rows.contract).order_by('id'))
    if may('scans.view_scan'):
        rows.scans = list(Scan.objects.filter(**own).select_related(
            'file', 'display_file', 'thumbnail_file').order_by('-is_current', 'id')[:MOST])
        rows.sent_files = _newest(SentFile.objects.filter(scan__application=application).select_related(
            'lender', 'scan'))
    if may('lenders.view_exchange'):
        rows.exchanges = _newest(Exchange.objects.filter(form_guid=application.guid).select_related(
            'lender').defer('raw'))
        rows.callbacks = _newest(LenderCallback.objects.filter(form_guid=application.guid).select_related('lender'))
    if may('jobs.view_job'):
        rows.jobs = jobs_of(application)
        rows.reasons = attention_reasons([application.pk]).get(application.pk, [])
    if may('vault.view_accessnote'):
        rows.notes = _newest(AccessNote.objects.filter(subject=str(application.guid)), MOST_NOTES)
    return rows


def _newest(rows: QuerySet[Any], most: int = MOST) -> list[Any]:
    """The newest rows, oldest of them first."""
    return list(rows.order_by('-id')[:most])[::-1]


def subjects_of(application: Application) -> QuerySet[Any, Any]:
    """Subjects of all jobs about a form, as one sub-query of texts."""
    own = {'application': application}
    parts = [
        Submission.objects.filter(**own), Contract.objects.filter(**own), Message.objects.filter(**own),
        Signature.objects.filter(**own), Scan.objects.filter(**own),
        CodeCheck.objects.filter(contract__application=application)]
    return Application.objects.filter(pk=application.pk).values_list('guid', flat=True).union(
        *(part.values_list('guid', flat=True) for part in parts), all=True)


def jobs_of(application: Application) -> list[Job]:
    """Work about a form: what waits first, then the newest that is done. Two queries."""
    subjects = [str(guid) for guid in subjects_of(application)]
    found = list(Job.objects.filter(subject__in=subjects).order_by('-id')[:MOST])
    order = {Job.State.PARKED: 0, Job.State.READY: 1, Job.State.DONE: 2}
    return sorted(found, key=lambda job: (order[Job.State(job.state)], job.due_at if job.state == 'READY' else
                                          timezone.now(), -job.pk))


def application_of(job: Job) -> Application | None:
    """The form that a job is about; None for work that is about no form."""
    guid = parse_guid(job.subject)
    if guid is None:
        return None
    paths = ('guid', 'submissions__guid', 'contract__guid', 'messages__guid', 'signatures__guid', 'scans__guid')
    for path in paths:
        found = Application.objects.filter(**{path: guid}).first()
        if found is not None:
            return found
    return Application.objects.filter(
        pk__in=CodeCheck.objects.filter(guid=guid).values('contract__application')).first()


def job_of(application: Application, pk: int) -> Job | None:
    """A job, when it is about this form."""
    return Job.objects.filter(pk=pk, subject__in=[str(guid) for guid in subjects_of(application)]).first()


def find_application(rows: QuerySet[Application], object_id: str) -> Application | None:
    """By number or by guid among the rows that a person may see."""
    guid = parse_guid(object_id)
    if guid is None and not (object_id.isascii() and object_id.isdigit() and len(object_id) < 19):
        return None
    wanted = {'pk': int(object_id)} if guid is None else {'guid': guid}
    return rows.select_related('partner', 'point', 'product').filter(**wanted).first()
