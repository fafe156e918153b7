"""Outcomes that people settle because a lender's answer was lost: what they may be, and the declared moves."""
from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.statuses import MoveTable


class OutcomeKind(models.TextChoices):
    """Which talk with the lender has an end that nobody knows."""

    SUBMISSION = 'submission', _('whether the lender took the form')
    CHOICE = 'choice', _('whether the lender knows the choice')
    ISSUE = 'issue', _('whether the loan is issued')


class Outcome(models.TextChoices):
    """What the lender says by another way than its API."""

    TAKEN = 'taken', _('the lender has it')
    NOT_TAKEN = 'not_taken', _('the lender does not have it')
    ACCEPTED = 'accepted', _('the confirmation is accepted, the issue is awaited')
    ISSUED = 'issued', _('the loan is issued')
    NOT_ISSUED = 'not_issued', _('the loan is not issued and will not be')


class OutcomeStatus(models.TextChoices):
    """OUTDATED: the end became known by itself before a second person decided."""

    ASKED = 'ASKED', _('waits for a second person')
    APPROVED = 'APPROVED', _('approved by a second person')
    REFUSED = 'REFUSED', _('refused by a second person')
    WITHDRAWN = 'WITHDRAWN', _('taken back by the author')
    OUTDATED = 'OUTDATED', _('no longer needed')


S = OutcomeStatus
OUTCOME_MOVES: MoveTable = {
    S.ASKED: frozenset({S.APPROVED, S.REFUSED, S.WITHDRAWN, S.OUTDATED}),
    S.APPROVED: frozenset(), S.REFUSED: frozenset(), S.WITHDRAWN: frozenset(), S.OUTDATED: frozenset(),
}
OUTCOMES: Mapping[str, tuple[Outcome, ...]] = {
    OutcomeKind.SUBMISSION: (Outcome.TAKEN, Outcome.NOT_TAKEN),
    OutcomeKind.CHOICE: (Outcome.TAKEN, Outcome.NOT_TAKEN),
    OutcomeKind.ISSUE: (Outcome.ACCEPTED, Outcome.ISSUED, Outcome.NOT_ISSUED),
}
"""What may be said of each kind."""
