"""What the offers room does for others: ask lenders, settle the scoring, choose one offer, let lenders go."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from applications.models import Application
from applications.refusals import WrongFormStatus, WrongOfferStatus
from applications.states import advance, record
from applications.statuses import ApplicationStatus
from jobs.services import enqueue
from lenders.contract import Decision, DecisionStatus, OfferTerms
from lenders.documents import Received
from offers.documents import has_consents, keep_forms_of, store_forms
from offers.models import Offer, Route, RoutingDecision, Submission
from offers.routing import Reason, RouteLimits, Wish, choose_lenders
from offers.selectors import Deal, find_deal
from offers.statuses import SETTLED, OfferStatus, SubmissionStatus

SYSTEM = 'system'


def request_offers(application: Application) -> list[Submission]:
    """Fix the set of lenders asked for a NEW application (its row locked) and write the jobs that ask them.

    A form that no lender serves is declined at once.
    """
    wish = Wish(
        kind=application.kind, point_id=application.point_id, is_sandbox=application.is_sandbox,
        loan_amount=application.amount - application.initial_payment, term_value=application.term_value)
    reasons = choose_lenders(wish, _routes_of(application))
    RoutingDecision.objects.bulk_create([
        RoutingDecision(application=application, lender_id=lender_id, is_asked=reason == Reason.ASKED, reason=reason)
        for lender_id, reason in reasons.items()])
    now = timezone.now()
    asked = Submission.objects.bulk_create([
        Submission(application=application, lender_id=lender_id, is_sandbox=application.is_sandbox, status_at=now)
        for lender_id, reason in reasons.items() if reason == Reason.ASKED])
    if not asked:
        advance(application, ApplicationStatus.DECLINED, actor=SYSTEM, why='no lender serves this form')
        return []
    advance(application, ApplicationStatus.SCORING, actor=SYSTEM, why=f'{len(asked)} lenders asked')
    for submission in asked:
        enqueue('offers.submit', str(submission.guid))
    enqueue('contracts.consents', str(application.guid))
    wait = max((application.scoring_deadline_at - now).total_seconds(), 0)
    enqueue('offers.settle', str(application.guid), due_in_seconds=wait)
    return asked


def _routes_of(application: Application) -> list[RouteLimits]:
    rows = Route.objects.filter(partner_id=application.partner_id, kind=application.kind).select_related('lender')
    return [
        RouteLimits(
            lender_id=row.lender_id, point_id=row.point_id, is_active=row.is_active,
            lender_is_active=row.lender.is_active, lender_is_sandbox=row.lender.is_sandbox,
            lender_kinds=row.lender.kinds,
            least_amounts=(row.min_amount, row.lender.min_amount),
            greatest_amounts=(row.max_amount, row.lender.max_amount),
            shortest_terms=(row.min_term, row.lender.min_term),
            longest_terms=(row.max_term, row.lender.max_term))
        for row in rows.order_by('id')]


def take_decision(
    application: Application, submission: Submission, decision: Decision, forms: Sequence[Received] = (),
) -> None:
    """Write the lender's scoring result and the forms it brings with its offers.

    Both rows are locked and the submission is SENT. A late decision is let go.
    """
    if application.status != ApplicationStatus.SCORING:
        release(submission, actor=SYSTEM, why='the decision came after the scoring had ended')
        return
    actor = f'lender {submission.lender.code}'
    if decision.status == DecisionStatus.APPROVED and decision.offers:
        Offer.objects.bulk_create([_offer(application, submission, terms) for terms in decision.offers])
        store_forms(application, submission.lender.code, forms)
        advance(submission, SubmissionStatus.APPROVED, actor=actor, why=f'{len(decision.offers)} offers')
    elif decision.status == DecisionStatus.FAILED:
        advance(submission, SubmissionStatus.FAILED, actor=actor, why=decision.reason, reason=decision.reason[:500])
    else:
        advance(submission, SubmissionStatus.DECLINED, actor=actor, why=decision.reason, reason=decision.reason[:500])
    enqueue('offers.settle', str(application.guid))


def _offer(application: Application, submission: Submission, terms: OfferTerms) -> Offer:
    longest = timezone.now() + timedelta(hours=settings.OFFER_HOURS)
    return Offer(
        application=application, submission=submission, lender=submission.lender,
        lender_offer_id=terms.lender_offer_id, name=terms.name, initial_payment=terms.initial_payment,
        amount=terms.amount, life_insurance_sum=terms.life_insurance_sum, work_insurance_sum=terms.work_insurance_sum,
        term_value=terms.term_value, term_unit=terms.term_unit,
        regular_payment_amount=terms.regular_payment_amount, regular_period_type=terms.regular_period_type,
        rate=terms.rate, effective_rate=terms.effective_rate, has_payment_page=terms.has_payment_page,
        expires_at=min(terms.expires_at, longest) if terms.expires_at else longest)


def fail_submission(submission: Submission, *, why: str) -> None:
    """End a submission (row locked) that cannot be carried on; a lender that may know of it is told."""
    may_know = submission.status != SubmissionStatus.NEW
    advance(submission, SubmissionStatus.FAILED, actor=SYSTEM, why=why, reason=why[:500])
    if may_know:
        _tell_later(submission)


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again: not everything needed for the end of the scoring is there."""

    seconds: float


