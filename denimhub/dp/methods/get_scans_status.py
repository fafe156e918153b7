"""dp method get_scans_status."""
from __future__ import annotations

from typing import Any

from pydantic import Field

from applications.vocabulary import ScansStatus
from denimhub.dp.call import Call
from denimhub.dp.objects import ScanStatusOf, Shape
from denimhub.dp.schemas import OfferCall
from scans.rules import RESCAN_NEEDED, Seen
from scans.selectors import scans_page

SUMMARY = 'get_scans_status – получение статуса проверки сканов'
DESCRIPTION = """\
Список сканов, которые нужны кредитору или уже отправлены, и общий статус проверки.
"""
ERRORS = (2000, 3102, 3103, 6011, 6009, 6010, 3104)


class Request(OfferCall):
    """Who asks and about what."""


class Answer(Shape):
    scans: list[ScanStatusOf] = Field(description='Массив объектов с описанием типа и статуса скана')
    scans_status: ScansStatus = Field(description='Статус проверки сканов')


def handle(_call: Call, body: Request) -> dict[str, Any]:
    """Reads our own database only: three queries."""
    page = scans_page(body.partner_guid, body.form_guid, body.offer_guid)
    return {'scans': [_object(scan) for scan in page.scans], 'scans_status': page.whole.value}


def _object(scan: Seen) -> dict[str, str]:
    reason = {'decline_reason': scan.reason} if scan.state == RESCAN_NEEDED and scan.reason else {}
    return {'type': scan.type, 'status': str(scan.state), **reason}
