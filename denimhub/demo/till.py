"""A till: plays one application through the public API, step by step, as an integrator would write it."""
from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import urllib3

from denimhub.demo.forms import scan

STEP_SECONDS = 30.0
POLL_SECONDS = 0.25


class NotIssued(Exception):
    """The application did not end issued; the text says where it stopped."""


@dataclass
class Till:
    """One till of a partner. `read_code(phone)` finds the newest signing code sent to a phone."""

    base_url: str
    partner_guid: str
    say: Callable[[str], None]
    read_code: Callable[[str], str | None]
    keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http = urllib3.PoolManager(timeout=40, retries=False)

    def call(self, method: str, **body: Any) -> dict[str, Any]:
        """One call of the API; raises NotIssued on any error of it."""
        response = self.http.request(
            'POST', f'{self.base_url}/dp/{method}', json={'partner_guid': self.partner_guid, **self.keys, **body})
        answer: dict[str, Any] = response.json()
        if answer['status'] != 'success':
            raise NotIssued(f'{method}: {answer["error_code"]} {answer["error_message"]} {answer["data"]}')
        data: dict[str, Any] = answer['data']
        return data

    def wait(self, method: str, word: str, *, until: set[str], fails: set[str] | None = None) -> dict[str, Any]:
        """Poll a get method until its status word is one of `until`."""
        deadline = time.monotonic() + STEP_SECONDS
        while True:
            data = self.call(method)
            if data[word] in until:
                return data
            if data[word] in (fails or set()):
                raise NotIssued(f'{method}: {word} is {data[word]}')
            if time.monotonic() > deadline:
                raise NotIssued(f'{method}: {word} is still {data[word]} after {STEP_SECONDS:.0f} s')
            time.sleep(POLL_SECONDS)

    def play(self, form: dict[str, Any]) -> str:
        """One application from the form to the money; returns its form_guid. Raises NotIssued."""
        started = time.monotonic()
        self.choose_offer(form)
        self.sign(form['mobile_phone'])
        self.bring_scans()
        self.call('confirm_contract')
        self.say('confirm_contract: the lender took the confirmation')
        self.wait('get_issue_status', 'issue_status', until={'done'}, fails={'declined', 'error'})
        self.say(f'get_issue_status: done, the loan is issued ({time.monotonic() - started:.1f} s in all)')
        return self.keys['form_guid']

    def choose_offer(self, form: dict[str, Any]) -> None:
        """Send the form, wait for offers, take the cheapest, wait for the contract."""
        self.keys = {}
        self.keys = {'form_guid': self.call('create_form', **form)['form_guid']}
        self.say(f'create_form: form_guid {self.keys["form_guid"]}')
        page = self.wait('get_offers', 'offer_status', until={'done'}, fails={'declined', 'error'})
        offer = page['offers'][0]
        self.say(f'get_offers: {len(page["offers"])} offers, {len(page["files"])} files; '
                 f'the cheapest is «{offer["name"]}», {rubles(offer["regular_payment_amount"])} a payment')
        self.keys['offer_guid'] = offer['guid']
        self.call('confirm_offer')
        self.say('confirm_offer: chosen')
        data = self.wait('get_contract', 'contract_status', until={'done'}, fails={'declined', 'error'})
        number = data['contract'].get('number', '')
        self.say(f'get_contract: {number or "contract"} for {rubles(data["contract"]["amount"])}, '
                 f'{len(data["files"])} printed forms')
        for document in data['files']:
            self.download(document['file_guid'])

    def download(self, file_guid: str) -> bytes:
        """One printed form through get_file."""
        response = self.http.request(
            'GET', f'{self.base_url}/dp/get_file', fields={'partner_guid': self.partner_guid, 'file_guid': file_guid})
        if response.status != 200:
            raise NotIssued(f'get_file: HTTP {response.status}')
        return response.data

    def sign(self, phone: str) -> None:
        """Type the code of the SMS, and pay the first part where there is a payment page."""
        self.call('resend_sms_code')
        self.say('resend_sms_code: the first code is on its way by itself, nothing more is sent')
        deadline = time.monotonic() + STEP_SECONDS
        while (code := self.read_code(phone)) is None:
            if time.monotonic() > deadline:
                raise NotIssued('no SMS with a code came')
            time.sleep(POLL_SECONDS)
        self.call('check_sms_code', code=code)
        self.say('check_sms_code: the code from the SMS is right, the contract is signed')
        status = self.call('get_signing_status')
        if status.get('payment_url'):
            self.pay(status['payment_url'])

    def pay(self, payment_url: str) -> None:
        """Press the button of the lender's payment page and wait for the payment."""
        self.call('send_sms_link')
        self.say('send_sms_link: the client has the address of the payment page')
        page = self.http.request(
            'POST', payment_url, fields={'result': 'pay'}, encode_multipart=False, redirect=False)
        if page.status != 303:
            raise NotIssued(f'the payment page answered HTTP {page.status}')
        self.say(f'payment page: paid, the client returns to {page.headers["location"]}')
        data = self.wait('get_payment_status', 'payment_status', until={'paid'}, fails={'declined'})
        self.say(f'get_payment_status: paid, {rubles(sum(row["amount"] for row in data["payments"]))}')

    def bring_scans(self) -> None:
        """Send the scans that the lender asks for until it has accepted them all."""
        for _round in range(3):
            data = self.wait(
                'get_scans_status', 'scans_status',
                until={'ACCEPTED', 'REQUESTED', 'RESCAN_NEEDED'}, fails={'DECLINED', 'PRINT_FORMS_CHANGED'})
            wanted = [row['type'] for row in data['scans'] if row['status'] in ('REQUESTED', 'RESCAN_NEEDED')]
            if data['scans_status'] == 'ACCEPTED':
                self.say('get_scans_status: ACCEPTED')
                return
            self.call('save_scans', scans=[scan(type_) for type_ in wanted])
            self.say(f'save_scans: {", ".join(wanted)}')
        raise NotIssued('the lender asks for scans again and again')


def code_of(text: str) -> str | None:
    """The signing code of an SMS: its only run of exactly six digits."""
    found = re.findall(r'(?<!\d)\d{6}(?!\d)', text)
    return found[-1] if found else None


def rubles(kopecks: int) -> str:
    """An amount for people: `12 345,67 ₽`."""
    return f'{kopecks // 100:,}'.replace(',', ' ') + f',{kopecks % 100:02} ₽'
