"""The bank's own printed forms at the stand: whole and behind links that run out; the microfinance company has none."""
from __future__ import annotations

import base64
import hashlib
import io
import time
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pypdfium2
import pytest
import urllib3

from sandbox.deal import Deal
from sandbox.files import LINK_SECONDS, Files
from sandbox.papers import Facts, consent, schedule, terms
from tests.sandbox.stand import SECRET, Client, Stand
from tests.sandbox.test_scenarios import offline_to_scans

FACTS = Facts(
    'SB-1234-5678-9012', submitted_on=date(2026, 11, 24), price=5_000_000, loan=4_500_000,
    number='ТБ-1234-5678-9012', made_on=date(2026, 11, 24), amount=4_596_000, initial_payment=500_000,
    insurance=96_000, term_months=12, payment=434_500, payments_count=12, rate='23.9', effective_rate='27.481')


def text_of(content: bytes) -> str:
    with pypdfium2.PdfDocument(io.BytesIO(content)) as document:
        return '\n'.join(page.get_textpage().get_text_bounded() for page in document)


def content_of(told: dict[str, Any]) -> bytes:
    """The bytes of an announced form, as announced."""
    if 'content' in told:
        content = base64.b64decode(told['content'])
    else:
        answer = urllib3.request('GET', told['url'])
        assert (answer.status, answer.headers['Content-Type']) == (200, 'application/pdf')
        content = answer.data
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (told['sha256'], told['size_bytes'])
    return content


def forms(told: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    return {one['kind']: ('link' if 'url' in one else 'whole', text_of(content_of(one))) for one in told}


def test_the_bank_brings_a_consent_by_link_and_its_contract_both_ways(stand: Stand) -> None:
    client = Client(stand, 'sandbox-bank')
    contract = client.to_contract()
    offered = client.decided()
    (way, text), = forms(offered['documents']).values()
    assert way == 'link'
    assert 'Согласие на обработку персональных данных' in text
    made = forms(contract['documents'])
    assert {kind: way for kind, (way, _text) in made.items()} == {'contract': 'whole', 'schedule': 'link'}
    number = contract['terms']['number']
    assert all(number in text for _way, text in made.values())
    assert 'Полная стоимость кредита' in made['contract'][1]


def test_the_microfinance_company_leaves_the_forms_to_the_platform(stand: Stand) -> None:
    client = Client(stand, 'sandbox-mfo')
    assert client.to_contract()['documents'] == []
    assert client.decided()['documents'] == []


def test_the_forms_stay_the_same_however_often_they_are_asked_for(stand: Stand) -> None:
    client = Client(stand, 'sandbox-bank')
    client.to_contract()
    seen = [[one['sha256'] for one in client.call('GET', '/contract')[1]['documents']] for _ in range(2)]
    stand.kill()
    stand.start()
    seen.append([one['sha256'] for one in client.call('GET', '/contract')[1]['documents']])
    assert seen[0] == seen[1] == seen[2]


def test_2003_brings_new_forms_and_the_old_links_give_the_new_bytes(stand: Stand) -> None:
    client = offline_to_scans(stand, '2003')
    before = client.call('GET', '/contract')[1]['documents']
    client.checked_scans()
    after = client.call('GET', '/contract')[1]['documents']
    assert not {one['sha256'] for one in before} & {one['sha256'] for one in after}
    old_link = next(one['url'] for one in before if 'url' in one)
    assert hashlib.sha256(urllib3.request('GET', old_link).data).hexdigest() == next(
        one['sha256'] for one in after if one['kind'] == 'schedule')


def test_a_link_needs_its_token_whole_and_in_time(stand: Stand) -> None:
    client = Client(stand, 'sandbox-bank')
    told = client.to_contract()['documents']
    url = next(one['url'] for one in told if 'url' in one)
    parts = urlsplit(url)
    token, until = parse_qs(parts.query)['token'][0], parse_qs(parts.query)['until'][0]
    assert 0 < int(until) - time.time() <= LINK_SECONDS
    plain = f'{stand.url}{parts.path}'
    for wrong in (
        plain, f'{plain}?until={until}', f'{plain}?until={until}&token={token[:-2]}AA',
        f'{plain}?until={int(until) + 1}&token={token}',
        f'{plain.replace("schedule", "contract")}?until={until}&token={token}',
        f'{plain.replace("schedule", "passwd")}?until={until}&token={token}',
    ):
        assert urllib3.request('GET', wrong).status == 404
    assert stand.journal(client.form_guid)[-1]['operation'] == 'choose'


def test_a_link_runs_out() -> None:
    files = Files(SECRET)
    deal = a_deal()
    told = files.of_offers(deal, 'http://stand', now=1000.0)[0]
    parts = urlsplit(told['url'])
    until, token = (parse_qs(parts.query)[name][0] for name in ('until', 'token'))
    assert files.asked(parts.path, until, token, now=1000.0 + LINK_SECONDS - 1) == (deal.form_guid, 'consent')
    assert files.asked(parts.path, until, token, now=1001.0 + LINK_SECONDS) is None
    assert Files('another').asked(parts.path, until, token, now=1000.0) is None


def a_deal() -> Deal:
    return Deal(
        lender='sandbox-bank', form_guid='6a3ab6a4-5d0a-4f0e-9d7c-7f4ab0a3c001', lender_id='SB-1', body_sha256='',
        scenario='', kind='pos', channel='ONLINE', amount=100, loan=100, token='t', success_url='', failed_url='',
        submitted_at=0.0, decision_at=0.0, verdict='approved', contract_number='ТБ-1')


@pytest.mark.parametrize('make', [consent, terms, schedule])
def test_the_same_facts_give_the_same_bytes(make: Any) -> None:
    assert make.__wrapped__(FACTS) == make.__wrapped__(FACTS)


def test_the_schedule_pays_the_loan_to_the_kopeck() -> None:
    text = text_of(schedule(FACTS)).replace('\xa0', ' ')
    assert '24.12.2026' in text
    assert '24.11.2027' in text
    assert '0,00 ₽' in text
    assert '4 345,00 ₽' in text
