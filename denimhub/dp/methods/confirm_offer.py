"""dp method confirm_offer."""
from __future__ import annotations

from typing import Any

from django.db import transaction

from applications.refusals import WrongOfferStatus
from contracts.selectors import has_expired
from contracts.services import open_contract
from denimhub.dp.call import Call
from denimhub.dp.objects import Nothing
from denimhub.dp.schemas import OfferCall
from offers.services import confirm_offer

SUMMARY = 'confirm_offer – подтверждение выбора предложения'
DESCRIPTION = """\
Выбирает ровно одно предложение анкеты. Повтор с тем же предложением успешен и ничего не меняет; другое
предложение после выбора – ошибка 6010.
"""
ERRORS = (2000, 3102, 3103, 6011, 6009, 6010)


class Request(OfferCall):
    """Who asks and about what."""


class Answer(Nothing):
    """Always an empty object."""


def handle(call: Call, body: Request) -> dict[str, Any]:
    """Chooses the offer and opens its contract in one transaction; a repeat changes nothing."""
    with transaction.atomic():
        deal, is_first = confirm_offer(
            partner_guid=body.partner_guid, form_guid=body.form_guid, offer_guid=body.offer_guid, actor='partner')
        if is_first:
            open_contract(application=deal.application, offer=deal.offer)
        elif has_expired(body.form_guid):
            raise WrongOfferStatus
    return {}
