"""One deal in tests: built through services and steps with a fake lender, looked at through /dp/."""
from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from applications.models import Application, Document
from applications.states import advance
from contracts.documents import seal_forms, store_consents
from contracts.models import Contract, Message
from contracts.printing import Printed
from denimhub.demo.forms import demo_form
from denimhub.demo.till import code_of
from jobs.registry import UnknownKind, find
from jobs.services import enqueue
from jobs.testing import run_due, stand_in
from lenders.catalogue import ADAPTERS
from lenders.contract import ContractAnswer, ContractStage, State
from offers.models import Offer
from offers.statuses import SubmissionStatus
from partners.models import Partner
from tests.contracts.fakes import TERMS, FakeLender, adapter_of
from tests.world import a_lender, a_partner, a_point, a_route, a_submission, an_offer

QUIET = ('contracts.prepare', 'contracts.render', 'contracts.send_message', 'contracts.ask_code',
         'contracts.report_signature')
FOREIGN = ('scans.refresh', 'offers.request', 'offers.submit', 'offers.release')


@contextmanager
def fake_lender(lender: FakeLender) -> Iterator[FakeLender]:
    """Put a fake behind the adapter name `fake`, and stand-ins where another room's step is not there."""
    with ExitStack() as stack:
        for name in FOREIGN:
            try:
                find(name)
            except UnknownKind:
                stack.enter_context(stand_in(name))
        ADAPTERS['fake'] = adapter_of(lender)
        try:
            yield lender
        finally:
            del ADAPTERS['fake']


