"""The DenimHub lender protocol as the sandbox answers it: routing, idempotency, the journal, the scenarios' tricks."""
from __future__ import annotations

import json
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox import operations, registry, views
from sandbox.deal import Deal, settle
from sandbox.files import PDF, Files, content_of
from sandbox.operations import Operation, ProtocolError, Result, Thinking
from sandbox.profiles import BANK, PROFILES, Profile
from sandbox.scenarios import Scenario
from sandbox.shapes import Body, BodyError
from sandbox.store import Store, StoredAnswer

_PATH = re.compile(r'/v1/applications/([0-9A-Za-z-]{1,64})(/[a-z/]+)?')
_CHANGES: dict[str, tuple[str, Operation]] = {
    '/choice': ('choose', operations.choose), '/code': ('send_code', operations.send_code),
    '/code/check': ('check_code', operations.check_code), '/signature': ('check_code', operations.report_signature),
    '/scans': ('send_scans', operations.send_scans), '/confirmation': ('confirm', operations.confirm),
    '/cancellation': ('cancel', operations.cancel),
}
_GARBAGE_PAGE = b'<html><body><h1>It works!</h1></body></html>'
_GARBAGE = {'status': 'aproved', 'decision': [None], 'offers': {'amount': -1, 'rate': '1e99'}}


@dataclass(slots=True)
class Reply:
    """An HTTP answer and what becomes of it: sent, cut (executed, the answer lost) or never given."""

    status: int
    body: bytes
    content_type: str = 'application/json'
    headers: dict[str, str] = field(default_factory=dict)
    fate: Literal['send', 'cut', 'hang'] = 'send'
    operation: str = ''
    form_guid: str = ''
    effect: bool = False


def json_reply(status: int, values: dict[str, Any]) -> Reply:
    """A JSON answer."""
    return Reply(status, json.dumps(values, ensure_ascii=False).encode())


def problem_reply(problem: ProtocolError) -> Reply:
    """The protocol's error body."""
    reply = json_reply(problem.status, {'error': {'code': problem.code, 'message': problem.message}})
    if problem.code == 'not_ready':
        reply.headers['Retry-After'] = '1'
    return reply


