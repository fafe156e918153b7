"""What gateways tell of messages: the ids they gave, and the reports on them, in any order and more than once."""
from __future__ import annotations

from collections.abc import Iterable

import structlog
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from applications.states import record
from contracts.models import Message
from contracts.models_messages import DeliveryStatus, MessagePart
from contracts.sms.base import DeliveryState, Receipt

log = structlog.get_logger(__name__)
_BAD = (DeliveryStatus.FAILED, DeliveryStatus.EXPIRED)

_KEEP_PART = """
    INSERT INTO contracts_messagepart (message_id, gateway, gateway_id, delivery_status, reason, created_at)
    VALUES (%s, %s, %s, 'unknown', '', %s)
        ON CONFLICT (gateway, gateway_id) DO UPDATE SET message_id = EXCLUDED.message_id
"""
# A final word is kept: a later one that contradicts it changes nothing.
_KEEP_REPORT = """
    INSERT INTO contracts_messagepart AS part
                (gateway, gateway_id, delivery_status, reason, reported_at, created_at)
    VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (gateway, gateway_id) DO UPDATE
       SET delivery_status = EXCLUDED.delivery_status, reason = EXCLUDED.reason, reported_at = EXCLUDED.reported_at
     WHERE part.delivery_status = 'unknown'
 RETURNING message_id
"""


def keep_parts(message: Message, *, gateway: str, gateway_ids: Iterable[str]) -> None:
    """Keep the ids of a message at its gateway; a report that came before them counts now. In a transaction."""
    with connection.cursor() as cursor:
        for gateway_id in gateway_ids:
            cursor.execute(_KEEP_PART, [message.pk, gateway, gateway_id, timezone.now()])
    _settle(message.pk)


def keep_receipts(gateway: str, receipts: Iterable[Receipt]) -> None:
    """Keep reports; those that are not final say nothing. In a transaction."""
    touched = set()
    with connection.cursor() as cursor:
        for receipt in receipts:
            if receipt.state == DeliveryState.UNKNOWN:
                continue
            now = timezone.now()
            cursor.execute(_KEEP_REPORT, [
                gateway, receipt.gateway_id, receipt.state.value, receipt.reason[:40], receipt.at or now, now])
            touched |= {row[0] for row in cursor.fetchall() if row[0] is not None}
    for message_id in sorted(touched):
        _settle(message_id)


def take_receipt(gateway: str, receipt: Receipt) -> None:
    """Keep one report that came by itself, from the thread of the connection to the gateway."""
    close_old_connections()
    try:
        with transaction.atomic():
            keep_receipts(gateway, [receipt])
    finally:
        connection.close()


def _settle(message_id: int) -> None:
    """A message is delivered when all its parts are, and lost with the first one that is."""
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.delivery_status != DeliveryStatus.UNKNOWN:
        return
    parts = list(MessagePart.objects.filter(message=message).order_by('id'))
    lost = next((part for part in parts if part.delivery_status in _BAD), None)
    if lost is not None:
        message.delivery_status, message.delivery_reason = lost.delivery_status, lost.reason
        record(
            message.application_id, subject=f'SMS {message.kind}', actor=f'gateway {lost.gateway}',
            why=f'{DeliveryStatus(lost.delivery_status).value}: {lost.reason}')
        log.warning(
            'sms.not_delivered', message=str(message.guid), gateway=lost.gateway, state=lost.delivery_status,
            reason=lost.reason)
    elif parts and all(part.delivery_status == DeliveryStatus.DELIVERED for part in parts):
        message.delivery_status = DeliveryStatus.DELIVERED.value
        message.delivered_at = max(part.reported_at for part in parts if part.reported_at is not None)
    else:
        return
    message.save(update_fields=['delivery_status', 'delivered_at', 'delivery_reason'])
