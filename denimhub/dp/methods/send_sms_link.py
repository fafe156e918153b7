"""dp method send_sms_link."""
from __future__ import annotations

from typing import Any

from contracts.services_messages import send_sms_link
from denimhub.dp.call import Call
from denimhub.dp.objects import Nothing
from denimhub.dp.schemas import OfferCall

SUMMARY = 'send_sms_link – запрос СМС с URL страницы оплаты'
DESCRIPTION = """\
Отправляет клиенту СМС со ссылкой на страницу первого платежа (BNPL), не более трёх раз с паузой не менее 30
секунд: иначе ошибка 7001, с `data.retry_after` в секундах, если запрос пришёл слишком рано.
"""
ERRORS = (2000, 3102, 3103, 6011, 6009, 6010, 3104, 7001)


class Request(OfferCall):
    """Who asks and about what."""


class Answer(Nothing):
    """Always an empty object."""


def handle(call: Call, body: Request) -> dict[str, Any]:
    """Queues the SMS with the address of the payment page."""
    send_sms_link(partner_guid=body.partner_guid, form_guid=body.form_guid, offer_guid=body.offer_guid)
    return {}
