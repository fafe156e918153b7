"""A million lines: registries built and matched by the product's own code, each beside a bare COPY of the same rows.

Each measure is a process of its own, with the time-outs of production, so that its peak is the peak of one build.
"""
from __future__ import annotations

import json
import os
import re
import statistics
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import psutil
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from contracts.models import Contract
from registries.models import Counterparty, LedgerLine, RegistryVersion
from registries.rules import chosen_columns, period_of
from registries.services import counterparty_of
from registries.services_build import build_registry
from registries.services_matching import match_file, take_in
from registries.statuses_matching import Channel
from tests.bench.cost import MIB, Peak
from tests.registries.deals import Shop
from tests.world import a_lender
from vault.files import open_file

LINES = int(os.environ.get('BENCH_LINES', '1000000'))
MORE = LINES * 6 // 100
"""Of the day before: a million and these are more than a sheet of Excel holds."""
_ROW = re.compile(rb'<row ')

CONTRACTS = """
    INSERT INTO contracts_contract ({columns})
    SELECT {values} FROM contracts_contract first, generate_series(1, {count}) AS n WHERE first.id = {first}
"""
COPIED = {
    'guid': 'gen_random_uuid()', 'number': "'Д-2026/' || lpad(n::text, 8, '0')",
    **{name: f'first.{name} + n' for name in ('id', 'application_id', 'offer_id', 'submission_id')}}
LEDGER = """
    INSERT INTO registries_ledgerline (
        seq, key, event, occurred_at, booked_at, period_at, partner_id, lender_id, contract_id, is_sandbox, kind,
        form_guid, external_id, contract_number, lender_deal_id, point_code, price, initial_payment, amount, payment,
        partner_fee, lender_fee, to_pay, reason, author, approver)
    SELECT n, 'bench:' || contract.id, 'ISSUED', at, at, at, %(partner)s, %(lender)s, contract.id, true, 'pos',
           contract.guid, 'ORDER-' || (10000000 + n), contract.number, 'LN-' || (50000000 + n), 'POINT-' || n %% 400,
           1000000 + n * 7, 100000, 900000 + n * 7, 0, 13500, 9000, 1000000 + n * 7 - 100000 - 13500,
           CASE WHEN n %% 50 = 0 THEN '=по заявке "тест", ' || n ELSE '' END, '', ''
      FROM (SELECT n, %(starts)s::timestamptz + (n %% 86400) * interval '1 second'
                      - CASE WHEN n <= %(more)s THEN interval '1 day' ELSE interval '0' END AS at
              FROM generate_series(1, %(count)s) AS n) AS line
      JOIN contracts_contract contract ON contract.id = %(first)s + n
     ORDER BY n
"""
THEIR_FILE = """
    COPY (SELECT contract_number, 'ISSUED' AS status, amount AS amount_kopecks, lender_deal_id AS lender_id
            FROM registries_ledgerline WHERE lender_id = {lender} AND period_at >= {starts} ORDER BY seq DESC)
    TO STDOUT WITH (FORMAT csv, HEADER)
"""


class Spent:
    """Seconds by the clock, and of the CPU: of this process and of its connection's server process."""

    def __enter__(self) -> Self:
        with connection.cursor() as cursor:
            cursor.execute('SELECT pg_backend_pid()')
            self._server = psutil.Process(cursor.fetchone()[0])
        self._began, self._cpu_before = time.perf_counter(), self._cpu()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds, self.cpu_seconds = time.perf_counter() - self._began, self._cpu() - self._cpu_before

    def _cpu(self) -> float:
        times = self._server.cpu_times()
        return time.process_time() + times.user + times.system


def main() -> None:
    """One measure, by BENCH_PART; prints one line of JSON."""
    part = os.environ['BENCH_PART']
    if part == 'lay':
        answer = _lay()
    elif part == 'match':
        answer = _match()
    else:
        answer = _build(part)
    sys.stdout.write(json.dumps(answer))


def _today() -> date:
    return timezone.localdate()


def _lay() -> dict[str, Any]:
    """Deals and their lines. Contracts are copies of one, without the rows they point to: nothing here reads those."""
    shop = Shop(lender=a_lender(code='bench-registries'))
    first = shop.contract()
    starts = period_of(_today() - timedelta(days=1), _today(), 'Europe/Moscow').starts_at
    count = LINES + MORE
    began = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute('SET LOCAL statement_timeout = 0')
        cursor.execute('SET LOCAL session_replication_role = replica')
        cursor.execute(_contracts(count, first.pk))
        cursor.execute(LEDGER, {
            'starts': starts, 'count': count, 'more': MORE, 'first': first.pk, 'partner': shop.partner.pk,
            'lender': shop.lender.pk})
    with connection.cursor() as cursor:
        cursor.execute('SET statement_timeout = 0')
        cursor.execute('VACUUM ANALYZE registries_ledgerline')
    counterparty_of(shop.partner)
    counterparty_of(shop.lender)
    return {'lines': LedgerLine.objects.count(), 'seconds': time.monotonic() - began}


