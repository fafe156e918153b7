"""SMS to the client: written with the fact that asks for them, sent by a job."""
from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from applications.models import Application
from applications.refusals import TooManyResends, WrongOfferStatus
from contracts.locks import lock_phone
from contracts.models import Contract, Message, SigningCode
from contracts.phones import phone_indexes
from contracts.rules import LINK_PAUSE_SECONDS, LINKS_PER_CONTRACT, Method
from contracts.selectors import find_case
from contracts.texts import code_text, link_text
from jobs.services import enqueue


def may_message(application: Application) -> bool:
    """Whether the phone of this form may get one more SMS today, over all partners; sandbox phones always may."""
    limit: int | None = settings.SMS_PER_PHONE_DAY
    if application.is_sandbox or limit is None:
        return True
    indexes = phone_indexes(application)
    lock_phone(indexes[0])
    since = timezone.now() - timedelta(days=1)
    sent = Message.objects.filter(phone_index__in=indexes, is_sandbox=False, created_at__gt=since).count()
    return sent < limit


def queue_code_message(contract: Contract, signing_code: SigningCode, code: str) -> None:
    """Queue the SMS with a signing code; it is not sent once the code has expired."""
    text = code_text(
        lender=contract.lender.name, contract=name_of(contract), amount=contract.amount or 0, code=code)
    _queue(contract, 'code', text, signing_code=signing_code, expires_at=signing_code.expires_at)


def name_of(contract: Contract) -> str:
    """How an SMS names a contract: by its number, and where there is none by the head of its guid."""
    return f'№ {contract.number or str(contract.guid)[:8]}'


def send_sms_link(*, partner_guid: str, form_guid: str, offer_guid: str) -> None:
    """Send the client the address of the payment page: at most 3 times, 30 s apart.

    Raises the refusals of the table and TooManyResends.
    """
    with transaction.atomic():
        case = find_case(partner_guid, form_guid, offer_guid, lock=True)
        case.answer(Method.SEND_SMS_LINK)
        contract = case.deal
        if not contract.payment_url:
            raise WrongOfferStatus
        if contract.links_sent >= LINKS_PER_CONTRACT:
            raise TooManyResends
        wait = seconds_left(contract.link_sent_at, LINK_PAUSE_SECONDS)
        if wait:
            raise TooManyResends(wait)
        if not may_message(case.application):
            raise TooManyResends
        contract.links_sent += 1
        contract.link_sent_at = timezone.now()
        contract.save(update_fields=['links_sent', 'link_sent_at'])
        amount = contract.regular_payment_amount or 0
        _queue(contract, 'link', link_text(lender=contract.lender.name, amount=amount, url=contract.payment_url))


def seconds_left(since: datetime | None, pause_seconds: int) -> int:
    """Whole seconds until `pause_seconds` have passed since a moment; 0 when they have."""
    if since is None:
        return 0
    return max(0, ceil(pause_seconds - (timezone.now() - since).total_seconds()))


def _queue(
    contract: Contract, kind: str, text: str, *, signing_code: SigningCode | None = None,
    expires_at: datetime | None = None,
) -> None:
    application = contract.application
    message = Message.objects.create(
        application=application, contract=contract, signing_code=signing_code, kind=kind,
        phone=application.questionnaire['mobile_phone'], phone_index=application.phone_index, text=text,
        is_sandbox=application.is_sandbox, expires_at=expires_at, created_at=timezone.now())
    enqueue('contracts.send_message', str(message.guid))
