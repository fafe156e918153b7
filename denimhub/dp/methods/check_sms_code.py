"""dp method check_sms_code."""
from __future__ import annotations

from typing import Any

from contracts.evidence import Origin
from contracts.services_codes import check_sms_code
from denimhub.dp.call import Call
from denimhub.dp.objects import Nothing
from denimhub.dp.schemas import CodeCall

SUMMARY = 'check_sms_code – проверка кода подписания'
DESCRIPTION = """\
Подписывает договор кодом из СМС. Неверный код – ошибка 7000 с `data.attempts_left`; после пяти неверных попыток
или пяти минут код больше не действует (7002). Повтор верного кода после подписания успешен.
"""
ERRORS = (2000, 3102, 3103, 6011, 6009, 6010, 3104, 7000, 7002, 7003)


class Request(CodeCall):
    """Who asks and about what."""


class Answer(Nothing):
    """Always an empty object."""


def handle(call: Call, body: Request) -> dict[str, Any]:
    """Signs the contract with the code."""
    check_sms_code(
        partner_guid=body.partner_guid, form_guid=body.form_guid, offer_guid=body.offer_guid, code=body.code,
        origin=Origin(call.request_id, call.ip))
    return {}
