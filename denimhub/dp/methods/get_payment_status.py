"""dp method get_payment_status."""
from __future__ import annotations

from typing import Any

from pydantic import Field

from applications.vocabulary import PaymentStatus
from contracts import wire
from contracts.rules import Method
from contracts.selectors import find_case, payments_of
from denimhub.dp.call import Call
from denimhub.dp.objects import Payment, Shape, moscow_time
from denimhub.dp.schemas import OfferCall

SUMMARY = 'get_payment_status – получение статуса оплаты по договору'
DESCRIPTION = """\
Статус первого платежа и список платежей (BNPL). Для предложения без страницы оплаты – ошибка 6010.
"""
ERRORS = (2000, 3102, 3103, 6011, 6009, 6010, 3104)


class Request(OfferCall):
    """Who asks and about what."""


class Answer(Shape):
    payment_status: PaymentStatus = Field(description='Статус оплаты по договору')
    payments: list[Payment] = Field(description='Список платежей по заказу')


def handle(call: Call, body: Request) -> dict[str, Any]:
    """What the client has paid; reads only our own database."""
    case = find_case(body.partner_guid, body.form_guid, body.offer_guid)
    case.answer(Method.GET_PAYMENT_STATUS)
    payments = [
        {'payed_at': moscow_time(row.paid_at), **wire.payment_amount_and_state(row)}
        for row in payments_of(case.deal)]
    return {'payment_status': wire.payment_status(case.deal), 'payments': payments}
