"""Races over real connections: exactly one winner, nothing done twice, no 5xx."""
from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection
from pytest_django import Settings

from contracts import codes, services_codes
from contracts.models import Signature, SigningCode
from jobs.testing import open_jobs, run_due
from tests.contracts.fakes import FakeLender
from tests.contracts.till import Till, later

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ROUNDS = 12


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Results of calls that start together, each on a connection of its own."""
    barrier = threading.Barrier(len(calls))

    def one(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(20)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def _after(delay: float, till: Till, method: str) -> int | None:
    threading.Event().wait(delay)
    return till.code(method)


def _work(stop: threading.Event, *kinds: str) -> None:
    try:
        while not stop.wait(0.01):
            run_due(kinds=kinds)
    finally:
        connection.close()


@pytest.mark.parametrize('delay', [0.0, 0.01, 0.03])
def test_confirm_contract_against_cancel(lender: FakeLender, settings: Settings, delay: float) -> None:
    settings.CONFIRM_WAIT_SECONDS = 10
    stop = threading.Event()
    worker = threading.Thread(target=_work, args=(stop, 'contracts.confirm'))
    tills = [Till(lender).signed() for _ in range(ROUNDS)]
    worker.start()
    try:
        for till in tills:
            lender.calls.clear()
            confirmed, cancelled = at_once(
                partial(till.code, 'confirm_contract'), partial(_after, delay, till, 'cancel'))
            status = till.contract.status
            released = ('offers.release', str(till.submission.guid)) in open_jobs()
            if status == 'CANCELED':
                assert (confirmed, cancelled, lender.names(), released) == (6009, None, [], True)
            else:
                assert (confirmed, cancelled, lender.names(), released) == (None, 6009, ['confirm'], False)
                assert status == 'ISSUING'
    finally:
        stop.set()
        worker.join()


def test_confirm_offer_against_cancel(lender: FakeLender) -> None:
    for _ in range(ROUNDS):
        till = Till(lender).offered()
        confirmed, cancelled = at_once(partial(till.code, 'confirm_offer'), partial(till.code, 'cancel'))
        assert cancelled is None
        assert confirmed in (None, 6009)
        assert till.fresh().status == 'CANCELED'
        if confirmed is None:
            assert till.contract.status == 'CANCELED'
        assert ('offers.release', str(till.submission.guid)) in open_jobs()


def test_right_code_at_once_signs_once(lender: FakeLender) -> None:
    for _ in range(ROUNDS):
        till = Till(lender).ready()
        code = till.newest_code()
        assert at_once(*[partial(till.code, 'check_sms_code', code=code)] * 4) == [None] * 4
        row = till.contract
        assert (row.status, row.wrong_codes) == ('SIGNED', 0)
        assert Signature.objects.filter(contract=row).count() == 1


def test_two_hundred_guesses_are_compared_five_times(lender: FakeLender, monkeypatch: pytest.MonkeyPatch) -> None:
    till = Till(lender).ready()
    compared: list[str] = []
    real = codes.matches

    def counting(row: SigningCode, code: str) -> bool:
        compared.append(code)
        return real(row, code)

    monkeypatch.setattr(services_codes, 'matches', counting)
    right = till.newest_code()
    guesses = [f'{number:06}' for number in range(200) if f'{number:06}' != right][:196]

    def guess(part: int) -> list[int | None]:
        return [till.code('check_sms_code', code=code) for code in guesses[part::14]]

    answers = [code or 0 for part in at_once(*[partial(guess, part) for part in range(14)]) for code in part]
    assert len(compared) == 5
    assert sorted(answers) == [7000] * 5 + [7002] * 191
    assert SigningCode.objects.get().tries == 5
    assert till.code('check_sms_code', code=right) == 7002


def test_resend_against_check(lender: FakeLender) -> None:
    for _ in range(ROUNDS):
        till = Till(lender).ready()
        code = till.newest_code()
        with time_machine.travel(later(seconds=31)):
            checked, resent = at_once(
                partial(till.code, 'check_sms_code', code=code), partial(till.code, 'resend_sms_code'))
        rows = SigningCode.objects.filter(contract=till.contract)
        if checked is None:
            assert till.contract.status == 'SIGNED'
            assert (resent, rows.count()) in ((6010, 1), (None, 2))
        else:
            assert (checked in (7000, 7002), resent, rows.count()) == (True, None, 2)
            assert till.contract.status == 'READY'
        assert rows.filter(expired_at__isnull=True, accepted_at__isnull=True).count() <= 1


def test_codes_asked_for_at_once_make_one(lender: FakeLender) -> None:
    till = Till(lender).ready()
    with time_machine.travel(later(seconds=31)):
        answers = at_once(*[partial(till.code, 'resend_sms_code')] * 6)
    assert sorted(answers, key=str) == [7001] * 5 + [None]
    assert SigningCode.objects.count() == 2
    assert till.contract.codes_resent == 1


def test_links_asked_for_at_once_send_one(lender: FakeLender) -> None:
    till = Till(lender, kind='bnpl').signed()
    answers = at_once(*[partial(till.code, 'send_sms_link')] * 6)
    assert sorted(answers, key=str) == [7001] * 5 + [None]
    assert till.contract.links_sent == 1
