"""SMS to the client: written with the fact that asks for them, sent by a job."""
from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from math import ceil

from django.db import transaction
from django.utils import timezone

from applications.refusals import Refusal, TooManyResends, WrongOfferStatus
from contracts.allowance import NotAllowed, note_refusal, take_allowance
from contracts.models import Contract, Message, MessageStatus, SigningCode
from contracts.models_messages import DeliveryStatus
from contracts.pages import is_own_page
from contracts.rules import LINK_PAUSE_SECONDS, LINK_SECONDS, LINKS_PER_CONTRACT, Method
from contracts.selectors import find_case
from contracts.sms.parts import count_parts
from contracts.texts import DoesNotFit, code_text, link_text
from jobs.services import enqueue

_LINK = 'payment link'


def queue_code_message(contract: Contract, signing_code: SigningCode, code: str) -> None:
    """Queue the SMS with a signing code; it is not sent once the code has expired or is void."""
    text = code_text(
        lender=contract.lender.name, contract=name_of(contract), amount=contract.amount or 0, code=code)
    _queue(contract, 'code', text, signing_code=signing_code, expires_at=signing_code.expires_at)


def name_of(contract: Contract) -> str:
    """How an SMS names a contract: by its number, and where there is none by the head of its guid."""
    return f'№ {contract.number or str(contract.guid)[:8]}'


def send_sms_link(*, partner_guid: str, form_guid: str, offer_guid: str) -> None:
    """Send the client the address of the payment page: at most 3 times, 30 s apart; it is not sent after an hour.

    Raises the refusals of the table and TooManyResends.
    """
    with transaction.atomic():
        case = find_case(partner_guid, form_guid, offer_guid, lock=True)
        case.answer(Method.SEND_SMS_LINK)
        refusal = _send_link(case.deal)
    if refusal is not None:
        # After the commit: what the journal tells of the refusal stays.
        raise refusal


def _send_link(contract: Contract) -> Refusal | None:
    if not contract.payment_url:
        return WrongOfferStatus()
    if contract.links_sent >= LINKS_PER_CONTRACT:
        return TooManyResends()
    wait = seconds_left(contract.link_sent_at, LINK_PAUSE_SECONDS)
    if wait:
        return TooManyResends(wait)
    if not is_own_page(contract.payment_url, contract.lender):
        note_refusal(contract.application_id, subject=_LINK, why='the page is not on a host of the lender')
        return WrongOfferStatus()
    try:
        text = link_text(
            lender=contract.lender.name, amount=contract.regular_payment_amount or 0, url=contract.payment_url)
        take_allowance(contract.application)
    except DoesNotFit:
        note_refusal(contract.application_id, subject=_LINK, why='the address of the page is too long for an SMS')
        return WrongOfferStatus()
    except NotAllowed as refused:
        note_refusal(contract.application_id, subject=_LINK, why=refused.why)
        return TooManyResends()
    now = timezone.now()
    contract.links_sent += 1
    contract.link_sent_at = now
    contract.save(update_fields=['links_sent', 'link_sent_at'])
    _queue(contract, 'link', text, expires_at=now + timedelta(seconds=LINK_SECONDS))
    return None


def look_at_delivery(*, gateway: str, message_guid: uuid.UUID) -> bool:
    """Ask the gateway about a message at once, as it has hinted; False when it has no such message of ours."""
    row = Message.objects.filter(guid=message_guid, gateway=gateway, status=MessageStatus.SENT).first()
    if row is None:
        return False
    if row.delivery_status == DeliveryStatus.UNKNOWN:
        enqueue('contracts.watch_delivery', str(row.guid))
    return True


def seconds_left(since: datetime | None, pause_seconds: int) -> int:
    """Whole seconds until `pause_seconds` have passed since a moment; 0 when they have."""
    if since is None:
        return 0
    return max(0, ceil(pause_seconds - (timezone.now() - since).total_seconds()))


def _queue(
    contract: Contract, kind: str, text: str, *, expires_at: datetime | None, signing_code: SigningCode | None = None,
) -> None:
    application = contract.application
    message = Message.objects.create(
        application=application, contract=contract, signing_code=signing_code, kind=kind,
        phone=application.questionnaire['mobile_phone'], phone_index=application.phone_index, text=text,
        parts=count_parts(text), is_sandbox=application.is_sandbox, expires_at=expires_at,
        created_at=timezone.now())
    enqueue('contracts.send_message', str(message.guid))
