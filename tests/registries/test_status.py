"""The way of a version: built, checked, sent, replaced; nobody moves it by another way, and each move is journalled."""
from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from jobs.testing import run_due
from registries.models import LedgerLine, RegistryVersion
from registries.models_journal import VersionEvent
from registries.services import counterparty_of
from registries.services_build import build_registry
from registries.services_corrections import approve_correction, request_correction
from registries.services_status import VersionRefused, check_version, mark_sent
from tests.registries.deals import Shop
from tests.registries.people import a_person
from tests.registries.test_building import LONG_AGO, march, today

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line(db: None) -> LedgerLine:
    Shop().issue(at=LONG_AGO)
    run_due(kinds=['registries.book'])
    return LedgerLine.objects.get()


def build(line: LedgerLine) -> RegistryVersion:
    return build_registry(counterparty=counterparty_of(line.partner), period=march(10), formats=['csv'],
                          made_by='test', wait_seconds=0)


def correct(line: LedgerLine, version: RegistryVersion) -> None:
    anna, boris = (a_person(f'{name} {LedgerLine.objects.count()}', 'ask_correction', 'approve_correction')
                   for name in ('anna', 'boris'))
    approve_correction(request=request_correction(
        line=line, by=anna, reason='x', sums={'amount': -1}, for_partner=version.registry), by=boris)


def journal(version: RegistryVersion) -> list[tuple[str, str, str]]:
    return list(version.events.order_by('id').values_list('moved_from', 'moved_to', 'actor'))


def refused(call: object, version: RegistryVersion) -> None:
    before = (VersionEvent.objects.count(), RegistryVersion.objects.get(pk=version.pk).status)
    with pytest.raises(VersionRefused):
        call(version=version, actor='anna')  # type: ignore[operator]
    assert (VersionEvent.objects.count(), RegistryVersion.objects.get(pk=version.pk).status) == before


def test_a_version_goes_its_way_once(line: LedgerLine) -> None:
    version = build(line)
    for _ in range(2):
        assert check_version(version=version, actor='anna').status == 'CHECKED'
    assert [mark_sent(version=version, actor='system') for _ in range(2)] == [True, False]
    assert check_version(version=version, actor='boris').status == 'SENT'
    assert journal(version) == [('', 'BUILT', 'test'), ('BUILT', 'CHECKED', 'anna'), ('CHECKED', 'SENT', 'system')]


def test_what_nobody_checked_is_not_sent(line: LedgerLine) -> None:
    refused(mark_sent, build(line))


def test_a_draft_is_neither_checked_nor_sent_and_keeps_no_journal() -> None:
    shop = Shop()
    shop.issue()
    run_due(kinds=['registries.book'])
    draft = build_registry(counterparty=counterparty_of(shop.partner), period=today(), formats=['csv'], made_by='test',
                           wait_seconds=0)
    refused(check_version, draft)
    refused(mark_sent, draft)
    assert journal(draft) == []


def test_a_version_out_of_date_is_not_checked(line: LedgerLine) -> None:
    version = build(line)
    correct(line, version)
    refused(check_version, version)


def test_a_replaced_version_is_over(line: LedgerLine) -> None:
    first = build(line)
    check_version(version=first, actor='anna')
    mark_sent(version=first, actor='system')
    correct(line, first)
    second = build(line)
    assert journal(first)[-1] == ('SENT', 'REPLACED', 'test')
    assert journal(second) == [('', 'BUILT', 'test')]
    refused(check_version, first)
    assert mark_sent(version=first, actor='system') is False


@pytest.mark.parametrize('change', [
    {'status': 'SENT'}, {'status': 'DRAFT'}], ids=['past the check', 'back to a draft'])
def test_the_database_refuses_any_other_way(line: LedgerLine, change: dict[str, str]) -> None:
    version = build(line)
    with pytest.raises(DatabaseError), transaction.atomic():
        RegistryVersion.objects.filter(pk=version.pk).update(**change)
    assert RegistryVersion.objects.get(pk=version.pk).status == 'BUILT'


def test_the_journal_is_for_ever(line: LedgerLine) -> None:
    version = build(line)
    for verb in (lambda: VersionEvent.objects.update(actor='nobody'), lambda: VersionEvent.objects.all().delete(),
                 lambda: VersionEvent.objects.filter(version=version).update(at=timezone.now())):
        with pytest.raises(DatabaseError), transaction.atomic():
            verb()
    assert journal(version) == [('', 'BUILT', 'test')]
