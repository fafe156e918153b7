"""No gateway at all: the message stays in its row, where `manage.py sms_outbox` shows it."""
from __future__ import annotations

from collections.abc import Sequence

from contracts.sms.base import Accepted, Outgoing, Receipt, Sent


class Outbox:
    """For development and for every sandbox partner."""

    name = ''
    tells_delivery = False

    def send(self, message: Outgoing) -> Accepted:
        """Nothing leaves the house."""
        return Accepted()

    def find(self, message: Outgoing) -> Accepted | None:
        """Nothing was sent."""
        return None

    def status(self, sent: Sent) -> Sequence[Receipt]:
        """Nobody will ever tell."""
        return ()
