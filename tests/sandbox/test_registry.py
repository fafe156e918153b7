"""The sandbox lender's own book: what it issued and what was cancelled, in order, by the day of Moscow."""
from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from sandbox import registry
from sandbox.deal import Deal

NOON = datetime(2026, 3, 10, 9, tzinfo=UTC).timestamp()


def a_deal(**fields: Any) -> Deal:
    values: dict[str, Any] = {
        'lender': 'sandbox-bank', 'form_guid': 'f-1', 'lender_id': 'SB-1', 'body_sha256': '', 'scenario': '',
        'kind': 'pos', 'channel': 'ONLINE', 'amount': 5_000_000, 'loan': 4_500_000, 'token': 't', 'success_url': '',
        'failed_url': '', 'submitted_at': NOON, 'decision_at': NOON, 'verdict': 'approved', 'contract_number': '',
        'number': 'ТБ-1', 'offers': [{'offer_id': 'a', 'amount': 4_512_345}], 'chosen': 'a', 'contract_at': NOON,
    } | fields
    return Deal(**values)


def book(*deals: Deal, day: date | None = None) -> list[str]:
    return registry.write(list(deals), day, NOON + 86_400).splitlines()[1:]


def test_issued_and_cancelled_deals_stand_in_the_order_of_their_moments() -> None:
    issued = a_deal(confirmed_at=NOON, issue_at=NOON + 60)
    cancelled = a_deal(form_guid='f-2', lender_id='SB-2', cancelled_at=NOON + 30)
    assert book(issued, cancelled) == [
        'f-2,SB-2,ТБ-1,CANCELLED,0,2026-03-10T09:00:30Z', 'f-1,SB-1,ТБ-1,ISSUED,4512345,2026-03-10T09:01:00Z']


def test_what_did_not_come_to_an_end_is_not_in_the_book() -> None:
    assert book(
        a_deal(), a_deal(chosen='', cancelled_at=NOON), a_deal(issue_at=NOON + 90_000),
        a_deal(issue_at=NOON, scenario='4001'), a_deal(issue_at=NOON, confirm_refusal='нет')) == []


def test_a_purchase_in_parts_has_no_number() -> None:
    assert book(a_deal(kind='bnpl', issue_at=NOON)) == ['f-1,SB-1,,ISSUED,4512345,2026-03-10T09:00:00Z']


@pytest.mark.parametrize(('at', 'day'), [
    (datetime(2026, 3, 10, 20, 59, 59, tzinfo=UTC), 10), (datetime(2026, 3, 10, 21, tzinfo=UTC), 11)])
def test_a_day_is_that_of_moscow(at: datetime, day: int) -> None:
    deal = a_deal(issue_at=at.timestamp())
    assert [len(book(deal, day=date(2026, 3, number))) for number in (9, day)] == [0, 1]


@pytest.mark.parametrize(('text', 'day'), [('', None), ('2026-03-10', date(2026, 3, 10))])
def test_a_date_is_iso_or_nothing(text: str, day: date | None) -> None:
    assert registry.day_of(text) == day
    with pytest.raises(ValueError, match='isoformat'):
        registry.day_of('10.03.2026')
