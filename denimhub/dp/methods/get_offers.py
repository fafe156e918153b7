"""dp method get_offers."""
from __future__ import annotations

from typing import Any

from django.utils import timezone
from pydantic import Field

from applications.refusals import WrongFormStatus
from applications.statuses import ApplicationStatus
from applications.vocabulary import OfferStatus
from contracts.selectors import has_expired
from denimhub.dp.call import Call
from denimhub.dp.objects import File, Offer, Shape
from denimhub.dp.schemas import FormCall
from offers.selectors import offers_page

SUMMARY = 'get_offers – получение предложений'
DESCRIPTION = """\
Пока кредиторы рассматривают заявку, `offer_status` равен `pending`: повторяйте запрос раз в 1–2 секунды.
`done` – есть предложения, их состав больше не меняется; `declined` – все кредиторы отказали; `error` – ответ
получить не удалось. `offers` и `files` приходят только при `done`.
"""
ERRORS = (2000, 3102, 6009)


class Request(FormCall):
    """Who asks and about what."""


class Answer(Shape):
    offer_status: OfferStatus = Field(description='Статус готовности предложений')
    files: list[File] | None = Field(
        None, description='Файлы, которые необходимо показать клиенту. Только при offer_status = done')
    offers: list[Offer] | None = Field(None, description='Предложения. Только при offer_status = done')


_WORDS = {
    ApplicationStatus.NEW: OfferStatus.PENDING,
    ApplicationStatus.SCORING: OfferStatus.PENDING,
    ApplicationStatus.DECLINED: OfferStatus.DECLINED,
    ApplicationStatus.FAILED: OfferStatus.ERROR,
}


def handle(call: Call, body: Request) -> dict[str, Any]:
    """The offers shown, or how far the scoring is; reads only our own database."""
    page = offers_page(body.partner_guid, body.form_guid)
    if page.status in (ApplicationStatus.CANCELED, ApplicationStatus.EXPIRED):
        raise WrongFormStatus
    if not page.was_shown:
        return {'offer_status': _WORDS[ApplicationStatus(page.status)]}
    if page.status == ApplicationStatus.DEAL and has_expired(body.form_guid):
        raise WrongFormStatus
    is_open = page.status == ApplicationStatus.OFFERED
    if is_open and page.expire_at_unix is not None and page.expire_at_unix <= timezone.now().timestamp():
        raise WrongFormStatus
    return {'offer_status': OfferStatus.DONE, 'files': page.files, 'offers': page.offers}
