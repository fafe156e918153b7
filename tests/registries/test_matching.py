"""Files matched to the ledger: outcomes, versions, lines that come later, and files that cannot be matched."""
from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction

from registries.matching.outcomes import Here, There, net_of, outcome, standing
from registries.matching.told import Unreadable
from registries.models import LedgerLine
from registries.models_matching import BadReading, ColumnMapping, MatchLine, MatchRun, Resolution, TakenFile
from registries.selectors_matching import UnknownMapping, dates_in_name, open_lines
from registries.services_matching import match_again, match_file, save_mapping, take_in
from registries.statuses_matching import Channel
from tests.registries.books import NOON, THE_TENTH, Bank, counts, heads, sheet

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
THE_ELEVENTH = (date(2026, 3, 11), date(2026, 3, 11))


def test_each_difference_has_its_name() -> None:
    bank = Bank()
    same, dearer, ended, unknown_there = bank.issue(100_00, 200_00, 300_00, 400_00)
    run = bank.match([
        bank.line(same), bank.line(dearer, amount_kopecks=200_01), bank.line(ended, status='CANCELLED'),
        bank.line(same), {'contract_number': 'Д-нет', 'status': 'ISSUED', 'amount_kopecks': 5, 'at': NOON}])
    assert run.counts == {
        'MATCHED': 1, 'AMOUNT_MISMATCH': 1, 'STATUS_MISMATCH': 1, 'MISSING_HERE': 1, 'MISSING_THERE': 1,
        'DUPLICATE': 1, 'LATE': 0}
    assert (run.number, run.lines_read, str(run.date_from)) == (1, 5, '2026-03-10')
    lacking = MatchLine.objects.get(outcome='MISSING_THERE')
    assert (lacking.contract_id, lacking.our_net, lacking.row_no) == (unknown_there.pk, 400_00, None)
    differs = MatchLine.objects.get(outcome='AMOUNT_MISMATCH')
    assert (differs.row_no, differs.their_net, differs.our_net) == (3, 200_01, 200_00)


def test_the_tolerance_is_that_of_the_counterparty() -> None:
    bank = Bank(tolerance=5)
    one, two = bank.issue(100_00, 100_00)
    run = bank.match([bank.line(one, amount_kopecks=100_05), bank.line(two, amount_kopecks=99_94)])
    assert counts(run) == {'MATCHED': 1, 'AMOUNT_MISMATCH': 1}


@pytest.mark.parametrize('key', ['contract_number', 'lender_id', 'our_id'])
def test_any_one_key_finds_the_deal(key: str) -> None:
    bank = Bank()
    contract, = bank.issue(100_00)
    line = bank.line(contract)
    assert counts(bank.match([{name: line[name] for name in (key, 'status', 'amount_kopecks', 'at')}])) == {
        'MATCHED': 1}


def test_a_number_is_found_whatever_its_spaces_and_case() -> None:
    bank = Bank()
    contract, = bank.issue(100_00)
    told = f'№ {contract.number[:2].lower()} {contract.number[2:]}'
    assert counts(bank.match([{'contract_number': told, 'status': 'ISSUED', 'amount_kopecks': 100_00}])) == {
        'MATCHED': 1}


def test_lines_of_one_deal_are_taken_together() -> None:
    bank = Bank()
    partly, wholly, cancelled = bank.issue(100_00, 200_00, 300_00)
    bank.correct(partly, -30_00)
    bank.correct(wholly, -200_00)
    bank.correct(cancelled, -300_00)
    # What was corrected later counts today: the period is from the day of the deals to now.
    run = bank.match([
        bank.line(partly), bank.line(partly, status='RETURNED', amount_kopecks=30_00),
        bank.line(wholly, status='RETURNED'), bank.line(cancelled), bank.line(cancelled, status='CANCELLED'),
    ], dates=(date(2026, 3, 10), date(2099, 12, 31)))
    assert counts(run) == {'MATCHED': 3}
    assert MatchLine.objects.filter(run=run).count() == 5


def test_a_deal_cancelled_here_need_not_be_in_the_file() -> None:
    bank = Bank()
    contract = bank.shop.cancel()
    bank.issue()
    assert LedgerLine.objects.get().event == 'CANCELLED'
    period = (date(2026, 1, 1), date(2099, 12, 31))
    assert counts(bank.match([{'contract_number': 'x', 'status': 'ISSUED', 'amount_kopecks': 1}], dates=period)) == {
        'MISSING_HERE': 1}
    line = {'our_id': str(contract.application.guid), 'status': 'отменён', 'amount_kopecks': 0}
    assert counts(bank.match([line], dates=period)) == {'MATCHED': 1}
    assert counts(bank.match([line | {'status': 'ISSUED'}], dates=period)) == {'STATUS_MISMATCH': 1}


def test_deals_of_another_lender_are_not_looked_at() -> None:
    bank, other = Bank(), Bank()
    mine, = bank.issue(100_00)
    foreign, = other.issue(100_00)
    assert counts(bank.match([bank.line(mine), bank.line(foreign)])) == {'MATCHED': 1, 'MISSING_HERE': 1}


