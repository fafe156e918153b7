"""Whatever a lender answers, it is understood as the protocol says or it is NotUnderstood: nothing in between."""
from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError
from pytest_httpserver import HTTPServer

from lenders.adapters.denimhub import reading, wire
from lenders.catalogue import adapter_for
from lenders.contract import Decision, DecisionStatus, LenderTrouble, NotUnderstood, Ref, SignatureReport
from lenders.models import Lender
from lenders.rules import check_decision

FORM = '6a3ab6a4-5d0a-4f0e-9d7c-7f4ab0a3c001'
BASE = f'/v1/applications/{FORM}'
OFFER: dict[str, Any] = {
    'offer_id': 'o-1', 'name': 'Кредит', 'initial_payment': 0, 'amount': 100_000, 'life_insurance_sum': 0,
    'work_insurance_sum': 0, 'term_value': 12, 'term_unit': 'month', 'regular_payment_amount': 9000,
    'regular_period_type': 'month', 'rate': '20', 'effective_rate': '21.5'}
DECISION: dict[str, Any] = {'status': 'approved', 'reason': '', 'offers': [OFFER]}
TERMS: dict[str, Any] = {
    'number': 'A-1', 'effective_rate': '21.5', 'amount': 100_000, 'term_value': 12, 'term_unit': 'month',
    'regular_payment_amount': 9000, 'first_payment_date': '2026-02-01', 'payments_count': 12}
CONTRACT: dict[str, Any] = {'stage': 'ready', 'terms': TERMS, 'signing_mode': 'platform'}

BODIES = [
    b'', b'null', b'[]', b'{}', b'"x"', b'1', b'<html>', b'\xff\xfe', b'{', b'{"status"', b'[' * 100_000,
    b'{"a":' * 5000, b'{"status":"approved","offers":[' + b'{},' * 5000 + b'{}]}', b'NaN', b'{"status": NaN}',
    b'{"status":"\\ud800"}', b'{"status":"pending\\u0000"}', b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>',
    b'{"status":"approved","offers":[]}', b'{"status":"aproved"}', b'{"status":1}', b'{"status":["pending"]}',
    json.dumps({**DECISION, 'offers': [OFFER] * 51}).encode(), json.dumps({**DECISION, 'offers': [OFFER] * 2}).encode(),
]
NO_SUM: list[Any] = [-1, 0, 1.5, '100', None, True, 10**13, 10**40, [], {}]
NO_PREMIUM: list[Any] = [-1, 1.5, '0', None, False, 10**13]
NO_TERM: list[Any] = [0, -1, 1001, '12', 1.2, None, True]
NO_UNIT: list[Any] = ['year', 'MONTH', '', None, 1]
NO_RATE: list[Any] = [
    '-1', '1000.1', 'NaN', 'Infinity', '', 'x', None, True, [], '1e9', -0.1, 1e400, '20.0001']
NO_ID: list[Any] = ['', 'x' * 101, None, 1, 'a\x00b', 'a\nb', []]
NO_NAME: list[Any] = ['', 'x' * 201, None, 1, 'a\x00']
OFFER_CHANGES: list[tuple[str, Any]] = [
    *[(name, value) for name in ('amount', 'regular_payment_amount') for value in NO_SUM],
    *[(name, value) for name in ('initial_payment', 'life_insurance_sum') for value in NO_PREMIUM],
    *[('term_value', value) for value in NO_TERM],
    *[(name, value) for name in ('term_unit', 'regular_period_type') for value in NO_UNIT],
    *[(name, value) for name in ('rate', 'effective_rate') for value in NO_RATE],
    *[('offer_id', value) for value in NO_ID],
    *[('name', value) for value in NO_NAME],
    *[('expires_at', value) for value in ('soon', 1, '2026-01-01', '2026-01-01T00:00:00')],
    *[('has_payment_page', value) for value in ('yes', 1, None)],
    ('effective_rate', '19.9'),
]


