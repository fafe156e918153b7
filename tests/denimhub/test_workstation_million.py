"""The list over a million applications: every filter and search is answered by indexes that read little.

Plans and rows read are asserted; milliseconds are only printed (`pytest -s`), for docs/performance.md.
"""
from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from applications.models import Application
from denimhub.workstation.keyset import Place
from partners.models_staff import PartnerStaff
from tests.denimhub.million import BIG, Million, fill

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
ROWS = 1_000_000
MOST_ROWS = 40_000
"""So many rows of tables any page may read, all its statements together."""
MOST_ENTRIES = 400_000
"""So many entries of indexes it may put into bitmaps; a hundred of them cost as much as a row."""
TABLES = {model._meta.db_table for model in BIG}


@dataclass
class Cost:
    """What the statements of one page cost the database."""

    rows: int = 0
    entries: int = 0
    milliseconds: float = 0
    scanned_whole: list[str] = field(default_factory=list)
    plans: list[dict[str, Any]] = field(default_factory=list)

    def add(self, plan: dict[str, Any]) -> None:
        """One statement."""
        self.milliseconds += plan['Execution Time'] + plan['Planning Time']
        self.plans.append(plan['Plan'])
        self._walk(plan['Plan'])

    def _walk(self, node: dict[str, Any]) -> None:
        if 'Scan' in node['Node Type'] and node.get('Relation Name', node.get('Index Name')) is not None:
            removed = sum(node.get(f'Rows Removed by {why}', 0) for why in ('Filter', 'Index Recheck'))
            read = round((node['Actual Rows'] + removed) * node['Actual Loops'])
            if node['Node Type'] == 'Bitmap Index Scan':
                self.entries += read
            else:
                self.rows += read
            if 'Seq Scan' in node['Node Type'] and node['Relation Name'] in TABLES:
                self.scanned_whole.append(node['Relation Name'])
        for child in node.get('Plans', ()):
            self._walk(child)


@pytest.fixture(scope='module')
def million(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Million]:
    """Filled once for the module, emptied at its end."""
    with django_db_blocker.unblock():
        try:
            started = timezone.now()
            made = fill(ROWS)
            print(f'\nfilled in {(timezone.now() - started).total_seconds():.0f} s')  # noqa: T201
            yield made
        finally:
            call_command('flush', verbosity=0, interactive=False)


@pytest.fixture
def boss(million: Million) -> User:
    """Who sees everything."""
    return get_user_model().objects.create_superuser('boss')