def test_a_deal_of_the_next_day_here_is_late_and_is_closed_by_the_next_file() -> None:
    bank = Bank()
    early, = bank.issue(100_00, at=NOON + DAY)
    first = bank.match([bank.line(early)])
    assert counts(first) == {'LATE': 1}
    assert open_lines(first).count() == 1
    second = bank.match([], dates=THE_ELEVENTH)
    assert counts(second) == {'LATE': 1}
    assert (open_lines(first).count(), open_lines(second).count()) == (0, 0)
    assert set(Resolution.objects.values_list('kind', flat=True)) == {'CAME_LATER'}


def test_a_line_that_comes_in_the_next_file_closes_what_was_missing() -> None:
    bank = Bank()
    contract, = bank.issue(100_00)
    first = bank.match([])
    assert counts(first) == {'MISSING_THERE': 1}
    second = bank.match([bank.line(contract)], dates=THE_ELEVENTH)
    assert counts(second) == {'LATE': 1}
    assert (open_lines(first).count(), open_lines(second).count()) == (0, 0)
    again = match_again(run=first, made_by='test')
    assert (again.number, counts(again), open_lines(again).count()) == (2, {'LATE': 1}, 0)
    assert counts(MatchRun.objects.get(pk=first.pk)) == {'MISSING_THERE': 1}


def test_a_deal_booked_later_closes_what_was_not_with_us() -> None:
    bank = Bank()
    contract = bank.shop.issue(at=NOON + DAY, amount=100_00)
    first = bank.match([bank.line(contract)])
    assert counts(first) == {'MISSING_HERE': 1}
    bank.issue()
    second = bank.match([], dates=THE_ELEVENTH)
    assert (counts(second), open_lines(first).count(), open_lines(second).count()) == ({'LATE': 1}, 0, 0)


def test_beyond_the_days_of_grace_nothing_is_late() -> None:
    bank = Bank(grace_days=1)
    contract, = bank.issue(100_00, at=NOON + 2 * DAY)
    assert counts(bank.match([bank.line(contract)])) == {'MISSING_HERE': 1}


def test_the_same_file_is_known_and_its_matching_handed_out_again() -> None:
    bank = Bank()
    contract, = bank.issue(100_00)
    first = bank.match([bank.line(contract)])
    again = bank.match([bank.line(contract)], name='renamed.csv')
    assert (first.pk, TakenFile.objects.count(), MatchRun.objects.count()) == (again.pk, 1, 1)
    bank.issue(5_00)
    later = bank.match([bank.line(contract)])
    assert (later.number, counts(later)) == (2, {'MATCHED': 1, 'MISSING_THERE': 1})
    bank.party.tolerance = 1
    bank.party.save()
    assert bank.match([bank.line(contract)]).number == 3


def test_runs_and_lines_never_change() -> None:
    bank = Bank()
    contract, = bank.issue(100_00)
    run = bank.match([bank.line(contract)])
    for rows in (MatchRun.objects.filter(pk=run.pk), MatchLine.objects.filter(run=run), TakenFile.objects.all()):
        with pytest.raises(Error), transaction.atomic():
            rows.delete()
    with pytest.raises(Error), transaction.atomic():
        MatchLine.objects.update(outcome='MATCHED')
    with connection.cursor() as cursor:
        cursor.execute('SELECT outcome FROM registries_matchline')
        assert cursor.fetchall() == [('MATCHED',)]


def test_a_bad_file_leaves_itself_and_the_report() -> None:
    bank = Bank()
    bank.issue(100_00)
    for _ in range(2):
        with pytest.raises(Unreadable):
            bank.match([{'contract_number': 'Д-1', 'amount_kopecks': 'сто', 'status': 'ISSUED'}])
    assert (TakenFile.objects.count(), MatchRun.objects.count(), MatchLine.objects.count()) == (1, 0, 0)
    report = BadReading.objects.order_by('pk')[0]
    assert report.problems == [{'code': 'amount', 'row': 2, 'column': 'amount_kopecks', 'sheet': ''}]


def test_without_dates_the_name_or_the_lines_tell_them() -> None:
    bank = Bank()
    contract, = bank.issue(100_00)
    assert bank.match([bank.line(contract)], dates=None).date_to == date(2026, 3, 10)
    named = bank.match([bank.line(contract, at='')], dates=None, name='r_2026-03-09_2026-03-11_v1.csv')
    assert (named.date_from, named.date_to) == (date(2026, 3, 9), date(2026, 3, 11))
    with pytest.raises(Unreadable) as refused:
        bank.match([bank.line(contract, at='', lender_id='')], dates=None)
    assert refused.value.problems[0].code == 'no_dates'


@pytest.mark.parametrize(('name', 'dates'), [
    ('registry_lender-x_2026-03-01_2026-03-31_v1.csv', (date(2026, 3, 1), date(2026, 3, 31))),
    ('2026-03-31_2026-03-01.csv', None), ('2026-02-30_2026-03-01.csv', None), ('march.csv', None)])
