"""Words of delivery."""
from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.statuses import MoveTable


class DeliveryStatus(models.TextChoices):
    """The way of one version to one target. UNKNOWN: it may have arrived, nobody has said so; it is tried again."""

    QUEUED = 'QUEUED', _('queued')
    SENDING = 'SENDING', _('is being sent')
    SENT = 'SENT', _('sent')
    FAILED = 'FAILED', _('failed')
    UNKNOWN = 'UNKNOWN', _('outcome unknown')
    SKIPPED = 'SKIPPED', _('not sent: replaced before')


D = DeliveryStatus

DELIVERY_MOVES: MoveTable = {
    D.QUEUED: frozenset({D.SENDING, D.SKIPPED, D.FAILED}),
    D.SENDING: frozenset({D.SENT, D.FAILED, D.UNKNOWN, D.QUEUED}),
    D.UNKNOWN: frozenset({D.SENDING}),
    D.FAILED: frozenset({D.QUEUED}),
    D.SENT: frozenset(),
    D.SKIPPED: frozenset(),
}
DELIVERY_ENDS = frozenset({D.SENT, D.FAILED, D.SKIPPED})
"""Where nothing more happens by itself."""
