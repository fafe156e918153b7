"""What may be done to a lender's row: pause and resume; and the taking of a callback."""
from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from lenders import breaker
from lenders.models import Lender, LenderCallback

log = structlog.get_logger(__name__)


def pause(lender_id: int, *, seconds: float, reason: str) -> datetime:
    """Stop calls to a lender for a while: our configuration is wrong, its clients are not refused. Work stays due."""
    until = timezone.now() + timedelta(seconds=seconds)
    Lender.objects.filter(pk=lender_id).update(paused_until=until, pause_reason=reason[:200])
    log.error('lender_paused', lender_id=lender_id, reason=reason)
    return until


def resume(*, lender_id: int) -> None:
    """An operator has put the configuration right: calls go out at once."""
    Lender.objects.filter(pk=lender_id).update(paused_until=None, pause_reason='')
    breaker.forget()


def note_callback(*, lender: Lender, event_id: str, event: str, form_guid: str) -> bool:
    """Take a callback's event id, once for ever; False when it was taken before. Needs a transaction."""
    _, is_new = LenderCallback.objects.get_or_create(
        lender=lender, event_id=event_id, defaults={'event': event, 'form_guid': form_guid})
    return is_new
