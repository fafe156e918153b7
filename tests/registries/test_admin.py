"""The workstation of registries: each page and each verb for those who have the right, and nobody else."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, reverse
from django.utils import timezone

from jobs.testing import open_jobs, run_due
from registries.models import Counterparty, LedgerLine, Registry, RegistryVersion, Tariff
from registries.models_corrections import CorrectionRequest
from registries.models_drift import Drift
from registries.models_journal import SettingsChange, VersionEvent
from registries.services import counterparty_of
from registries.services_build import build_registry
from registries.services_corrections import request_correction
from registries.statuses import DriftKind
from tests.registries.deals import Shop
from tests.registries.people import ROLES, a_person, browser_of
from tests.registries.test_building import LONG_AGO, march

pytestmark = pytest.mark.django_db(transaction=True)
MINE = {'Counterparty', 'Tariff', 'SettingsChange', 'LedgerLine', 'CorrectionRequest', 'Registry', 'RegistryVersion',
        'Drift'}
VERBS = {  # name of the page: the right it needs
    'registries_build': 'build_registry', 'registries_version_check': 'check_registry',
    'registries_version_send': 'send_registry', 'registries_correction_ask': 'ask_correction',
    'registries_correction_approve': 'approve_correction', 'registries_correction_refuse': 'approve_correction',
    'registries_correction_withdraw': 'ask_correction', 'registries_drift_close': 'close_drift',
}


@pytest.fixture
def version(db: None) -> RegistryVersion:
    """One row of everything."""
    shop = Shop()
    shop.issue(at=LONG_AGO)
    run_due(kinds=['registries.book'])
    line = LedgerLine.objects.get()
    party = counterparty_of(shop.partner)
    made = build_registry(counterparty=party, period=march(10), formats=['csv'], made_by='test', wait_seconds=0)
    now = timezone.now()
    Drift.objects.create(contract=line.contract, kind=DriftKind.SUM_DIFFERS, ours='ISSUED', theirs='issued',
                         our_amount=4_500_000, their_amount=4_400_000, found_at=now, seen_at=now)
    Tariff.objects.create(partner=shop.partner, kind='pos', valid_from=now.date(), partner_percent=1, lender_percent=1)
    SettingsChange.objects.create(at=now, subject='x', author='y', after={})
    request_correction(line=line, by=a_person('asker', 'ask_correction'), reason='опечатка', sums={'amount': -1})
    return made


def pages() -> Iterator[tuple[str, str]]:
    """(name, address) of every page of the room, each with a row that exists."""
    for model, its_admin in admin.site._registry.items():
        if model._meta.app_label != 'registries' or model.__name__ not in MINE:
            continue
        for pattern in its_admin.get_urls():
            assert isinstance(pattern, URLPattern)
            if not pattern.name:
                continue
            kinds = pattern.pattern.converters
            if 'guid' in kinds:
                continue
            named = {'line': LedgerLine.objects.get, 'pk': model._default_manager.get,
                     'object_id': model._default_manager.get}
            given = {name: named[name]().pk for name in kinds if name in named}
            yield pattern.name, reverse(f'admin:{pattern.name}', kwargs=given)


def state() -> list[Any]:
    return [list(model._default_manager.order_by('pk').values()) for model in (
        LedgerLine, CorrectionRequest, Registry, RegistryVersion, Drift, VersionEvent, Counterparty, Tariff,
        SettingsChange)] + [open_jobs()]


def refuses(client: Client, address: str) -> None:
    before = state()
    for method in (client.get, client.post):
        assert method(address, {}).status_code == 403, address
    assert state() == before


def test_a_stranger_is_shown_the_door(version: RegistryVersion) -> None:
    browsers = [Client(), browser_of(a_person('stranger', 'view', is_staff=False))]
    before = state()
    for name, address in pages():
        for browser in browsers:
            for answer in (browser.get(address), browser.post(address, {})):
                assert answer.status_code == 302, name
                assert '/admin/login/' in answer['Location'], name
    assert state() == before


def test_without_rights_every_page_is_closed(version: RegistryVersion) -> None:
    browser = browser_of(a_person('newcomer'))
    found = list(pages())
    assert {name for name, _address in found} >= set(VERBS)
    for _name, address in found:
        refuses(browser, address)


@pytest.mark.parametrize('role', sorted(ROLES))
def test_each_role_opens_its_pages_and_no_other(version: RegistryVersion, role: str) -> None:
    browser = browser_of(a_person('somebody', *ROLES[role]))
    for name, address in pages():
        if name in VERBS:
            may = VERBS[name] in ROLES[role]
        else:
            may = 'view' in ROLES[role] and not name.endswith(('_add', '_delete'))
        assert browser.get(address).status_code == (200 if may else 403), name
        if not may:
            refuses(browser, address)


def test_nobody_writes_rows_by_hand_not_even_the_superuser(version: RegistryVersion) -> None:
    browser = browser_of(User.objects.create_superuser('boss', password=None))
    before = state()
    for model in (LedgerLine, CorrectionRequest, Registry, RegistryVersion, Drift, SettingsChange):
        base = f'admin:registries_{model._meta.model_name}'
        row = model._default_manager.get()
        for address in (reverse(f'{base}_add'), reverse(f'{base}_delete', args=[row.pk]),
                        reverse(f'{base}_change', args=[row.pk])):
            assert browser.post(address, {'status': 'SENT', 'amount': 1, 'post': 'yes'}).status_code == 403, address
    assert state() == before


def test_a_registry_is_asked_for_made_and_checked(version: RegistryVersion) -> None:
    browser = browser_of(a_person('chief', *ROLES['supervisor']))
    party = version.registry.counterparty
    asked = {'counterparty': party.pk, 'date_from': '2026-03-11', 'date_to': '2026-03-11'}
    assert browser.post(reverse('admin:registries_build'), asked).status_code == 302
    run_due(kinds=['registries.build'], raise_errors=True)
    made = RegistryVersion.objects.exclude(pk=version.pk).get()
    assert (made.status, made.made_by, str(made.registry.date_from)) == ('BUILT', 'chief', '2026-03-11')
    assert browser.post(reverse('admin:registries_version_check', args=[made.pk])).status_code == 302
    made.refresh_from_db()
    assert (made.status, made.events.last().actor) == ('CHECKED', 'operator chief')  # type: ignore[union-attr]


def test_dates_the_wrong_way_round_are_told(version: RegistryVersion) -> None:
    browser = browser_of(a_person('chief', *ROLES['supervisor']))
    before = state()
    asked = {'counterparty': version.registry.counterparty.pk, 'date_from': '2026-03-11', 'date_to': '2026-03-10'}
    assert browser.post(reverse('admin:registries_build'), asked).status_code == 409
    assert state() == before


def test_a_correction_is_asked_for_by_one_and_approved_by_another(version: RegistryVersion) -> None:
    request = CorrectionRequest.objects.get()
    asker, chief = (browser_of(a_person(name, *ROLES['supervisor'])) for name in ('anna', 'boris'))
    asker.post(reverse('admin:registries_correction_withdraw', args=[request.pk]), {'why': 'чужая'})
    approve = reverse('admin:registries_correction_approve', args=[request.pk])
    assert browser_of(User.objects.get(username='asker')).post(approve, {'why': 'да'}).status_code == 403
    assert chief.post(approve, {'why': 'да'}).status_code == 302
    line = LedgerLine.objects.get(event='CORRECTED')
    assert (line.amount, line.author, line.approver) == (-1, 'asker', 'boris')
    ask = reverse('admin:registries_correction_ask', args=[LedgerLine.objects.get(event='ISSUED').pk])
    both = {'is_reversal': 'on', 'amount': '-1', 'reason': 'x'}
    assert asker.post(ask, both).status_code == 200
    assert CorrectionRequest.objects.count() == 1
    assert asker.post(ask, {'amount': '-0.01', 'reason': 'x', 'for_partner': version.registry.pk}).status_code == 302
    newest = CorrectionRequest.objects.latest('pk')
    assert (newest.sums, newest.for_partner, newest.author) == ({'amount': -1}, version.registry, 'anna')


def test_a_difference_is_closed_with_a_reason(version: RegistryVersion) -> None:
    drift = Drift.objects.get()
    browser = browser_of(a_person('chief', *ROLES['supervisor']))
    address = reverse('admin:registries_drift_close', args=[drift.pk])
    assert browser.post(address, {'why': ''}).status_code == 200
    assert Drift.objects.get().status == 'OPEN'
    assert browser.post(address, {'why': 'кредитор исправит'}).status_code == 302
    assert (Drift.objects.get().status, Drift.objects.get().ended_by) == ('CLOSED', 'chief')
    assert browser.post(address, {'why': 'ещё раз'}).status_code == 409


def settings_of(party: Counterparty, **changes: Any) -> dict[str, Any]:
    return {'zone': party.zone, 'cadence': party.cadence, 'formats': list(party.formats), 'columns': [],
            'tolerance': party.tolerance, 'grace_days': party.grace_days} | changes


@pytest.mark.parametrize('columns', [
    ['amount'], ['external_id', 'contract_number', 'amount', 'lender_fee'], ['nonsense']],
    ids=['too few', "the other side's", 'unknown'])
def test_columns_that_cannot_be_shown_are_refused(version: RegistryVersion, columns: list[str]) -> None:
    party = version.registry.counterparty
    browser = browser_of(a_person('chief', 'view', 'change_counterparty'))
    before = state()
    address = reverse('admin:registries_counterparty_change', args=[party.pk])
    assert browser.post(address, settings_of(party, columns=columns)).status_code == 200
    assert state() == before


def test_settings_change_with_a_line_of_the_journal(version: RegistryVersion) -> None:
    party = version.registry.counterparty
    browser = browser_of(a_person('chief', 'view', 'change_counterparty', 'change_tariff'))
    address = reverse('admin:registries_counterparty_change', args=[party.pk])
    chosen = ['external_id', 'contract_number', 'amount']
    assert browser.post(address, settings_of(party, columns=chosen, cadence='week')).status_code == 302
    note = SettingsChange.objects.latest('pk')
    assert (note.author, note.before['columns'], note.after['columns'], note.after['cadence']) == (
        'chief', [], chosen, 'week')
    assert browser.post(address, settings_of(party, columns=chosen, cadence='week')).status_code == 302
    assert SettingsChange.objects.count() == 2
    # The zone of a counterparty with registries is not even asked for.
    browser.post(address, settings_of(party, columns=chosen, cadence='week', zone='Asia/Tokyo'))
    assert Counterparty.objects.get(pk=party.pk).zone == 'Europe/Moscow'


def test_the_ledger_is_read_along_its_numbers_and_never_counted(
    version: RegistryVersion, monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = Shop()
    for _ in range(3):
        shop.issue(at=LONG_AGO)
    run_due(kinds=['registries.book'])
    browser = browser_of(a_person('reader', 'view'))
    address = reverse('admin:registries_ledgerline_changelist')
    monkeypatch.setattr(admin.site._registry[LedgerLine], 'list_per_page', 2)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200
    said = [query['sql'] for query in queries if 'registries_ledgerline' in query['sql']]
    assert said
    assert not [text for text in said if 'COUNT(' in text.upper()]
    assert all('LIMIT' in text for text in said)
    for below, numbers in (('3', ['2', '1']), ('1', []), ('x', ['4', '3'])):
        page = browser.get(address, {'below': below}).content.decode()
        assert [number for number in '4321' if f'>{number}</a></th>' in page] == numbers
    number = LedgerLine.objects.get(seq=2).contract_number
    assert 'field-event' in browser.get(address, {'q': number}).content.decode()
