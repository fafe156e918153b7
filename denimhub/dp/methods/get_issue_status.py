"""dp method get_issue_status."""
from __future__ import annotations

from typing import Any

from pydantic import Field

from applications.vocabulary import IssueStatus
from contracts.rules import Method
from contracts.selectors import find_case
from denimhub.dp.call import Call
from denimhub.dp.objects import Shape
from denimhub.dp.schemas import OfferCall

SUMMARY = 'get_issue_status – получение статуса выдачи кредита'
DESCRIPTION = """\
Статус выдачи. Отдавайте товар только при `done`.
"""
ERRORS = (2000, 3102, 3103, 6011, 6009, 6010, 3104)


class Request(OfferCall):
    """Who asks and about what."""


class Answer(Shape):
    issue_status: IssueStatus = Field(description='Статус выдачи')


def handle(call: Call, body: Request) -> dict[str, Any]:
    """How far the issue is; reads only our own database."""
    case = find_case(body.partner_guid, body.form_guid, body.offer_guid)
    return {'issue_status': case.answer(Method.GET_ISSUE_STATUS)}
