"""What each method of the partner API answers at each stage of a deal: one declared table, no database, no clock.

Services and get methods both ask `decide()`; the cells are those of the integrators' table "state × method".
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto

from applications.statuses import ApplicationStatus
from contracts.statuses import ContractStatus

CODE_DIGITS = 6
CODE_SECONDS = 300
"""A code sent by the platform is valid so long."""
TRIES_PER_CODE = 5
WRONG_CODES_PER_CONTRACT = 10
RESENDS_PER_CONTRACT = 3
RESEND_PAUSE_SECONDS = 30
"""Between two codes; also how long the first request after the automatic code is a success that sends nothing."""
LINKS_PER_CONTRACT = 3
LINK_PAUSE_SECONDS = 30
LINK_SECONDS = 3600
"""An SMS with a link that did not go out for so long is not sent any more."""
LENDER_CODE_LENGTH = 20
"""Longest code of a lender that checks codes itself."""


class Stage(StrEnum):
    """Where a deal stands, seen from one offer; expiry is by the clock, whether or not its job has run."""

    SCORING = auto()
    REFUSED = auto()
    """Every lender declined: no offer was ever shown."""
    BROKEN = auto()
    """Scoring failed: no offer was ever shown."""
    OFFERED = auto()
    OTHER_CHOSEN = auto()
    PREPARING = auto()
    READY = auto()
    SIGNED = auto()
    CONFIRMED = auto()
    ISSUING = auto()
    ISSUED = auto()
    DECLINED = auto()
    FAILED = auto()
    CANCELED = auto()
    EXPIRED = auto()


class Method(StrEnum):
    """The 15 methods of the API, as on the wire."""

    CREATE_FORM = auto()
    GET_OFFERS = auto()
    CONFIRM_OFFER = auto()
    GET_CONTRACT = auto()
    SEND_SMS_LINK = auto()
    RESEND_SMS_CODE = auto()
    CHECK_SMS_CODE = auto()
    SAVE_SCANS = auto()
    GET_SCANS_STATUS = auto()
    CONFIRM_CONTRACT = auto()
    GET_SIGNING_STATUS = auto()
    GET_PAYMENT_STATUS = auto()
    GET_ISSUE_STATUS = auto()
    CANCEL = auto()
    GET_FILE = auto()


_SCORING_STAGES = {
    ApplicationStatus.NEW: Stage.SCORING, ApplicationStatus.SCORING: Stage.SCORING,
    ApplicationStatus.OFFERED: Stage.OFFERED, ApplicationStatus.DEAL: Stage.OTHER_CHOSEN,
    ApplicationStatus.DECLINED: Stage.REFUSED, ApplicationStatus.FAILED: Stage.BROKEN,
    ApplicationStatus.CANCELED: Stage.CANCELED, ApplicationStatus.EXPIRED: Stage.EXPIRED,
}
UNSIGNED = frozenset({ContractStatus.PREPARING, ContractStatus.READY})
"""A contract in these states expires by the clock."""
PAYABLE_STATUSES = frozenset({
    ContractStatus.READY, ContractStatus.SIGNED, ContractStatus.CONFIRMED, ContractStatus.ISSUING,
    ContractStatus.ISSUED})
"""A contract in these states shows its payment page, and the lender is asked for payments."""


def form_stage(status: str, offers_expire_at: datetime | None, now: datetime) -> Stage:
    """Where a form without a contract stands."""
    stage = _SCORING_STAGES[ApplicationStatus(status)]
    is_late = offers_expire_at is not None and offers_expire_at <= now
    return Stage.EXPIRED if stage == Stage.OFFERED and is_late else stage


def contract_stage(status: str, expires_at: datetime, now: datetime) -> Stage:
    """Where a form with a contract stands."""
    return Stage.EXPIRED if status in UNSIGNED and expires_at <= now else Stage(status.lower())


@dataclass(frozen=True, slots=True)
class Facts:
    """What a conditional cell looks at; the defaults are those of an offer without a contract."""

    has_contract: bool = False
    has_payment_page: bool = False
    is_paid: bool = False
    is_paper: bool = False
    was_ready: bool = False
    was_signed: bool = False
    is_unclear: bool = False
    confirm_refused: bool = False
    wants_scans: bool = False
    scans_state: str = 'ACCEPTED'


Answer = int | str
"""A refusal code of the document, a word of the wire, or WORKS."""
WORKS = 'works'
SUCCESS = 'success'
SAME_CODE = 'same code'
"""Success for the code that signed the contract, 6010 for any other."""
Cell = Answer | Callable[[Facts], Answer]

FORM_NOT_FOUND, OFFER_NOT_FOUND, NO_CONTRACT = 3102, 3103, 3104
WRONG_FORM, WRONG_OFFER, ON_PAPER, REFUSED, IN_CHECK = 6009, 6010, 7003, 7004, 7005
_UNDER_CHECK = frozenset({'CHECKING', 'RECEIVED_FROM_PARTNER'})


def _once_wanted(facts: Facts) -> Answer:
    return WORKS if facts.wants_scans else WRONG_OFFER


def _confirm_unsigned(facts: Facts) -> Answer:
    return IN_CHECK if facts.scans_state in _UNDER_CHECK else WRONG_OFFER


def _confirm_signed(facts: Facts) -> Answer:
    if facts.scans_state in _UNDER_CHECK:
        return IN_CHECK
    if facts.scans_state != 'ACCEPTED' or (facts.has_payment_page and not facts.is_paid):
        return WRONG_OFFER
    return WORKS


def _confirm_declined(facts: Facts) -> Answer:
    return REFUSED if facts.confirm_refused else WRONG_OFFER


def _signing_as_it_was(facts: Facts) -> Answer:
    if facts.was_signed:
        return 'SIGNED'
    return 'NOT_SIGNED' if facts.was_ready else 'NOT_FOUND'


def _signing_failed(facts: Facts) -> Answer:
    return 'UNKNOWN' if facts.is_unclear and not facts.was_signed else _signing_as_it_was(facts)


def _issue_or(word: str) -> Callable[[Facts], Answer]:
    return lambda facts: 'rescan_needed' if facts.scans_state == 'RESCAN_NEEDED' else word


def _contract_or(word: str) -> Callable[[Facts], Answer]:
    return lambda facts: 'done' if facts.was_ready else word


def _with_contract(facts: Facts) -> Answer:
    return WORKS if facts.has_contract else NO_CONTRACT


M = Method
_OFFER_METHODS = (
    M.CONFIRM_OFFER, M.GET_CONTRACT, M.SEND_SMS_LINK, M.RESEND_SMS_CODE, M.CHECK_SMS_CODE, M.SAVE_SCANS,
    M.GET_SCANS_STATUS, M.CONFIRM_CONTRACT, M.GET_SIGNING_STATUS, M.GET_PAYMENT_STATUS, M.GET_ISSUE_STATUS)
_PAYMENT_METHODS = frozenset({M.SEND_SMS_LINK, M.GET_PAYMENT_STATUS})
_CODE_METHODS = frozenset({M.RESEND_SMS_CODE, M.CHECK_SMS_CODE})


def _row(get_offers: Cell, cancel: Cell, rest: int, **cells: Cell) -> Mapping[Method, Cell]:
    """A row of the table: the methods of an offer refuse with `rest` unless the row says otherwise."""
    row: dict[Method, Cell] = dict.fromkeys(_OFFER_METHODS, rest)
    row |= {M.CREATE_FORM: SUCCESS, M.GET_FILE: WORKS, M.GET_OFFERS: get_offers, M.CANCEL: cancel}
    return row | {M(name): cell for name, cell in cells.items()}


def _chosen(cancel: Cell, **cells: Cell) -> Mapping[Method, Cell]:
    """A row of a deal with its own contract: the three get methods answer, the rest refuses unless said."""
    return _row('done', cancel, WRONG_OFFER, **{
        'confirm_offer': SUCCESS, 'get_contract': 'done', 'get_scans_status': WORKS, 'get_payment_status': WORKS,
        **cells})


TABLE: Mapping[Stage, Mapping[Method, Cell]] = {
    Stage.SCORING: _row('pending', WORKS, OFFER_NOT_FOUND),
    Stage.REFUSED: _row('declined', WRONG_FORM, OFFER_NOT_FOUND),
    Stage.BROKEN: _row('error', WRONG_FORM, OFFER_NOT_FOUND),
    Stage.OFFERED: _row('done', WORKS, NO_CONTRACT, confirm_offer=WORKS, get_signing_status='NOT_FOUND'),
    Stage.OTHER_CHOSEN: _row('done', WORKS, WRONG_OFFER),
    Stage.PREPARING: _chosen(
        WORKS, get_contract='pending', save_scans=_once_wanted, get_signing_status='NOT_FOUND',
        get_issue_status='pending'),
    Stage.READY: _chosen(
        WORKS, send_sms_link=WORKS, resend_sms_code=WORKS, check_sms_code=WORKS, save_scans=WORKS,
        confirm_contract=_confirm_unsigned, get_signing_status='NOT_SIGNED',
        get_issue_status=_issue_or('signing_needed')),
    Stage.SIGNED: _chosen(
        WORKS, send_sms_link=WORKS, check_sms_code=SAME_CODE, save_scans=WORKS, confirm_contract=_confirm_signed,
        get_signing_status='SIGNED', get_issue_status=_issue_or('pending')),
    Stage.CONFIRMED: _chosen(
        WORKS, confirm_contract=SUCCESS, get_signing_status='SIGNED', get_issue_status='pending'),
    Stage.ISSUING: _chosen(
        WRONG_FORM, confirm_contract=SUCCESS, get_signing_status='SIGNED', get_issue_status='pending'),
    Stage.ISSUED: _chosen(
        WRONG_FORM, confirm_contract=SUCCESS, get_signing_status='SIGNED', get_issue_status='done'),
    Stage.DECLINED: _chosen(
        WRONG_FORM, get_contract=_contract_or('declined'), confirm_contract=_confirm_declined,
        get_signing_status=_signing_as_it_was, get_issue_status='declined'),
    Stage.FAILED: _chosen(
        WRONG_FORM, get_contract=_contract_or('error'), get_signing_status=_signing_failed, get_issue_status='error'),
    Stage.CANCELED: _row(
        WRONG_FORM, SUCCESS, WRONG_FORM, get_signing_status='CANCELED', get_issue_status='declined',
        get_scans_status=_with_contract, get_payment_status=_with_contract),
    Stage.EXPIRED: _row(WRONG_FORM, WRONG_FORM, WRONG_OFFER),
}
"""Stage × method. An int refuses with that code; `cancel` is 6009 from the moment the issue goes to the lender."""


def decide(method: Method, stage: Stage, facts: Facts) -> Answer:
    """The answer of one cell: a refusal code, a word of the wire, or WORKS when the method goes on by its own rules.

    A form's own refusal comes before the offer's, the offer's before the way of signing.
    """
    cell = TABLE[stage][method]
    answer = cell(facts) if callable(cell) else cell
    if method in _PAYMENT_METHODS and not facts.has_payment_page and answer not in {WRONG_FORM, OFFER_NOT_FOUND}:
        return WRONG_OFFER
    if method in _CODE_METHODS and facts.is_paper and isinstance(answer, str):
        return ON_PAPER
    return answer
