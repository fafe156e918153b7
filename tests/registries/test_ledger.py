"""The ledger: each event of a deal is one line, for ever, in the order in which it was committed."""
from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from jobs.testing import open_jobs, run_due
from registries.models import LedgerLine, PeriodMark, Tariff
from registries.selectors import contract_to_book
from registries.services import book_deal, close_period
from tests.registries.deals import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def lines() -> list[tuple[int, str, int]]:
    return list(LedgerLine.objects.order_by('seq').values_list('seq', 'event', 'amount'))


def test_an_issued_deal_becomes_one_line() -> None:
    contract = Shop().issue()
    assert ('registries.book', str(contract.guid)) in open_jobs()
    run_due(kinds=['registries.book'])
    line = LedgerLine.objects.get()
    assert (line.seq, line.event, line.amount, line.price, line.initial_payment, line.to_pay) == (
        1, 'ISSUED', 4_500_000, 5_000_000, 500_000, 4_500_000)
    assert (line.contract_number, line.external_id) == (contract.number, contract.application.external_id)
    assert line.occurred_at == contract.issued_at == line.period_at


def test_booking_again_changes_nothing() -> None:
    contract = Shop().issue()
    for _ in range(3):
        with transaction.atomic():
            book_deal(contract=contract_to_book(str(contract.guid)))
    assert lines() == [(1, 'ISSUED', 4_500_000)]


def test_a_cancelled_deal_is_a_line_without_a_loan() -> None:
    Shop().cancel()
    run_due(kinds=['registries.book'])
    assert lines() == [(1, 'CANCELLED', 0)]


def test_each_payment_is_a_line() -> None:
    shop = Shop(kind='bnpl')
    contract = shop.issue()
    shop.pay(contract, 100_000, 'T-1')
    shop.pay(contract, 200_000, 'T-2')
    run_due(kinds=['registries.book'])
    assert list(LedgerLine.objects.order_by('seq').values_list('event', 'payment')) == [
        ('ISSUED', 0), ('PAID', 100_000), ('PAID', 200_000)]


def test_fees_are_those_of_the_day_rounded_half_up() -> None:
    shop = Shop()
    for day, percent in ((date(2020, 1, 1), '1.5'), (date(2021, 1, 1), '2.00005'), (date(2999, 1, 1), '9')):
        Tariff.objects.create(partner=shop.partner, kind='pos', valid_from=day, partner_percent=Decimal(percent),
                              partner_fixed=100, lender_percent=Decimal('0.1'), lender_fixed=0)
    shop.issue(amount=4_555_555)
    run_due(kinds=['registries.book'])
    line = LedgerLine.objects.get()
    # 2.0001 % (four decimals are kept) of 45 000 ₽ is 900.045 ₽: half a kopeck goes up.
    assert (line.partner_fee, line.lender_fee) == (90_005 + 100, 4_556)
    assert line.to_pay == 4_500_000 - line.partner_fee


@pytest.mark.parametrize('statement', [
    'UPDATE registries_ledgerline SET amount = 1', 'DELETE FROM registries_ledgerline',
    'UPDATE registries_ledgerline SET period_at = now()'])
def test_a_line_is_for_ever(statement: str) -> None:
    Shop().issue()
    run_due(kinds=['registries.book'])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert lines() == [(1, 'ISSUED', 4_500_000)]


def test_what_comes_after_the_close_counts_after_it() -> None:
    shop = Shop()
    yesterday = timezone.now() - timedelta(days=1)
    contract = shop.issue(at=yesterday)
    mark = close_period(at=timezone.now() - timedelta(hours=1))
    run_due(kinds=['registries.book'])
    line = LedgerLine.objects.get(contract=contract)
    assert (line.occurred_at, line.period_at) == (yesterday, mark.at)


def test_a_clock_ahead_books_nothing_into_the_future() -> None:
    Shop().issue(at=timezone.now() + timedelta(days=3))
    run_due(kinds=['registries.book'])
    line = LedgerLine.objects.get()
    assert line.period_at == line.booked_at < line.occurred_at


def test_a_period_that_is_not_over_cannot_be_closed() -> None:
    with pytest.raises(DatabaseError):
        close_period(at=timezone.now() + timedelta(minutes=1))
    assert not PeriodMark.objects.exists()


def test_numbers_have_no_gaps_and_follow_the_commits() -> None:
    shop = Shop()
    contracts = [shop.issue() for _ in range(12)]
    seen: list[int] = []

    def book(number: int) -> None:
        try:
            for contract in contracts[number::4]:
                with transaction.atomic():
                    book_deal(contract=contract_to_book(str(contract.guid)))
                newest = LedgerLine.objects.order_by('-seq').values_list('seq', flat=True)[0]
                # Whoever sees a number sees every lower one.
                assert LedgerLine.objects.filter(seq__lte=newest).count() == newest
                seen.append(newest)
        finally:
            connection.close()

    threads = [threading.Thread(target=book, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 12
    assert [seq for seq, _event, _amount in lines()] == list(range(1, 13))


def test_a_booking_that_is_undone_leaves_no_gap() -> None:
    shop = Shop()
    first, second = shop.issue(), shop.issue()
    with transaction.atomic():
        book_deal(contract=contract_to_book(str(first.guid)))
        transaction.set_rollback(True)
    with transaction.atomic():
        book_deal(contract=contract_to_book(str(second.guid)))
    assert [(line.seq, line.contract_id) for line in LedgerLine.objects.all()] == [(1, second.pk)]
