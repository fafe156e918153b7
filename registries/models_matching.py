"""Files of counterparties, how they are read, what they were matched to and what was decided. Sums in kopecks."""
from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.guards import append_only, guard_moves
from applications.statuses import MoveTable
from contracts.models import Contract
from registries.guards import frozen_but, never_deleted
from registries.models import Counterparty
from registries.statuses_matching import FINAL, FORCED_MOVES, Channel, ForcedStatus, OutcomeName, ResolutionKind
from vault.fields import EncryptedTextField
from vault.models import StoredFile


class ColumnMapping(models.Model):
    """How files of a counterparty are read: each change is a next version of the same name."""

    counterparty = models.ForeignKey(
        Counterparty, on_delete=models.PROTECT, related_name='mappings', verbose_name=_('counterparty'))
    name = models.CharField(_('name'), max_length=60)
    version = models.PositiveIntegerField(_('version'))
    settings: models.JSONField[Any, Any] = models.JSONField(_('settings'))
    author = models.CharField(_('author'), max_length=150)
    made_at = models.DateTimeField(_('made at'))

    class Meta:
        verbose_name = _('column mapping')
        verbose_name_plural = _('column mappings')
        constraints = [models.UniqueConstraint(
            fields=['counterparty', 'name', 'version'], name='one_mapping_per_version')]
        triggers = [append_only('mapping_append_only')]

    def __str__(self) -> str:
        return f'{self.name} v{self.version}'


class TakenFile(models.Model):
    """A file that a counterparty gave: kept once, whatever number of times it comes."""

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    counterparty = models.ForeignKey(
        Counterparty, on_delete=models.PROTECT, related_name='taken_files', verbose_name=_('counterparty'))
    sha256 = models.CharField(_('SHA-256'), max_length=64)
    name = models.CharField(_('file name'), max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name='+')
    channel = models.CharField(_('came by'), max_length=9, choices=Channel.choices)
    taken_at = models.DateTimeField(_('taken at'))
    taken_by = models.CharField(_('taken by'), max_length=150)

    class Meta:
        verbose_name = _('file of a counterparty')
        verbose_name_plural = _('files of counterparties')
        permissions = [
            ('take_files', 'Can take in files of counterparties and match them'),
            ('resolve_lines', 'Can resolve lines that differ and ask for forced matches'),
            ('approve_forced', 'Can approve and refuse forced matches of others'),
        ]
        constraints = [models.UniqueConstraint(fields=['counterparty', 'sha256'], name='one_file_per_content')]
        triggers = [append_only('taken_file_append_only')]

    def __str__(self) -> str:
        return self.name


class BadReading(models.Model):
    """Why a file could not be matched: rows and columns, never what stood there."""

    taken = models.ForeignKey(
        TakenFile, on_delete=models.PROTECT, related_name='bad_readings', verbose_name=_('file of a counterparty'))
    problems: models.JSONField[Any, Any] = models.JSONField(_('problems'))
    at = models.DateTimeField(_('at'))

    class Meta:
        verbose_name = _('report on a bad file')
        verbose_name_plural = _('reports on bad files')
        triggers = [append_only('bad_reading_append_only')]

    def __str__(self) -> str:
        return f'{self.at:%Y-%m-%d %H:%M}'


