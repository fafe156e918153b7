"""dp method resend_sms_code."""
from __future__ import annotations

from typing import Any

from contracts.services_codes import resend_sms_code
from denimhub.dp.call import Call
from denimhub.dp.objects import Nothing
from denimhub.dp.schemas import OfferCall

SUMMARY = 'resend_sms_code – запрос СМС с кодом подписания'
DESCRIPTION = """\
Первый код уходит сам, когда договор готов. Метод отправляет новый код, не более трёх раз на договор с паузой не
менее 30 секунд: иначе ошибка 7001, с `data.retry_after` в секундах, если запрос пришёл слишком рано. Действует
только последний отправленный код.
"""
ERRORS = (2000, 3102, 3103, 6011, 6009, 6010, 3104, 7001, 7003)


class Request(OfferCall):
    """Who asks and about what."""


class Answer(Nothing):
    """Always an empty object."""


def handle(call: Call, body: Request) -> dict[str, Any]:
    """Queues the SMS with a new code; the first call after the automatic code sends nothing."""
    resend_sms_code(partner_guid=body.partner_guid, form_guid=body.form_guid, offer_guid=body.offer_guid)
    return {}
