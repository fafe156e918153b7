"""A million lines are matched in bounded memory."""
from __future__ import annotations

import io
import resource
from datetime import date

import pytest
from django.db import connection, transaction

from registries.models import LedgerLine
from registries.services_matching import match_file, take_in
from registries.statuses_matching import Channel
from tests.registries.books import Bank, counts

ROWS = 1_000_000
MOST_GROWN_KIB = 400 * 1024
"""The file itself three times over (its bytes, the question to the child, its answer), and nothing per line."""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_million_lines_are_matched_in_sets() -> None:
    bank = Bank()
    first, = bank.issue(100_00)
    # The ledger holds one deal; the others are only in the file. What grows with lines is in the database.
    body = io.StringIO()
    body.write('contract_number,status,amount_kopecks\n')
    body.write(f'{first.number},ISSUED,10000\n')
    body.writelines(f'N-{number},ISSUED,{number}\n' for number in range(ROWS - 1))
    taken, _new = take_in(counterparty=bank.party, name='big.csv', content=body.getvalue().encode(),
                          channel=Channel.UPLOAD, taken_by='test')
    del body
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run = match_file(taken=taken, made_by='test', dates=(date(2026, 3, 10), date(2026, 3, 10)))
    assert counts(run) == {'MATCHED': 1, 'MISSING_HERE': ROWS - 1}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_GROWN_KIB
    assert LedgerLine.objects.count() == 1
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute('SELECT count(*) FROM registries_matchline WHERE run_id = %s', [run.pk])
        assert cursor.fetchone() == (ROWS,)
