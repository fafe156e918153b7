"""Routes to lenders, submissions, offers."""
from __future__ import annotations

import uuid
from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.guards import guard_moves
from applications.models import Application
from applications.statuses import MoveTable
from lenders.models import Lender
from offers.statuses import OFFER_MOVES, SUBMISSION_MOVES, OfferStatus, SubmissionStatus
from partners.models import Kind, Partner, Point


def same_world() -> pgtrigger.Trigger:
    """Refuse in the database a submission that would bring a live form to a sandbox lender or the reverse."""
    return pgtrigger.Trigger(
        name='submission_same_world', when=pgtrigger.Before, operation=pgtrigger.Insert,
        func="""
            IF EXISTS (
                SELECT 1 FROM lenders_lender l, applications_application a
                 WHERE l.id = NEW.lender_id AND a.id = NEW.application_id
                   AND l.is_sandbox = NEW.is_sandbox AND a.is_sandbox = NEW.is_sandbox)
            THEN RETURN NEW; END IF;
            RAISE EXCEPTION 'sandbox and live never mix';
        """)


class Route(models.Model):
    """The agreement by which forms of a partner (or of one point) go to a lender. Sums in kopecks, terms in months."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name='routes', verbose_name=_('partner'))
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name='routes', verbose_name=_('lender'))
    point = models.ForeignKey(
        Point, on_delete=models.PROTECT, related_name='+', null=True, blank=True, verbose_name=_('point of sale'))
    kind = models.CharField(_('kind'), max_length=4, choices=Kind.choices)
    min_amount = models.BigIntegerField(_('least amount, kopecks'), default=0)
    max_amount = models.BigIntegerField(_('greatest amount, kopecks'), null=True, blank=True)
    min_term = models.PositiveSmallIntegerField(_('shortest term, months'), default=0)
    max_term = models.PositiveSmallIntegerField(_('longest term, months'), null=True, blank=True)
    is_active = models.BooleanField(_('active'), default=True)

    class Meta:
        verbose_name = _('route')
        verbose_name_plural = _('routes')
        constraints = [models.UniqueConstraint(
            fields=['partner', 'lender', 'point', 'kind'], name='one_route', nulls_distinct=False)]

    def __str__(self) -> str:
        return f'{self.partner} → {self.lender}'


class RoutingDecision(models.Model):
    """Why a lender was asked or not asked for one application."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name='routing', verbose_name=_('application'))
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name='+', verbose_name=_('lender'))
    is_asked = models.BooleanField(_('asked'))
    reason = models.CharField(_('reason'), max_length=40)

    class Meta:
        verbose_name = _('routing decision')
        verbose_name_plural = _('routing decisions')
        constraints = [models.UniqueConstraint(fields=['application', 'lender'], name='one_routing_decision')]

    def __str__(self) -> str:
        return f'{self.lender_id}: {self.reason}'


class Submission(models.Model):
    """One form at one lender."""

    MOVES: ClassVar[MoveTable] = SUBMISSION_MOVES

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    # Both keys have an index below that begins with them.
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name='submissions', db_index=False,
        verbose_name=_('application'))
    lender = models.ForeignKey(
        Lender, on_delete=models.PROTECT, related_name='+', db_index=False, verbose_name=_('lender'))
    is_sandbox = models.BooleanField(_('sandbox'))
    status = models.CharField(
        _('status'), max_length=10, choices=SubmissionStatus.choices, default=SubmissionStatus.NEW)
    status_at = models.DateTimeField(_('status since'))
    lender_application_id = models.CharField(_('id at the lender'), max_length=100, blank=True)
    outcome_unknown_since = models.DateTimeField(_('outcome unknown since'), null=True)
    reason = models.CharField(_('reason'), max_length=500, blank=True)
    release_needed = models.BooleanField(default=False)
    released_at = models.DateTimeField(_('lender told of the end at'), null=True)
    releases = models.PositiveSmallIntegerField(default=0, db_default=0)
    """How often the lender had to be told anew, because the form was found live there after it had been told."""

    class Meta:
        verbose_name = _('submission')
        verbose_name_plural = _('submissions')
        constraints = [models.UniqueConstraint(fields=['application', 'lender'], name='one_submission_per_lender')]
        indexes = [models.Index(fields=['lender', '-application'], name='submission_of_lender')]
        triggers = [guard_moves('submission_moves', 'status', SUBMISSION_MOVES), same_world()]

    def __str__(self) -> str:
        return str(self.guid)


class Offer(models.Model):
    """An approved offer of a lender; sums in kopecks, rates in percent a year."""

    MOVES: ClassVar[MoveTable] = OFFER_MOVES

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name='offers', verbose_name=_('application'))
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name='offers', verbose_name=_('submission'))
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name='+', verbose_name=_('lender'))
    lender_offer_id = models.CharField(max_length=100)
    status = models.CharField(_('status'), max_length=10, choices=OfferStatus.choices, default=OfferStatus.PROPOSED)
    name = models.CharField(_('name'), max_length=200)
    initial_payment = models.BigIntegerField(_('first payment, kopecks'))
    amount = models.BigIntegerField(_('loan, kopecks'))
    life_insurance_sum = models.BigIntegerField(_('life insurance, kopecks'), default=0)
    work_insurance_sum = models.BigIntegerField(_('work insurance, kopecks'), default=0)
    term_value = models.PositiveIntegerField(_('term'))
    term_unit = models.CharField(_('unit of the term'), max_length=5)
    regular_payment_amount = models.BigIntegerField(_('regular payment, kopecks'))
    regular_period_type = models.CharField(_('period of payments'), max_length=5)
    rate = models.DecimalField(_('rate, % a year'), max_digits=7, decimal_places=3)
    effective_rate = models.DecimalField(_('full cost, % a year'), max_digits=7, decimal_places=3)
    has_payment_page = models.BooleanField(_('first payment on a page'), default=False)
    is_shown = models.BooleanField(_('shown'), default=False)
    expires_at = models.DateTimeField(_('expires at'))
    created_at = models.DateTimeField(_('created at'), auto_now_add=True)

    class Meta:
        verbose_name = _('offer')
        verbose_name_plural = _('offers')
        constraints = [
            models.UniqueConstraint(fields=['lender', 'lender_offer_id'], name='one_offer_per_lender_id'),
            models.UniqueConstraint(
                fields=['application'], condition=models.Q(status=OfferStatus.CONFIRMED), name='one_chosen_offer'),
        ]
        triggers = [guard_moves('offer_moves', 'status', OFFER_MOVES)]

    def __str__(self) -> str:
        return f'{self.name} {self.guid}'
