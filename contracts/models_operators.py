"""What operators do by hand: who works on a form, actions done once, outcomes that two people settle."""
from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.guards import append_only, frozen_column, guard_moves, never_deleted
from applications.models import Application
from applications.statuses import MoveTable
from contracts.statuses_operators import (
    OUTCOME_MOVES,
    Outcome,
    OutcomeKind,
    OutcomeStatus,
)
from offers.models import Submission
from vault.fields import EncryptedTextField


class Assignment(models.Model):
    """Who works on a form now; who did so earlier stands in the journal."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name='assignment', verbose_name=_('application'))
    holder = models.CharField(_('taken by'), max_length=150, db_index=True)
    taken_at = models.DateTimeField(_('taken at'))

    class Meta:
        verbose_name = _('form in work')
        verbose_name_plural = _('forms in work')

    def __str__(self) -> str:
        return f'{self.application_id}: {self.holder}'


class OperatorAction(models.Model):
    """One press of a button, known by the key of its form, so that a second press does nothing. Append-only."""

    key = models.UUIDField(_('key'), unique=True)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name='operator_actions', verbose_name=_('application'))
    verb = models.CharField(_('action'), max_length=40)
    actor = models.CharField(_('actor'), max_length=100)
    why = models.CharField(_('why'), max_length=500)
    at = models.DateTimeField(_('at'))

    class Meta:
        verbose_name = _('action of an operator')
        verbose_name_plural = _('actions of operators')
        triggers = [append_only('operator_action_append_only')]

    def __str__(self) -> str:
        return f'{self.verb} {self.key}'


class OutcomeRequest(models.Model):
    """How a talk with a lender ended whose answer was lost: one person says so, another approves.

    Nothing changes in the deal before the approval. Never deleted; what was asked for never changes.
    """

    MOVES: ClassVar[MoveTable] = OUTCOME_MOVES

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name='outcome_requests', verbose_name=_('application'))
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name='outcome_requests', verbose_name=_('submission'))
    kind = models.CharField(_('what is not known'), max_length=10, choices=OutcomeKind.choices)
    outcome = models.CharField(_('outcome'), max_length=10, choices=Outcome.choices)
    lender_application_id = models.CharField(_('id at the lender'), max_length=100, blank=True)
    evidence = EncryptedTextField(context='guid')
    """What the lender said, to whom and when: may name people, so it is sealed."""
    reason = models.CharField(_('reason'), max_length=500)
    author = models.CharField(_('author'), max_length=150)
    asked_at = models.DateTimeField(_('asked at'))
    status = models.CharField(
        _('status'), max_length=9, choices=OutcomeStatus.choices, default=OutcomeStatus.ASKED)
    decided_by = models.CharField(_('decided by'), max_length=150, blank=True)
    decided_at = models.DateTimeField(_('decided at'), null=True)
    decided_why = models.CharField(_('why so decided'), max_length=500, blank=True)

    class Meta:
        verbose_name = _('unknown outcome')
        verbose_name_plural = _('unknown outcomes')
        constraints = [
            models.UniqueConstraint(
                fields=['submission', 'kind'], condition=models.Q(status='ASKED'), name='one_open_outcome'),
            models.CheckConstraint(
                condition=~models.Q(status='APPROVED') | (
                    ~models.Q(decided_by=models.F('author')) & ~models.Q(decided_by='')),
                name='outcome_approved_by_another'),
        ]
        triggers = [
            guard_moves('outcome_moves', 'status', OUTCOME_MOVES),
            frozen_column(
                'outcome_frozen', 'guid', 'application_id', 'submission_id', 'kind', 'outcome',
                'lender_application_id', 'reason', 'author', 'asked_at'),
            never_deleted('outcome_kept'),
        ]

    def __str__(self) -> str:
        return f'{self.kind} {self.outcome} {self.guid}'