def test_dates_in_the_name_of_a_file(name: str, dates: tuple[date, date] | None) -> None:
    assert dates_in_name(name) == dates


def test_a_saved_mapping_is_used_and_versioned() -> None:
    bank = Bank()
    contract, = bank.issue(100_00)
    settings: dict[str, Any] = {'columns': {'contract_number': 'Договор', 'amount': 'Выдано'}, 'decimal': ','}
    with pytest.raises(ValueError, match='unit'):
        save_mapping(counterparty=bank.party, name='1C', settings=settings | {'unit': 'x'}, author='anna')
    for _ in range(2):
        save_mapping(counterparty=bank.party, name='1C', settings=settings, author='anna')
    assert ColumnMapping.objects.get().version == 1
    taken, _new = take_in(
        counterparty=bank.party, name='a.csv', channel=Channel.UPLOAD, taken_by='anna',
        content=f'Договор;Выдано\n{contract.number};100,00\n'.encode('cp1251'))
    assert counts(match_file(taken=taken, made_by='anna', dates=THE_TENTH)) == {'MATCHED': 1}
    save_mapping(counterparty=bank.party, name='1C', settings=settings | {'unit': 'kopecks'}, author='boris')
    with pytest.raises(Unreadable):
        match_file(taken=taken, made_by='anna', mapping_name='1C', dates=THE_TENTH)
    with pytest.raises(UnknownMapping):
        match_file(taken=taken, made_by='anna', mapping_name='2C', dates=THE_TENTH)
    assert MatchRun.objects.count() == 1


def test_the_order_of_rows_is_nothing_and_everything_is_counted_once() -> None:
    bank = Bank(tolerance=2)
    deals = bank.issue(*(100_00 + number for number in range(12)))
    late = bank.issue(7_00, at=NOON + DAY)
    chance = random.Random(7)
    rows = [bank.line(deal, amount_kopecks=(deal.amount or 0) + chance.choice([0, 0, 1, 3]),
                      status=chance.choice(['ISSUED', 'ISSUED', 'CANCELLED', 'RETURNED'])) for deal in deals[2:]]
    rows += [bank.line(deals[3]), bank.line(deals[3], amount_kopecks=1), bank.line(late[0])]
    rows += [{'contract_number': f'нет-{number}', 'status': 'ISSUED', 'amount_kopecks': number} for number in range(3)]
    seen = set()
    for attempt in range(4):
        chance.shuffle(rows)
        run = bank.match(rows, name=f'{attempt}.csv')
        seen.add(tuple(sorted(run.counts.items())))
        lines = MatchLine.objects.filter(run=run)
        assert lines.filter(row_no__isnull=False).count() == run.lines_read == len(rows)
        assert sum(run.counts.values()) == lines.filter(is_head=True).count()
        units = lines.exclude(outcome='DUPLICATE').values_list('unit', 'outcome').distinct()
        assert len({unit for unit, _ in units}) == len(units)
        assert lines.filter(contract__in=deals).values('contract').distinct().count() == len(deals)
    assert len(seen) == 1


def test_sql_says_what_the_definition_says() -> None:
    """Random deals on both sides: each outcome of the comparison is that of `matching.outcomes`."""
    chance = random.Random(20260310)
    bank = Bank(tolerance=10)
    rows, expected = [], {}
    for deal in [*bank.issue(*[100_00] * 40), *bank.issue(*[100_00] * 20, at=NOON + DAY)]:
        issued = LedgerLine.objects.get(contract=deal)
        told = [(chance.choice(['ISSUED', 'CANCELLED', 'RETURNED', 'CORRECTED', 'PAID']),
                 chance.choice([0, 100_00, 99_95, 50_00])) for _ in range(chance.choice([0, 1, 1, 1, 2]))]
        if len(told) == 2 and told[0][0] == told[1][0]:
            told.pop()
        here = Here(standing({'ISSUED'}, 100_00), 100_00, has_issue=True, in_period=issued.occurred_at == NOON)
        net = net_of(told)
        events = {word for word, amount in told if word != 'CORRECTED' or amount}
        there = There(standing(events, net), net, any(word == 'ISSUED' for word, _ in told)) if told else None
        expected[deal.pk] = outcome(here, there, came_elsewhere=False, tolerance=10)
        rows += [bank.line(deal, status=word, amount_kopecks=amount) for word, amount in told]
    run = bank.match(rows)
    found = {line.contract_id: line.outcome for line in heads(run)}
    assert found == {deal: name for deal, name in expected.items() if name is not None}
    assert {'MATCHED', 'AMOUNT_MISMATCH', 'STATUS_MISMATCH', 'MISSING_THERE', 'LATE'} <= set(found.values())


def test_an_empty_sheet_is_a_file_like_any_other() -> None:
    bank = Bank()
    bank.issue(100_00)
    assert sheet([]).count(b'\n') == 1
    assert counts(bank.match([])) == {'MISSING_THERE': 1}