class MatchRun(models.Model):
    """One comparison of a file with the ledger. A later one of the same dates replaces it, and it stays as it was."""

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    counterparty = models.ForeignKey(
        Counterparty, on_delete=models.PROTECT, related_name='runs', verbose_name=_('counterparty'))
    taken = models.ForeignKey(
        TakenFile, on_delete=models.PROTECT, related_name='runs', verbose_name=_('file of a counterparty'))
    number = models.PositiveIntegerField(_('version'))
    date_from = models.DateField(_('from the day'))
    date_to = models.DateField(_('to the day'))
    mapping: models.JSONField[Any, Any] = models.JSONField(_('mapping'))
    tolerance = models.PositiveIntegerField(_('sums may differ by, kopecks'))
    grace_days = models.PositiveSmallIntegerField(_('a line may come later by, days'))
    lines_read = models.PositiveIntegerField(_('lines'))
    rows_skipped = models.PositiveIntegerField(_('rows passed over'))
    counts: models.JSONField[Any, Any] = models.JSONField(_('outcomes'))
    through_seq = models.BigIntegerField(_('last line of the ledger then'))
    made_at = models.DateTimeField(_('made at'))
    made_by = models.CharField(_('made by'), max_length=150)

    class Meta:
        verbose_name = _('matching')
        verbose_name_plural = _('matchings')
        constraints = [models.UniqueConstraint(
            fields=['counterparty', 'date_from', 'date_to', 'number'], name='one_run_per_number')]
        triggers = [append_only('run_append_only')]

    def __str__(self) -> str:
        return f'{self.counterparty} {self.date_from:%d.%m.%Y}–{self.date_to:%d.%m.%Y} v{self.number}'


class MatchLine(models.Model):
    """A line of the file, or a deal of the ledger that the file does not have, and what it turned out to be.

    Lines of one deal have one `unit` and one outcome, and one of them `is_head`: outcomes are counted over heads. A
    repeat is a head of its own.
    """

    run = models.ForeignKey(MatchRun, on_delete=models.PROTECT, related_name='lines', verbose_name=_('matching'))
    outcome = models.CharField(_('outcome'), max_length=15, choices=OutcomeName.choices)
    is_head = models.BooleanField()
    unit = models.TextField()
    sheet = models.PositiveSmallIntegerField(_('sheet'), null=True)
    row_no = models.PositiveIntegerField(_('row'), null=True)
    contract_number = models.CharField(_('number of the contract'), max_length=100, blank=True)
    external_id = models.CharField(_('external id'), max_length=1024, blank=True)
    lender_deal_id = models.CharField(_('id at the lender'), max_length=100, blank=True)
    form_guid = models.CharField(_('form'), max_length=64, blank=True)
    their_status = models.CharField(_('their status'), max_length=10, blank=True)
    their_amount = models.BigIntegerField(_('sum of the line'), null=True)
    their_at = models.DateTimeField(_('their moment'), null=True)
    their_net = models.BigIntegerField(_('their sum'), null=True)
    their_standing = models.CharField(max_length=4, blank=True)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, related_name='+', verbose_name=_('contract'))
    our_net = models.BigIntegerField(_('our sum'), null=True)
    our_standing = models.CharField(max_length=4, blank=True)
    our_at = models.DateTimeField(_('our moment'), null=True)

    class Meta:
        verbose_name = _('line of a matching')
        verbose_name_plural = _('lines of matchings')
        indexes = [
            models.Index(fields=['run', 'outcome', 'id'], condition=models.Q(is_head=True), name='heads_of_run'),
            models.Index(fields=['run', 'contract'], name='lines_of_contract'),
        ]
        triggers = [append_only('match_line_append_only')]

    def __str__(self) -> str:
        return f'{self.get_outcome_display()}: {self.contract_number or self.external_id}'


class Resolution(models.Model):
    """What was decided on a line that differs, by whom and why; the last one counts. Append-only."""

    line = models.ForeignKey(
        MatchLine, on_delete=models.PROTECT, related_name='resolutions', verbose_name=_('line of a matching'))
    kind = models.CharField(_('decision'), max_length=13, choices=ResolutionKind.choices)
    reason = models.CharField(_('reason'), max_length=500)
    author = models.CharField(_('author'), max_length=150)
    at = models.DateTimeField(_('at'))
    carried_from = models.ForeignKey('self', on_delete=models.PROTECT, null=True, related_name='+')
    """The decision on the same difference in the version before."""

    class Meta:
        verbose_name = _('decision on a line')
        verbose_name_plural = _('decisions on lines')
        constraints = [models.UniqueConstraint(
            fields=['line'], condition=models.Q(kind__in=FINAL), name='one_final_resolution')]
        triggers = [append_only('resolution_append_only')]

    def __str__(self) -> str:
        return self.kind