def answer_with(httpserver: HTTPServer, path: str, body: bytes) -> None:
    httpserver.clear()
    httpserver.expect_request(BASE + path).respond_with_data(body, content_type='application/json')


@pytest.mark.parametrize('body', BODIES, ids=range(len(BODIES)))
def test_strange_bodies_are_not_understood_whatever_was_asked(
    lender: Lender, httpserver: HTTPServer, body: bytes,
) -> None:
    adapter, ref = adapter_for(lender), Ref(FORM)
    asks: list[tuple[str, Callable[[], object]]] = [
        ('/decision', lambda: adapter.fetch_decision(ref)), ('/contract', lambda: adapter.fetch_contract(ref)),
        ('/scans', lambda: adapter.fetch_scan_verdicts(ref)), ('/state', lambda: adapter.fetch_state(ref)),
        ('', lambda: adapter.find(FORM)), ('/confirmation', lambda: adapter.confirm(ref, key='k')),
        ('/code/check', lambda: adapter.check_code(ref, '1', key='k'))]
    for path, ask in asks:
        answer_with(httpserver, path, body)
        with pytest.raises(NotUnderstood):
            ask()


@pytest.mark.parametrize(('field', 'value'), OFFER_CHANGES)
def test_an_offer_out_of_bounds_is_not_understood(
    lender: Lender, httpserver: HTTPServer, field: str, value: Any,
) -> None:
    answer_with(httpserver, '/decision', json.dumps({**DECISION, 'offers': [{**OFFER, field: value}]}).encode())
    with pytest.raises(NotUnderstood):
        adapter_for(lender).fetch_decision(Ref(FORM))


@pytest.mark.parametrize(('field', 'value'), [
    ('amount', 0), ('amount', '1'), ('first_payment_date', 'soon'), ('first_payment_date', 20260101),
    ('first_payment_date', '2026-02-30'), ('payments_count', 0), ('payments_count', 10**6), ('number', 'x' * 51),
    ('number', None), ('term_unit', 'year'), ('effective_rate', '-1'), ('regular_payment_amount', -5),
])
def test_terms_out_of_bounds_are_not_understood(
    lender: Lender, httpserver: HTTPServer, field: str, value: Any,
) -> None:
    answer_with(httpserver, '/contract', json.dumps({**CONTRACT, 'terms': {**TERMS, field: value}}).encode())
    with pytest.raises(NotUnderstood):
        adapter_for(lender).fetch_contract(Ref(FORM))


@pytest.mark.parametrize('url', [
    'https://evil.example/pay', 'https://pay.example.evil.example/', 'https://pay.example@evil.example/',
    'https://user@pay.example/', 'javascript:alert(1)', 'ftp://pay.example/', '//pay.example/', 'https://[pay.example',
    'https://pay.example\\@evil.example/', 'https://pay.example/\r\nX: y', 'x' * 3000,
])
def test_a_payment_page_elsewhere_is_not_understood(lender: Lender, httpserver: HTTPServer, url: str) -> None:
    answer_with(httpserver, '/contract', json.dumps({**CONTRACT, 'payment_url': url}).encode())
    with pytest.raises(NotUnderstood):
        adapter_for(lender).fetch_contract(Ref(FORM))


def test_a_contract_on_the_lenders_host_is_understood(lender: Lender, httpserver: HTTPServer) -> None:
    body = {**CONTRACT, 'payment_url': 'https://pay.example/p/1', 'a_field_of_the_next_version': {}}
    answer_with(httpserver, '/contract', json.dumps(body).encode())
    assert adapter_for(lender).fetch_contract(Ref(FORM)).payment_url == 'https://pay.example/p/1'


