"""Durable work and the heartbeats of the processes that do it. All times are the database's, never an application's."""

from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One piece of work: somebody must perform `kind` for `subject`. Written in the transaction that asks for it."""

    class State(models.TextChoices):
        """READY waits for its time or runs (a lease tells), DONE is kept for a while, PARKED waits for an operator."""

        READY = 'READY', _('waits or runs')
        DONE = 'DONE', _('done')
        PARKED = 'PARKED', _('parked')

    kind = models.CharField(_('kind'), max_length=64)
    queue = models.CharField(_('queue'), max_length=16)
    subject = models.CharField(_('subject'), max_length=128)
    data: 'models.JSONField[Any, Any]' = models.JSONField(_('data'), default=dict, db_default={})
    state = models.CharField(_('state'), max_length=8, choices=State, default=State.READY, db_default=State.READY)
    is_unique = models.BooleanField(_('one at a time'), default=True, db_default=True)
    due_at = models.DateTimeField(_('due at'), db_default=Now())
    again_at = models.DateTimeField(_('asked for again while running, for'), null=True)
    nudged_until = models.DateTimeField(_('in the broker until'), null=True)
    lease_until = models.DateTimeField(_('leased until'), null=True)
    attempts = models.IntegerField(_('attempts'), default=0, db_default=0)
    fence = models.BigIntegerField(_('fence'), default=0, db_default=0)
    last_error = models.TextField(_('last error'), blank=True, default='', db_default='')
    created_at = models.DateTimeField(_('asked for at'), db_default=Now())
    finished_at = models.DateTimeField(_('finished at'), null=True)

    class Meta:
        verbose_name = _('job')
        verbose_name_plural = _('jobs')
        permissions = [('manage_job', 'Can retry and park jobs')]
        constraints = [
            models.UniqueConstraint(
                fields=['kind', 'subject'], condition=models.Q(state='READY', is_unique=True), name='job_one_open'),
        ]
        indexes = [
            # The dispatcher's look-up: the next due rows of one kind.
            models.Index(fields=['kind', 'due_at'], condition=models.Q(state='READY'), name='job_due'),
            # Its count of what is in flight.
            models.Index(
                fields=['kind'], condition=models.Q(state='READY', nudged_until__isnull=False), name='job_in_flight'),
            models.Index(fields=['finished_at'], condition=models.Q(state='DONE'), name='job_done'),
            models.Index(fields=['kind', 'due_at'], condition=models.Q(state='PARKED'), name='job_parked'),
            models.Index(fields=['subject'], name='job_subject'),
        ]

    def __str__(self) -> str:
        return f'{self.kind} {self.subject}'


class Heartbeat(models.Model):
    """The last sign of life of one part of the system."""

    part = models.CharField(_('part'), max_length=64, primary_key=True)
    beaten_at = models.DateTimeField(_('last seen'), db_default=Now())

    class Meta:
        verbose_name = _('heartbeat')
        verbose_name_plural = _('heartbeats')

    def __str__(self) -> str:
        return self.part
