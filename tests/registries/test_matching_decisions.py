"""Decisions on lines that differ: by one person with a reason, by two when a match is forced; reports."""
from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from django.db import Error, IntegrityError, transaction
from django.utils import timezone

from registries.models import LedgerLine
from registries.models_corrections import CorrectionRequest
from registries.models_matching import (
    ForcedMatch,
    MatchLine,
    MatchReport,
    MatchRun,
    Resolution,
)
from registries.selectors_matching import open_lines
from registries.services_corrections import CorrectionRefused
from registries.services_matching import match_again
from registries.services_reports import report_of
from registries.services_resolution import (
    ResolutionRefused,
    accept_theirs,
    approve_forced,
    ask_forced,
    refuse_forced,
    resolve,
)
from registries.statuses_matching import ResolutionKind
from tests.registries.books import NOON, Bank, counts
from tests.registries.people import a_person
from vault.files import read_file

pytestmark = pytest.mark.django_db(transaction=True)
K = ResolutionKind


def the(outcome: str) -> MatchLine:
    return MatchLine.objects.get(outcome=outcome, is_head=True)


def a_difference() -> tuple[Bank, MatchRun]:
    """One sum differs, one deal is missing on each side."""
    bank = Bank()
    dear, _lacking = bank.issue(100_00, 200_00)
    run = bank.match([bank.line(dear, amount_kopecks=90_00),
                      {'contract_number': 'X-9', 'status': 'ISSUED', 'amount_kopecks': 200_00, 'at': NOON}])
    assert counts(run) == {'AMOUNT_MISMATCH': 1, 'MISSING_HERE': 1, 'MISSING_THERE': 1}
    return bank, run


def test_ours_is_right_closes_a_line_and_stays_in_the_next_version() -> None:
    bank, run = a_difference()
    anna = a_person('anna', 'view', 'resolve_lines')
    with pytest.raises(ResolutionRefused):
        resolve(line=the('AMOUNT_MISMATCH'), kind=K.ACCEPT_OURS, reason=' ', by=anna)
    assert not Resolution.objects.exists()
    made = resolve(line=the('AMOUNT_MISMATCH'), kind=K.ACCEPT_OURS, reason='акт №5', by=anna)
    assert (made.author, made.reason, open_lines(run).count()) == ('anna', 'акт №5', 2)
    with pytest.raises(ResolutionRefused):
        resolve(line=the('AMOUNT_MISMATCH'), kind=K.WILL_COME, reason='ещё раз', by=anna)
    bank.issue(5_00)
    again = match_again(run=run, made_by='test')
    carried = Resolution.objects.get(line__run=again)
    assert (carried.kind, carried.author, carried.carried_from_id) == ('ACCEPT_OURS', 'anna', made.pk)
    assert counts(again)['MISSING_THERE'] == 2


def test_a_line_that_will_come_stays_open() -> None:
    _bank, run = a_difference()
    resolve(line=the('MISSING_THERE'), kind=K.WILL_COME, reason='обещали завтра', by=a_person('a', 'resolve_lines'))
    assert open_lines(run).count() == 3


@pytest.mark.parametrize('right', ['view', 'approve_forced', 'take_files'])
def test_without_the_right_nothing_is_decided(right: str) -> None:
    bank, _run = a_difference()
    who = a_person('who', right)
    with pytest.raises(ResolutionRefused):
        resolve(line=the('AMOUNT_MISMATCH'), kind=K.ACCEPT_OURS, reason='x', by=who)
    with pytest.raises(ResolutionRefused):
        accept_theirs(line=the('AMOUNT_MISMATCH'), reason='x', by=who)
    with pytest.raises(ResolutionRefused):
        ask_forced(line=the('AMOUNT_MISMATCH'), reason='x', by=who)
    assert (Resolution.objects.count(), ForcedMatch.objects.count(), CorrectionRequest.objects.count()) == (0, 0, 0)
    assert bank.party.pk