def test_another_application_found_is_not_ours(lender: Lender, httpserver: HTTPServer) -> None:
    body = {'form_guid': FORM.replace('6', '7'), 'lender_id': 'x', 'decision': {'status': 'pending'}}
    answer_with(httpserver, '', json.dumps(body).encode())
    with pytest.raises(NotUnderstood, match='another application'):
        adapter_for(lender).find(FORM)


def test_a_404_of_somebody_else_is_not_an_unknown_application(lender: Lender, httpserver: HTTPServer) -> None:
    httpserver.expect_request(BASE).respond_with_data('<html>nginx</html>', status=404)
    with pytest.raises(LenderTrouble):
        adapter_for(lender).find(FORM)


JUNK: list[Any] = [None, -1, 0, 10**30, 1.5, '', 'x' * 5000, '\x00', [], {}, True, 'NaN', [[]], '2026-13-01']


def mutations(value: Any, seeded: random.Random) -> Any:
    """The value with one place changed."""
    made = copy.deepcopy(value)
    holder, place = made, None
    while isinstance(holder, dict | list) and holder:
        place = seeded.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        if not isinstance(holder[place], dict | list) or not holder[place] or seeded.random() < 0.2:
            break
        holder = holder[place]
    holder[place] = seeded.choice(JUNK)
    return made


def test_mutations_are_valid_or_refused_never_a_crash() -> None:
    seeded = random.Random(20260101)
    models: list[tuple[type[wire.Wire], Callable[[Any], object], Any]] = [
        (wire.WireDecision, reading.decision, DECISION),
        (wire.WireContract, reading.contract, CONTRACT)]
    for _ in range(3000):
        model, read, sound = seeded.choice(models)
        try:
            answer = read(model.model_validate_json(json.dumps(mutations(sound, seeded))))
        except (ValidationError, NotUnderstood):
            continue
        if isinstance(answer, Decision) and answer.status == DecisionStatus.APPROVED:
            assert 0 < answer.offers[0].amount <= 10**12
            assert 0 <= answer.offers[0].rate <= 1000


def sound_decision(**changes: Any) -> Decision:
    return reading.decision(wire.WireDecision.model_validate_json(
        json.dumps({**DECISION, 'offers': [{**OFFER, **changes}]})))


def test_an_offer_that_fits_the_form_passes() -> None:
    check_decision(sound_decision(), amount=100_000, initial_payment=0)
    check_decision(sound_decision(initial_payment=20_000, amount=90_000, life_insurance_sum=10_000),
                   amount=100_000, initial_payment=20_000)
    check_decision(Decision(DecisionStatus.DECLINED), amount=1, initial_payment=0)


@pytest.mark.parametrize(('changes', 'amount', 'initial'), [
    ({'amount': 150_001, 'life_insurance_sum': 50_001}, 100_000, 0), ({}, 100_001, 0),
    ({'initial_payment': 1}, 100_000, 0),
    ({'life_insurance_sum': 1}, 100_000, 0), ({'regular_payment_amount': 200_001}, 100_000, 0), ({}, 100_000, 50_000),
])
def test_an_offer_that_cannot_be_an_answer_to_the_form_is_refused(
    changes: dict[str, Any], amount: int, initial: int,
) -> None:
    with pytest.raises(NotUnderstood):
        check_decision(sound_decision(**changes), amount=amount, initial_payment=initial)


def test_an_approval_without_offers_is_refused() -> None:
    with pytest.raises(NotUnderstood):
        check_decision(Decision(DecisionStatus.APPROVED), amount=1, initial_payment=0)


def test_a_signature_is_reported_in_utc(lender: Lender, httpserver: HTTPServer) -> None:
    answer_with(httpserver, '/signature', b'{}')
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=3)))
    adapter_for(lender).report_signature(Ref(FORM), SignatureReport(moment, ('a' * 64,)), key='k')
    request, _ = httpserver.log[-1]
    assert request.get_json() == {
        'signed_at': '2026-01-02T00:04:05Z', 'documents_sha256': ['a' * 64], 'forms_version': 1}
