"""The ledger of deals, the periods closed over it, and the registries made out of it. Sums in kopecks."""
from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.guards import append_only, guard_moves
from applications.statuses import MoveTable
from contracts.models import Contract
from lenders.models import Lender
from partners.models import Kind, Partner
from registries.guards import numbered, past_only
from registries.statuses import VERSION_MOVES, Cadence, LineEvent, VersionStatus
from vault.models import StoredFile


def default_formats() -> list[str]:
    """What accountants open first."""
    return ['xlsx', 'csv']


class Counterparty(models.Model):
    """Who gets registries, a partner or a lender: its zone, how often, in what form, and how much may differ."""

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    partner = models.OneToOneField(
        Partner, on_delete=models.PROTECT, null=True, blank=True, related_name='counterparty',
        verbose_name=_('partner'))
    lender = models.OneToOneField(
        Lender, on_delete=models.PROTECT, null=True, blank=True, related_name='counterparty', verbose_name=_('lender'))
    zone = models.CharField(_('time zone'), max_length=40, default='Europe/Moscow')
    cadence = models.CharField(_('how often'), max_length=6, choices=Cadence.choices, default=Cadence.DAY)
    formats: models.JSONField[Any, Any] = models.JSONField(_('formats'), default=default_formats)
    columns: models.JSONField[Any, Any] = models.JSONField(_('columns'), default=list, blank=True)
    """Keys of `rules.COLUMNS` in their order; empty is the default choice."""
    tolerance = models.PositiveIntegerField(_('sums may differ by, kopecks'), default=0)
    grace_days = models.PositiveSmallIntegerField(_('a line may come later by, days'), default=3)

    class Meta:
        verbose_name = _('counterparty')
        verbose_name_plural = _('counterparties')
        constraints = [models.CheckConstraint(
            condition=models.Q(partner__isnull=True) ^ models.Q(lender__isnull=True), name='partner_or_lender')]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name of the partner or lender."""
        return self.partner.name if self.partner is not None else self.lender.name if self.lender is not None else ''

    @property
    def code(self) -> str:
        """Names files; never the guid of a partner, which opens the API."""
        return f'partner-{self.partner_id}' if self.lender is None else f'lender-{self.lender.code}'

    @property
    def is_sandbox(self) -> bool:
        """Whether its deals are those of the sandbox."""
        party = self.partner or self.lender
        return party is not None and party.is_sandbox


class Tariff(models.Model):
    """Fees of deals between a partner and a lender from a day on; the newest that applies wins, none is no fee."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name='+', verbose_name=_('partner'))
    lender = models.ForeignKey(
        Lender, on_delete=models.PROTECT, related_name='+', null=True, blank=True, verbose_name=_('lender'))
    kind = models.CharField(_('kind'), max_length=4, choices=Kind.choices)
    valid_from = models.DateField(_('from the day'))
    partner_percent = models.DecimalField(_('fee of the partner, % of the goods'), max_digits=7, decimal_places=4)
    partner_fixed = models.PositiveBigIntegerField(_('and per deal, kopecks'), default=0)
    lender_percent = models.DecimalField(_('fee of the lender, % of the loan'), max_digits=7, decimal_places=4)
    lender_fixed = models.PositiveBigIntegerField(_('and per deal, kopecks'), default=0)

    class Meta:
        verbose_name = _('tariff')
        verbose_name_plural = _('tariffs')
        constraints = [models.UniqueConstraint(
            fields=['partner', 'lender', 'kind', 'valid_from'], name='one_tariff_per_day', nulls_distinct=False)]

    def __str__(self) -> str:
        return f'{self.partner_id} {self.kind} {self.valid_from}'


class Registry(models.Model):
    """All versions for one counterparty and one period; dates are inclusive, in the counterparty's zone."""

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    counterparty = models.ForeignKey(
        Counterparty, on_delete=models.PROTECT, related_name='registries', verbose_name=_('counterparty'))
    kind = models.CharField(_('kind'), max_length=6, choices=Cadence.choices)
    date_from = models.DateField(_('from'))
    date_to = models.DateField(_('to'))
    starts_at = models.DateTimeField(_('starts at'))
    ends_at = models.DateTimeField(_('ends at'))
    """The first moment after the period: frozen when the registry is first made, so that a change of zone moves
    nothing."""

    class Meta:
        verbose_name = _('registry')
        verbose_name_plural = _('registries')
        constraints = [
            models.UniqueConstraint(
                fields=['counterparty', 'date_from', 'date_to', 'kind'], name='one_registry_per_period'),
            models.CheckConstraint(condition=models.Q(date_to__gte=models.F('date_from')), name='registry_dates'),
        ]

    def __str__(self) -> str:
        return f'{self.counterparty} {self.date_from:%d.%m.%Y}–{self.date_to:%d.%m.%Y}'


