"""Development: what would have gone out is told in the log, masked, and kept in the outbox."""
from __future__ import annotations

import re

import structlog

from contracts.sms.base import Accepted, Outgoing
from contracts.sms.outbox import Outbox
from contracts.sms.parts import count_parts
from contracts.texts import masked_phone

log = structlog.get_logger(__name__)
_DIGIT = re.compile(r'\d')


class Console(Outbox):
    """The outbox, and a line in the log: who, how many parts, the text with every digit hidden."""

    def send(self, message: Outgoing) -> Accepted:
        """Tell it; `manage.py sms_outbox` has the whole text."""
        log.info(
            'sms.console', message=message.message_id, to=masked_phone(message.phone),
            parts=count_parts(message.text), says=_DIGIT.sub('*', message.text))
        return super().send(message)
