"""How many SMS a phone and a partner may be sent in a day: counted in the database, in the transaction that sends."""
from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

from applications.models import Application, Event
from applications.states import record
from contracts.locks import lock_phone
from contracts.models import Message
from contracts.phones import is_russian_mobile, phone_indexes

MOSCOW = ZoneInfo('Europe/Moscow')
SAME_NOTE = timedelta(hours=1)
"""A caller that asks again and again leaves one line in the journal."""

NOT_MOBILE = 'the phone is not a Russian mobile'
PHONE_DAY = 'the phone has had its messages of the day'
PARTNER_DAY = 'the partner has used up its SMS of the day'


class NotAllowed(Exception):
    """One more SMS must not go out; `why` is for the journal, the partner is told a code of the document only."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def take_allowance(application: Application) -> None:
    """Count one more SMS to the phone of this form, or raise NotAllowed; sandbox partners always may.

    A refusal later in the same transaction takes the count back.
    """
    if application.is_sandbox:
        return
    if not is_russian_mobile(application.questionnaire['mobile_phone']):
        raise NotAllowed(NOT_MOBILE)
    if not _phone_may(application):
        raise NotAllowed(PHONE_DAY)
    if not _partner_may(application):
        raise NotAllowed(PARTNER_DAY)


def note_refusal(application_id: int, *, subject: str, why: str) -> None:
    """Tell the operator in the journal why nothing was sent, once an hour for the same reason."""
    text = f'not sent: {why}'
    known = Event.objects.filter(
        application_id=application_id, subject=subject, why=text, at__gt=timezone.now() - SAME_NOTE)
    if not known.exists():
        record(application_id, subject=subject, actor='system', why=text)


def _phone_may(application: Application) -> bool:
    limit: int | None = settings.SMS_PER_PHONE_DAY
    if limit is None:
        return True
    indexes = phone_indexes(application)
    lock_phone(indexes[0])
    since = timezone.now() - timedelta(days=1)
    return Message.objects.filter(phone_index__in=indexes, is_sandbox=False, created_at__gt=since).count() < limit


_COUNT = """
    INSERT INTO contracts_partnerday AS day (partner_id, day, sent) VALUES (%s, %s, 1)
        ON CONFLICT (partner_id, day) DO UPDATE SET sent = day.sent + 1 WHERE day.sent < %s
 RETURNING sent
"""


def _partner_may(application: Application) -> bool:
    limit = application.partner.sms_per_day
    if limit is None:
        return True
    if limit == 0:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [application.partner_id, timezone.now().astimezone(MOSCOW).date(), limit])
        return cursor.fetchone() is not None
