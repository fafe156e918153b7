"""dp method create_form."""
from __future__ import annotations

import uuid
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field

from applications.questionnaire import Peek, Profile, Questionnaire, read_form
from applications.refusals import ValidationRefused
from applications.selectors import unknown_partner
from applications.services import create_application, forms_of_phone
from denimhub.dp.call import Call
from denimhub.dp.errors import TooManyRequests
from denimhub.dp.objects import Shape
from partners.selectors import Origin, find_origin
from scans.problems import scan_problems
from scans.services import attach, write_scans

SUMMARY = 'create_form – отправка анкеты'
DESCRIPTION = """\
Принимает анкету клиента и отправляет её кредиторам. Вид кредита (`pos`, `bnpl`) и канал (ONLINE, OFFLINE) – свойства
торговой точки; `credit_product_code`, если передан, определяет вид по кредитному продукту партнёра. Повтор того же тела
с тем же `external_id` возвращает тот же `form_guid`; другое тело – ошибка 2000 на `external_id`. Все ошибки тела
приходят сразу: `data` = {"путь": ["сообщение", …]}, например `items[0].category`.
"""
ERRORS = (2000,)
MOSCOW: Final = ZoneInfo('Europe/Moscow')


@dataclass(frozen=True, slots=True)
class Request(Peek):
    """A parsed body before its check: the kind of the form is known only with the partner and the point.

    `read_form(body, profile=…, problems=…)` checks it.
    """


class Answer(Shape):
    form_guid: str = Field(description='Уникальный идентификатор анкеты на стороне Платформы')


def handle(call: Call, look: Request) -> dict[str, Any]:
    """Checks the form, stores it once with its scans and writes the job that asks for offers, all or nothing."""
    origin = find_origin(look.partner_guid or '', look.point_code or '', look.credit_product_code or '')
    profile, unknown = _profile(origin, look)
    form = read_form(look, profile=profile, problems=unknown, inspect=scan_problems)
    if origin is None or profile.kind is None:
        raise ValidationRefused(unknown)
    guid = uuid.uuid4()
    files = write_scans(form_guid=guid, scans=form.scans) if form.scans else []
    # Mostly there is nothing to write but the form, by one statement: BEGIN and COMMIT would be two trips for nothing.
    is_alone = not form.scans and origin.forms_per_phone_day is None
    with nullcontext() if is_alone else transaction.atomic():
        received = create_application(
            origin=origin, kind=profile.kind, form=form, actor='partner', ask='offers.request', guid=guid)
        if received.is_new:
            _check_daily_limit(origin, form)
            attach(application_id=received.application_id, scans=form.scans, files=files)
    return {'form_guid': str(received.guid)}


def _profile(origin: Origin | None, look: Request) -> tuple[Profile, dict[str, list[str]]]:
    """What the form is checked against, and what in it names nothing that we know."""
    today = timezone.now().astimezone(MOSCOW).date()
    if origin is None:
        unknown = unknown_partner().data if look.partner_guid else {}
        return Profile(None, None, today=today), unknown
    problems: dict[str, list[str]] = {}
    kind = origin.point_kind
    if look.point_code and origin.point_id is None:
        problems['point_code'] = [_('Unknown point of sale: check point_code')]
    if look.credit_product_code:
        if origin.product_id is None:
            problems['credit_product_code'] = [_('Unknown credit product: check credit_product_code')]
        else:
            kind = origin.product_kind if origin.point_id is not None else None
    return Profile(kind, origin.channel, origin.redirect_hosts, today), problems


def _check_daily_limit(origin: Origin, form: Questionnaire) -> None:
    if origin.forms_per_phone_day is None:
        return
    midnight = timezone.now().astimezone(MOSCOW).replace(hour=0, minute=0, second=0, microsecond=0)
    count = forms_of_phone(partner_id=origin.partner_id, phone=form.values['mobile_phone'], since=midnight)
    if count > origin.forms_per_phone_day:
        left = midnight + timedelta(days=1) - timezone.now()
        raise TooManyRequests(retry_after_seconds=left.total_seconds())
