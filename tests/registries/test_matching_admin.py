"""Matching in the workstation: each page for those who have the right; the view of three sides."""
from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jobs.testing import open_jobs, run_due
from registries.models import LedgerLine
from registries.models_corrections import CorrectionRequest
from registries.models_matching import (
    BadReading,
    ColumnMapping,
    FileSource,
    ForcedMatch,
    MatchLine,
    MatchRun,
    Resolution,
    TakenFile,
)
from registries.selectors_three_way import three_way
from registries.services import counterparty_of
from registries.services_matching import match_file, take_in
from registries.services_resolution import ask_forced
from registries.statuses_matching import Channel
from tests.registries.books import NOON, THE_TENTH, Bank, counts, sheet
from tests.registries.people import a_person, browser_of

pytestmark = pytest.mark.django_db(transaction=True)
VERBS = {
    'upload': ('take_files',), 'match_again': ('take_files',), 'mapping_edit': ('add_columnmapping',),
    'line_ours': ('resolve_lines',), 'line_later': ('resolve_lines',),
    'line_theirs': ('resolve_lines', 'ask_correction'), 'line_force': ('resolve_lines',),
    'forced_approve': ('approve_forced',), 'forced_refuse': ('approve_forced',), 'three_way': ('view_matchrun',)}
MODELS = (TakenFile, MatchRun, MatchLine, Resolution, ForcedMatch, ColumnMapping, FileSource, BadReading,
          CorrectionRequest, LedgerLine)


@pytest.fixture
def bank(db: None) -> Bank:
    """A matching with a difference and a forced match that waits."""
    bank = Bank()
    dear, _lacking = bank.issue(100_00, 200_00)
    run = bank.match([bank.line(dear, amount_kopecks=90_00)])
    assert counts(run) == {'AMOUNT_MISMATCH': 1, 'MISSING_THERE': 1}
    ask_forced(line=differing(), reason='округление', by=a_person('asker', 'resolve_lines'))
    return bank


def differing() -> MatchLine:
    return MatchLine.objects.get(outcome='AMOUNT_MISMATCH')


def address(verb: str) -> str:
    row = {'line': MatchLine, 'forc': ForcedMatch, 'matc': MatchRun}.get(verb[:4])
    if row is None:
        return reverse(f'admin:registries_{verb}')
    pk = differing().pk if row is MatchLine else row._default_manager.get().pk
    return reverse(f'admin:registries_{verb}', args=[pk])


def state() -> list[Any]:
    return [list(model._default_manager.order_by('pk').values()) for model in MODELS] + [open_jobs()]


@pytest.mark.parametrize('verb', sorted(VERBS))
def test_a_verb_is_for_those_who_have_its_right(bank: Bank, verb: str) -> None:
    before = state()
    for who in (a_person('looker', 'view') if verb != 'three_way' else a_person('nobody'),
                *(a_person(f'half{number}', *VERBS[verb][:number]) for number in range(len(VERBS[verb])))):
        browser = browser_of(who)
        assert [browser.get(address(verb)).status_code, browser.post(address(verb), {'why': 'x'}).status_code] == [
            403, 403]
    assert Client().get(address(verb)).status_code == 302
    assert state() == before
    assert browser_of(a_person('right', *VERBS[verb])).get(address(verb)).status_code == 200


@pytest.mark.parametrize('model', [TakenFile, MatchRun, MatchLine, ForcedMatch, ColumnMapping])
def test_rows_are_looked_at_and_never_written_by_hand(bank: Bank, model: Any) -> None:
    ColumnMapping.objects.create(
        counterparty=bank.party, name='x', version=1, settings={}, author='a', made_at=NOON)
    browser = browser_of(User.objects.create_superuser('boss', password=None))
    base, row = f'admin:registries_{model._meta.model_name}', model._default_manager.first()
    before = state()
    assert browser.get(reverse(f'{base}_changelist')).status_code == 200
    assert browser.get(reverse(f'{base}_change', args=[row.pk])).status_code == 200
    for page in (reverse(f'{base}_add'), reverse(f'{base}_change', args=[row.pk]),
                 reverse(f'{base}_delete', args=[row.pk])):
        assert browser.post(page, {'post': 'yes', 'outcome': 'MATCHED'}).status_code == 403
    assert state() == before