@dataclass
class Till:
    """A partner with one application at one fake lender."""

    lender: FakeLender
    kind: str = 'pos'
    channel: str = 'ONLINE'
    partner: Partner = field(init=False)
    application: Application = field(init=False)
    offer: Offer = field(init=False)
    is_sandbox: bool = True
    phone: str = '+79160000000'

    def __post_init__(self) -> None:
        self.partner = a_partner(is_sandbox=self.is_sandbox)
        self.point = a_point(self.partner, kind=self.kind, channel=self.channel)
        if self.kind == 'bnpl':
            terms = replace(TERMS, number='', effective_rate=None, term_value=6, term_unit='week', payments_count=4)
            self.lender.answers['fetch_contract'] = ContractAnswer(
                ContractStage.READY, terms, payment_url='https://pay.example/p/1')
        self.row = a_lender(
            adapter='fake', payment_hosts=['pay.example'], kinds=[self.kind], is_sandbox=self.is_sandbox)
        a_route(self.partner, self.row, kind=self.kind)

    # --- stages -----------------------------------------------------------------------------------------------------

    def scoring(self) -> Till:
        """The form came through the API; its one lender has approved, nothing is shown yet."""
        self.form = demo_form(
            partner_guid=str(self.partner.guid), point_code=self.point.code, kind=self.kind, channel=self.channel,
            phone=self.phone)
        guid = self._post('create_form', self.form)['data']['form_guid']
        self.application = Application.objects.select_related('partner', 'point').get(guid=guid)
        consents = seal_forms(
            self.application, 'offers', [Printed('personal_data', 'Согласие.pdf', 'application/pdf', b'%PDF-1')])
        with transaction.atomic():
            advance(self.application, 'SCORING', actor='test')
            store_consents(self.application, consents)
        self.submission = a_submission(self.application, self.row, SubmissionStatus.APPROVED)
        self.offer = an_offer(self.submission, is_shown=False, has_payment_page=self.kind == 'bnpl')
        return self

    def offered(self) -> Till:
        self.scoring()
        self.offer.is_shown = True
        self.offer.save(update_fields=['is_shown'])
        with transaction.atomic():
            advance(self.application, 'OFFERED', actor='test', offers_shown_at=timezone.now(),
                    offers_expire_at=self.offer.expires_at)
        return self

    def preparing(self) -> Till:
        self.offered()
        self.ok('confirm_offer')
        return self

    def ready(self) -> Till:
        self.preparing()
        self.work()
        assert self.contract.status == 'READY', self.contract.reason
        return self

    def signed(self) -> Till:
        self.ready()
        self.ok('check_sms_code', code=self.newest_code())
        self.work()
        assert self.contract.status == 'SIGNED'
        return self

    def confirmed(self) -> Till:
        self.signed()
        if self.kind == 'bnpl':
            Contract.objects.filter(application=self.application).update(payment_status='paid')
        self.ok('confirm_contract')
        assert self.contract.status == 'CONFIRMED'
        return self

    def issuing(self) -> Till:
        self.confirmed()
        self.work('contracts.confirm')
        assert self.contract.status == 'ISSUING'
        return self

    def ended(self, state: State) -> Till:
        self.issuing()
        self.lender.answers['fetch_state'] = state
        self.work('contracts.watch_issue')
        return self

    def enqueue(self, kind: str, subject: str) -> None:
        enqueue(kind, subject)

    def work(self, *kinds: str) -> int:
        """Perform due jobs, by default those that bring a contract to signing."""
        return run_due(kinds=kinds or QUIET, raise_errors=False)

    # --- looks ------------------------------------------------------------------------------------------------------

    @property
    def contract(self) -> Contract:
        return Contract.objects.get(application=self.application)

    def fresh(self) -> Application:
        self.application.refresh_from_db()
        return self.application

    def newest_code(self) -> str:
        text = Message.objects.filter(application=self.application, kind='code').order_by('-id')[0].text
        code = code_of(text)
        assert code is not None
        return code

    def wrong_code(self) -> str:
        return '000001' if self.newest_code() != '000001' else '000002'

    # --- the wire ---------------------------------------------------------------------------------------------------

    @property
    def guids(self) -> dict[str, str]:
        return {
            'partner_guid': str(self.partner.guid), 'form_guid': str(self.application.guid),
            'offer_guid': str(self.offer.guid)}

    def call(self, method: str, **body: Any) -> dict[str, Any]:
        return self._post(method, {**self.guids, **body})

    def _post(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        response = Client().post(f'/dp/{method}', json.dumps(body), content_type='application/json')
        answer: dict[str, Any] = response.json()
        assert response.status_code in (200, answer.get('error_code'))
        return answer

    def send_form_again(self) -> dict[str, Any]:
        """The very body of the first create_form."""
        return self._post('create_form', self.form)

    def get_file(self) -> int:
        """HTTP status of get_file for the first document of the form."""
        document = Document.objects.filter(application=self.application).order_by('id')[0]
        response = Client().get(
            '/dp/get_file', {'partner_guid': str(self.partner.guid), 'file_guid': str(document.guid)})
        assert b''.join(response).startswith(b'%PDF')
        return response.status_code

    def ok(self, method: str, **body: Any) -> dict[str, Any]:
        answer = self.call(method, **body)
        assert answer['status'] == 'success', answer
        data: dict[str, Any] = answer['data']
        return data

    def code(self, method: str, **body: Any) -> int | None:
        code: int | None = self.call(method, **body).get('error_code')
        return code


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is rolled back; the code under test sees no transaction of its caller."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


def snapshot() -> dict[str, list[Any]]:
    """Every row of every table of the deal: equal before and after a refusal."""
    tables = (
        'applications_application', 'applications_event', 'applications_document', 'offers_offer', 'offers_submission',
        'contracts_contract', 'contracts_signingcode', 'contracts_codecheck', 'contracts_message',
        'contracts_payment', 'contracts_signature', 'scans_scan', 'jobs_job', 'vault_storedfile')
    with connection.cursor() as cursor:
        rows = {}
        for table in tables:
            cursor.execute(f'SELECT row_to_json(t)::text FROM {table} t ORDER BY 1')
            rows[table] = cursor.fetchall()
    return rows


def later(**span: float) -> Any:
    """A moment after now."""
    return timezone.now() + timedelta(**span)


def a_guid() -> str:
    return str(uuid.uuid4())
