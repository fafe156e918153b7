"""Statuses of an application and the declared moves between them."""
from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

MoveTable = Mapping[str, frozenset[str]]


class ApplicationStatus(models.TextChoices):
    """The life of one credit application."""

    NEW = 'NEW', _('new')
    SCORING = 'SCORING', _('scoring')
    OFFERED = 'OFFERED', _('offers shown')
    DEAL = 'DEAL', _('offer chosen')
    ISSUED = 'ISSUED', _('issued')
    DECLINED = 'DECLINED', _('declined')
    FAILED = 'FAILED', _('failed')
    CANCELED = 'CANCELED', _('cancelled')
    EXPIRED = 'EXPIRED', _('expired')


S = ApplicationStatus

APPLICATION_MOVES: MoveTable = {
    S.NEW: frozenset({S.SCORING, S.DECLINED, S.FAILED, S.CANCELED}),
    S.SCORING: frozenset({S.OFFERED, S.DECLINED, S.FAILED, S.CANCELED}),
    S.OFFERED: frozenset({S.DEAL, S.CANCELED, S.EXPIRED}),
    S.DEAL: frozenset({S.ISSUED, S.DECLINED, S.FAILED, S.CANCELED, S.EXPIRED}),
    S.ISSUED: frozenset(),
    S.DECLINED: frozenset(),
    S.FAILED: frozenset(),
    S.CANCELED: frozenset(),
    S.EXPIRED: frozenset(),
}
APPLICATION_ENDS = frozenset(status for status, moves in APPLICATION_MOVES.items() if not moves)
