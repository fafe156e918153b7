"""Answers of the DenimHub lender protocol: strict shapes and bounds; unknown fields are ignored, unknown words not."""
from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from lenders.links import LONGEST_LINK
from lenders.rules import MOST_DOCUMENT_BYTES, MOST_DOCUMENTS

MOST_OFFERS = 50
MOST_SCANS = 200
MOST_PAYMENTS = 1000


def _plain(text: str) -> str:
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise ValueError('control characters')
    return text


Kopecks = Annotated[int, Field(ge=0, le=10**12)]
Count = Annotated[int, Field(ge=1, le=1000)]
Version = Annotated[int, Field(ge=1, le=10_000)]
Rate = Annotated[Decimal, Field(ge=0, le=1000, decimal_places=3, allow_inf_nan=False)]
"""Percent a year: a decimal string; a JSON number is taken too."""
Identifier = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_plain)]
Line = Annotated[str, Field(max_length=200), AfterValidator(_plain)]
Reason = Annotated[str, Field(max_length=500), AfterValidator(_plain)]
ScanType = Annotated[str, Field(pattern=r'^[A-Z][A-Z0-9_]{0,39}$')]
Unit = Literal['day', 'week', 'month']


class Wire(BaseModel):
    """A JSON object of the protocol."""

    model_config = ConfigDict(strict=True, extra='ignore', frozen=True)


class WireOffer(Wire):
    """An approved offer."""

    offer_id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]
    initial_payment: Kopecks
    amount: Annotated[int, Field(ge=1, le=10**12)]
    life_insurance_sum: Kopecks
    work_insurance_sum: Kopecks
    term_value: Count
    term_unit: Unit
    regular_payment_amount: Annotated[int, Field(ge=1, le=10**12)]
    regular_period_type: Unit
    rate: Rate
    effective_rate: Rate
    has_payment_page: bool = False
    expires_at: AwareDatetime | None = None


class WireDocument(Wire):
    """A printed form made by the lender: whole in `content` (Base64), behind `url`, or under `document_id`."""

    kind: Annotated[str, Field(pattern=r'^[a-z][a-z0-9_]{0,39}$')]
    name: Annotated[str, Field(min_length=1, max_length=150), AfterValidator(_plain)]
    content_type: Literal['application/pdf', 'image/jpeg', 'image/png']
    sha256: Annotated[str, Field(pattern=r'^[0-9a-f]{64}$')]
    size_bytes: Annotated[int, Field(ge=1, le=MOST_DOCUMENT_BYTES)] | None = None
    content: Annotated[str, Field(max_length=MOST_DOCUMENT_BYTES * 4 // 3 + 4)] = ''
    url: Annotated[str, Field(max_length=LONGEST_LINK)] = ''
    document_id: Annotated[str, Field(pattern=r'^[A-Za-z0-9_-]{0,64}$')] = ''

    @model_validator(mode='after')
    def _one_way(self) -> Self:
        if sum(map(bool, (self.content, self.url, self.document_id))) != 1:
            raise ValueError('exactly one of content, url, document_id')
        return self


class WireDecision(Wire):
    """The word of the scoring."""

    status: Literal['pending', 'approved', 'declined', 'failed']
    reason: Reason = ''
    offers: Annotated[tuple[WireOffer, ...], Field(max_length=MOST_OFFERS)] = ()
    documents: Annotated[tuple[WireDocument, ...], Field(max_length=MOST_DOCUMENTS)] = ()


class WireSubmitted(Wire):
    """The answer to submit."""

    lender_id: Identifier
    decision: WireDecision


class WireTerms(Wire):
    """Terms of the contract."""

    number: Annotated[str, Field(max_length=50), AfterValidator(_plain)] = ''
    effective_rate: Rate | None = None
    amount: Annotated[int, Field(ge=1, le=10**12)]
    term_value: Count
    term_unit: Unit
    regular_payment_amount: Annotated[int, Field(ge=1, le=10**12)]
    first_payment_date: date
    payments_count: Count


class WireWantedScan(Wire):
    """A document the lender wants to see."""

    type: ScanType
    after_signing: bool = False


class WireContract(Wire):
    """The contract as it stands."""

    stage: Literal['pending', 'ready', 'declined', 'error']
    reason: Reason = ''
    forms_version: Version = 1
    terms: WireTerms | None = None
    signing_mode: Literal['platform', 'lender', 'paper'] = 'platform'
    payment_url: Annotated[str, Field(max_length=2048), AfterValidator(_plain)] = ''
    wanted_scans: Annotated[tuple[WireWantedScan, ...], Field(max_length=MOST_SCANS)] = ()
    documents: Annotated[tuple[WireDocument, ...], Field(max_length=MOST_DOCUMENTS)] = ()


class WireCodeResult(Wire):
    """The word on a code."""

    result: Literal['accepted', 'wrong', 'expired']


class WireVerdict(Wire):
    """The word on one scan."""

    type: ScanType
    version: Version
    stage: Literal['checking', 'accepted', 'rescan_needed']
    reason: Reason = ''


class WireScans(Wire):
    """The word on all scans."""

    outcome: Literal['open', 'print_forms_changed', 'declined']
    forms_version: Version = 1
    verdicts: Annotated[tuple[WireVerdict, ...], Field(max_length=MOST_SCANS)] = ()


class WireConfirmed(Wire):
    """The word on the confirmation."""

    accepted: bool
    reason: Reason = ''


class WirePayment(Wire):
    """One payment of the client."""

    transaction_number: Identifier
    amount: Annotated[int, Field(ge=1, le=10**12)]
    status: Literal['pending', 'cancel', 'success']
    paid_at: AwareDatetime


Issue = Literal['not_confirmed', 'pending', 'issued', 'declined', 'error']


class WireState(Wire):
    """The issue and the payments."""

    issue: Issue
    reason: Reason = ''
    payment: Literal['pending', 'paid', 'partially_paid', 'declined'] | None = None
    payments: Annotated[tuple[WirePayment, ...], Field(max_length=MOST_PAYMENTS)] = ()


class WireFound(Wire):
    """All the lender knows of our id."""

    form_guid: Identifier
    lender_id: Identifier
    decision: WireDecision
    chosen_offer_id: Annotated[str, Field(max_length=100), AfterValidator(_plain)] = ''
    contract: Literal['pending', 'ready', 'declined', 'error'] | None = None
    is_signed: bool = False
    scans_versions: Annotated[dict[ScanType, Version], Field(max_length=MOST_SCANS)] = Field(default_factory=dict)
    is_confirmed: bool = False
    confirm_refused: bool = False
    is_cancelled: bool = False
    issue: Issue = 'not_confirmed'
    issued_amount: Kopecks | None = None


class WireError(Wire):
    """The body of a refusal."""

    code: Annotated[str, Field(pattern=r'^[a-z_]{1,40}$')]


class WireProblem(Wire):
    """The envelope of a refusal."""

    error: WireError

