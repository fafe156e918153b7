"""What a lender's adapter promises: plain frozen values in, plain values out.

A refusal by the lender is a value; trouble is one of five exceptions, split by what may be done next.
Nothing here knows the database.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol


class LenderTrouble(Exception):
    """The conversation went wrong; subclasses say what may be done next."""

    def __init__(self, reason: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds


class LenderUnavailable(LenderTrouble):
    """The request was surely not processed (no connection, 429, 502, 503, open breaker): retry later."""


class OutcomeUnknown(LenderTrouble):
    """The request may have been processed (timeout, broken answer, 500): ask by our id, never repeat blindly."""


class RequestRefused(LenderTrouble):
    """The lender finds our request itself wrong (400, 401, 403, 422): stop, an operator looks."""


class NotUnderstood(LenderTrouble):
    """The answer is not in the lender's own protocol: stop and alert."""


class Unsupported(LenderTrouble):
    """This lender has no such operation."""


class SigningMode(StrEnum):
    PLATFORM = 'platform'
    LENDER = 'lender'
    PAPER = 'paper'


class DecisionStatus(StrEnum):
    PENDING = 'pending'
    APPROVED = 'approved'
    DECLINED = 'declined'
    FAILED = 'failed'


class ContractStage(StrEnum):
    PENDING = 'pending'
    READY = 'ready'
    DECLINED = 'declined'
    ERROR = 'error'


class ScanStage(StrEnum):
    CHECKING = 'checking'
    ACCEPTED = 'accepted'
    RESCAN_NEEDED = 'rescan_needed'


class ScansOutcome(StrEnum):
    """What the lender says of the scans as a whole."""

    OPEN = 'open'
    PRINT_FORMS_CHANGED = 'print_forms_changed'
    DECLINED = 'declined'


class CodeResult(StrEnum):
    ACCEPTED = 'accepted'
    WRONG = 'wrong'
    EXPIRED = 'expired'


class IssueStage(StrEnum):
    NOT_CONFIRMED = 'not_confirmed'
    PENDING = 'pending'
    ISSUED = 'issued'
    DECLINED = 'declined'
    ERROR = 'error'


class DocumentStage(StrEnum):
    """When a lender brings printed forms of its own: with its offers, with its contract."""

    OFFERS = 'offers'
    CONTRACT = 'contract'


class PaymentStage(StrEnum):
    """Words of `payment_status` on the wire."""

    PENDING = 'pending'
    PAID = 'paid'
    PARTIALLY_PAID = 'partially_paid'
    DECLINED = 'declined'


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a lender can do; the core asks here and never by name."""

    signing_mode: SigningMode = SigningMode.PLATFORM
    idempotency_keys: bool = True
    find_by_our_id: bool = True
    callbacks: bool = False
    own_documents: frozenset[DocumentStage] = frozenset()
    """Stages at which the lender always brings printed forms of its own; with the contract they replace ours."""
    payment_page: bool = False
    settle_seconds: int = 0
    """How long after a request the lender may still answer "not found" to a find for it."""


@dataclass(frozen=True, slots=True)
class FormFile:
    """A scan that goes to the lender: wire type of the document, MIME type, bytes, version of ours.

    `from_form` tells scans that came with the form from those sent for the contract. A scan of several files has
    them numbered by `page`, from 1 to `pages`.
    """

    type: str
    content_type: str
    content: bytes
    version: int = 1
    from_form: bool = False
    page: int = 1
    pages: int = 1


@dataclass(frozen=True, slots=True)
class LenderForm:
    """The client's form as the platform holds it, before the lender's own pre-processing.

    `values` is the validated questionnaire under the document's names; money in kopecks, dates `YYYY-MM-DD`,
    phones E.164. `form_guid` is the id by which the lender knows the application.
    """

    form_guid: str
    kind: str
    channel: str
    amount: int
    initial_payment: int
    term_value: int | None
    values: dict[str, Any]
    partner_name: str = ''
    point_code: str = ''
    product_code: str = ''
    success_url: str = ''
    failed_url: str = ''
    files: tuple[FormFile, ...] = ()

    @property
    def loan_amount(self) -> int:
        """Kopecks asked for: the price of the goods less the first payment."""
        return self.amount - self.initial_payment


@dataclass(frozen=True, slots=True)
class Ref:
    """An application at the lender: our id and, once known, the lender's."""

    form_guid: str
    lender_id: str = ''


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """One approved offer; sums in kopecks, rates in percent a year."""

    lender_offer_id: str
    name: str
    initial_payment: int
    amount: int
    life_insurance_sum: int
    work_insurance_sum: int
    term_value: int
    term_unit: str
    regular_payment_amount: int
    regular_period_type: str
    rate: Decimal
    effective_rate: Decimal
    has_payment_page: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LenderDocument:
    """A printed form as the lender announces it: whole in `content`, behind a `link`, or under its `document_id`.

    `sha256` (hex) and `size_bytes` (None when not told) are the lender's word of the bytes; nothing is checked yet.
    """

    kind: str
    name: str = field(repr=False)
    content_type: str
    sha256: str
    size_bytes: int | None = None
    content: bytes | None = field(default=None, repr=False)
    link: str = field(default='', repr=False)
    document_id: str = ''


