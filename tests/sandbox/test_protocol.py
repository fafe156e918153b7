"""What holds at the stand whatever the scenario: idempotency, journal, payments, proof, survival."""
from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from standardwebhooks.webhooks import Webhook
from werkzeug import Request, Response

from sandbox.profiles import BANK, MFO, callback_secret
from sandbox.terms import Wish, annuity, bnpl_offers, pos_offers
from tests.sandbox.stand import SECRET, Client, Stand


def test_the_same_key_and_body_give_the_stored_answer(stand: Stand) -> None:
    client = Client(stand)
    first = client.submit(key='one')
    assert client.submit(key='one') == first
    journal = stand.journal(client.form_guid)
    assert [(call['repeat'], call['effect']) for call in journal] == [(False, True), (True, False)]
    assert set(journal[0]) == {'lender', 'operation', 'idempotency_key', 'repeat', 'effect', 'at'}


def test_the_same_key_with_another_body_is_a_conflict(stand: Stand) -> None:
    client = Client(stand)
    client.submit(key='one')
    client.amount += 1
    status, answer = client.submit(key='one')
    assert (status, answer['error']['code']) == (409, 'idempotency_conflict')
    assert stand.effects(client.form_guid, 'submit') == 1


def test_an_application_is_submitted_once_under_any_key(stand: Stand) -> None:
    client = Client(stand)
    first = client.submit(key='one')[1]['lender_id']
    assert client.submit(key='two')[1]['lender_id'] == first
    client.amount += 1
    assert client.submit(key='three')[1]['error']['code'] == 'application_exists'
    assert stand.effects(client.form_guid, 'submit') == 1


def test_a_change_without_a_key_is_refused(stand: Stand) -> None:
    client = Client(stand)
    assert client.call('PUT', body=client.body(), key='x' * 101)[0] == 400
    assert stand.journal(client.form_guid) == []


def test_wrong_credentials_are_refused(stand: Stand) -> None:
    for prefix in ('/bank/v1', '/mfo/v1'):
        answer = urllib3.request(
            'GET', f'{stand.url}{prefix}/applications/x', headers={'Authorization': 'Bearer nothing'})
        assert answer.status == 401


def test_another_offer_cannot_be_chosen(stand: Stand) -> None:
    client = Client(stand)
    client.submit()
    first, second = (offer['offer_id'] for offer in client.decided()['offers'])
    assert client.call('POST', '/choice', {'offer_id': first})[0] == 200
    assert client.call('POST', '/choice', {'offer_id': second})[1]['error']['code'] == 'wrong_state'
    assert client.call('GET')[1]['chosen_offer_id'] == first


def test_a_lender_declines_sums_beyond_its_limits(stand: Stand) -> None:
    for lender, amount in (('sandbox-bank', 499_999), ('sandbox-bank', 50_000_001), ('sandbox-mfo', 30_000_001)):
        client = Client(stand, lender, amount=amount)
        client.submit()
        assert client.decided()['status'] == 'declined'


def test_cancelled_before_it_came_stays_cancelled(stand: Stand) -> None:
    client = Client(stand)
    assert client.call('POST', '/cancellation', {})[0] == 200
    client.submit()
    assert client.decided()['status'] == 'declined'
    assert [call['effect'] for call in stand.journal(client.form_guid)] == [False, False]


def test_cancel_works_until_the_issue(stand: Stand) -> None:
    client = Client(stand)
    client.to_contract()
    client.sign()
    client.call('POST', '/confirmation', {})
    client.issued()
    assert client.call('POST', '/cancellation', {})[1]['error']['code'] == 'already_issued'
    other = Client(stand)
    other.to_contract()
    assert other.call('POST', '/cancellation', {})[0] == 200
    assert other.call('POST', '/cancellation', {})[0] == 200
    assert stand.effects(other.form_guid, 'cancel') == 1
    assert other.sign()[1]['error']['code'] == 'wrong_state'