def test_a_file_is_uploaded_and_matched_by_a_job(bank: Bank) -> None:
    browser = browser_of(a_person('anna', 'view', 'take_files'))
    file = SimpleUploadedFile('b.csv', sheet([]))
    answer = browser.post(address('upload'), {
        'counterparty': bank.party.pk, 'file': file, 'date_from': '2026-03-10', 'date_to': '2026-03-10'})
    assert answer.status_code == 302
    run_due(kinds=['registries.match'])
    run = MatchRun.objects.order_by('-pk')[0]
    assert (run.number, run.made_by, counts(run)) == (2, 'anna', {'MISSING_THERE': 2})
    assert 'нет в файле 2' in browser.get(reverse('admin:registries_matchrun_changelist')).content.decode()


def test_a_bad_upload_shows_its_mistakes_in_russian(bank: Bank) -> None:
    browser = browser_of(a_person('anna', 'view', 'take_files'))
    file = SimpleUploadedFile('b.csv', 'contract_number,amount\nД-1,сто\n'.encode())
    browser.post(address('upload'), {'counterparty': bank.party.pk, 'file': file})
    run_due(kinds=['registries.match'])
    page = browser.get(reverse('admin:registries_takenfile_change', args=[TakenFile.objects.latest('pk').pk]))
    assert 'строка 2, столбец «amount»: это не сумма с копейками' in page.content.decode()
    assert MatchRun.objects.count() == 1


def test_an_upload_by_a_mapping_that_is_not_there_is_told(bank: Bank) -> None:
    browser = browser_of(a_person('anna', 'view', 'take_files'))
    browser.post(address('upload'), {
        'counterparty': bank.party.pk, 'file': SimpleUploadedFile('b.csv', b'a,b'), 'mapping': '2C'})
    run_due(kinds=['registries.match'])
    assert BadReading.objects.get().problems[0]['code'] == 'no_mapping'
    assert 'такого сопоставления нет' in browser.get(
        reverse('admin:registries_takenfile_change', args=[TakenFile.objects.latest('pk').pk])).content.decode()


def test_a_line_is_decided_on_its_page(bank: Bank) -> None:
    browser = browser_of(a_person('anna', 'view', 'resolve_lines', 'ask_correction'))
    line = MatchLine.objects.get(outcome='MISSING_THERE')
    page = reverse('admin:registries_line_ours', args=[line.pk])
    assert browser.post(page, {'why': ''}).status_code == 200
    assert not Resolution.objects.exists()
    assert browser.post(page, {'why': 'они забыли'}).status_code == 302
    assert Resolution.objects.get().author == 'anna'
    assert browser.post(page, {'why': 'ещё раз'}).status_code == 409
    assert browser.post(address('line_theirs'), {'why': 'по акту', 'registry': ''}).status_code == 302
    assert CorrectionRequest.objects.get().sums == {'amount': -10_00}
    assert 'они забыли' in browser.get(
        reverse('admin:registries_matchline_change', args=[line.pk])).content.decode()


def test_a_forced_match_is_approved_by_another_person(bank: Bank) -> None:
    asker = User.objects.get(username='asker')
    asker.user_permissions.set(a_person('boris', 'view', 'approve_forced').user_permissions.all())
    assert browser_of(User.objects.get(pk=asker.pk)).post(address('forced_approve'), {}).status_code == 409
    assert ForcedMatch.objects.get().status == 'ASKED'
    assert browser_of(User.objects.get(username='boris')).post(address('forced_approve'), {}).status_code == 302
    assert (ForcedMatch.objects.get().decided_by, Resolution.objects.get().kind) == ('boris', 'FORCED')


def test_a_report_is_taken_by_who_may_look(bank: Bank) -> None:
    page = reverse('admin:registries_match_report', args=[MatchRun.objects.get().guid, 'csv'])
    answer = browser_of(a_person('looker', 'view')).get(page)
    assert (answer.status_code, 'no-store' in answer['Cache-Control']) == (200, True)
    assert 'суммы расходятся' in b''.join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert browser_of(a_person('nobody')).get(page).status_code == 403
    assert browser_of(User.objects.get(username='looker')).get(page.replace('/csv/', '/exe/')).status_code == 404


def test_a_mapping_is_previewed_on_a_file_and_saved(bank: Bank) -> None:
    browser = browser_of(a_person('anna', 'view', 'add_columnmapping'))
    values = {'counterparty': bank.party.pk, 'name': '1C',
              'settings': '{"columns": {"contract_number": "Договор", "amount": "Сумма"}}'}
    file = SimpleUploadedFile('p.csv', 'Договор;Сумма\nД-1;сто\nД-2;1,50\n'.encode('cp1251'))
    page = browser.post(address('mapping_edit'), values | {'file': file, 'preview': '1'}).content.decode()
    assert ('Д-2' in page, '150' in page, 'это не сумма с копейками' in page) == (True, True, True)
    assert not ColumnMapping.objects.exists()
    assert browser.post(address('mapping_edit'), values | {'settings': '{"columns": {}}'}).status_code == 200
    assert browser.post(address('mapping_edit'), values).status_code == 302
    assert (ColumnMapping.objects.get().version, ColumnMapping.objects.get().author) == (1, 'anna')
    assert TakenFile.objects.count() == 1