def settle(application: Application) -> Wait | None:
    """End the scoring of a locked application when it may end: all lenders settled or the deadline passed.

    Freezes the set of offers that is shown from then on. Returns Wait when it is too early.
    """
    if application.status != ApplicationStatus.SCORING:
        return None
    submissions = list(
        Submission.objects.select_for_update(of=('self',)).filter(application=application)
        .select_related('lender').order_by('id'))
    now = timezone.now()
    open_ones = [row for row in submissions if row.status not in SETTLED]
    left_seconds = (application.scoring_deadline_at - now).total_seconds()
    if open_ones and left_seconds > 0:
        return Wait(left_seconds)
    for submission in open_ones:
        fail_submission(submission, why='silent at the deadline')
    offers = list(
        Offer.objects.select_for_update(of=('self',)).select_related('lender')
        .filter(application=application, expires_at__gt=now).order_by('id'))
    is_printed = bool(offers) and has_consents(application)
    if offers and not is_printed and left_seconds > -settings.CONSENTS_GRACE_SECONDS:
        return Wait(settings.CONSENTS_WAIT_SECONDS)
    if offers and is_printed:
        _show(application, offers, now)
    elif offers:
        # Without the consents nobody may be shown an offer; the lenders must not wait for an answer.
        release_submissions(application, actor=SYSTEM, why='the consents could not be printed')
        lapse_offers(application)
        advance(application, ApplicationStatus.FAILED, actor=SYSTEM, why='the consents could not be printed')
    elif any(row.status == SubmissionStatus.FAILED for row in submissions):
        advance(application, ApplicationStatus.FAILED, actor=SYSTEM, why='no offer, and a lender failed')
    else:
        advance(application, ApplicationStatus.DECLINED, actor=SYSTEM, why='all lenders declined')
    return None


def _show(application: Application, offers: Sequence[Offer], now: datetime) -> None:
    Offer.objects.filter(pk__in=[offer.pk for offer in offers]).update(is_shown=True)
    keep_forms_of(application, {offer.lender.code for offer in offers})
    expire_at = min(offer.expires_at for offer in offers)
    advance(
        application, ApplicationStatus.OFFERED, actor=SYSTEM, why=f'{len(offers)} offers',
        offers_shown_at=now, offers_expire_at=expire_at)
    enqueue('offers.expire', str(application.guid), due_in_seconds=(expire_at - now).total_seconds())