@dataclass(frozen=True, slots=True)
class Decision:
    """What the scoring says; `documents` must be shown to the client together with the offers."""

    status: DecisionStatus
    offers: tuple[OfferTerms, ...] = ()
    reason: str = ''
    documents: tuple[LenderDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class Submitted:
    """The lender took the form; the decision may already be there."""

    lender_id: str
    decision: Decision = Decision(DecisionStatus.PENDING)


@dataclass(frozen=True, slots=True)
class WantedScan:
    """A document the lender wants to see; `after_signing` ones are asked for once the contract is signed."""

    type: str
    after_signing: bool = False


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """Terms of the contract; `number` and `effective_rate` are absent for BNPL."""

    number: str
    effective_rate: Decimal | None
    amount: int
    term_value: int
    term_unit: str
    regular_payment_amount: int
    first_payment_date: date
    payments_count: int


@dataclass(frozen=True, slots=True)
class ContractAnswer:
    """The contract as the lender has it now; `forms_version` grows when the printed forms change."""

    stage: ContractStage
    terms: ContractTerms | None = None
    signing_mode: SigningMode = SigningMode.PLATFORM
    payment_url: str = ''
    wanted_scans: tuple[WantedScan, ...] = ()
    documents: tuple[LenderDocument, ...] = ()
    forms_version: int = 1
    reason: str = ''


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """What the lender is told of a signature that the platform took by itself."""

    signed_at: datetime
    documents_sha256: tuple[str, ...]
    forms_version: int = 1


@dataclass(frozen=True, slots=True)
class ScanVerdict:
    """The lender's word on one scan of one version of ours."""

    type: str
    stage: ScanStage
    version: int = 1
    reason: str = ''


@dataclass(frozen=True, slots=True)
class ScansAnswer:
    """Verdicts on all scans sent so far; with PRINT_FORMS_CHANGED the contract is to be fetched again."""

    outcome: ScansOutcome = ScansOutcome.OPEN
    verdicts: tuple[ScanVerdict, ...] = ()
    forms_version: int = 1


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The lender's word on our confirmation."""

    accepted: bool
    reason: str = ''


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """One payment of the client at the lender's page; `status` is pending, cancel or success."""

    transaction_number: str
    amount: int
    status: str
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """Where the application stands at the lender."""

    issue: IssueStage
    payment: PaymentStage | None = None
    payments: tuple[PaymentTerms, ...] = ()
    reason: str = ''


@dataclass(frozen=True, slots=True)
class Found:
    """What the lender knows of our id: enough to adopt a call whose answer was lost."""

    lender_id: str
    decision: Decision
    chosen_offer_id: str = ''
    contract: ContractStage | None = None
    is_signed: bool = False
    scans_versions: dict[str, int] = field(default_factory=dict)
    is_confirmed: bool = False
    confirm_refused: bool = False
    is_cancelled: bool = False
    issue: IssueStage = IssueStage.NOT_CONFIRMED
    issued_amount: int | None = None
    """Kopecks lent, once issued, where the lender tells."""


class Adapter(Protocol):
    """One lender's API. Every operation may raise one of the five kinds of `LenderTrouble`.

    `key` is the idempotency key: the same for every repeat of one intention.
    """

    capabilities: Capabilities

    def submit(self, form: LenderForm, *, key: str) -> Submitted: ...

    def fetch_decision(self, ref: Ref) -> Decision: ...

    def choose(self, ref: Ref, lender_offer_id: str, *, key: str) -> None: ...

    def fetch_contract(self, ref: Ref) -> ContractAnswer: ...

    def fetch_document(self, ref: Ref, document: LenderDocument) -> bytes: ...

    def send_code(self, ref: Ref, *, key: str) -> None: ...

    def check_code(self, ref: Ref, code: str, *, key: str) -> CodeResult: ...

    def report_signature(self, ref: Ref, report: SignatureReport, *, key: str) -> None: ...

    def send_scans(self, ref: Ref, files: Sequence[FormFile], *, key: str) -> None: ...

    def fetch_scan_verdicts(self, ref: Ref) -> ScansAnswer: ...

    def confirm(self, ref: Ref, *, key: str) -> Confirmed: ...

    def fetch_state(self, ref: Ref) -> State: ...

    def cancel(self, ref: Ref, *, key: str, reason: str = '') -> None: ...

    def find(self, form_guid: str) -> Found | None: ...