def test_a_source_is_described_in_the_workstation_and_its_secret_not_shown(bank: Bank) -> None:
    browser = browser_of(User.objects.create_superuser('boss', password=None))
    values = {'counterparty': bank.party.pk, 'name': 'mail', 'channel': 'imap', 'is_active': 'on', 'mapping_name': '',
              'settings': '{"host": "imap.bank.example", "user": "u", "senders": ["@bank.example"]}'}
    assert browser.post(reverse('admin:registries_filesource_add'), values).status_code == 200
    assert not FileSource.objects.exists()
    browser.post(reverse('admin:registries_filesource_add'), values | {'new_secret': 'topsecret'})
    row = FileSource.objects.get()
    page = reverse('admin:registries_filesource_change', args=[row.pk])
    assert 'topsecret' not in browser.get(page).content.decode()
    browser.post(page, values | {'name': 'letters'})
    row = FileSource.objects.get()
    assert (row.name, row.secret) == ('letters', 'topsecret')


def three_sides() -> tuple[Bank, Any]:
    """Three deals agree, one has two sums, one the partner lacks, one only the two files have."""
    bank = Bank()
    deals = bank.issue(*[100_00] * 5)
    partner = counterparty_of(bank.shop.partner)
    bank.match([*(bank.line(deal) for deal in deals[:3]), bank.line(deals[3], amount_kopecks=90_00),
                bank.line(deals[4]), {'contract_number': 'X-9', 'status': 'ISSUED', 'amount_kopecks': 1, 'at': NOON}])
    rows = [*(bank.line(deal) for deal in deals[:4]),
            {'contract_number': 'x-9', 'status': 'ISSUED', 'amount_kopecks': 1, 'at': NOON}]
    taken, _new = take_in(counterparty=partner, name='p.csv', content=sheet(rows), channel=Channel.UPLOAD,
                          taken_by='test')
    match_file(taken=taken, made_by='test', dates=THE_TENTH)
    return bank, partner


def test_three_sides_of_each_deal() -> None:
    bank, partner = three_sides()
    found = three_way(partner=partner, lender=bank.party, dates=THE_TENTH)
    assert (found.count, found.has_partner_file, found.has_lender_file) == (6, True, True)
    assert sorted((deal.partner.net or 0, deal.our_net or 0, deal.lender.net or 0, deal.differs)
                  for deal in found.deals) == sorted([
        (100_00, 100_00, 100_00, False), (100_00, 100_00, 100_00, False), (100_00, 100_00, 100_00, False),
        (100_00, 100_00, 90_00, True), (0, 100_00, 100_00, True), (1, 0, 1, True)])
    only = three_way(partner=partner, lender=bank.party, dates=THE_TENTH, only_differences=True, limit=2, offset=2)
    assert (only.count, len(only.deals)) == (3, 1)


def test_a_side_without_a_file_is_no_difference() -> None:
    bank = Bank()
    deal, = bank.issue(100_00)
    partner = counterparty_of(bank.shop.partner)
    bank.match([bank.line(deal)])
    found = three_way(partner=partner, lender=bank.party, dates=(date(2026, 3, 1), date(2026, 3, 31)))
    assert (found.count, found.has_partner_file, found.deals[0].differs) == (1, False, False)


def test_another_lenders_deals_are_not_among_the_three_sides() -> None:
    bank, partner = three_sides()
    other = Bank()
    other.shop.partner, other.shop.point = bank.shop.partner, bank.shop.point
    other.issue(7_00)
    assert three_way(partner=partner, lender=bank.party, dates=THE_TENTH).count == 6


def test_the_page_marks_what_differs() -> None:
    bank, partner = three_sides()
    browser = browser_of(a_person('looker', 'view'))
    query = {'partner': partner.pk, 'lender': bank.party.pk, 'date_from': '2026-03-10', 'date_to': '2026-03-10'}
    page = browser.get(reverse('admin:registries_three_way'), query).content.decode()
    assert (page.count('class="differs"'), page.count('sum bad')) == (3, 4)
    assert 'суммы расходятся' in page
    only = browser.get(reverse('admin:registries_three_way'), query | {'differences': 'on'}).content.decode()
    assert 'Сделок: 3.' in only
    wrong = browser.get(reverse('admin:registries_three_way'), query | {'date_to': '2026-03-09'})
    assert wrong.status_code == 200
    assert 'Сделок' not in wrong.content.decode()