def confirm_offer(*, partner_guid: str, form_guid: str, offer_guid: str, actor: str) -> tuple[Deal, bool]:
    """Choose one offer of a form; True when this call chose it, False for a repeat. Needs a transaction.

    Raises the refusals of `find_deal`, WrongFormStatus for a cancelled form, WrongOfferStatus for another
    chosen or expired offer. The other lenders are told.
    """
    deal = find_deal(partner_guid, form_guid, offer_guid, lock=True)
    application, offer = deal.application, deal.offer
    if application.status == ApplicationStatus.CANCELED:
        raise WrongFormStatus
    if application.status == ApplicationStatus.EXPIRED:
        raise WrongOfferStatus
    if offer.status == OfferStatus.CONFIRMED:
        return deal, False
    now = timezone.now()
    is_open = application.status == ApplicationStatus.OFFERED and offer.status == OfferStatus.PROPOSED
    if not is_open or application.offers_expire_at is None or application.offers_expire_at <= now:
        raise WrongOfferStatus
    release_submissions(application, actor=actor, why='another offer was chosen', keep=offer.submission)
    lapse_offers(application, keep=offer)
    advance(offer, OfferStatus.CONFIRMED, actor=actor)
    advance(application, ApplicationStatus.DEAL, actor=actor, why=f'offer {offer.guid}')
    return deal, True


def lapse_offers(application: Application, *, keep: Offer | None = None) -> None:
    """Let the proposed offers of a locked application lapse, but for one."""
    rows = Offer.objects.select_for_update(of=('self',)).select_related('lender').filter(
        application=application, status=OfferStatus.PROPOSED)
    for offer in rows.order_by('id'):
        if keep is None or offer.pk != keep.pk:
            advance(offer, OfferStatus.LAPSED, actor=SYSTEM)


def expire_offers(application: Application) -> None:
    """End a locked application whose offers nobody chose in time."""
    if application.status != ApplicationStatus.OFFERED:
        return
    if application.offers_expire_at is None or application.offers_expire_at > timezone.now():
        return
    release_submissions(application, actor=SYSTEM, why='the offers expired')
    lapse_offers(application)
    advance(application, ApplicationStatus.EXPIRED, actor=SYSTEM, why='no offer was chosen in time')


def release_submissions(
    application: Application, *, actor: str, why: str, keep: Submission | None = None,
) -> None:
    """Tell every lender that was asked (but `keep`) that the form is over. The application's row is locked."""
    rows = Submission.objects.select_for_update(of=('self',)).filter(application=application)
    for submission in rows.select_related('lender').order_by('id'):
        if keep is None or submission.pk != keep.pk:
            release(submission, actor=actor, why=why)


def release(submission: Submission, *, actor: str, why: str) -> None:
    """End one locked submission and write the duty to tell its lender, when the lender may know of it."""
    was_sent = submission.status not in (SubmissionStatus.NEW, SubmissionStatus.DECLINED)
    if SubmissionStatus.CANCELED in Submission.MOVES[submission.status]:
        advance(submission, SubmissionStatus.CANCELED, actor=actor, why=why)
    if was_sent and not submission.release_needed:
        _tell_later(submission)


def release_again(submission: Submission, *, why: str) -> None:
    """Tell a lender anew that the form is over (the application's row is locked), because it is live there.

    A lender that was told already is told under a fresh key, else it would only repeat its answer.
    """
    row = Submission.objects.select_for_update(of=('self',)).select_related('lender').get(pk=submission.pk)
    if row.released_at is not None:
        row.releases, row.released_at = row.releases + 1, None
        row.save(update_fields=['releases', 'released_at'])
    record(row.application_id, subject=f'submission {row.lender.code}', actor=SYSTEM, why=why)
    _tell_later(row)


def _tell_later(submission: Submission) -> None:
    submission.release_needed = True
    submission.save(update_fields=['release_needed'])
    enqueue('offers.release', str(submission.guid))

