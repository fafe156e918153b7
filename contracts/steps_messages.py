"""SMS to a gateway, and what became of them, each run as a job."""
from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog
from django.utils import timezone

from applications.states import record
from contracts.deliveries import keep_parts, keep_receipts, take_receipt
from contracts.models import Message, MessageStatus
from contracts.models_messages import DeliveryStatus, MessagePart
from contracts.sms import smpp
from contracts.sms.base import (
    Accepted,
    Gateway,
    GatewayClosed,
    GatewayRefused,
    GatewayTrouble,
    GatewayUnclear,
    Outgoing,
    Sent,
)
from contracts.sms.catalogue import gateway_for, gateway_of
from contracts.steps import close
from jobs.registry import RetryLater, Run, job, periodic
from jobs.services import enqueue

log = structlog.get_logger(__name__)

LONGEST_PAUSE_SECONDS: Final = 5.0
"""Between two attempts: a code lives five minutes, and has to go out soon after the gateway is back."""
FIND_ATTEMPTS: Final = 4
"""A gateway that cannot say whether it has a message gets it again: twice is better than never."""
FIRST_LOOK_SECONDS: Final = 10.0
SLOWEST_LOOK_SECONDS: Final = 3600.0
WATCHED_FOR: Final = timedelta(hours=24)
ORPHANS_FOR: Final = timedelta(days=3)

smpp.listen(take_receipt)


@job('contracts.send_message', queue='sms', max_attempts=5000, backoff_seconds=(0.5, 1, 2, 5))
def send_message(run: Run) -> None:
    """Hand one SMS to its gateway, unless it has expired or its code is void. Twice to the phone is possible.

    A message that an earlier attempt may have left at the gateway is looked for there first.
    """
    message = Message.objects.select_related('signing_code').get(guid=run.subject)
    if message.status != MessageStatus.QUEUED:
        close(run)
        return
    if _is_late(message):
        _write(run, message, MessageStatus.EXPIRED)
        return
    gateway = gateway_for(is_sandbox=message.is_sandbox)
    outgoing = Outgoing(str(message.guid), message.phone, message.text, message.expires_at)
    try:
        accepted = _found(gateway, outgoing, run.attempt) or gateway.send(outgoing)
    except GatewayRefused as trouble:
        log.error('sms.refused', message=str(message.guid), gateway=gateway.name, reason=trouble.reason)
        _write(run, message, MessageStatus.REFUSED, gateway=gateway.name, why=trouble.reason)
        return
    except GatewayTrouble as trouble:
        if isinstance(trouble, GatewayClosed):
            log.error('sms.gateway_closed', gateway=gateway.name, reason=trouble.reason)
        raise RetryLater(_pause(run.attempt, trouble), f'{type(trouble).__name__}: {trouble.reason}') from None
    status = MessageStatus.SENT if gateway.name else MessageStatus.OUTBOX
    _write(run, message, status, gateway=gateway.name, accepted=accepted, tells_delivery=gateway.tells_delivery)


def _is_late(message: Message) -> bool:
    """Too old, or its code can sign nothing any more: a newer one is on its way, or the forms were replaced."""
    code = message.signing_code
    is_void = code is not None and (code.expired_at is not None or code.accepted_at is not None)
    return is_void or (message.expires_at is not None and message.expires_at <= timezone.now())


def _found(gateway: Gateway, outgoing: Outgoing, attempt: int) -> Accepted | None:
    if attempt == 1:
        return None
    try:
        return gateway.find(outgoing)
    except GatewayUnclear:
        if attempt <= FIND_ATTEMPTS:
            raise
        return None


def _pause(attempt: int, trouble: GatewayTrouble) -> float:
    grown: float = min(0.5 * 2 ** min(attempt - 1, 10), LONGEST_PAUSE_SECONDS)
    return max(grown, min(trouble.retry_after_seconds or 0.0, LONGEST_PAUSE_SECONDS * 3))


def _write(
    run: Run, message: Message, status: MessageStatus, *, gateway: str = '', accepted: Accepted | None = None,
    why: str = '', tells_delivery: bool = False,
) -> None:
    accepted = accepted or Accepted()
    gone = status in (MessageStatus.SENT, MessageStatus.OUTBOX)
    with run.finish():
        changed = Message.objects.filter(pk=message.pk, status=MessageStatus.QUEUED).update(
            status=status, gateway=gateway, gateway_id=','.join(accepted.gateway_ids)[:100],
            sent_at=timezone.now() if gone else None, parts=accepted.parts or message.parts, cost=accepted.cost,
            delivery_reason=why[:40])
        if not changed:
            return
        if not gone:
            record(message.application_id, subject=f'SMS {message.kind}', actor='system',
                   why=f'not sent: {why or "too late"}')
        keep_parts(message, gateway=gateway, gateway_ids=accepted.gateway_ids)
        if tells_delivery:
            enqueue('contracts.watch_delivery', str(message.guid), due_in_seconds=FIRST_LOOK_SECONDS)


@job('contracts.watch_delivery', queue='sms', max_attempts=100, backoff_seconds=(5, 15, 60, 300, 900))
def watch_delivery(run: Run) -> None:
    """Ask the gateway what became of an SMS, at growing distances, until it is known or a day has passed."""
    message = Message.objects.get(guid=run.subject)
    gateway = gateway_of(message.gateway)
    if gateway is None or not _is_watched(message):
        close(run)
        return
    ids = tuple(MessagePart.objects.filter(message=message).order_by('id').values_list('gateway_id', flat=True))
    try:
        receipts = gateway.status(Sent(str(message.guid), message.phone, ids))
    except GatewayTrouble as trouble:
        raise RetryLater(
            max(FIRST_LOOK_SECONDS, trouble.retry_after_seconds or 0.0, _look_pause(message)),
            f'{type(trouble).__name__}: {trouble.reason}') from None
    with run.finish():
        keep_receipts(message.gateway, receipts)
        message.refresh_from_db()
        if _is_watched(message):
            run.again(after_seconds=_look_pause(message))


def _is_watched(message: Message) -> bool:
    is_open = message.status == MessageStatus.SENT and message.delivery_status == DeliveryStatus.UNKNOWN
    return is_open and message.sent_at is not None and message.sent_at > timezone.now() - WATCHED_FOR


def _look_pause(message: Message) -> float:
    """Half of the time that has passed since the message went out."""
    waited_seconds = (timezone.now() - (message.sent_at or message.created_at)).total_seconds()
    return min(max(FIRST_LOOK_SECONDS, waited_seconds / 2), SLOWEST_LOOK_SECONDS)


@job('contracts.sweep_reports', queue='sms')
def sweep_reports(run: Run) -> None:
    """Forget reports on messages that are not ours: the account may be used by others too."""
    with run.finish():
        MessagePart.objects.filter(message=None, created_at__lt=timezone.now() - ORPHANS_FOR).delete()


periodic('contracts.sweep_reports', every_seconds=6 * 3600)
