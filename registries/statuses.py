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


class CorrectionStatus(models.TextChoices):
    """What became of a wish to correct the ledger; only an approved one has written a line."""

    ASKED = 'ASKED', _('waits for a second person')
    APPROVED = 'APPROVED', _('approved')
    REFUSED = 'REFUSED', _('refused')
    WITHDRAWN = 'WITHDRAWN', _('withdrawn')


CORRECTION_MOVES: MoveTable = {
    CorrectionStatus.ASKED: frozenset({
        CorrectionStatus.APPROVED, CorrectionStatus.REFUSED, CorrectionStatus.WITHDRAWN}),
    CorrectionStatus.APPROVED: frozenset(),
    CorrectionStatus.REFUSED: frozenset(),
    CorrectionStatus.WITHDRAWN: frozenset(),
}


class DriftKind(models.TextChoices):
    """In what a lender and we differ about one deal."""

    ISSUED_THERE = 'ISSUED_THERE', _('issued at the lender, not here')
    ENDED_THERE = 'ENDED_THERE', _('ended at the lender, being issued here')
    NOT_ISSUED_THERE = 'NOT_ISSUED_THERE', _('issued here, not at the lender')
    UNKNOWN_THERE = 'UNKNOWN_THERE', _('the lender does not know the deal')
    LIVE_THERE = 'LIVE_THERE', _('ended here, live at the lender')
    SUM_DIFFERS = 'SUM_DIFFERS', _('the sums differ')
    UNREADABLE = 'UNREADABLE', _('the lender gives no clear answer')


class DriftStatus(models.TextChoices):
    """HEALED is found by asking again; CLOSED is the word of a person."""

    OPEN = 'OPEN', _('not decided')
    HEALED = 'HEALED', _('healed')
    CLOSED = 'CLOSED', _('closed by a person')


DRIFT_MOVES: MoveTable = {
    DriftStatus.OPEN: frozenset({DriftStatus.HEALED, DriftStatus.CLOSED}),
    DriftStatus.HEALED: frozenset(),
    DriftStatus.CLOSED: frozenset(),
}
