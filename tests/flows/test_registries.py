"""Registries of a running system: their totals are those of the sandbox lenders' own books, to the kopeck."""
from __future__ import annotations

import csv
import io
import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from registries.selectors import today_in
from tests.flows.story import Story
from tests.harness.system import RunningSystem

pytestmark = pytest.mark.slow
LENDERS = ('sandbox-bank', 'sandbox-mfo')
WAIT_SECONDS = 40.0


def issued(system: RunningSystem, point: str = 'pos_online', *, scenario: str = '7777', offer: int = 0) -> Story:
    """A credit from the form to the money."""
    story = Story(system, point, scenario=scenario)
    story.create()
    story.confirm_offer(offer)
    story.contract()
    story.sign()
    if point == 'bnpl':
        story.pay()
        story.wait('get_payment_status', 'payment_status', {'paid'})
    assert story.confirm()['status'] == 'success'
    story.issue()
    return story


def book_of(system: RunningSystem, lender: str) -> list[dict[str, str]]:
    """What the lender itself has written."""
    with urllib.request.urlopen(f'{system.sandbox_url}/registry?lender={lender}', timeout=30) as answer:
        return list(csv.DictReader(io.StringIO(answer.read().decode())))


def built(system: RunningSystem, where: Path, *whose: str) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """What the command tells, and the lines of its CSV."""
    day = str(today_in('Europe/Moscow'))
    told = json.loads(system.manage('build_registry', *whose, '--from', day, '--to', day, '--format', 'csv',
                                    '--out', str(where), '--json'))
    text = Path(told['files'][0]).read_text(encoding='utf-8-sig')
    return told, [row for row in csv.DictReader(io.StringIO(text)) if row['Событие'] in ('ISSUED', 'CANCELLED')]


def kopecks(rows: list[dict[str, str]]) -> int:
    return sum(int(row['amount_kopecks']) for row in rows)


@pytest.fixture(scope='module')
def stories(running_system: RunningSystem) -> list[Story]:
    """Credits of both kinds at both lenders, one whose answer was lost, one that was cancelled."""
    running_system.mend()
    told = [issued(running_system), issued(running_system, offer=2), issued(running_system, scenario='4002'),
            issued(running_system, 'bnpl')]
    dropped = Story(running_system)
    dropped.to_signed()
    dropped.ok('cancel')
    return [*told, dropped]


def settle(system: RunningSystem, where: Path) -> None:
    """Wait until deals of other stories, too, have come to the same end on both sides."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        totals = [(built(system, where, '--lender', lender)[0]['total'], kopecks(book_of(system, lender)))
                  for lender in LENDERS]
        if all(ours == theirs for ours, theirs in totals):
            return
        time.sleep(1)


def test_registries_say_what_the_lenders_books_say(
    running_system: RunningSystem, stories: list[Story], tmp_path: Path,
) -> None:
    settle(running_system, tmp_path)
    guids = {story.keys['form_guid'] for story in stories}
    total = 0
    for lender in LENDERS:
        told, lines = built(running_system, tmp_path, '--lender', lender)
        book = book_of(running_system, lender)
        assert told['total'] == kopecks(book)
        ours = sorted(row['Номер у кредитора'] for row in lines if row['Событие'] == 'ISSUED')
        assert ours == sorted(row['lender_id'] for row in book if row['status'] == 'ISSUED')
        assert told['version'] == 0
        total += told['total']
    books = [row for lender in LENDERS for row in book_of(running_system, lender) if row['our_id'] in guids]
    assert [row['status'] for row in books].count('ISSUED') == 4
    assert [row['status'] for row in books].count('CANCELLED') == 1
    told, lines = built(running_system, tmp_path, '--partner', stories[0].partner_guid)
    assert told['total'] == total


def test_the_books_of_the_lenders_match(
    running_system: RunningSystem, stories: list[Story], tmp_path: Path,
) -> None:
    settle(running_system, tmp_path)
    day = str(today_in('Europe/Moscow'))
    for lender in LENDERS:
        with urllib.request.urlopen(f'{running_system.sandbox_url}/registry?lender={lender}', timeout=30) as answer:
            file = tmp_path / f'{lender}.csv'
            file.write_bytes(answer.read())
        counts = json.loads(running_system.manage(
            'match_registry', '--lender', lender, str(file), '--from', day, '--to', day, '--json'))
        assert counts['MATCHED'] >= 1
        assert {name: count for name, count in counts.items() if count and name != 'MATCHED'} == {}


def test_the_sweep_finds_nothing_where_all_agree(running_system: RunningSystem, stories: list[Story]) -> None:
    told = json.loads(running_system.manage('sweep_deals', '--wait', '60', '--json'))
    assert told['asked'] >= len(stories)
    mine = {'found': told['found'], 'unanswered': told['unanswered']}
    assert mine == {'found': 0, 'unanswered': 0}


def test_a_stranger_has_no_book_at_a_sandbox_lender(running_system: RunningSystem) -> None:
    for query, status in (('lender=nobody', 404), ('lender=sandbox-bank&date=today', 400)):
        with pytest.raises(urllib.error.HTTPError) as told:
            urllib.request.urlopen(f'{running_system.sandbox_url}/registry?{query}', timeout=30)
        assert told.value.code == status
