"""Conversations with lenders about scoring, each run as a job: read, talk, write."""
from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from applications.models import Application
from applications.states import advance
from applications.statuses import ApplicationStatus
from jobs.registry import RetryLater, Run, job
from jobs.services import enqueue
from lenders.catalogue import adapter_for
from lenders.contract import (
    Adapter,
    Decision,
    DecisionStatus,
    DocumentStage,
    LenderTrouble,
    LenderUnavailable,
    NotUnderstood,
    OutcomeUnknown,
    Ref,
    RequestRefused,
    Submitted,
    Unsupported,
)
from lenders.documents import TRIES, Received, receive
from lenders.pauses import poll_pause, reason_of, retry_pause, unknown_pause
from lenders.rules import check_decision
from offers import services
from offers.mapping import lender_form
from offers.models import Submission
from offers.selectors import submission_by_guid, submissions_of
from offers.statuses import SubmissionStatus


class Pair(NamedTuple):
    """The locked rows of one conversation."""

    application: Application
    submission: Submission


def lock_application(form_guid: str) -> Application:
    """The application with its row locked until the transaction ends."""
    return Application.objects.select_for_update(of=('self',)).select_related('partner').get(guid=form_guid)


def lock_pair(submission: Submission) -> Pair:
    """The application and the submission, locked in this order."""
    application = Application.objects.select_for_update(of=('self',)).get(pk=submission.application_id)
    locked = Submission.objects.select_for_update(of=('self',)).select_related('lender').get(pk=submission.pk)
    return Pair(application, locked)


def ref_of(submission: Submission) -> Ref:
    """How the lender finds the application of this submission."""
    return Ref(form_guid=str(submission.application.guid), lender_id=submission.lender_application_id)


@job('offers.request', queue='lenders')
def request(run: Run) -> None:
    """Fix the lenders to ask and set the asking off."""
    with run.finish():
        application = lock_application(run.subject)
        if application.status == ApplicationStatus.NEW:
            services.request_offers(application)


@job('offers.submit', queue='lenders', max_attempts=40)
def submit(run: Run) -> None:
    """Bring the form to one lender, once: the intent is committed first, a lost answer is asked for by our id."""
    submission = submission_by_guid(run.subject)
    if submission.status not in (SubmissionStatus.NEW, SubmissionStatus.SENDING):
        with run.finish():
            return
    is_repeat = submission.status == SubmissionStatus.SENDING
    if not is_repeat and not _commit_intent(run, submission):
        return
    adapter = adapter_for(submission.lender)
    try:
        answer = _submit_or_adopt(adapter, submission, is_repeat=is_repeat)
    except (RequestRefused, NotUnderstood, Unsupported) as trouble:
        _give_up(run, submission, trouble)
    except OutcomeUnknown as trouble:
        _note_unknown(run, submission, trouble)
    except LenderUnavailable as trouble:
        raise RetryLater(retry_pause(run.attempt, trouble), str(trouble)) from trouble
    else:
        _write_sent(run, submission, answer, brings_forms=DocumentStage.OFFERS in adapter.capabilities.own_documents)


def _commit_intent(run: Run, submission: Submission) -> bool:
    """NEW to SENDING in a commit of its own, before the call; False when the form is no longer to be sent."""
    with run.note():
        pair = lock_pair(submission)
        is_wanted = (
            pair.application.status == ApplicationStatus.SCORING and pair.submission.status == SubmissionStatus.NEW)
        if is_wanted:
            advance(pair.submission, SubmissionStatus.SENDING, actor=services.SYSTEM)
    if not is_wanted:
        with run.finish():
            return False
    return True


def _submit_or_adopt(adapter: Adapter, submission: Submission, *, is_repeat: bool) -> Submitted:
    form = lender_form(submission.application)
    if is_repeat and adapter.capabilities.find_by_our_id:
        found = adapter.find(form.form_guid)
        if found is not None:
            return Submitted(found.lender_id, _sound(found.decision, submission))
        _wait_to_settle(adapter, submission)
    return adapter.submit(form, key=f'{submission.guid}:submit')


def _wait_to_settle(adapter: Adapter, submission: Submission) -> None:
    """The first request may still be under way inside the lender: "not found" counts only after its settle time."""
    sent_at = submission.outcome_unknown_since or submission.status_at
    left = adapter.capabilities.settle_seconds - (timezone.now() - sent_at).total_seconds()
    if left > 0:
        raise RetryLater(left, 'the lender may still be taking the first request in')


def _sound(decision: Decision, submission: Submission) -> Decision:
    """The decision itself; NotUnderstood when it cannot be an answer to this form."""
    form = submission.application
    check_decision(decision, amount=form.amount, initial_payment=form.initial_payment)
    return decision


def _give_up(run: Run, submission: Submission, trouble: LenderTrouble) -> None:
    with run.finish():
        pair = lock_pair(submission)
        if pair.submission.status == SubmissionStatus.SENDING:
            services.fail_submission(pair.submission, why=reason_of(trouble))
            enqueue('offers.settle', str(pair.application.guid))


def _note_unknown(run: Run, submission: Submission, trouble: LenderTrouble) -> None:
    with run.note():
        locked = lock_pair(submission).submission
        if locked.outcome_unknown_since is None:
            locked.outcome_unknown_since = timezone.now()
            locked.save(update_fields=['outcome_unknown_since'])
    raise RetryLater(unknown_pause(run.attempt), reason_of(trouble))


