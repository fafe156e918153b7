"""People of each group, and two partners whose rows must never meet."""
from __future__ import annotations

import itertools
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from denimhub.people.services import join, sync_groups
from jobs.testing import run_due
from partners.models import Partner
from partners.models_staff import PartnerStaff
from registries.models import LedgerLine, RegistryVersion
from registries.services import counterparty_of
from registries.services_build import build_registry
from tests.registries.deals import Shop
from tests.registries.test_building import LONG_AGO, march

PASSWORD = 'трава зелёная а небо синее'
BACK_OFFICE = ('operator', 'supervisor', 'auditor', 'security')
_numbers = itertools.count(1)


def a_person(*groups: str, **fields: Any) -> User:
    """Somebody of the back office in these groups, with PASSWORD."""
    sync_groups()
    fields = {'username': f'{"-".join(groups) or "nobody"}-{next(_numbers)}', 'is_staff': True, **fields}
    user = User.objects.create_user(password=PASSWORD, **fields)
    for group in groups:
        join(user=user, group=group)
    return User.objects.get(pk=user.pk)


def a_superuser() -> User:
    """For breaking the glass."""
    return User.objects.create_superuser(f'boss-{next(_numbers)}', password=PASSWORD)


def staff_of(partner: Partner) -> User:
    """A person who works for this partner."""
    user = a_person('partner')
    PartnerStaff.objects.create(user=user, partner=partner)
    return User.objects.get(pk=user.pk)


def browser(user: User | None = None) -> Client:
    """A browser in which this person has logged in just now."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def a_shop_with_rows() -> tuple[Shop, RegistryVersion]:
    """A partner with an issued credit, a line in the ledger and a registry."""
    shop = Shop()
    contract = shop.issue(at=LONG_AGO)
    shop.pay(contract, 100, f'T-{contract.pk}')
    run_due(kinds=['registries.book'])
    assert LedgerLine.objects.filter(partner=shop.partner).exists()
    version = build_registry(
        counterparty=counterparty_of(shop.partner), period=march(10), formats=['csv'], made_by='test', wait_seconds=0)
    return shop, version
