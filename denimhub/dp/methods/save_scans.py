"""dp method save_scans."""
from __future__ import annotations

from typing import Any

from applications.refusals import ValidationRefused
from denimhub.dp.call import Call
from denimhub.dp.objects import Nothing
from denimhub.dp.schemas import ScansCall
from scans import services
from scans.problems import scan_problems

SUMMARY = 'save_scans – отправка сканов'
DESCRIPTION = """\
Принимает до 20 сканов за раз, каждый не более 8 МиБ: JPEG, PNG или PDF в Base64. Пока кредитор проверяет сканы –
ошибка 7005. Скан плохого качества принимается и вернётся статусом RESCAN_NEEDED с причиной.
"""
ERRORS = (2000, 3102, 3103, 6011, 6009, 6010, 3104, 7005)


class Request(ScansCall):
    """Who asks and about what."""


class Answer(Nothing):
    """Always an empty object."""


def handle(_call: Call, body: Request) -> dict[str, Any]:
    """Looks at the files, stores them, and lets the lender have them in a job."""
    problems = scan_problems(body.files)
    if problems:
        raise ValidationRefused(problems)
    services.save_scans(
        partner_guid=body.partner_guid, form_guid=body.form_guid, offer_guid=body.offer_guid, scans=body.files)
    return {}
