"""Letters to partners' people: plain text in Russian. Without EMAIL_URL they lie in a folder that a page shows."""
from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from jobs.registry import RetryLater, assert_may_talk

log = structlog.get_logger(__name__)

MOST_SHOWN: Final = 50
_REFUSED_FOR_GOOD: Final = range(500, 600)
_AGAIN_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter of the development outbox."""

    to: str
    subject: str
    text: str
    at: datetime


def can_write() -> bool:
    """Whether letters go anywhere: always in development, where a folder takes them."""
    return bool(settings.EMAIL_URL) or not settings.PRODUCTION


def send(*, to: str, subject: str, template: str, context: dict[str, Any], message_id: str) -> bool:
    """One letter; False when the mail server refuses this address for good. Raises RetryLater for any other trouble."""
    assert_may_talk()
    text = render_to_string(f'partner_pages/letters/{template}.txt', {
        **context, 'public_url': settings.PUBLIC_URL, 'support_email': settings.SUPPORT_EMAIL})
    letter = EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [to], headers={
        'Message-ID': f'<{message_id}@denimhub>', 'Auto-Submitted': 'auto-generated'})
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as refused:
        codes = {code for code, _text in refused.recipients.values()}
        if codes <= set(_REFUSED_FOR_GOOD):
            log.warning('registration.letter_refused', template=template, codes=sorted(codes))
            return False
        raise RetryLater(_AGAIN_SECONDS, 'the mail server does not take this address now') from None
    except (smtplib.SMTPException, OSError) as trouble:
        # Not the text: mail servers like to repeat the address in it.
        raise RetryLater(_AGAIN_SECONDS, f'letter not sent: {type(trouble).__name__}') from None
    return True


def shown_letters() -> list[Shown]:
    """What the folder of the development outbox holds, newest first."""
    folder = Path(settings.EMAIL_FILE_PATH)
    files = sorted(folder.glob('*.log'), key=lambda file: file.stat().st_mtime, reverse=True)[:MOST_SHOWN]
    return [_parsed(file) for file in files]


def _parsed(file: Path) -> Shown:
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    body = letter.get_body(('plain',))
    # Django's backend ends each letter of a file with a line of dashes.
    text = str(body.get_content()).rsplit('-' * 79, 1)[0].strip() if body is not None else ''
    return Shown(str(letter['To']), str(letter['Subject']), text, datetime.fromtimestamp(file.stat().st_mtime, UTC))
