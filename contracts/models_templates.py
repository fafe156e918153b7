"""Templates of printed forms that lenders hand over: which form, its versions, and who moved a version and why."""
from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applications.guards import append_only, frozen_column, guard_moves, never_deleted
from applications.statuses import MoveTable
from contracts.statuses import TEMPLATE_MOVES, TemplateStatus
from lenders.models import Lender
from partners.models import Kind
from vault.models import StoredFile

_DECIDED = [TemplateStatus.PUBLISHED, TemplateStatus.REJECTED, TemplateStatus.RETIRED]


class TemplateStage(models.TextChoices):
    """When the form is printed: with the offers (consents), or with the contract."""

    OFFER = 'offer', _('offers')
    CONTRACT = 'contract', _('contract')


class TemplateFormat(models.TextChoices):
    """HTML with variables, or a PDF whose form fields are named as variables."""

    HTML = 'html', _('HTML')
    PDF = 'pdf', _('PDF with fields')


class PrintTemplate(models.Model):
    """One printed form of a lender: the place that versions follow each other in. It never becomes another form."""

    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name='+', verbose_name=_('lender'))
    kind = models.CharField(_('kind of credit'), max_length=4, choices=Kind.choices)
    stage = models.CharField(_('stage'), max_length=10, choices=TemplateStage.choices)
    document = models.SlugField(_('kind of document'), max_length=36)
    """`contract`, `schedule`, `personal_data`, `credit_bureau`, `insurance` or any other word of the lender's."""
    title = models.CharField(_('title'), max_length=200)
    file_name = models.CharField(_('file name for the client'), max_length=200)
    """What the client sees; `{number}` stands for the number of the contract."""
    position = models.PositiveSmallIntegerField(_('position'), default=10)

    class Meta:
        verbose_name = _('template of a printed form')
        verbose_name_plural = _('templates of printed forms')
        constraints = [models.UniqueConstraint(
            fields=['lender', 'kind', 'stage', 'document'], name='one_template_per_document')]
        triggers = [
            never_deleted('template_not_deleted'),
            frozen_column('template_frozen', 'lender_id', 'kind', 'stage', 'document')]

    def __str__(self) -> str:
        return f'{self.lender}: {self.title}'


class TemplateVersion(models.Model):
    """One uploaded file. Its content never changes; at most one version of a template is published."""

    MOVES: ClassVar[MoveTable] = TEMPLATE_MOVES

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    template = models.ForeignKey(
        PrintTemplate, on_delete=models.PROTECT, related_name='versions', verbose_name=_('template'))
    number = models.PositiveIntegerField(_('version'))
    format = models.CharField(_('format'), max_length=4, choices=TemplateFormat.choices)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name='+', verbose_name=_('file'))
    sha256 = models.CharField(_('SHA-256 of the content'), max_length=64)
    source_name = models.CharField(_('name of the uploaded file'), max_length=200)
    comment = models.CharField(_('what is new'), max_length=500, blank=True)
    status = models.CharField(
        _('status'), max_length=10, choices=TemplateStatus.choices, default=TemplateStatus.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name='+', verbose_name=_('author'))
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name='+', null=True, verbose_name=_('reviewer'))
    reason = models.CharField(_('reason'), max_length=500, blank=True)
    """Why it was rejected or retired."""
    created_at = models.DateTimeField(_('uploaded at'))
    status_at = models.DateTimeField(_('status since'))

    class Meta:
        verbose_name = _('version of a template')
        verbose_name_plural = _('versions of templates')
        permissions = [('review_template', _('Can publish, reject and retire templates of others'))]
        constraints = [
            models.UniqueConstraint(fields=['template', 'number'], name='one_version_per_number'),
            models.UniqueConstraint(
                fields=['template'], condition=models.Q(status=TemplateStatus.PUBLISHED), name='one_published_version'),
            models.CheckConstraint(
                condition=models.Q(reviewer__isnull=True) | ~models.Q(reviewer=models.F('author')),
                name='template_reviewer_is_another'),
            models.CheckConstraint(
                condition=~models.Q(status__in=_DECIDED) | models.Q(reviewer__isnull=False),
                name='template_decided_by_reviewer'),
        ]
        triggers = [
            guard_moves('template_version_moves', 'status', TEMPLATE_MOVES),
            never_deleted('template_version_not_deleted'),
            frozen_column(
                'template_version_frozen', 'guid', 'template_id', 'number', 'format', 'file_id', 'sha256',
                'source_name', 'comment', 'author_id', 'created_at'),
        ]

    def __str__(self) -> str:
        return gettext('%(template)s, version %(number)d') % {'template': self.template, 'number': self.number}


class TemplateEvent(models.Model):
    """The journal of a template: who moved which version, from where to where, when and why. Append-only."""

    template = models.ForeignKey(
        PrintTemplate, on_delete=models.PROTECT, related_name='events', verbose_name=_('template'))
    version = models.ForeignKey(
        TemplateVersion, on_delete=models.PROTECT, related_name='events', null=True, verbose_name=_('version'))
    at = models.DateTimeField(_('at'))
    moved_from = models.CharField(_('from'), max_length=10, blank=True)
    moved_to = models.CharField(_('to'), max_length=10, blank=True)
    actor = models.CharField(_('who'), max_length=150)
    why = models.CharField(_('why'), max_length=500, blank=True)

    class Meta:
        verbose_name = _('event of a template')
        verbose_name_plural = _('events of templates')
        indexes = [models.Index(fields=['template', 'id'], name='event_of_template')]
        triggers = [append_only('template_event_append_only')]

    def __str__(self) -> str:
        return f'{self.moved_from} → {self.moved_to}'