def _contracts(count: int, first: int) -> sql.Composed:
    names = [str(field.column) for field in Contract._meta.concrete_fields]
    values = [sql.SQL(COPIED.get(name, f'first."{name}"')) for name in names]
    return sql.SQL(CONTRACTS).format(
        columns=sql.SQL(', ').join([sql.Identifier(name) for name in names]), count=sql.Literal(count),
        first=sql.Literal(first), values=sql.SQL(', ').join(values))


def _build(part: str) -> dict[str, float]:
    """A draft, which is made anew each time; `split` is an XLSX of both days."""
    days, name = (2, 'xlsx') if part == 'split' else (1, part)
    party = Counterparty.objects.get(partner__isnull=False)
    first = _today() - timedelta(days=days)
    period = period_of(first, _today(), party.zone)
    copies = [_copy(party, period.starts_at)]
    with Peak(psutil.Process()) as peak, Spent() as built:
        version = build_registry(counterparty=party, period=period, formats=[name], made_by='bench')
    copies.append(_copy(party, period.starts_at))
    stored = version.files.get(format=name).file
    figures = {
        'lines': version.count, 'seconds': built.seconds, 'cpu_seconds': built.cpu_seconds,
        'copy_seconds': statistics.mean(copy.seconds for copy in copies),
        'copy_cpu_seconds': statistics.mean(copy.cpu_seconds for copy in copies),
        'peak_mb': (peak.before_bytes + peak.added_bytes) / MIB, 'added_mb': peak.added_bytes / MIB,
        'size_mb': stored.size_bytes / MIB}
    return figures | ({'sheets': len(rows := _rows_of(version)), 'most_rows': max(rows)} if name == 'xlsx' else {})


def _copy(party: Counterparty, starts_at: datetime) -> Spent:
    """The yardstick: the same columns of the same rows, as they are stored, read and thrown away."""
    ids = {'lender': 'lender_id', 'partner': 'partner_id', 'corrects': 'corrects_id'}
    names = [sql.Identifier(ids.get(column.field, column.field))
             for column in chosen_columns(party.columns, for_lender=False)]
    query = sql.SQL('COPY (SELECT {} FROM registries_ledgerline WHERE partner_id = {} AND period_at >= {} ORDER BY seq)'
                    ' TO STDOUT WITH (FORMAT csv)').format(
        sql.SQL(', ').join(names), sql.Literal(party.partner_id), sql.Literal(starts_at))
    with connection.cursor() as cursor, Spent() as spent:
        # A slow machine must not end the yardstick.
        cursor.execute('SET statement_timeout = 0')
        with cursor.copy(query) as copy:
            for _row in copy:
                pass
        cursor.execute('RESET statement_timeout')
    return spent


def _rows_of(version: RegistryVersion) -> list[int]:
    """Rows of each sheet of an XLSX but the first one, counted in the file itself."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / 'registry.xlsx'
        with path.open('wb') as out:
            out.writelines(open_file(version.files.get(format='xlsx').file))
        with zipfile.ZipFile(path) as book:
            names = [f'xl/worksheets/sheet{number}.xml' for number in range(2, 10)]
            return [sum(len(_ROW.findall(piece)) for piece in _lines(book, name))
                    for name in names if name in book.namelist()]


def _lines(book: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Pieces that end where a tag ends."""
    with book.open(name) as file:
        left = b''
        while piece := file.read(MIB):
            whole, mark, rest = (left + piece).rpartition(b'>')
            yield whole + mark
            left = rest
        yield left


def _match() -> dict[str, float]:
    """The lender's file of the same million deals, in another order, taken in and matched."""
    party = Counterparty.objects.get(lender__isnull=False)
    starts = period_of(_today() - timedelta(days=1), _today(), party.zone).starts_at
    query = sql.SQL(THEIR_FILE).format(lender=sql.Literal(party.lender_id), starts=sql.Literal(starts))
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        content = b''.join(map(bytes, copy))
    taken, _new = take_in(counterparty=party, name='bench.csv', content=content, channel=Channel.COMMAND,
                          taken_by='bench')
    size_mb = len(content) / MIB
    del content
    with Peak(psutil.Process()) as peak:
        began = time.perf_counter()
        run = match_file(taken=taken, made_by='bench', dates=(_today() - timedelta(days=1), _today()))
        seconds = time.perf_counter() - began
    return {'lines': run.lines_read, 'matched': run.counts['MATCHED'], 'seconds': seconds, 'size_mb': size_mb,
            'peak_mb': (peak.before_bytes + peak.added_bytes) / MIB, 'added_mb': peak.added_bytes / MIB}


if __name__ == '__main__':
    main()
