"""Reads of deals, contracts, payments and messages; what a partner asks for is scoped by the partner."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from applications.models import Application, Document
from applications.refusals import (
    ConfirmRefused,
    ContractNotFound,
    FormNotFound,
    OfferNotFound,
    Refusal,
    ScansInCheck,
    UnsupportedSigning,
    WrongFormStatus,
    WrongOfferStatus,
)
from contracts.models import Contract, Message, MessageStatus, Payment, SigningCode
from contracts.rules import Facts, Method, Stage, contract_stage, decide, form_stage
from lenders.contract import Ref, SigningMode
from offers.models import Offer
from offers.selectors import find_deal
from offers.statuses import OfferStatus
from vault.blind import blind_indexes

REFUSALS: dict[int, type[Refusal]] = {
    kind.code: kind for kind in (
        FormNotFound, OfferNotFound, ContractNotFound, WrongFormStatus, WrongOfferStatus, UnsupportedSigning,
        ConfirmRefused, ScansInCheck)}


@dataclass(frozen=True, slots=True)
class Case:
    """A form, one of its offers, the contract on that offer if there is one, and where they stand."""

    application: Application
    offer: Offer
    contract: Contract | None
    stage: Stage

    @property
    def facts(self) -> Facts:
        """What the table looks at."""
        row = self.contract
        if row is None:
            return Facts(has_payment_page=self.offer.has_payment_page)
        return facts_of(row, has_payment_page=self.offer.has_payment_page)

    @property
    def deal(self) -> Contract:
        """The contract where the table has let a method through: such a stage always has one."""
        if self.contract is None:
            raise ContractNotFound
        return self.contract

    def answer(self, method: Method) -> str:
        """The cell of the table for this method: a word of the wire or WORKS. Raises the refusal of the cell."""
        answer = decide(method, self.stage, self.facts)
        if isinstance(answer, int):
            raise REFUSALS[answer]
        return answer


def facts_of(row: Contract, *, has_payment_page: bool) -> Facts:
    """What the table looks at in a contract."""
    return Facts(
        has_contract=True, has_payment_page=has_payment_page, is_paid=row.payment_status == 'paid',
        is_paper=row.signing_mode == SigningMode.PAPER, was_ready=row.ready_at is not None,
        was_signed=row.signed_at is not None, is_unclear=row.outcome_unknown_since is not None,
        confirm_refused=row.confirm_refused, wants_scans=bool(row.wanted_scans), scans_state=row.scans_state)


def find_case(partner_guid: str, form_guid: str, offer_guid: str, *, lock: bool = False) -> Case:
    """The caller's form, offer and contract in two queries; with `lock` all three stay locked, in the fixed order.

    Raises, in the order of the document: ValidationRefused, FormNotFound, OfferNotFound, ForeignOffer.
    """
    deal = find_deal(partner_guid, form_guid, offer_guid, lock=lock)
    rows = Contract.objects.select_related('lender', 'submission').filter(application_id=deal.application.pk)
    if lock:
        rows = rows.select_for_update(of=('self',))
    contract = rows.first()
    if contract is not None:
        contract.application = deal.application
    own = contract if contract is not None and contract.offer_id == deal.offer.pk else None
    return Case(deal.application, deal.offer, own, stage_of(deal.application, deal.offer, contract))


def stage_of(application: Application, offer: Offer, contract: Contract | None, now: datetime | None = None) -> Stage:
    """Where a deal stands, seen from one offer; `contract` is the form's, on whichever offer."""
    whole = whole_stage(application, contract, now)
    if whole == Stage.CANCELED:
        return whole
    if contract is not None:
        return whole if contract.offer_id == offer.pk else Stage.OTHER_CHOSEN
    return Stage.OTHER_CHOSEN if whole == Stage.OFFERED and offer.status != OfferStatus.PROPOSED else whole


def whole_stage(application: Application, contract: Contract | None, now: datetime | None = None) -> Stage:
    """Where the form as a whole stands."""
    now = now or timezone.now()
    if contract is None:
        return form_stage(application.status, application.offers_expire_at, now)
    return contract_stage(contract.status, contract.expires_at, now)


def has_expired(form_guid: str) -> bool:
    """Whether the contract of this form (known to be the caller's) was not signed in time; one query."""
    rows = Contract.objects.filter(application__guid=form_guid).values_list('status', 'expires_at')
    return any(contract_stage(status, expires_at, timezone.now()) == Stage.EXPIRED for status, expires_at in rows)


def contract_by_guid(guid: str) -> Contract:
    """A contract with everything that a conversation about it needs; inside jobs only."""
    return Contract.objects.select_related(
        'application__partner', 'application__point', 'offer', 'submission', 'lender').get(guid=guid)


def ref_of(contract: Contract) -> Ref:
    """How the lender finds the application of this contract."""
    return Ref(form_guid=str(contract.application.guid), lender_id=contract.submission.lender_application_id)


def newest_code(contract_id: int) -> SigningCode | None:
    """The only code of a contract that can be valid."""
    return SigningCode.objects.filter(contract_id=contract_id).order_by('-seq').first()


def accepted_code(contract: Contract) -> SigningCode | None:
    """The code by which the present forms were signed, if they were signed by a code."""
    return SigningCode.objects.filter(
        contract=contract, forms_version=contract.forms_version, accepted_at__isnull=False).first()


def payments_of(contract: Contract) -> list[Payment]:
    """Payments of the client, oldest first."""
    return list(Payment.objects.filter(contract=contract).order_by('paid_at', 'id'))


def signed_documents(application_id: int) -> list[Document]:
    """The printed forms of the contract that are in force, with their stored files."""
    return list(Document.objects.select_related('file').filter(
        application_id=application_id, stage='contract', superseded_at__isnull=True).order_by('id'))


def outbox_messages(phone: str | None = None) -> Iterator[Message]:
    """Messages that no gateway was given, oldest first; of one phone (E.164) when it is named."""
    rows = Message.objects.filter(status=MessageStatus.OUTBOX).order_by('sent_at', 'id')
    if phone is not None:
        rows = rows.filter(phone_index__in=blind_indexes(phone, 'phone'))
    return rows.iterator()


def newest_code_text(phone: str) -> str | None:
    """The text of the newest SMS with a code that was kept in the outbox for this phone (E.164)."""
    row = Message.objects.filter(
        status=MessageStatus.OUTBOX, kind='code', phone_index__in=blind_indexes(phone, 'phone'),
    ).order_by('sent_at', 'id').last()
    return None if row is None else row.text