def bnpl(stand: Stand) -> Client:
    return Client(stand, kind='bnpl', amount=2_000_000, form={
        'success_url': 'https://shop.example/ok', 'failed_url': 'https://shop.example/failed'})


def test_paying_twice_makes_one_payment_and_returns_the_client(stand: Stand) -> None:
    client = bnpl(stand)
    contract = client.to_contract()
    assert contract['terms']['number'] == ''
    assert contract['terms']['effective_rate'] is None
    assert contract['terms']['payments_count'] == 4
    client.sign()
    locations = []
    threads = [threading.Thread(target=lambda: locations.append(client.page(contract, 'pay').headers['Location']))
               for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert locations == ['https://shop.example/ok'] * 8
    state = client.call('GET', '/state')[1]
    assert state['payment'] == 'paid'
    assert [(one['amount'], one['status']) for one in state['payments']] == [(500_000, 'success')]
    assert client.call('POST', '/confirmation', {})[1]['accepted'] is True


def test_a_part_is_completed_by_a_later_payment(stand: Stand) -> None:
    client = bnpl(stand)
    contract = client.to_contract()
    client.sign()
    assert client.page(contract, 'decline').headers['Location'] == 'https://shop.example/failed'
    assert client.call('GET', '/state')[1]['payment'] == 'declined'
    assert client.page(contract, 'part').headers['Location'] == 'https://shop.example/ok'
    assert client.page(contract, 'part').headers['Location'] == 'https://shop.example/ok'
    state = client.call('GET', '/state')[1]
    assert (state['payment'], [one['amount'] for one in state['payments']]) == ('partially_paid', [250_000])
    assert client.call('POST', '/confirmation', {})[1]['error']['code'] == 'not_ready'
    assert client.page(contract, 'pay').status == 303
    state = client.call('GET', '/state')[1]
    assert (state['payment'], [one['amount'] for one in state['payments']]) == ('paid', [250_000, 250_000])
    numbers = {one['transaction_number'] for one in state['payments']}
    assert len(numbers) == 2


def test_a_stale_page_sent_again_pays_nothing_more(stand: Stand) -> None:
    client = bnpl(stand)
    contract = client.to_contract()
    client.sign()
    client.page(contract, 'part', attempt='0')
    client.page(contract, 'pay', attempt='0')
    assert client.call('GET', '/state')[1]['payment'] == 'partially_paid'


def test_a_payment_is_returned_with_the_cancellation(stand: Stand) -> None:
    client = bnpl(stand)
    contract = client.to_contract()
    client.sign()
    client.page(contract, 'pay')
    client.call('POST', '/cancellation', {})
    assert [one['status'] for one in client.call('GET', '/state')[1]['payments']] == ['cancel']
    assert client.page(contract, 'pay').status == 410


def test_paying_waits_for_the_signature(stand: Stand) -> None:
    client = bnpl(stand)
    contract = client.to_contract()
    threading.Timer(0.5, client.sign).start()
    assert client.page(contract, 'pay').status == 303


@pytest.mark.slow
def test_an_unsigned_contract_is_not_paid(stand: Stand) -> None:
    client = bnpl(stand)
    contract = client.to_contract()
    started = time.monotonic()
    answer = client.page(contract, 'pay')
    assert answer.status == 409
    assert 'ещё не подписан' in answer.data.decode()
    assert '<form' in answer.data.decode()
    assert time.monotonic() - started >= 8
    assert client.call('GET', '/state')[1]['payments'] == []


def test_without_a_shop_url_the_page_is_the_lenders_own(stand: Stand) -> None:
    client = Client(stand, kind='bnpl')
    contract = client.to_contract()
    client.sign()
    page = urllib3.request('GET', contract['payment_url'])
    assert page.status == 200
    assert all(f'value="{result}"' in page.data.decode() for result in ('pay', 'part', 'decline'))
    answer = client.page(contract, 'pay')
    assert answer.status == 200
    assert 'Оплачено' in answer.data.decode()
    assert urllib3.request('GET', stand.url + '/pay/unknown').status == 404


def test_effects_survive_kill_nine(tmp_path: Path) -> None:
    stand = Stand(tmp_path / 'sandbox.sqlite3', pace=0.01)
    client = Client(stand)
    client.to_contract()
    client.sign()
    client.call('POST', '/confirmation', {}, key='kill-confirm')
    before = stand.journal(client.form_guid)
    stand.kill()
    stand.start()
    assert stand.journal(client.form_guid) == before
    assert client.call('POST', '/confirmation', {}, key='kill-confirm')[1] == {'accepted': True, 'reason': ''}
    assert client.issued()['issue'] == 'issued'
    assert stand.effects(client.form_guid, 'confirm') == 1
    stand.stop()


def test_callbacks_are_signed_and_name_only_form_and_event(tmp_path: Path, httpserver: HTTPServer) -> None:
    seen: list[tuple[str, dict[str, str]]] = []

    def take(request: Request) -> Response:
        body = request.get_data()
        seen.append((request.path, Webhook(callback_secret(SECRET, 'sandbox-mfo')).verify(body, dict(request.headers))))
        return Response(status=204)

    httpserver.expect_request('/lenders/callback/sandbox-mfo', method='POST').respond_with_handler(take)
    stand = Stand(tmp_path / 'sandbox.sqlite3', pace=0.01, callback_url=httpserver.url_for('/lenders/callback'))
    client = Client(stand)
    client.to_contract()
    client.sign()
    client.call('POST', '/confirmation', {})
    deadline = time.monotonic() + 5
    while len(seen) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    stand.stop()
    assert sorted(body['event'] for _, body in seen) == ['contract', 'decision', 'issue']
    assert all(body == {'form_guid': client.form_guid, 'event': body['event']} for _, body in seen)


def test_the_log_holds_no_data_of_the_client(tmp_path: Path) -> None:
    stand = Stand(tmp_path / 'sandbox.sqlite3', pace=0.01)
    client = Client(stand, phone='+79167654321', form={'client': {
        'phone': '+79167654321', 'last_name': 'Канарейкин', 'passport': {'number': '987654'}}})
    client.to_contract()
    client.sign()
    stand.stop()
    kept = ''.join(stand.lines) + ''.join(
        file.read_bytes().decode('utf-8', 'replace') for file in tmp_path.iterdir())
    for canary in ('9167654321', 'Канарейкин', '987654', '\\u041a'):
        assert canary not in kept
    assert sum('"operation": "submit"' in line for line in stand.lines) == 1


@given(
    price=st.integers(1_000, 30_000_000), share=st.integers(0, 90), term=st.integers(1, 120), life=st.booleans(),
    work=st.booleans(), profile=st.sampled_from((BANK, MFO)))
def test_offers_add_up(price: int, share: int, term: int, life: bool, work: bool, profile: object) -> None:
    assert profile in (BANK, MFO)
    initial = price * share // 100
    wish = Wish(price, initial, term, life, work)
    offers = pos_offers(BANK if profile is BANK else MFO, wish)
    assert len({offer.offer_id for offer in offers}) == 2
    for offer in offers:
        insurance = offer.life_insurance_sum + offer.work_insurance_sum
        assert offer.initial_payment + offer.amount == price + insurance
        assert offer.amount * 2 <= wish.loan * 3
        assert (offer.life_insurance_sum > 0) <= life
        assert (offer.work_insurance_sum > 0) <= work
        assert 0 < float(offer.rate) <= float(offer.effective_rate) <= 1000
        assert offer.regular_payment_amount * offer.payments_count >= offer.amount


@given(price=st.integers(100, 30_000_000))
def test_four_payments_cover_a_purchase(price: int) -> None:
    offer, = bnpl_offers(MFO, Wish(price, 0, None, False, False))
    assert offer.amount == price
    assert 0 <= offer.regular_payment_amount * 4 - price < 4


def test_an_annuity_known_by_heart() -> None:
    assert annuity(10_000_000, MFO.rate * 0 + 12, 12) == 888_488