def cost_of(user: User, **query: Any) -> tuple[Cost, Any]:
    """The list as this person opens it, every statement of it performed under EXPLAIN ANALYZE."""
    cost = Cost()

    def explained(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if str(sql).startswith('SELECT') and any(table in str(sql) for table in TABLES):
            execute(f'EXPLAIN (ANALYZE, FORMAT JSON) {sql}', params, many, context)
            answer = context['cursor'].fetchone()[0]
            cost.add((json.loads(answer) if isinstance(answer, str) else answer)[0])
        return execute(sql, params, many, context)

    request = RequestFactory().get('/', {name: str(value) for name, value in query.items()})
    request.user = user
    page = admin.site._registry[Application]
    with connection.execute_wrapper(explained):
        found = page.get_changelist_instance(request)
    return cost, found


def cases(made: Million) -> dict[str, dict[str, Any]]:
    """What is asked, by the name under which its cost is printed."""
    great, small, sandbox = made.partners[0].pk, made.partners[5].pk, made.partners[-1].pk
    second, point = made.partners[1].pk, made.points[0].pk
    lender = made.lenders
    known = Application.objects.filter(kind='pos').order_by('-id')[1000]
    day, month = f'{made.at(ROWS // 2):%Y-%m-%d}', {'since': f'{made.at(ROWS - 41_000):%Y-%m-%d}'}
    old = {'since': f'{made.at(1000):%Y-%m-%d}', 'until': f'{made.at(42_000):%Y-%m-%d}'}
    return {
        'everything': {}, 'oldest first': {'o': '1'},
        'page in the middle': {'after': Place(made.at(ROWS // 2), ROWS // 2)},
        'page before the middle': {'before': Place(made.at(ROWS // 2), ROWS // 2)},
        **{f'status {name}': {'status': name} for name in (
            'NEW', 'SCORING', 'OFFERED', 'DEAL', 'ISSUED', 'DECLINED', 'FAILED', 'CANCELED', 'EXPIRED')},
        'partner with 60 %': {'partner': great}, 'small partner': {'partner': small},
        'partner with 100 forms': {'partner': sandbox}, 'point': {'partner': great, 'point': point},
        **{f'lender {name}': {'lender': pk} for name, pk in lender.items()},
        'POS': {'kind': 'pos'}, 'BNPL': {'kind': 'bnpl'}, 'online': {'channel': 'ONLINE'},
        'offline': {'channel': 'OFFLINE'}, 'sandbox': {'world': 'sandbox'}, 'live': {'world': 'live'},
        'one day': {'since': day, 'until': day}, 'last month': month, 'an old month': old,
        'amount, many': {'amount_from': '1000', 'amount_to': '300 000'},
        'amount, few': {'amount_from': '1 000 000'}, 'amount, one sum': {'amount_from': 77_000, 'amount_to': 77_000},
        'needs attention': {'attention': 'on'}, 'mine': {'mine': 'on'},
        'form guid': {'q': known.guid}, 'external id': {'q': known.external_id}, 'contract number': {'q': 'D-77'},
        'phone': {'q': '8 (916) 555-44-33'}, 'passport': {'q': '45 12 № 123456'},
        'frequent last name': {'q': 'ИВАНОВ'}, 'last and first name': {'q': 'Иванов Иван'},
        'nothing like it': {'q': 'no such thing'},
        'FAILED + 60 % + month': {'status': 'FAILED', 'partner': great, **month},
        'FAILED + 60 % + old month': {'status': 'FAILED', 'partner': great, **old},
        'FAILED + partner without any': {'status': 'FAILED', 'partner': second},
        'FAILED + small partner': {'status': 'FAILED', 'partner': small},
        'DEAL + 60 %': {'status': 'DEAL', 'partner': great},
        'DECLINED + small partner': {'status': 'DECLINED', 'partner': small},
        'DECLINED + old month': {'status': 'DECLINED', **old}, 'OFFERED + old month': {'status': 'OFFERED', **old},
        'ISSUED + point + month': {'status': 'ISSUED', 'partner': great, 'point': point, **month},
        '60 % + old month': {'partner': great, **old},
        'small partner + day': {'partner': small, 'since': day, 'until': day},
        'lender + ISSUED': {'lender': lender['second'], 'status': 'ISSUED'},
        'lender + FAILED': {'lender': lender['second'], 'status': 'FAILED'},
        'gone lender + month': {'lender': lender['gone'], **month},
        'gone lender + 60 %': {'lender': lender['gone'], 'partner': great},
        'rare lender + small partner': {'lender': lender['rare'], 'partner': small},
        'lender + small partner + month': {'lender': lender['second'], 'partner': small, **month},
        'BNPL + FAILED': {'kind': 'bnpl', 'status': 'FAILED'}, 'BNPL + online + live': {
            'kind': 'bnpl', 'channel': 'ONLINE', 'world': 'live'},
        'sandbox + DECLINED': {'world': 'sandbox', 'status': 'DECLINED'},
        'amount, few + 60 %': {'amount_from': '1 000 000', 'partner': great},
        'amount, many + old month': {'amount_from': '1000', **old},
        'attention + 60 %': {'attention': 'on', 'partner': great}, 'attention + DEAL': {
            'attention': 'on', 'status': 'DEAL'},
        'last name + 60 % + ISSUED': {'q': 'Иванов', 'partner': great, 'status': 'ISSUED'},
        'last name + old month': {'q': 'Иванов', **old},
    }


def test_every_filter_and_search_is_answered_by_indexes(million: Million, boss: User) -> None:
    wrong = []
    for name, query in cases(million).items():
        cost, found = cost_of(boss, **query)
        print(f'| {name} | {cost.milliseconds:.1f} | {cost.rows} | {cost.entries} | {found.how_many} |')  # noqa: T201
        if cost.scanned_whole or cost.rows > MOST_ROWS or cost.entries > MOST_ENTRIES or found.is_too_broad:
            wrong.append((name, cost.scanned_whole, cost.rows, cost.entries, found.is_too_broad))
            print(json.dumps(max(cost.plans, key=lambda plan: plan['Actual Total Time'])))  # noqa: T201
    assert wrong == []


def test_staff_of_a_partner_pay_no_more(million: Million) -> None:
    user = get_user_model().objects.create_user('shop', is_staff=True)
    PartnerStaff.objects.create(user=user, partner=million.partners[5])
    for query in ({}, {'status': 'FAILED'}, {'q': 'Иванов'}, {'kind': 'bnpl'}):
        cost, found = cost_of(user, **query)
        assert (cost.scanned_whole, cost.rows < MOST_ROWS) == ([], True), query
        assert {row.partner_id for row in found.result_list} <= {million.partners[5].pk}
