"""Statuses of submissions and offers and the declared moves between them."""
from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.statuses import MoveTable


class SubmissionStatus(models.TextChoices):
    """One form at one lender. SENDING with `outcome_unknown_since` is "unknown"."""

    NEW = 'NEW', _('new')
    SENDING = 'SENDING', _('sending')
    SENT = 'SENT', _('sent')
    APPROVED = 'APPROVED', _('approved')
    DECLINED = 'DECLINED', _('declined')
    FAILED = 'FAILED', _('failed')
    CANCELED = 'CANCELED', _('cancelled')


SUBMISSION_MOVES: MoveTable = {
    SubmissionStatus.NEW: frozenset(
        {SubmissionStatus.SENDING, SubmissionStatus.FAILED, SubmissionStatus.CANCELED}),
    SubmissionStatus.SENDING: frozenset(
        {SubmissionStatus.SENT, SubmissionStatus.FAILED, SubmissionStatus.CANCELED}),
    SubmissionStatus.SENT: frozenset({
        SubmissionStatus.APPROVED, SubmissionStatus.DECLINED, SubmissionStatus.FAILED, SubmissionStatus.CANCELED}),
    SubmissionStatus.APPROVED: frozenset({SubmissionStatus.CANCELED}),
    SubmissionStatus.DECLINED: frozenset(),
    SubmissionStatus.FAILED: frozenset(),
    SubmissionStatus.CANCELED: frozenset(),
}
SETTLED = frozenset({
    SubmissionStatus.APPROVED, SubmissionStatus.DECLINED, SubmissionStatus.FAILED, SubmissionStatus.CANCELED})


class OfferStatus(models.TextChoices):
    """An offer is proposed, then chosen, or lapses, or is rejected with its submission."""

    PROPOSED = 'PROPOSED', _('proposed')
    CONFIRMED = 'CONFIRMED', _('chosen')
    LAPSED = 'LAPSED', _('lapsed')
    REJECTED = 'REJECTED', _('rejected')


OFFER_MOVES: MoveTable = {
    OfferStatus.PROPOSED: frozenset({OfferStatus.CONFIRMED, OfferStatus.LAPSED, OfferStatus.REJECTED}),
    OfferStatus.CONFIRMED: frozenset(),
    OfferStatus.LAPSED: frozenset(),
    OfferStatus.REJECTED: frozenset(),
}
