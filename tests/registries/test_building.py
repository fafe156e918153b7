"""Making registries: drafts, versions, files; every line in exactly one registry of its kind."""
from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from jobs.testing import run_due
from lenders.models import Lender
from registries.models import Counterparty, LedgerLine, PeriodMark, Registry, RegistryVersion
from registries.rules import Period, period_of
from registries.selectors import today_in
from registries.services import counterparty_of
from registries.services_build import NamesChanged, add_files, build_registry
from tests.registries.deals import Shop
from vault.files import read_file

pytestmark = pytest.mark.django_db(transaction=True)
MOSCOW = 'Europe/Moscow'
LONG_AGO = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def build(party: Counterparty, period: Period) -> RegistryVersion:
    return build_registry(counterparty=party, period=period, formats=['csv'], made_by='test', wait_seconds=0)


def today() -> Period:
    return period_of(today_in(MOSCOW), today_in(MOSCOW), MOSCOW)


def march(day: int) -> Period:
    return period_of(date(2026, 3, day), date(2026, 3, day), MOSCOW)


def content(version: RegistryVersion) -> bytes:
    return read_file(version.files.get(format='csv').file)


def command(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command('build_registry', *arguments, '--json', stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_an_open_period_gives_a_draft_made_anew() -> None:
    shop = Shop()
    party = counterparty_of(shop.partner)
    shop.issue()
    run_due(kinds=['registries.book'])
    first = build(party, today())
    assert (first.number, first.status, first.count, first.totals['amount']) == (0, 'DRAFT', 1, 4_500_000)
    shop.issue(amount=4_700_000)
    run_due(kinds=['registries.book'])
    second = build(party, today())
    assert (second.number, second.count, second.totals['amount']) == (0, 2, 9_200_000)
    assert RegistryVersion.objects.count() == 1
    assert not PeriodMark.objects.exists()


def test_a_closed_period_is_made_once_and_handed_out_again() -> None:
    shop = Shop()
    party = counterparty_of(shop.partner)
    shop.issue(at=LONG_AGO)
    run_due(kinds=['registries.book'])
    first = build(party, march(10))
    again = build(party, march(10))
    assert (first.number, first.status, first.pk) == (1, 'BUILT', again.pk)
    assert content(first) == content(again)
    assert PeriodMark.objects.get().at == march(10).ends_at


def test_a_late_line_counts_in_the_next_registry() -> None:
    shop = Shop()
    party = counterparty_of(shop.partner)
    shop.issue(at=LONG_AGO)
    run_due(kinds=['registries.book'])
    assert build(party, march(10)).count == 1
    late = shop.issue(at=LONG_AGO)
    run_due(kinds=['registries.book'])
    assert build(party, march(10)).count == 1
    following = build(party, march(11))
    assert following.count == 1
    assert late.number in content(following).decode()


def test_the_hash_is_over_the_lines_between_titles_and_totals() -> None:
    shop = Shop()
    for _ in range(3):
        shop.issue(at=LONG_AGO)
    run_due(kinds=['registries.book'])
    version = build(counterparty_of(shop.partner), march(10))
    records = content(version).decode().splitlines(keepends=True)
    assert hashlib.sha256(''.join(records[1:-3]).encode()).hexdigest() == version.sha256
    assert list(csv.reader(records[-2:])) == [['Строк', '3'], ['SHA-256', version.sha256]]
    shown = next(csv.DictReader(records))
    assert (shown['Кредит, ₽'], shown['Случилось']) == ('45000.00', '2026-03-10 12:00:00')


def test_partner_and_lender_see_their_own_deals_only() -> None:
    one = Shop()
    other = Shop(lender=one.lender)
    one.issue(at=LONG_AGO)
    other.issue(at=LONG_AGO, amount=100)
    run_due(kinds=['registries.book'])
    sums = [build(counterparty_of(party), march(10)).totals['amount'] for party in (
        one.partner, other.partner, one.lender)]
    assert sums == [4_500_000, 100, 4_500_100]


def test_a_day_ends_where_the_counterparty_lives() -> None:
    shop = Shop()
    party = counterparty_of(shop.partner)
    party.zone = 'Asia/Vladivostok'
    party.save()
    for hour in (13, 14):  # 23:00 of the 10th and 00:00 of the 11th there
        shop.issue(at=datetime(2026, 3, 10, hour, tzinfo=UTC))
    run_due(kinds=['registries.book'])
    days = [period_of(date(2026, 3, day), date(2026, 3, day), party.zone) for day in (10, 11)]
    assert [build(party, day).count for day in days] == [1, 1]


def test_a_formula_in_a_text_is_only_a_text() -> None:
    shop = Shop()
    for text in ('=1+1', '+7', '-2', '@SUM(A1)', '\t=x', '＝1'):
        shop.issue(at=LONG_AGO, external_id=text)
    run_due(kinds=['registries.book'])
    records = list(csv.DictReader(content(build(counterparty_of(shop.partner), march(10))).decode().splitlines()))
    assert [row['Внешний номер'] for row in records[:6]] == [
        "'=1+1", "'+7", "'-2", "'@SUM(A1)", "'\t=x", "'＝1"]


def test_the_command_tells_what_it_made(tmp_path: Path) -> None:
    shop = Shop()
    shop.issue()
    run_due(kinds=['registries.book'])
    day = str(today_in(MOSCOW))
    told = command(
        '--partner', str(shop.partner.guid), '--from', day, '--to', day, '--format', 'csv', '--out', str(tmp_path))
    version = RegistryVersion.objects.get()
    assert told == {
        'registry': str(version.registry.guid), 'version': 0, 'count': 1, 'total': 4_500_000, 'sha256': version.sha256,
        'files': [str(tmp_path / f'registry_partner-{shop.partner.pk}_{day}_{day}_draft.csv')]}
    assert Path(told['files'][0]).read_bytes() == content(version)


def test_a_dry_run_stores_nothing() -> None:
    shop = Shop()
    shop.issue(at=LONG_AGO)
    run_due(kinds=['registries.book'])
    told = command('--lender', shop.lender.code, '--from', '2026-03-10', '--to', '2026-03-10', '--dry-run')
    assert (told['version'], told['count'], told['total'], told['files']) == (1, 1, 4_500_000, [])
    assert not Registry.objects.exists()
    assert not PeriodMark.objects.exists()


def test_the_command_waits_for_a_deal_that_was_issued_a_moment_ago() -> None:
    shop = Shop()
    shop.issue()
    # Nobody books: the wait ends by itself, and the line is not there.
    day = str(today_in(MOSCOW))
    told = command('--partner', str(shop.partner.guid), '--from', day, '--to', day, '--dry-run')
    assert told['count'] == 0


@pytest.mark.parametrize('option', ['--partner', '--lender'])
def test_a_stranger_is_told_so(option: str) -> None:
    with pytest.raises(CommandError, match='look it up'):
        command(option, 'nobody', '--from', '2026-03-10', '--to', '2026-03-10')
    assert not Counterparty.objects.exists()


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    shop = Shop()
    with pytest.raises(CommandError, match='ends before it begins'):
        command('--partner', str(shop.partner.guid), '--from', '2026-03-11', '--to', '2026-03-10')
    assert not Registry.objects.exists()


def test_every_day_of_a_month_holds_each_line_once() -> None:
    shop = Shop()
    party = counterparty_of(shop.partner)
    for day in range(1, 32):
        shop.issue(at=datetime(2026, 3, day, 20, 59, 59, tzinfo=UTC) + timedelta(seconds=day % 3))
    run_due(kinds=['registries.book'])
    versions = [build(party, march(day)) for day in range(1, 32)]
    first = build(party, period_of(date(2026, 4, 1), date(2026, 4, 1), MOSCOW))
    assert sum(version.count for version in versions) + first.count == 31
    assert sum(version.totals['amount'] for version in [*versions, first]) == sum(
        LedgerLine.objects.values_list('amount', flat=True))
    assert timezone.now() > first.made_at


def test_a_draft_follows_another_zone_and_a_version_does_not() -> None:
    shop = Shop()
    party = counterparty_of(shop.partner)
    draft = build(party, today())
    party.zone = 'Asia/Vladivostok'
    party.save()
    far = period_of(draft.registry.date_from, draft.registry.date_to, party.zone)
    moved = build(party, far).registry
    assert (moved.pk, moved.starts_at, moved.ends_at) == (draft.registry.pk, far.starts_at, far.ends_at)
    made = build(counterparty_of(shop.lender), march(10)).registry
    again = build(counterparty_of(shop.lender), period_of(date(2026, 3, 10), date(2026, 3, 10), 'Asia/Vladivostok'))
    again.registry.refresh_from_db()
    assert (again.registry.starts_at, again.registry.ends_at) == (made.starts_at, made.ends_at)


def test_a_dry_run_tells_of_the_version_there_is_whatever_was_chosen_since() -> None:
    shop = Shop()
    shop.issue(at=LONG_AGO)
    run_due(kinds=['registries.book'])
    party = counterparty_of(shop.partner)
    made = build(party, march(10))
    Counterparty.objects.filter(pk=party.pk).update(columns=['external_id', 'contract_number', 'amount'])
    told = command('--partner', str(shop.partner.guid), '--from', '2026-03-10', '--to', '2026-03-10', '--dry-run')
    assert (told['version'], told['count'], told['sha256']) == (1, 1, made.sha256)


def test_no_other_file_is_made_of_a_version_when_a_name_has_changed() -> None:
    shop = Shop()
    shop.issue(at=LONG_AGO)
    run_due(kinds=['registries.book'])
    made = build(counterparty_of(shop.partner), march(10))
    Lender.objects.filter(pk=shop.lender.pk).update(name='Другое имя')
    with pytest.raises(NamesChanged):
        add_files(version=made, formats=['xml'])
    assert list(made.files.values_list('format', flat=True)) == ['csv']
