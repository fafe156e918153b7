"""manage.py match_registry: our own registries match wholly, a lender's file is counted, bad files are told."""
from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from registries.models_matching import BadReading, MatchRun, TakenFile
from registries.rules import period_of
from registries.selectors import today_in
from registries.services import counterparty_of
from registries.services_build import build_registry
from tests.registries.books import NOON, Bank
from tests.registries.deals import Shop
from vault.files import read_file

pytestmark = pytest.mark.django_db(transaction=True)


def command(*arguments: str) -> dict[str, int]:
    out = io.StringIO()
    call_command('match_registry', *arguments, '--json', stdout=out)
    told: dict[str, int] = json.loads(out.getvalue())
    return told


@pytest.mark.parametrize('side', ['partner', 'lender'])
@pytest.mark.parametrize('name', ['csv', 'xlsx'])
def test_our_own_registry_matches_wholly(tmp_path: Path, side: str, name: str) -> None:
    shop = Shop()
    bank = Bank()
    bank.shop, bank.party = shop, counterparty_of(shop.lender)
    deals = bank.issue(100_00, 200_00, 300_00)
    shop.issue(external_id='=1+1 «тест»', at=NOON)
    shop.pay(deals[0], 5_00, 'n-1', at=NOON)
    bank.issue()
    party = shop.partner if side == 'partner' else shop.lender
    period = period_of(date(2026, 3, 10), date(2026, 3, 10), 'Europe/Moscow')
    version = build_registry(
        counterparty=counterparty_of(party), period=period, formats=[name], made_by='test', wait_seconds=0)
    row = version.files.get(format=name)
    (tmp_path / row.name).write_bytes(read_file(row.file))
    whose = ('--partner', str(shop.partner.guid)) if side == 'partner' else ('--lender', shop.lender.code)
    assert command(*whose, str(tmp_path / row.name)) == {
        'MATCHED': 4, 'AMOUNT_MISMATCH': 0, 'STATUS_MISMATCH': 0, 'MISSING_HERE': 0, 'MISSING_THERE': 0,
        'DUPLICATE': 0, 'LATE': 0}


def test_the_command_counts_a_lenders_file_of_today(tmp_path: Path) -> None:
    bank = Bank()
    today = timezone.now()
    deals = bank.issue(100_00, 200_00, at=today)
    path = tmp_path / 'today.csv'
    path.write_text('our_id,lender_id,contract_number,status,amount_kopecks,at\n' + ''.join(
        f'{deal.application.guid},,{deal.number},ISSUED,{deal.amount},{today.isoformat()}\n' for deal in deals[:1]))
    assert command('--lender', bank.shop.lender.code, str(path)) == {
        'MATCHED': 1, 'AMOUNT_MISMATCH': 0, 'STATUS_MISMATCH': 0, 'MISSING_HERE': 0, 'MISSING_THERE': 1,
        'DUPLICATE': 0, 'LATE': 0}
    day = str(today_in('Europe/Moscow'))
    assert command('--lender', bank.shop.lender.code, str(path), '--from', day, '--to', day)['MATCHED'] == 1
    assert MatchRun.objects.count() == 1


def test_the_command_tells_in_english_why_a_file_cannot_be_read(tmp_path: Path) -> None:
    bank = Bank()
    code, path = bank.shop.lender.code, tmp_path / 'bad.csv'
    with pytest.raises(CommandError, match='cannot be read'):
        command('--lender', code, str(path))
    path.write_text('contract_number,amount\nД-1,сто\n')
    with pytest.raises(CommandError, match='row 2, column “amount”: not a sum'):
        command('--lender', code, str(path))
    assert BadReading.objects.count() == 1
    path.write_bytes(b'')
    with pytest.raises(CommandError, match='the file is empty'):
        command('--lender', code, str(path))
    known = ('--lender', code, str(path))
    for arguments, text in (
            (('--lender', 'nobody', str(path)), 'look it up'), ((*known, '--mapping', 'x'), 'mapping'),
            ((*known, '--from', '2026-03-10'), 'both')):
        with pytest.raises(CommandError, match=text):
            command(*arguments)
    assert not MatchRun.objects.exists()
    assert TakenFile.objects.count() == 2
