"""A client of the public API for stories: remembers the guids, waits for words, reads the SMS."""
from __future__ import annotations

import itertools
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Collection
from typing import Any

from denimhub.demo.forms import demo_form, scan
from denimhub.demo.till import code_of
from tests.flows.inbox import texts_to
from tests.harness.system import RunningSystem

WAIT_SECONDS = 40.0
_serial = itertools.count(random.randint(0, 9_000))


def phone_for(scenario: str) -> str:
    """A fresh mobile number that ends with a scenario's four digits."""
    return f'+79{random.randint(31, 79)}{next(_serial) % 1000:03}{scenario}'


class Story:
    """One application of the demo partner at one of its points: pos_online, pos_offline or bnpl."""

    def __init__(self, system: RunningSystem, point: str = 'pos_online', *, scenario: str = '7777') -> None:
        self.system = system
        self.point = point
        self.phone = phone_for(scenario)
        self.partner_guid: str = system.seeds['partner_guid']
        self.keys: dict[str, str] = {}

    def form(self, **changes: Any) -> dict[str, Any]:
        """A valid body of create_form for this point and phone."""
        kind, _separator, channel = self.point.partition('_')
        return demo_form(
            partner_guid=self.partner_guid, point_code=self.system.seeds['points'][self.point], kind=kind,
            channel=(channel or 'online').upper(), phone=self.phone) | changes

    def call(self, method: str, **body: Any) -> dict[str, Any]:
        """The envelope of a call with the guids of this story."""
        return self.system.call(method, {'partner_guid': self.partner_guid, **self.keys, **body})

    def code(self, method: str, **body: Any) -> int | None:
        """The error code of a call, None for success."""
        code: int | None = self.call(method, **body).get('error_code')
        return code

    def ok(self, method: str, **body: Any) -> dict[str, Any]:
        """`data` of a call that has to succeed."""
        envelope = self.call(method, **body)
        assert envelope['status'] == 'success', f'{method}: {envelope}'
        data: dict[str, Any] = envelope['data']
        return data

    def wait(self, method: str, word: str, until: Collection[str], *, seconds: float = WAIT_SECONDS) -> dict[str, Any]:
        """Poll until the word is one of `until`; fails with what it is in the end."""
        deadline = time.monotonic() + seconds
        while True:
            data = self.ok(method)
            if data[word] in until:
                return data
            assert time.monotonic() < deadline, f'{method}: {word} is {data[word]}, waited for {sorted(until)}'
            time.sleep(0.15)

    # --- steps ------------------------------------------------------------------------------------------------------

    def create(self, **changes: Any) -> None:
        """Send the form."""
        self.keys = {'form_guid': self.ok('create_form', **self.form(**changes))['form_guid']}

    def offers(self, *, seconds: float = WAIT_SECONDS) -> list[dict[str, Any]]:
        """The offers, once they are done."""
        offers: list[dict[str, Any]] = self.wait('get_offers', 'offer_status', {'done'}, seconds=seconds)['offers']
        return offers

    def confirm_offer(self, number: int = 0) -> None:
        """Choose an offer."""
        self.keys['offer_guid'] = self.offers()[number]['guid']
        self.ok('confirm_offer')

    def contract(self, until: Collection[str] = ('done',)) -> dict[str, Any]:
        """The contract, once it is in one of these states."""
        return self.wait('get_contract', 'contract_status', until)

    def messages(self) -> list[str]:
        """Texts of all SMS that the client's phone got, oldest first."""
        return texts_to(self.system, self.phone)

    def sms_code(self, *, count: int = 1) -> str:
        """The newest signing code, once `count` codes have come."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            codes = [code for text in self.messages() if (code := code_of(text))]
            if len(codes) >= count:
                return codes[-1]
            assert time.monotonic() < deadline, f'{len(codes)} codes came, waited for {count}'
            time.sleep(0.15)

    def sign(self, *, count: int = 1) -> None:
        """Type the newest code."""
        self.ok('check_sms_code', code=self.sms_code(count=count))

    def to_signed(self) -> None:
        """From the form to a signed contract."""
        self.create()
        self.confirm_offer()
        self.contract()
        self.sign()

    def pay(self, result: str = 'pay') -> tuple[int, str]:
        """Press a button of the payment page: HTTP status and where it leads."""
        url = self.ok('get_signing_status')['payment_url']
        body = urllib.parse.urlencode({'result': result}).encode()
        return post_form(url, body)

    def send_scans(self, *types: str) -> None:
        """Send these scans, waiting while the lender looks at earlier ones."""
        self.until_success(lambda: self.call('save_scans', scans=[scan(type_) for type_ in types]), busy=7005)

    def scans(self, until: Collection[str]) -> dict[str, Any]:
        """The state of scans, once it is one of these."""
        return self.wait('get_scans_status', 'scans_status', until)

    def confirm(self) -> dict[str, Any]:
        """The envelope of confirm_contract, repeated while scans are being checked."""
        return self.until_success(lambda: self.call('confirm_contract'), busy=7005)

    def issue(self, until: Collection[str] = ('done',), *, seconds: float = WAIT_SECONDS) -> str:
        """The issue status, once it is one of these."""
        status: str = self.wait('get_issue_status', 'issue_status', until, seconds=seconds)['issue_status']
        return status

    def until_success(self, call: Callable[[], dict[str, Any]], *, busy: int) -> dict[str, Any]:
        """Repeat a call while it answers `busy`."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            envelope = call()
            if envelope.get('error_code') != busy or time.monotonic() > deadline:
                return envelope
            time.sleep(0.2)

    def journal(self, operation: str | None = None) -> list[dict[str, Any]]:
        """Calls the sandbox lenders saw for this form."""
        calls = self.system.journal(self.keys['form_guid'])
        return [call for call in calls if operation in (None, call['operation'])]

    def effects(self, operation: str) -> dict[str, int]:
        """How often an operation changed something, by lender."""
        counts: dict[str, int] = {}
        for call in self.journal(operation):
            counts[call['lender']] = counts.get(call['lender'], 0) + int(call['effect'])
        return counts


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """The shop of the client is not ours to open."""


def post_form(url: str, body: bytes) -> tuple[int, str]:
    """POST a form; HTTP status and the Location it answers."""
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(urllib.request.Request(url, data=body), timeout=30) as answer:
            return answer.status, ''
    except urllib.error.HTTPError as redirect:
        return redirect.code, redirect.headers.get('Location', '')