def test_kinds_with_a_way_of_their_own_are_not_taken_by_hand() -> None:
    a_difference()
    anna = a_person('anna', 'resolve_lines')
    for kind in (K.ACCEPT_THEIRS, K.FORCED, K.CAME_LATER):
        with pytest.raises(ResolutionRefused):
            resolve(line=the('AMOUNT_MISMATCH'), kind=kind, reason='x', by=anna)
    assert not Resolution.objects.exists()


def test_theirs_is_right_asks_for_the_correction_of_the_difference() -> None:
    a_difference()
    anna = a_person('anna', 'resolve_lines', 'ask_correction')
    asked = accept_theirs(line=the('AMOUNT_MISMATCH'), reason='по акту', by=anna)
    assert (asked.sums, asked.author, asked.status) == ({'amount': -10_00}, 'anna', 'ASKED')
    assert Resolution.objects.get().kind == 'ACCEPT_THEIRS'
    assert not LedgerLine.objects.filter(event='CORRECTED').exists()


def test_theirs_is_right_needs_the_right_to_corrections_and_both_sides() -> None:
    a_difference()
    with pytest.raises(CorrectionRefused):
        accept_theirs(line=the('AMOUNT_MISMATCH'), reason='x', by=a_person('anna', 'resolve_lines'))
    both = a_person('both', 'resolve_lines', 'ask_correction')
    for outcome in ('MISSING_HERE', 'MISSING_THERE'):
        with pytest.raises(ResolutionRefused):
            accept_theirs(line=the(outcome), reason='x', by=both)
    assert (Resolution.objects.count(), CorrectionRequest.objects.count()) == (0, 0)


def test_a_deal_they_cancelled_is_reversed() -> None:
    bank = Bank()
    deal, = bank.issue(100_00)
    bank.match([bank.line(deal, status='CANCELLED')])
    asked = accept_theirs(
        line=the('STATUS_MISMATCH'), reason='отменён', by=a_person('anna', 'resolve_lines', 'ask_correction'))
    assert (asked.is_reversal, asked.sums['amount']) == (True, -100_00)


def test_a_forced_match_takes_two_and_links_the_next_matching() -> None:
    _bank, run = a_difference()
    lacking = the('MISSING_THERE')
    anna = a_person('anna', 'resolve_lines', 'approve_forced')
    asked = ask_forced(line=the('MISSING_HERE'), reason='номер с опечаткой', by=anna, contract=lacking.contract)
    with pytest.raises(ResolutionRefused):
        approve_forced(forced=asked, by=anna)
    with pytest.raises(ResolutionRefused):
        ask_forced(line=the('MISSING_HERE'), reason='ещё', by=anna, contract=lacking.contract)
    assert (ForcedMatch.objects.get().status, Resolution.objects.count()) == ('ASKED', 0)
    approve_forced(forced=asked, by=a_person('boris', 'approve_forced'))
    assert sorted(Resolution.objects.values_list('kind', 'author')) == [('FORCED', 'anna, boris')] * 2
    assert [line.outcome for line in open_lines(run)] == ['AMOUNT_MISMATCH']
    again = match_again(run=run, made_by='test')
    assert (again.number, counts(again)) == (2, {'AMOUNT_MISMATCH': 1, 'MATCHED': 1})
    with pytest.raises(ResolutionRefused):
        approve_forced(forced=asked, by=a_person('vera', 'approve_forced'))


def test_a_difference_may_be_declared_none_by_two() -> None:
    _bank, run = a_difference()
    asked = ask_forced(line=the('AMOUNT_MISMATCH'), reason='округление у банка', by=a_person('anna', 'resolve_lines'))
    approve_forced(forced=asked, by=a_person('boris', 'approve_forced'))
    again = match_again(run=run, made_by='test')
    assert counts(again)['AMOUNT_MISMATCH'] == 1
    assert set(open_lines(again).values_list('outcome', flat=True)) == {'MISSING_HERE', 'MISSING_THERE'}


