"""Words of the ledger and of registries."""
from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.statuses import MoveTable


class LineEvent(models.TextChoices):
    """What happened to a deal; one line of the ledger each."""

    ISSUED = 'ISSUED', _('issued')
    PAID = 'PAID', _('paid')
    CANCELLED = 'CANCELLED', _('cancelled')
    CORRECTED = 'CORRECTED', _('corrected')


class Cadence(models.TextChoices):
    """How often a counterparty gets a registry; CUSTOM is any other pair of dates asked for by hand."""

    DAY = 'day', _('daily')
    WEEK = 'week', _('weekly')
    MONTH = 'month', _('monthly')
    CUSTOM = 'custom', _('for any dates')


class VersionStatus(models.TextChoices):
    """A draft is version 0 of an open period; the other words belong to versions that never change any more."""

    DRAFT = 'DRAFT', _('draft')
    BUILT = 'BUILT', _('built')
    CHECKED = 'CHECKED', _('checked')
    SENT = 'SENT', _('sent')
    REPLACED = 'REPLACED', _('replaced')


V = VersionStatus

VERSION_MOVES: MoveTable = {
    V.DRAFT: frozenset(),
    V.BUILT: frozenset({V.CHECKED, V.REPLACED}),
    V.CHECKED: frozenset({V.SENT, V.REPLACED}),
    V.SENT: frozenset({V.REPLACED}),
    V.REPLACED: frozenset(),
}
