"""dp method get_signing_status."""
from __future__ import annotations

from typing import Any

from pydantic import Field

from applications.vocabulary import SigningStatus
from contracts import wire
from contracts.rules import Method
from contracts.selectors import find_case
from denimhub.dp.call import Call
from denimhub.dp.objects import Shape
from denimhub.dp.schemas import OfferCall

SUMMARY = 'get_signing_status – получение статуса подписания договора'
DESCRIPTION = """\
Статус подписания; для BNPL с готовым договором – ещё и адрес страницы первого платежа.
"""
ERRORS = (2000, 3102, 3103, 6011, 6009, 6010)


class Request(OfferCall):
    """Who asks and about what."""


class Answer(Shape):
    signing_status: SigningStatus = Field(description='Статус подписания')
    payment_url: str | None = Field(
        None, description='Платёжная форма, которую нужно показать клиенту для внесения первого платежа (только bnpl)')


def handle(call: Call, body: Request) -> dict[str, Any]:
    """Whether the contract is signed, and where to pay; reads only our own database."""
    case = find_case(body.partner_guid, body.form_guid, body.offer_guid)
    answer: dict[str, Any] = {'signing_status': case.answer(Method.GET_SIGNING_STATUS)}
    payment_url = wire.payment_url(case.stage, case.contract)
    return answer if payment_url is None else answer | {'payment_url': payment_url}
