"""The second half of a story: the contract, its codes, messages, scans and payments, the issue."""
from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from applications.refusals import CodeExpired, WrongCode
from applications.states import advance, record
from contracts.documents import store_documents
from contracts.evidence import Origin
from contracts.evidence_chain import note_report
from contracts.locks import Locked, lock_contract
from contracts.models import Contract, SigningCode
from contracts.payments import note_payment
from contracts.printing import print_contract
from contracts.ready import make_ready, write_terms
from contracts.services import confirm_contract, end_deal
from contracts.services_codes import check_sms_code
from contracts.services_messages import send_sms_link
from contracts.statuses import ContractStatus
from denimhub.demo import history_jobs
from denimhub.demo.history_messages import Messages
from denimhub.demo.history_scans import Scans
from denimhub.demo.till import code_of
from lenders.contract import (
    ContractAnswer,
    ContractStage,
    ContractTerms,
    IssueStage,
    PaymentStage,
    PaymentTerms,
    SigningMode,
    State,
    WantedScan,
)
from registries.services import book_deal

_MOSCOW = ZoneInfo('Europe/Moscow')


class Story(Messages, Scans):
    """A story with all its verbs."""

    def prepare(self, *, mode: SigningMode = SigningMode.PLATFORM, scans: Sequence[str] = (), version: int = 1) -> None:
        """The lender makes the contract, the platform prints it, the first code goes out."""
        _application, contract = self.deal()
        lender = contract.lender.code
        if contract.chosen_at is None:
            self.call(lender, 'choose', answer={})
            _application, contract = self.deal()
            contract.chosen_at = self.clock.at
            contract.save(update_fields=['chosen_at'])
        self.call(lender, 'contract', seconds=2.5, answer={'stage': 'ready'})
        application, contract = self.deal()
        write_terms(contract, self._answer(contract, mode, scans, version))
        self.pass_(seconds=1.2)
        store_documents(application, contract, self.sealed('contract', print_contract(contract, self.clock.at)))
        make_ready(contract, actor='system')
        history_jobs.close(self.form_id, ['contracts.prepare', 'contracts.render'])

    def _answer(
        self, contract: Contract, mode: SigningMode, scans: Sequence[str], version: int,
    ) -> ContractAnswer:
        offer, is_bnpl = contract.offer, contract.application.kind == 'bnpl'
        today = self.clock.at.astimezone(_MOSCOW).date()
        terms = ContractTerms(
            '' if is_bnpl else f'{contract.lender.code[5:7].upper()}-{today:%y%m}-{10_000 + self.number}',
            None if is_bnpl else offer.effective_rate, offer.amount, offer.term_value, offer.term_unit,
            offer.regular_payment_amount, today if is_bnpl else today + timedelta(days=30),
            4 if is_bnpl else offer.term_value)
        return ContractAnswer(
            ContractStage.READY, terms, mode, forms_version=version,
            payment_url=f'{self.payment_page(contract)}/{contract.guid}' if is_bnpl else '',
            wanted_scans=tuple(WantedScan(type_, after_signing=mode != SigningMode.PAPER) for type_ in scans))

    def payment_page(self, contract: Contract) -> str:
        """An address on a host of the lender."""
        scheme = 'http' if contract.lender.is_sandbox else 'https'
        return f'{scheme}://{contract.lender.payment_hosts[0]}/pay'

    def sign(self) -> None:
        """The client types the code of the newest SMS; the lender is told."""
        self.type_code()
        self.report()

    def type_code(self) -> None:
        """The right code."""
        _application, contract = self.deal()
        newest = SigningCode.objects.filter(contract=contract).order_by('-seq')[0]
        text = newest.messages.get().text
        self.pass_(seconds=50)
        check_sms_code(
            **self.names(contract), code=code_of(text) or '', actor='partner',
            origin=Origin(request_id=f'{self.dice.getrandbits(64):016x}', ip=f'203.0.113.{self.dice.randint(1, 250)}'))

    def type_wrong(self, code: str) -> None:
        """A wrong code, or one too many."""
        _application, contract = self.deal()
        with suppress(WrongCode, CodeExpired):
            check_sms_code(**self.names(contract), code=code, actor='partner', origin=Origin())

    def report(self) -> None:
        """The lender learns of the signature."""
        self.pass_(seconds=0.5)
        _application, contract = self.deal()
        self.call(contract.lender.code, 'signature', answer={})
        _application, contract = self.deal()
        contract.signature_reported_at = self.clock.at
        contract.save(update_fields=['signature_reported_at'])
        note_report(contract, supported=True)
        history_jobs.close(self.form_id, ['contracts.report_signature'])

    def link(self) -> None:
        """The payment link goes to the client."""
        self.pass_(seconds=40)
        _application, contract = self.deal()
        send_sms_link(**self.names(contract))
        self.deliver()

    def pay(self, stage: PaymentStage, *, share: int = 100) -> None:
        """What happened on the payment page."""
        self.pass_(minutes=3)
        _application, contract = self.deal()
        word = 'cancel' if stage == PaymentStage.DECLINED else 'success'
        amount = (contract.regular_payment_amount or 0) * share // 100
        number = f'{contract.lender.code[5:7].upper()}{900_000 + self.number}'
        payment = PaymentTerms(number, amount, word, self.clock.at)
        self.call(contract.lender.code, 'state', answer={'payment': stage.value})
        _application, contract = self.deal()
        note_payment(contract, State(IssueStage.NOT_CONFIRMED, stage, (payment,)))
        self.book()

    def confirm(self) -> None:
        """The seller confirms; the platform is about to tell the lender."""
        self.pass_(minutes=2)
        _application, contract = self.deal()
        confirm_contract(**self.names(contract))

    def begin_issue(self, *, answer_lost: bool = False) -> None:
        """The confirmation is on its way: past the point of no return."""
        self.pass_(seconds=0.4)
        _application, contract = self.deal()
        advance(contract, ContractStatus.ISSUING, actor='system', outcome_unknown_since=self.clock.at)
        lender = contract.lender.code
        if answer_lost:
            self.call(lender, 'confirm', status=None, seconds=5, trouble='OutcomeUnknown: no answer in time')
            return
        self.call(lender, 'confirm', answer={'accepted': True})
        application, contract = self.deal()
        contract.confirm_accepted_at, contract.outcome_unknown_since = self.clock.at, None
        contract.save(update_fields=['confirm_accepted_at', 'outcome_unknown_since'])
        record(application.pk, subject=f'confirmation {lender}', moved_to='accepted', actor=f'lender {lender}')
        history_jobs.close(self.form_id, ['contracts.confirm'])

    def finish(self, to: ContractStatus, why: str = '', **changes: Any) -> None:
        """The lender's last word on the deal."""
        _application, contract = self.deal()
        lender = contract.lender.code
        self.call(lender, 'state', seconds=3, answer={'issue': to.value.lower()})
        application, contract = self.deal()
        if to == ContractStatus.ISSUED:
            changes['issued_at'] = self.clock.at
        end_deal(application, contract, to, actor=f'lender {lender}', why=why, outcome_unknown_since=None, **changes)
        self.book()

    def issue(self) -> None:
        """Confirmed, taken, issued."""
        self.confirm()
        self.begin_issue()
        self.pass_(seconds=8)
        self.finish(ContractStatus.ISSUED)

    def book(self) -> None:
        """The ledger gets what the deal has earned."""
        contract = Contract.objects.select_related(
            'application__partner', 'application__point', 'lender', 'offer', 'submission').get(
            application_id=self.form_id)
        book_deal(contract=contract)
        history_jobs.close(self.form_id, ['registries.book'])

    def deal(self) -> Locked:
        """Application and contract, locked and read anew."""
        return lock_contract(Contract.objects.get(application_id=self.form_id))

    def names(self, contract: Contract) -> dict[str, str]:
        """How the partner names the deal in a call."""
        return {
            'partner_guid': str(self.partner.guid), 'form_guid': str(self.guid),
            'offer_guid': str(contract.offer.guid)}
