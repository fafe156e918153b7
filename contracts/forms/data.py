"""What the printed forms are made of. Sums in kopecks, rates in percent a year, phones E.164."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class FormKind(StrEnum):
    """Product kinds of the document; they choose the wording of a form."""

    POS = 'pos'
    BNPL = 'bnpl'


class SigningWay(StrEnum):
    """How the client signs: an SMS code (simple electronic signature) or a pen."""

    SMS = 'sms'
    PAPER = 'paper'


@dataclass(frozen=True, slots=True)
class Client:
    """The borrower; what a short BNPL form does not ask for stays empty and is left out of the text."""

    last_name: str
    first_name: str
    middle_name: str = ''
    birth_date: date | None = None
    birth_place: str = ''
    passport_series: str = ''
    passport_number: str = ''
    passport_issue_date: date | None = None
    passport_issued_by: str = ''
    passport_division_code: str = ''
    registration_address: str = ''
    residence_address: str = ''
    phone: str = ''
    email: str = ''
    gender: str = ''

    @property
    def full_name(self) -> str:
        """Family name first, as documents write it."""
        return ' '.join(part for part in (self.last_name, self.first_name, self.middle_name) if part)

    @property
    def short_name(self) -> str:
        """Family name and initials, for the line of a signature."""
        initials = '\u00a0'.join(f'{part[0]}.' for part in (self.first_name, self.middle_name) if part)
        return f'{self.last_name}\u00a0{initials}'.strip()


@dataclass(frozen=True, slots=True)
class LenderParty:
    """The lender as a party; `details` is one line of requisites (OGRN, INN, licence), `address` its seat."""

    name: str
    legal_name: str = ''
    address: str = ''
    details: str = ''

    @property
    def title(self) -> str:
        """The legal name where it is known."""
        return self.legal_name or self.name


@dataclass(frozen=True, slots=True)
class Seller:
    """Where the goods are bought: partner, point of sale, and the operator who took the form."""

    name: str
    point_name: str = ''
    operator_name: str = ''


@dataclass(frozen=True, slots=True)
class Good:
    """One line of the goods; an item has no quantity."""

    name: str
    price: int
    category: str = ''


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of the loan under the words of the wire; `number` and `effective_rate` are empty for BNPL.

    `price` is the price of the goods, `loan` what is lent, insurance included.
    """

    price: int
    initial_payment: int
    loan: int
    rate: Decimal
    term_value: int
    term_unit: str
    regular_payment_amount: int
    regular_period_type: str
    first_payment_date: date
    payments_count: int
    number: str = ''
    effective_rate: Decimal | None = None
    life_insurance_sum: int = 0
    work_insurance_sum: int = 0


@dataclass(frozen=True, slots=True)
class ContractForm:
    """Everything in the contract: individual terms, goods, parties."""

    kind: FormKind
    lender: LenderParty
    client: Client
    seller: Seller
    terms: Terms
    goods: tuple[Good, ...]
    made_on: date
    signing: SigningWay = SigningWay.SMS


@dataclass(frozen=True, slots=True)
class ScheduleForm:
    """Everything in the payment schedule, an annex of the contract."""

    kind: FormKind
    lender: LenderParty
    client: Client
    terms: Terms
    made_on: date
    signing: SigningWay = SigningWay.SMS


@dataclass(frozen=True, slots=True)
class ConsentForm:
    """A consent of the client towards every lender that is asked; given before scoring, by the same code or pen."""

    client: Client
    lenders: tuple[LenderParty, ...]
    seller: Seller
    made_on: date
    signing: SigningWay = SigningWay.SMS
    loan: int = 0
