"""No gateway at all: the message stays in its row, where `manage.py sms_outbox` shows it."""
from __future__ import annotations

from contracts.sms.base import Outgoing


class Outbox:
    """For development and for every sandbox partner."""

    name = ''

    def send(self, message: Outgoing) -> str:
        """Nothing leaves the house."""
        return ''