class LedgerLine(models.Model):
    """One event of one deal, for ever. No data of the client: the contract's number and `external_id` name the deal.

    `period_at` is when the event happened, or the end of the last closed period when it was booked after that.
    """

    seq = models.BigIntegerField(_('number'), unique=True, editable=False)
    key = models.CharField(max_length=120, unique=True)
    event = models.CharField(_('event'), max_length=9, choices=LineEvent.choices)
    occurred_at = models.DateTimeField(_('happened at'))
    booked_at = models.DateTimeField(_('booked at'), editable=False)
    period_at = models.DateTimeField(_('counts at'), editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name='+', verbose_name=_('partner'))
    lender = models.ForeignKey(Lender, on_delete=models.PROTECT, related_name='+', verbose_name=_('lender'))
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name='ledger', verbose_name=_('contract'))
    is_sandbox = models.BooleanField(_('sandbox'))
    kind = models.CharField(_('kind'), max_length=4, choices=Kind.choices)
    form_guid = models.UUIDField(_('form'))
    external_id = models.CharField(_('external id'), max_length=1024)
    contract_number = models.CharField(_('number of the contract'), max_length=100, blank=True)
    lender_deal_id = models.CharField(_('id at the lender'), max_length=100, blank=True)
    point_code = models.CharField(_('point of sale'), max_length=100)
    price = models.BigIntegerField(_('price of the goods'), default=0)
    initial_payment = models.BigIntegerField(_('first payment'), default=0)
    amount = models.BigIntegerField(_('loan'), default=0)
    payment = models.BigIntegerField(_('paid by the client'), default=0)
    partner_fee = models.BigIntegerField(_('fee of the partner'), default=0)
    lender_fee = models.BigIntegerField(_('fee of the lender'), default=0)
    to_pay = models.BigIntegerField(_('to pay to the partner'), default=0)
    corrects = models.ForeignKey(
        'self', on_delete=models.PROTECT, null=True, related_name='corrections', verbose_name=_('corrects line'))
    for_partner = models.ForeignKey(
        Registry, on_delete=models.PROTECT, null=True, related_name='+', verbose_name=_('for registry of the partner'))
    """A correction of a registry sent before: it belongs to that registry's next version, not to its own period."""
    for_lender = models.ForeignKey(
        Registry, on_delete=models.PROTECT, null=True, related_name='+', verbose_name=_('for registry of the lender'))
    reason = models.CharField(_('reason'), max_length=500, blank=True)
    author = models.CharField(_('author'), max_length=150, blank=True)
    approver = models.CharField(_('approved by'), max_length=150, blank=True)

    class Meta:
        verbose_name = _('line of the ledger')
        verbose_name_plural = _('ledger')
        indexes = [
            models.Index(fields=['partner', 'period_at', 'seq'], name='ledger_of_partner'),
            models.Index(fields=['lender', 'period_at', 'seq'], name='ledger_of_lender'),
            models.Index(
                fields=['for_partner'], condition=models.Q(for_partner__isnull=False), name='ledger_for_partner'),
            models.Index(
                fields=['for_lender'], condition=models.Q(for_lender__isnull=False), name='ledger_for_lender'),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(event='CORRECTED', corrects__isnull=False)
                | (~models.Q(event='CORRECTED') & models.Q(corrects__isnull=True)), name='only_corrections_correct'),
            models.CheckConstraint(
                condition=models.Q(to_pay=models.F('price') - models.F('initial_payment') - models.F('partner_fee'))
                | ~models.Q(event='ISSUED'), name='issued_to_pay'),
        ]
        triggers = [numbered('ledger_numbered'), append_only('ledger_append_only')]

    def __str__(self) -> str:
        return f'{self.seq} {self.event}'


class PeriodMark(models.Model):
    """A moment before which nothing is booked any more: lines that come later count after it."""

    at = models.DateTimeField(primary_key=True)
    seq = models.BigIntegerField(editable=False)
    """The number of the last line at that time."""
    made_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _('closed period')
        verbose_name_plural = _('closed periods')
        triggers = [past_only('mark_past_only'), append_only('mark_append_only')]

    def __str__(self) -> str:
        return f'{self.at:%Y-%m-%d %H:%M}'


class RegistryVersion(models.Model):
    """What a registry said at one time. Number 0 is the draft of an open period; from 1 on nothing changes but the
    status.
    """

    MOVES: ClassVar[MoveTable] = VERSION_MOVES

    registry = models.ForeignKey(
        Registry, on_delete=models.PROTECT, related_name='versions', verbose_name=_('registry'))
    number = models.PositiveIntegerField(_('version'))
    status = models.CharField(_('status'), max_length=8, choices=VersionStatus.choices)
    status_at = models.DateTimeField(_('status since'))
    columns: models.JSONField[Any, Any] = models.JSONField(_('columns'))
    count = models.PositiveBigIntegerField(_('lines'))
    totals: models.JSONField[Any, Any] = models.JSONField(_('totals'))
    """Kopecks by the name of the column."""
    sha256 = models.CharField(_('SHA-256 of the lines'), max_length=64)
    through_seq = models.BigIntegerField(_('last line of the ledger then'))
    replaces = models.OneToOneField(
        'self', on_delete=models.PROTECT, null=True, related_name='replaced_by', verbose_name=_('replaces'))
    made_at = models.DateTimeField(_('made at'))
    made_by = models.CharField(_('made by'), max_length=150)

    class Meta:
        verbose_name = _('version of a registry')
        verbose_name_plural = _('versions of registries')
        constraints = [models.UniqueConstraint(fields=['registry', 'number'], name='one_registry_version_per_number')]
        triggers = [guard_moves('version_moves', 'status', VERSION_MOVES)]

    def __str__(self) -> str:
        return f'{self.registry} v{self.number}'


class RegistryFile(models.Model):
    """One file of a version: made once, stored encrypted, handed out again."""

    guid = models.UUIDField(_('guid'), default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(
        RegistryVersion, on_delete=models.CASCADE, related_name='files', verbose_name=_('version'))
    format = models.CharField(_('format'), max_length=4)
    name = models.CharField(_('file name'), max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name='+')

    class Meta:
        verbose_name = _('file of a registry')
        verbose_name_plural = _('files of registries')
        constraints = [models.UniqueConstraint(fields=['version', 'format'], name='one_file_per_format')]

    def __str__(self) -> str:
        return self.name


import registries.models_corrections  # noqa: E402 - Django looks for models here
import registries.models_delivery  # noqa: E402
import registries.models_drift  # noqa: E402
import registries.models_journal  # noqa: E402
import registries.models_matching  # noqa: E402
import registries.models_reports  # noqa: E402,F401
