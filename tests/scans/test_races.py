"""Calls that meet each other over real connections."""
from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from scans.models import Scan
from tests.contracts.fakes import FakeLender
from tests.contracts.till import Till
from tests.scans.stage import accepted, again, page, rows, says, wire, work

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Let the calls begin together, each with a connection of its own; their answers in order."""
    barrier = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(number: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            answers[number] = call()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _versions(till: Till) -> list[int]:
    return list(Scan.objects.filter(application=till.application).order_by('version').values_list('version', flat=True))


def test_many_different_scans_of_one_type_make_versions_without_gaps(till: Till) -> None:
    till.signed()

    def save(number: int) -> Callable[[], int | None]:
        return lambda: till.code('save_scans', scans=[wire('PASSPORT_MAIN', f'scan {number}')])

    assert at_once(*(save(number) for number in range(6))) == [None] * 6
    assert _versions(till) == [1, 2, 3, 4, 5, 6]
    assert Scan.objects.filter(application=till.application, is_current=True).count() == 1


def test_the_same_scan_many_times_at_once_is_one(till: Till) -> None:
    till.signed()
    scan = wire('PASSPORT_MAIN')
    answers = at_once(*[lambda: till.code('save_scans', scans=[scan])] * 6)
    assert answers == [None] * 6
    assert _versions(till) == [1]


def test_a_scan_that_comes_while_the_first_is_on_its_way_is_not_judged_by_it(till: Till, lender: FakeLender) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN', 'first')])
    met: list[int | None] = []

    def replace_meanwhile() -> None:
        if not met:
            met.extend(at_once(lambda: till.code('save_scans', scans=[wire('PASSPORT_MAIN', 'second')])))

    lender.answers['send_scans'] = replace_meanwhile
    says(lender, again('PASSPORT_MAIN', 1))
    work(seconds=10)
    assert met == [None]
    assert rows(till) == [
        ('PASSPORT_MAIN', 1, False, 'RECEIVED_FROM_PARTNER'), ('PASSPORT_MAIN', 2, True, 'CHECKING')]
    says(lender, again('PASSPORT_MAIN', 1), accepted('PASSPORT_MAIN', 2))
    work(seconds=20)
    assert page(till) == ('ACCEPTED', {'PASSPORT_MAIN': 'CONFIRMED'})
    assert len(lender.keys('send_scans')) == 2


@pytest.mark.parametrize('_attempt', range(5))
def test_saving_against_a_verdict_ends_with_either_before_the_other(
    till: Till, lender: FakeLender, _attempt: int,
) -> None:
    till.signed()
    till.ok('save_scans', scans=[wire('PASSPORT_MAIN', 'first')])
    work(seconds=0)
    work('scans.process', 'scans.send', seconds=0)
    assert page(till)[0] == 'CHECKING'
    says(lender, again('PASSPORT_MAIN', 1))
    _worked, code = at_once(
        lambda: work('scans.verdicts', seconds=2),
        lambda: till.code('save_scans', scans=[wire('PASSPORT_MAIN', 'second')]))
    if code == 7005:
        assert rows(till) == [('PASSPORT_MAIN', 1, True, 'RESCAN_NEEDED')]
    else:
        assert code is None
        assert rows(till) == [
            ('PASSPORT_MAIN', 1, False, 'RESCAN_NEEDED'), ('PASSPORT_MAIN', 2, True, 'RECEIVED_FROM_PARTNER')]
    assert till.contract.scans_state in {'RESCAN_NEEDED', 'RECEIVED_FROM_PARTNER'}


def test_saving_against_cancel_never_leaves_a_scan_to_be_sent(till: Till, lender: FakeLender) -> None:
    till.signed()
    saved, cancelled = at_once(
        lambda: till.code('save_scans', scans=[wire('PASSPORT_MAIN')]), lambda: till.code('cancel'))
    assert cancelled is None
    assert saved in {None, 6009}
    work(seconds=5)
    assert lender.keys('send_scans') == []
    assert till.contract.status == 'CANCELED'