def test_a_forced_match_that_cannot_be_is_refused() -> None:
    _bank, run = a_difference()
    other = Bank()
    foreign, = other.issue(200_00)
    anna = a_person('anna', 'resolve_lines')
    with pytest.raises(ResolutionRefused):
        ask_forced(line=the('MISSING_HERE'), reason='x', by=anna)
    with pytest.raises(ResolutionRefused):
        ask_forced(line=the('MISSING_HERE'), reason='x', by=anna, contract=foreign)
    assert not ForcedMatch.objects.exists()
    later = ask_forced(line=the('AMOUNT_MISMATCH'), reason='x', by=anna)
    with pytest.raises(ResolutionRefused):
        refuse_forced(forced=later, by=a_person('passer', 'view'), why='x')
    assert refuse_forced(forced=later, by=a_person('boris', 'approve_forced'), why='нет').status == 'REFUSED'
    assert open_lines(run).count() == 3


def test_the_database_itself_wants_two_persons() -> None:
    a_difference()
    asked = ask_forced(line=the('AMOUNT_MISMATCH'), reason='x', by=a_person('anna', 'resolve_lines'))
    with pytest.raises(IntegrityError), transaction.atomic():
        ForcedMatch.objects.filter(pk=asked.pk).update(
            status='APPROVED', decided_by='anna', decided_at=timezone.now())
    with pytest.raises(Error), transaction.atomic():
        ForcedMatch.objects.filter(pk=asked.pk).update(author='boris')
    resolve(line=the('MISSING_THERE'), kind=K.WILL_COME, reason='x', by=a_person('vera', 'resolve_lines'))
    for change in ({'kind': 'ACCEPT_OURS'}, {'reason': 'y'}):
        with pytest.raises(Error), transaction.atomic():
            Resolution.objects.update(**change)
    with pytest.raises(Error), transaction.atomic():
        Resolution.objects.all().delete()


def test_a_replaced_matching_takes_no_decisions() -> None:
    bank, run = a_difference()
    old = the('MISSING_THERE')
    bank.issue(5_00)
    match_again(run=run, made_by='test')
    with pytest.raises(ResolutionRefused):
        resolve(line=old, kind=K.ACCEPT_OURS, reason='x', by=a_person('anna', 'resolve_lines'))
    assert not Resolution.objects.exists()


def test_the_report_holds_what_differs_and_is_made_once() -> None:
    _bank, run = a_difference()
    report = report_of(run=run, format='csv')
    records = list(csv.reader(io.StringIO(read_file(report.file).decode())))
    assert records[0][:2] == ['Исход', 'Строка файла']
    assert [(row[0], row[6], row[8], row[9]) for row in records[1:4]] == [
        ('суммы расходятся', '90.00', '100.00', '-10.00'), ('нет у нас', '200.00', '', '200.00'),
        ('нет в файле', '', '200.00', '-200.00')]
    assert ['сошлось', '0'] in records
    assert report_of(run=run, format='csv').pk == report.pk
    assert MatchReport.objects.count() == 1


def test_the_report_as_a_spreadsheet_has_no_formula() -> None:
    bank = Bank()
    bank.issue(100_00)
    run = bank.match([{'contract_number': '=1+1', 'status': 'ISSUED', 'amount_kopecks': 5, 'at': NOON}])
    book = openpyxl.load_workbook(io.BytesIO(read_file(report_of(run=run, format='xlsx').file)))
    rows = list(book.worksheets[1].iter_rows())
    assert [cell.value for cell in rows[1]][:3] == ['нет у нас', 2, '=1+1']
    assert (rows[1][6].value, rows[2][8].value) == (0.05, 100)
    assert all(cell.data_type != 'f' for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)
    assert "'=1+1" in read_file(report_of(run=run, format='csv').file).decode()
