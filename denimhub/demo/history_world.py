"""Partners and lenders of the demo history: apart from those of the demo purchases, so that nothing of it mixes in.

Nobody sends them a form: the lenders are switched off but while a story is written.
"""
from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.utils import timezone

from denimhub.demo.history_data import ELECTRONICS, FURNITURE, OUTDOOR, Goods
from lenders.models import Lender
from lenders.seed import ensure_sandbox_lenders
from offers.models import Route
from partners.models import Channel, Kind, Partner, Point, Product
from registries.models import Tariff
from registries.services_settings import save_settings

_NAMESPACE: Final = uuid.UUID('6a1b8f0e-58c7-4a55-9e0e-0c5d9f5b7a21')
SLOW: Final = 'POS-MANUAL'
"""A product whose scoring may take weeks: a person at the lender looks. Keeps the open stories open."""
_SLOW_SECONDS: Final = 21 * 86_400
AUTHOR: Final = 'demo'


@dataclass(frozen=True, slots=True)
class Shop:
    """A partner of the history: its points by the short name of kind and channel, what it sells."""

    key: str
    name: str
    is_sandbox: bool
    points: tuple[tuple[str, str, str, str], ...]
    goods: tuple[Goods, ...]


SHOPS: Final = (
    Shop('polus', 'Электроника «Полюс»', True, (
        ('offline', 'POLUS-01', 'Тверь, Советская, 12', 'pos'), ('online', 'POLUS-WEB', 'polus.example', 'pos')),
        ELECTRONICS),
    Shop('oak', 'Мебель «Дуб и клён»', True, (
        ('offline', 'OAK-02', 'Нижний Новгород, Белинского, 40', 'pos'),
        ('bnpl', 'OAK-WEB', 'dub-klen.example', 'bnpl')), FURNITURE),
    Shop('street', 'Снаряжение «Джинсовая тропа»', False, (
        ('offline', 'TRAIL-01', 'Екатеринбург, Малышева, 5', 'pos'),
        ('online', 'TRAIL-WEB', 'tropa.example', 'pos'),
        ('bnpl', 'TRAIL-BNPL', 'tropa.example, частями', 'bnpl')), OUTDOOR),
)
_LENDERS: Final = (
    ('demo-neva', 'Банк «Нева»', 'АО «Банк Нева»', True, 0, ['pos']),
    ('demo-briz', 'МФК «Бриз»', 'ООО МФК «Бриз»', True, 1, ['pos', 'bnpl']),
    ('demo-ural', 'Банк «Уральский мост»', 'ПАО «Уральский мост»', False, 0, ['pos']),
    ('demo-iskra', 'МФК «Искра»', 'ООО МФК «Искра»', False, 1, ['pos', 'bnpl']),
)
LENDER_CODES: Final = tuple(row[0] for row in _LENDERS)


@dataclass(frozen=True, slots=True)
class World:
    """The rows, by the keys above."""

    partners: dict[str, Partner]
    lenders: dict[str, Lender]


def ensure_world() -> World:
    """Make what is missing; in the caller's transaction."""
    lenders = {row[0]: _lender(*row) for row in _LENDERS}
    partners = {shop.key: _partner(shop, list(lenders.values())) for shop in SHOPS}
    for partner in partners.values():
        _tariffs(partner)
    return World(partners, lenders)


def switch_lenders(*, on: bool) -> None:
    """Let the lenders of the history be asked, or not; both within the transaction of one story."""
    Lender.objects.filter(code__in=LENDER_CODES).update(is_active=on)


def _lender(code: str, name: str, legal_name: str, is_sandbox: bool, model: int, kinds: list[str]) -> Lender:
    """Speaks with a sandbox lender's service: an action of an operator meets somebody who answers."""
    like = ensure_sandbox_lenders(settings.SANDBOX_URL)[model]
    row, _created = Lender.objects.update_or_create(code=code, defaults={
        'name': name, 'legal_name': legal_name, 'is_sandbox': is_sandbox, 'is_active': False,
        'adapter': like.adapter, 'base_url': like.base_url, 'credentials': like.credentials,
        'settings': {'breaker_failures': 50}, 'kinds': kinds, 'min_amount': 100_000, 'max_amount': 50_000_000,
        'min_term': 1, 'max_term': 60,
        'payment_hosts': like.payment_hosts if is_sandbox else [f'pay.{code}.example']})
    return row


def _partner(shop: Shop, lenders: list[Lender]) -> Partner:
    partner, _created = Partner.objects.get_or_create(
        guid=uuid.uuid5(_NAMESPACE, shop.key), defaults={'name': shop.name, 'is_sandbox': shop.is_sandbox})
    for short, code, name, kind in shop.points:
        channel = Channel.OFFLINE if short == 'offline' else Channel.ONLINE
        Point.objects.get_or_create(
            partner=partner, code=code, defaults={'name': name, 'kind': kind, 'channel': channel})
    Product.objects.get_or_create(partner=partner, code=SLOW, defaults={
        'name': 'Кредит с ручным рассмотрением', 'kind': Kind.POS, 'scoring_deadline_seconds': _SLOW_SECONDS})
    for lender in lenders:
        if lender.is_sandbox == partner.is_sandbox:
            for kind in lender.kinds:
                Route.objects.get_or_create(partner=partner, lender=lender, point=None, kind=kind)
    return partner


def _tariffs(partner: Partner) -> None:
    day = (timezone.now() - timedelta(days=60)).date()
    for kind, percent in (('pos', '1.5'), ('bnpl', '3.25')):
        if not Tariff.objects.filter(partner=partner, kind=kind).exists():
            save_settings(row=Tariff(
                partner=partner, kind=kind, valid_from=day, partner_percent=Decimal(percent),
                lender_percent=Decimal('2.1')), author=AUTHOR)
