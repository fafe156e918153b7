"""SMS of a story: kept in the outbox for partners of the sandbox, through a gateway for live ones."""
from __future__ import annotations

from datetime import timedelta

from contracts.deliveries import keep_parts, keep_receipts
from contracts.evidence_chain import note_delivery
from contracts.models import Message, MessageStatus, Signature
from contracts.sms.base import DeliveryState, Receipt
from denimhub.demo import history_jobs
from denimhub.demo.history_story import Scoring

GATEWAY = 'smsc'
PART_KOPECKS = 480


class Messages(Scoring):
    """What becomes of the messages that the services have queued."""

    def deliver(self, state: DeliveryState = DeliveryState.DELIVERED, *, is_told: bool = True) -> None:
        """Queued messages go out and arrive; a sandbox partner's stay in the outbox."""
        for message in self.queued():
            self.pass_(seconds=1.5)
            if message.is_sandbox:
                message.status, message.sent_at = MessageStatus.OUTBOX, self.clock.at
                message.save(update_fields=['status', 'sent_at'])
                continue
            parts = message.parts or 1
            ids = [f'{message.pk}{number}' for number in range(parts)]
            message.status, message.sent_at, message.gateway = MessageStatus.SENT, self.clock.at, GATEWAY
            message.gateway_id, message.cost = ','.join(ids), parts * PART_KOPECKS
            message.save(update_fields=['status', 'sent_at', 'gateway', 'gateway_id', 'cost'])
            keep_parts(message, gateway=GATEWAY, gateway_ids=ids)
            if is_told:
                self.tell(message, state)
        history_jobs.close(self.form_id, ['contracts.send_message'])

    def tell(self, message: Message, state: DeliveryState) -> None:
        """The gateway's last word on a message."""
        at = self.clock.at + timedelta(seconds=4)
        reason = '' if state == DeliveryState.DELIVERED else '255'
        keep_receipts(GATEWAY, [
            Receipt(part.gateway_id, state, at, reason) for part in message.gateway_parts.order_by('id')])

    def tell_late(self) -> None:
        """What the gateway had not told when the contract was signed comes into the chain of evidence."""
        self.pass_(minutes=2)
        signature = Signature.objects.filter(application_id=self.form_id).order_by('-id')[0]
        for message in Message.objects.filter(
                application_id=self.form_id, status=MessageStatus.SENT, delivery_status=DeliveryState.UNKNOWN):
            self.tell(message, DeliveryState.DELIVERED)
            message.refresh_from_db()
            note_delivery(signature, message)

    def drop(self, status: MessageStatus, why: str) -> None:
        """Queued messages that never went out: too late, or refused by the gateway."""
        for message in self.queued():
            self.pass_(seconds=2)
            message.status, message.delivery_reason = status, why[:40]
            message.save(update_fields=['status', 'delivery_reason'])
        history_jobs.close(self.form_id, ['contracts.send_message'])

    def queued(self) -> list[Message]:
        """Messages that nobody has looked at yet."""
        return list(Message.objects.filter(
            application_id=self.form_id, status=MessageStatus.QUEUED).order_by('id'))