def _write_sent(run: Run, submission: Submission, answer: Submitted, *, brings_forms: bool) -> None:
    with run.finish():
        pair = lock_pair(submission)
        row = pair.submission
        row.lender_application_id = answer.lender_id
        if row.status != SubmissionStatus.SENDING:
            # The form ended while we talked: a cancel sent before this answer may have met nothing to cancel.
            row.release_needed, row.released_at = True, None
            row.save(update_fields=['lender_application_id', 'release_needed', 'released_at'])
            enqueue('offers.release', str(row.guid))
            return
        advance(
            row, SubmissionStatus.SENT, actor=f'lender {row.lender.code}',
            lender_application_id=answer.lender_id, outcome_unknown_since=None)
        if pair.application.scans_count:
            enqueue('scans.submit', str(row.guid))
        if answer.decision.status == DecisionStatus.PENDING:
            enqueue('offers.decision', str(row.guid), due_in_seconds=settings.FIRST_POLL_SECONDS)
        elif answer.decision.status == DecisionStatus.APPROVED and brings_forms:
            # The forms are fetched in a conversation of their own: this one must not be repeated because of them.
            enqueue('offers.decision', str(row.guid))
        else:
            services.take_decision(pair.application, row, answer.decision)


@job('offers.decision', queue='lenders', max_attempts=40)
def decision(run: Run) -> None:
    """Ask one lender what its scoring says."""
    submission = submission_by_guid(run.subject)
    if submission.status != SubmissionStatus.SENT:
        with run.finish():
            return
    adapter, forms = adapter_for(submission.lender), list[Received]()
    try:
        answer = _sound(adapter.fetch_decision(ref_of(submission)), submission)
        if answer.status == DecisionStatus.APPROVED:
            forms = _own_forms(run, adapter, submission, answer)
    except (RequestRefused, NotUnderstood, Unsupported) as trouble:
        answer = Decision(DecisionStatus.FAILED, reason=reason_of(trouble))
    except LenderTrouble as trouble:
        raise RetryLater(retry_pause(run.attempt, trouble), reason_of(trouble)) from trouble
    with run.finish():
        pair = lock_pair(submission)
        if pair.submission.status != SubmissionStatus.SENT:
            return
        if answer.status == DecisionStatus.PENDING:
            run.again(after_seconds=poll_pause(pair.submission.status_at))
        else:
            services.take_decision(pair.application, pair.submission, answer, forms)


def _own_forms(run: Run, adapter: Adapter, submission: Submission, answer: Decision) -> list[Received]:
    """The forms the client must see with these offers; those that cannot be taken are asked for anew some times."""
    try:
        return receive(adapter, ref_of(submission), answer.documents, stage=DocumentStage.OFFERS)
    except (RequestRefused, NotUnderstood) as trouble:
        if run.attempt < TRIES:
            raise RetryLater(retry_pause(run.attempt, trouble), reason_of(trouble)) from trouble
        raise


@job('offers.settle', queue='lenders')
def settle(run: Run) -> None:
    """End the scoring when all lenders have settled or the deadline has passed."""
    with run.finish():
        wait = services.settle(lock_application(run.subject))
        if wait is not None:
            run.again(after_seconds=wait.seconds)


@job('offers.expire', queue='lenders')
def expire(run: Run) -> None:
    """End an application whose offers nobody chose in time."""
    with run.finish():
        services.expire_offers(lock_application(run.subject))


@job('offers.release', queue='lenders', max_attempts=60)
def release(run: Run) -> None:
    """Tell a lender that the form is over, until it took it."""
    submission = submission_by_guid(run.subject)
    if not submission.release_needed or submission.released_at is not None:
        with run.finish():
            return
    try:
        adapter_for(submission.lender).cancel(ref_of(submission), key=_cancel_key(submission))
    except Unsupported:
        why = 'the lender has no cancel; it forgets the form by itself'
    except RequestRefused as trouble:
        if run.attempt < settings.RELEASE_REFUSALS:
            raise RetryLater(retry_pause(run.attempt, trouble), reason_of(trouble)) from trouble
        with run.finish():
            run.park(f'the lender refuses to cancel: {reason_of(trouble)}')
        return
    except LenderTrouble as trouble:
        raise RetryLater(retry_pause(run.attempt, trouble), reason_of(trouble)) from trouble
    else:
        why = 'the lender was told'
    with run.finish():
        row = lock_pair(submission).submission
        row.released_at = timezone.now()
        row.reason = row.reason or why
        row.save(update_fields=['released_at', 'reason'])


@job('offers.nudge', queue='lenders')
def nudge(run: Run) -> None:
    """A lender called back: ask it now instead of at the next poll. The call itself decides nothing."""
    application = Application.objects.get(guid=run.subject)
    waiting = [row for row in submissions_of(application.pk) if row.status == SubmissionStatus.SENT]
    with run.finish():
        for submission in waiting:
            enqueue('offers.decision', str(submission.guid))
        if application.status == ApplicationStatus.DEAL:
            enqueue('contracts.nudge', str(application.guid))


def _cancel_key(submission: Submission) -> str:
    """One key for all repeats of one cancel; a cancel after a late answer to the submit is another one.

    Under the old key a lender could answer once more that there was nothing to cancel. So is one that has to be told
    anew.
    """
    known = 'known' if submission.lender_application_id else 'unknown'
    return f'{submission.guid}:cancel:{known}' + (f':{submission.releases}' if submission.releases else '')