class ForcedMatch(models.Model):
    """A line of a file declared to be a certain deal, or its difference declared to be none: by two persons."""

    MOVES: ClassVar[MoveTable] = FORCED_MOVES

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    line = models.ForeignKey(
        MatchLine, on_delete=models.PROTECT, related_name='forced', verbose_name=_('line of a matching'))
    counterparty = models.ForeignKey(
        Counterparty, on_delete=models.PROTECT, related_name='+', verbose_name=_('counterparty'))
    unit = models.TextField(_('unit'))
    """What the line was known by: the next matching links by it."""
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, related_name='+', verbose_name=_('contract'))
    status = models.CharField(_('status'), max_length=8, choices=ForcedStatus.choices, default=ForcedStatus.ASKED)
    reason = models.CharField(_('reason'), max_length=500)
    author = models.CharField(_('author'), max_length=150)
    asked_at = models.DateTimeField(_('asked at'))
    decided_by = models.CharField(_('decided by'), max_length=150, blank=True)
    decided_at = models.DateTimeField(_('decided at'), null=True)
    decided_why = models.CharField(_('why so decided'), max_length=500, blank=True)

    class Meta:
        verbose_name = _('forced match')
        verbose_name_plural = _('forced matches')
        constraints = [
            models.UniqueConstraint(
                fields=['line'], condition=models.Q(status='ASKED'), name='one_open_forced_match'),
            models.CheckConstraint(
                condition=models.Q(status='ASKED', decided_by='', decided_at__isnull=True)
                | (~models.Q(status='ASKED') & ~models.Q(decided_by='') & models.Q(decided_at__isnull=False)),
                name='forced_is_decided_by_somebody'),
            models.CheckConstraint(
                condition=~models.Q(status='APPROVED') | ~models.Q(decided_by=models.F('author')),
                name='forced_by_two'),
        ]
        triggers = [
            guard_moves('forced_moves', 'status', FORCED_MOVES),
            frozen_but('forced_frozen', 'status', 'decided_by', 'decided_at', 'decided_why'),
            never_deleted('forced_kept'),
        ]

    def __str__(self) -> str:
        return str(self.guid)


class MatchReport(models.Model):
    """The lines of a matching that differ, as a file for the counterparty: made once, handed out again."""

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    run = models.ForeignKey(MatchRun, on_delete=models.PROTECT, related_name='reports', verbose_name=_('matching'))
    format = models.CharField(_('format'), max_length=4)
    name = models.CharField(_('file name'), max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name='+')
    made_at = models.DateTimeField(_('made at'))

    class Meta:
        verbose_name = _('report of a matching')
        verbose_name_plural = _('reports of matchings')
        constraints = [models.UniqueConstraint(fields=['run', 'format'], name='one_report_per_format')]
        triggers = [append_only('match_report_append_only')]

    def __str__(self) -> str:
        return self.name


class FileSource(models.Model):
    """Where files of a counterparty are fetched: an SFTP directory, a folder of a mailbox, a directory."""

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    counterparty = models.ForeignKey(
        Counterparty, on_delete=models.PROTECT, related_name='sources', verbose_name=_('counterparty'))
    name = models.CharField(_('name'), max_length=60)
    channel = models.CharField(_('channel'), max_length=9, choices=[
        (one.value, one.label) for one in (Channel.SFTP, Channel.IMAP, Channel.DIRECTORY, Channel.MAILDIR)])
    settings: models.JSONField[Any, Any] = models.JSONField(_('address'))
    secret = EncryptedTextField(null=True)
    mapping_name = models.CharField(_('column mapping'), max_length=60, blank=True)
    is_active = models.BooleanField(_('in force'), default=True)
    seen: models.JSONField[Any, Any] = models.JSONField(default=dict, editable=False)
    """Names with size and time as they were at the last look: a file that still changes is not taken."""
    looked_at = models.DateTimeField(_('looked at'), null=True, editable=False)
    last_error = models.CharField(_('last error'), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _('source of files')
        verbose_name_plural = _('sources of files')
        constraints = [models.UniqueConstraint(fields=['counterparty', 'name'], name='one_source_per_name')]

    def __str__(self) -> str:
        return f'{self.counterparty}: {self.name}'
