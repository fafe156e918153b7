"""What gateways tell after a signature, added to the chain of evidence by a job."""
from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone

from contracts.evidence import awaited_messages, is_final
from contracts.evidence_chain import note_delivery
from contracts.locks import lock_application
from contracts.models import Signature
from jobs.registry import Run, job

WAIT_FOR: Final = timedelta(hours=26)
"""A gateway gives up a message after a day; what it has not told by then it never tells."""
_LEAST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 30.0, 3600.0


@job('contracts.evidence_deliveries', queue='sms')
def evidence_deliveries(run: Run) -> None:
    """Add a record for each SMS with a code whose delivery became known after the signature."""
    signature = Signature.objects.get(guid=run.subject)
    with run.finish():
        lock_application(signature.application_id)
        waiting = awaited_messages(signature)
        told = [message for message in waiting if is_final(message)]
        age = timezone.now() - signature.signed_at
        if len(told) < len(waiting) and age < WAIT_FOR:
            run.again(after_seconds=min(
                max(age.total_seconds() / 2, _LEAST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS))
        for message in told:
            note_delivery(signature, message)