class Api:
    """All lenders of the stand."""

    def __init__(
        self, store: Store, thinking: Thinking, public_url: str, files: Files, *, sends_callbacks: bool,
    ) -> None:
        self.store = store
        self.thinking = thinking
        self.public_url = public_url.rstrip('/')
        self.files = files
        self.sends_callbacks = sends_callbacks

    def profile_of(self, path: str) -> Profile | None:
        """The lender whose address this is."""
        return next((profile for profile in PROFILES if path.startswith(profile.prefix + '/')), None)

    def journal(self, form_guid: str) -> Reply:
        """Every call that changes, or looks for, an application."""
        with self.store.transaction():
            calls = self.store.calls(form_guid)
        return json_reply(200, {'calls': calls})

    def registry(self, lender: str, day: str) -> Reply:
        """The books of one lender as CSV, of one day in Moscow (`YYYY-MM-DD`) or of all."""
        if lender not in {profile.code for profile in PROFILES}:
            return problem_reply(ProtocolError(404, 'not_found', 'no such lender'))
        try:
            wanted = registry.day_of(day)
        except ValueError:
            return problem_reply(ProtocolError(400, 'bad_request', 'date is not YYYY-MM-DD'))
        with self.store.transaction() as store:
            text = registry.write(store.deals_of(lender), wanted, time.time())
        return Reply(200, text.encode(), 'text/csv; charset=utf-8')

    def file(self, path: str, until: str, token: str) -> Reply:
        """A printed form of the bank behind a link; the link itself is the permission."""
        now = time.time()
        asked = self.files.asked(path, until, token, now)
        content = None
        if asked is not None:
            with self.store.transaction() as store:
                deal = store.deal(BANK.code, asked[0])
            if deal is not None:
                settle(deal, now)
                content = content_of(asked[1], deal)
        if content is None:
            return problem_reply(ProtocolError(404, 'not_found', 'no such file'))
        return Reply(200, content, PDF, headers={'Cache-Control': 'no-store'})

    def handle(self, profile: Profile, method: str, path: str, key: str, raw: bytes, base_url: str) -> Reply:
        """One call of the protocol; links in the answer lead to `base_url`, which was called."""
        match = _PATH.fullmatch(path.removeprefix(profile.prefix.removesuffix('/v1')))
        if match is None:
            return problem_reply(ProtocolError(404, 'no_such_method', 'no such method'))
        form_guid, action = match[1], match[2] or ''
        try:
            if method == 'PUT' and action == '':
                reply = self._change(profile, form_guid, 'submit', None, key, raw)
            elif method == 'POST' and action in _CHANGES:
                reply = self._change(profile, form_guid, *_CHANGES[action], key, raw)
            elif method == 'GET' and action in ('', '/decision', '/contract', '/scans', '/state'):
                reply = self._ask(profile, form_guid, action, base_url)
            else:
                reply = problem_reply(ProtocolError(404, 'no_such_method', 'no such method'))
        except BodyError as error:
            reply = problem_reply(ProtocolError(400, 'bad_request', str(error)))
        reply.form_guid = form_guid
        return reply

    def _change(
        self, profile: Profile, form_guid: str, name: str, operation: Operation | None, key: str, raw: bytes,
    ) -> Reply:
        body = Body(raw)
        if not 1 <= len(key) <= 100:
            raise BodyError('Idempotency-Key is missing or too long')
        now = time.time()
        with self.store.transaction() as store:
            known = store.answer(profile.code, key)
            deal = store.deal(profile.code, form_guid)
            effect = False
            try:
                if known is not None:
                    reply = self._repeat(known, name, form_guid, body)
                else:
                    result = self._perform(profile, form_guid, name, operation, deal, body, now)
                    effect, reply = result.effect, json_reply(200, result.answer)
                    store.keep_answer(profile.code, key, StoredAnswer(
                        name, form_guid, body.sha256, 200, reply.body.decode()))
            except ProtocolError as problem:
                reply = problem_reply(problem)
            store.note_call(profile.code, form_guid, name, key, effect=effect, at=_at(now))
            deal = store.deal(profile.code, form_guid)
        reply.operation, reply.effect = name, effect
        return self._trick(reply, deal, name)

    def _repeat(self, known: StoredAnswer, name: str, form_guid: str, body: Body) -> Reply:
        if (known.operation, known.form_guid, known.body_sha256) != (name, form_guid, body.sha256):
            raise ProtocolError(409, 'idempotency_conflict', 'the key was used with another request')
        return Reply(known.status, known.answer.encode())

    def _perform(
        self, profile: Profile, form_guid: str, name: str, operation: Operation | None, deal: Deal | None, body: Body,
        now: float,
    ) -> Result:
        if operation is None:
            return self._submit(profile, form_guid, deal, body, now)
        if deal is None:
            if name == 'cancel':
                self.store.close(profile.code, form_guid)
                return Result({}, effect=False)
            raise ProtocolError(404, 'application_not_found', 'no such application')
        settle(deal, now)
        result = operation(deal, body, self.thinking, now)
        self.store.save(deal)
        if result.effect:
            self._call_back(deal, name, now)
        return result

    def _submit(self, profile: Profile, form_guid: str, deal: Deal | None, body: Body, now: float) -> Result:
        effect = deal is None
        if deal is not None and deal.body_sha256 != body.sha256:
            raise ProtocolError(409, 'application_exists', 'the id was used for another application')
        if deal is None:
            deal = operations.open_deal(profile, form_guid, body, self.thinking, now)
            if deal.plays(Scenario.TWO_ERRORS) and self.store.count_error(profile.code, form_guid) <= 2:
                raise ProtocolError(500, 'internal', 'internal error')
            if self.store.is_closed(profile.code, form_guid):
                deal.cancelled_at, effect = now, False
            self.store.save(deal)
            self._call_back(deal, 'submit', now)
        return Result({'lender_id': deal.lender_id, 'decision': views.decision(deal, now)}, effect=effect)

    def _call_back(self, deal: Deal, name: str, now: float) -> None:
        if not self.sends_callbacks or deal.plays(Scenario.SILENT):
            return
        due = {'submit': ('decision', deal.decision_at), 'choose': ('contract', deal.contract_at),
               'confirm': ('issue', deal.issue_at),
               'send_scans': ('scans', max((scan.checked_at for scan in deal.scans.values()), default=now))}
        event, due_at = due.get(name, ('', None))
        if event and due_at is not None:
            self.store.add_callback(secrets.token_hex(16), deal.lender, deal.form_guid, event, due_at)

    def note_payment(self, deal: Deal, now: float) -> None:
        """Tell the platform to look at the payments; inside the transaction of the payment."""
        if self.sends_callbacks:
            self.store.add_callback(secrets.token_hex(16), deal.lender, deal.form_guid, 'payment', now)

    def _trick(self, reply: Reply, deal: Deal | None, name: str) -> Reply:
        if deal is None or reply.status >= 400:
            return reply
        if name == 'submit' and deal.plays(Scenario.SILENT):
            reply.fate = 'hang'
        elif name == 'submit' and deal.plays(Scenario.GARBAGE):
            reply.body, reply.content_type = _GARBAGE_PAGE, 'text/html'
        elif reply.effect and (
                (name == 'submit' and deal.plays(Scenario.SUBMIT_ANSWER_LOST))
                or (name == 'confirm' and deal.plays(Scenario.CONFIRM_ANSWER_LOST))):
            reply.fate = 'cut'
        return reply

    def _ask(self, profile: Profile, form_guid: str, action: str, base_url: str) -> Reply:
        now = time.time()
        with self.store.transaction() as store:
            deal = store.deal(profile.code, form_guid)
            if action == '':
                store.note_call(profile.code, form_guid, 'find', '', effect=False, at=_at(now))
            if deal is not None:
                before = deal.dumps()
                settle(deal, now)
                if deal.dumps() != before:
                    store.save(deal)
        if deal is None:
            reply = problem_reply(ProtocolError(404, 'application_not_found', 'no such application'))
        else:
            reply = self._view(deal, action, base_url, now)
        reply.operation = action.removeprefix('/') or 'find'
        return reply

    def _view(self, deal: Deal, action: str, base_url: str, now: float) -> Reply:
        if action in ('', '/decision') and deal.plays(Scenario.GARBAGE):
            return json_reply(200, _GARBAGE)
        if action == '':
            reply = json_reply(200, views.found(deal, now))
        elif action == '/decision':
            word = views.decision(deal, now)
            if word['status'] == 'approved':
                word['documents'] = self.files.of_offers(deal, base_url, now)
            reply = json_reply(200, word)
        elif action == '/scans':
            reply = json_reply(200, views.scans(deal, now))
        elif action == '/state':
            reply = json_reply(200, views.state(deal, now))
        elif deal.contract_at is None:
            reply = problem_reply(operations.not_ready('no offer is chosen'))
        else:
            told = views.contract(deal, now, f'{self.public_url}/pay/{deal.token}')
            if told['stage'] == 'ready':
                told['documents'] = self.files.of_contract(deal, base_url, now)
            reply = json_reply(200, told)
        if action in ('', '/decision') and deal.plays(Scenario.SILENT):
            reply.fate = 'hang'
        return reply


def _at(now: float) -> str:
    return views.iso(now).removesuffix('Z') + f'.{int(now * 1000) % 1000:03d}Z'
