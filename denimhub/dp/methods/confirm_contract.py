"""dp method confirm_contract."""
from __future__ import annotations

from typing import Any

from contracts.services import confirm_contract
from contracts.services_confirm import await_word
from denimhub.dp.call import Call
from denimhub.dp.objects import Nothing
from denimhub.dp.schemas import OfferCall

SUMMARY = 'confirm_contract – окончательное подтверждение оформления договора займа'
DESCRIPTION = """\
Передаёт кредитору подтверждение выдачи. Договор должен быть подписан, сканы приняты, для BNPL внесён первый платёж.
Отказ кредитора – ошибка 7004. Успех означает, что подтверждение принято: отдавайте товар только при
`issue_status` = `done` в get_issue_status.
"""
ERRORS = (2000, 3102, 3103, 6011, 6009, 6010, 3104, 7004, 7005)


class Request(OfferCall):
    """Who asks and about what."""


class Answer(Nothing):
    """Always an empty object."""


def handle(call: Call, body: Request) -> dict[str, Any]:
    """Queues the confirmation and waits a little for the lender's word on it."""
    contract = confirm_contract(
        partner_guid=body.partner_guid, form_guid=body.form_guid, offer_guid=body.offer_guid)
    await_word(contract)
    return {}
