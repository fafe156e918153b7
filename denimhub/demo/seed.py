"""The demo partners, their points, products, routes to the sandbox lenders and templates. Development only."""
from __future__ import annotations

import uuid
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from denimhub.demo.lender_templates import seed_templates
from lenders.models import Lender
from lenders.seed import ensure_sandbox_lenders
from offers.models import Route
from partners.models import Channel, Kind, Partner, Point, Product

PARTNER_GUID: Final = uuid.UUID('5f0c1d8e-6a52-4c0b-9d53-0a4f3b7e2c11')
OTHER_PARTNER_GUID: Final = uuid.UUID('b3a9e7f4-1c2d-4e86-8a70-94d5c6f01e22')
POINTS: Final = {
    'pos_offline': ('TILL-1', 'Салон на Тверской', Kind.POS, Channel.OFFLINE),
    'pos_online': ('WEB-1', 'Интернет-магазин', Kind.POS, Channel.ONLINE),
    'bnpl': ('WEB-BNPL', 'Интернет-магазин, оплата частями', Kind.BNPL, Channel.ONLINE),
}
PRODUCTS: Final = {
    'pos': ('POS-CREDIT', 'Кредит на покупку', Kind.POS),
    'bnpl': ('BNPL-4', 'Оплата четырьмя частями', Kind.BNPL),
}
ADMIN_NAME: Final = 'admin'
ADMIN_PASSWORD: Final = 'denimhub-demo-2026'  # noqa: S105 - public on purpose, refused in production


class RefusedInProduction(Exception):
    """Demo data have a public password and public guids."""


def seed_demo() -> dict[str, Any]:
    """Create what is missing and put back what was changed; tells what there is. Raises RefusedInProduction."""
    if settings.DENIMHUB_ENV == 'production':
        raise RefusedInProduction('demo data have a public password: they are refused in production')
    with transaction.atomic():
        _rows()
    seed_templates()
    return {
        'partner_guid': str(PARTNER_GUID),
        'other_partner_guid': str(OTHER_PARTNER_GUID),
        'points': {name: row[0] for name, row in POINTS.items()},
        'products': {name: row[0] for name, row in PRODUCTS.items()},
        'admin': {'username': ADMIN_NAME, 'password': ADMIN_PASSWORD},
    }


def _rows() -> None:
    lenders = ensure_sandbox_lenders(settings.SANDBOX_URL)
    for guid, name in ((PARTNER_GUID, 'Демо-магазин «Джинсы и гаджеты»'), (OTHER_PARTNER_GUID, 'Другой демо-магазин')):
        _partner(guid, name, lenders)
    _admin()


def _partner(guid: uuid.UUID, name: str, lenders: list[Lender]) -> None:
    partner, _created = Partner.objects.update_or_create(
        guid=guid, defaults={'name': name, 'is_blocked': False, 'is_sandbox': True})
    for code, point_name, kind, channel in POINTS.values():
        Point.objects.update_or_create(
            partner=partner, code=code,
            defaults={'name': point_name, 'kind': kind, 'channel': channel, 'is_active': True})
    for code, product_name, kind in PRODUCTS.values():
        Product.objects.get_or_create(partner=partner, code=code, defaults={'name': product_name, 'kind': kind})
    for lender in lenders:
        for kind in lender.kinds:
            Route.objects.get_or_create(partner=partner, lender=lender, point=None, kind=kind)


def _admin() -> None:
    """The log-in that `make run` prints; its password is put back when somebody changed it."""
    users = get_user_model()
    admin, _created = users.objects.get_or_create(
        username=ADMIN_NAME, defaults={'is_staff': True, 'is_superuser': True})
    if not admin.check_password(ADMIN_PASSWORD):
        admin.set_password(ADMIN_PASSWORD)
        admin.is_active = admin.is_staff = admin.is_superuser = True
        admin.save()
