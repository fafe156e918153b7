"""dp method cancel."""
from __future__ import annotations

from typing import Any

from contracts.services import cancel_application
from denimhub.dp.call import Call
from denimhub.dp.objects import Nothing
from denimhub.dp.schemas import FormCall

SUMMARY = 'cancel – отмена оформления заявки'
DESCRIPTION = """\
Отменяет заявку, пока выдача не отправлена кредитору: после этого ошибка 6009. Повтор на отменённой заявке
успешен.
"""
ERRORS = (2000, 3102, 6009)


class Request(FormCall):
    """Who asks and about what."""


class Answer(Nothing):
    """Always an empty object."""


def handle(call: Call, body: Request) -> dict[str, Any]:
    """Cancels the application; every lender that was asked is told."""
    cancel_application(partner_guid=body.partner_guid, form_guid=body.form_guid)
    return {}
