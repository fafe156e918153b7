"""manage.py sms_outbox: the SMS that no gateway was given, as JSON lines."""
from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from contracts.selectors import outbox_messages


class Command(BaseCommand):
    help = 'Print the SMS that no gateway was given, oldest first: JSON lines with phone, text, sent_at (UTC).'
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument('--phone', help='only messages to this phone, +79…')

    def handle(self, *args: Any, **options: Any) -> None:
        for message in outbox_messages(options['phone']):
            sent_at = message.sent_at.isoformat() if message.sent_at else None
            self.stdout.write(json.dumps(
                {'phone': message.phone, 'text': message.text, 'sent_at': sent_at}, ensure_ascii=False))
