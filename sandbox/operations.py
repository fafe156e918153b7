"""What changes an application at the lender. Each function gets the deal, changes it and says what to answer."""
from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from sandbox import views
from sandbox.deal import Deal, Payment, Scan
from sandbox.profiles import Profile, profile_by_code
from sandbox.scan_files import refusal
from sandbox.scenarios import LENDER_CODE_VALUE, ONE_DECLINES_LENDER, Scenario, scenario_of
from sandbox.shapes import Body
from sandbox.terms import Wish, bnpl_offers, pos_offers

CODE_TRIES = 5


class ProtocolError(Exception):
    """An answer other than success; nothing has changed."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Result:
    """What to answer, and whether the call changed something."""

    answer: dict[str, Any]
    effect: bool


@dataclass(frozen=True, slots=True)
class Thinking:
    """How long the lenders think; all seconds are multiplied by `pace`."""

    pace: float = 1.0

    def short(self) -> float:
        """A look at something: half a second to a second."""
        return random.uniform(0.5, 1.0) * self.pace

    def long(self) -> float:
        """The slow scenarios: ten seconds."""
        return 10.0 * self.pace


def not_ready(message: str) -> ProtocolError:
    """The call came before its time: to be repeated."""
    return ProtocolError(409, 'not_ready', message)


def wrong_state(message: str) -> ProtocolError:
    """The call can never succeed in this state."""
    return ProtocolError(409, 'wrong_state', message)


def open_deal(profile: Profile, form_guid: str, body: Body, thinking: Thinking, now: float) -> Deal:
    """A new application: the scoring's word is settled at once, told when it is due."""
    wish = Wish(
        amount=body.integer('amount'), initial_payment=body.integer('initial_payment'),
        term_value=body.optional_integer('term_value'), life_insurance=body.flag('life_insurance'),
        work_insurance=body.flag('work_insurance'))
    kind = body.text('kind')
    if wish.loan <= 0 or wish.initial_payment < 0 or kind not in ('pos', 'bnpl'):
        raise ProtocolError(422, 'bad_form', 'kind, amount or initial_payment is wrong')
    scenario = scenario_of(body.text('client.phone'))
    # Groups of four: a message to the client must hold no run of six digits but its code.
    number = '-'.join(f'{secrets.randbelow(10_000):04d}' for _ in range(3))
    deal = Deal(
        lender=profile.code, form_guid=form_guid, lender_id=f'{profile.id_prefix}-{number}',
        body_sha256=body.sha256, scenario=scenario.value if scenario else '', kind=kind, channel=body.text('channel'),
        amount=wish.amount, loan=wish.loan, token=secrets.token_urlsafe(24), success_url=body.text('success_url'),
        failed_url=body.text('failed_url'), submitted_at=now, decision_at=now + thinking.short(), verdict='approved',
        contract_number=f'{profile.contract_series}-{number}')
    if deal.plays(Scenario.SLOW_SCORING):
        deal.decision_at = now + thinking.long()
    deal.reason = _refusal(profile, deal)
    if deal.reason:
        deal.verdict = 'declined'
    else:
        offers = pos_offers(profile, wish) if kind == 'pos' else bnpl_offers(profile, wish)
        deal.offers = [{**asdict(offer), 'offer_id': f'{deal.lender_id}-{offer.offer_id}'} for offer in offers]
    for scan in body.files('files'):
        deal.scans[scan.type] = Scan(scan.version, True, deal.decision_at, 'accepted')
    return deal


def _refusal(profile: Profile, deal: Deal) -> str:
    if deal.kind not in profile.kinds:
        return 'Кредитор не выдаёт такие кредиты'
    if not profile.min_amount <= deal.loan <= profile.max_amount:
        return 'Сумма вне пределов кредитора'
    one_declines = deal.plays(Scenario.ONE_DECLINES) and profile.code == ONE_DECLINES_LENDER
    return 'Отказ по результатам скоринга' if deal.plays(Scenario.DECLINED) or one_declines else ''


def _alive(deal: Deal) -> None:
    if deal.cancelled_at is not None:
        raise wrong_state('the application is cancelled')


def choose(deal: Deal, body: Body, thinking: Thinking, now: float) -> Result:
    """The client took an offer; the contract will be ready soon."""
    _alive(deal)
    offer_id = body.text('offer_id')
    if views.decision(deal, now)['status'] == 'pending':
        raise not_ready('the decision is pending')
    if offer_id not in {offer['offer_id'] for offer in deal.offers}:
        raise ProtocolError(422, 'unknown_offer', 'no such offer')
    if deal.chosen and deal.chosen != offer_id:
        raise wrong_state('another offer is chosen')
    if deal.chosen:
        return Result({}, effect=False)
    deal.chosen = offer_id
    deal.contract_at = now + thinking.short()
    deal.number = deal.contract_number
    return Result({}, effect=True)


def _contract_ready(deal: Deal, now: float) -> None:
    _alive(deal)
    stage = views.contract_stage(deal, now)
    if stage == 'pending':
        raise not_ready('the contract is not ready')
    if stage != 'ready':
        raise wrong_state('there is no contract')


def send_code(deal: Deal, body: Body, thinking: Thinking, now: float) -> Result:
    """Lender mode: a new code goes out to the client; it is always the same one here."""
    _contract_ready(deal, now)
    if deal.signing_mode != 'lender':
        raise wrong_state('the lender sends no codes for this application')
    if deal.signed_at is not None:
        raise wrong_state('the contract is signed')
    deal.code_sent_at, deal.wrong_codes = now, 0
    return Result({}, effect=True)


def check_code(deal: Deal, body: Body, thinking: Thinking, now: float) -> Result:
    """Lender mode: the client's code; five wrong ones burn it."""
    _contract_ready(deal, now)
    if deal.signing_mode != 'lender':
        raise wrong_state('the lender checks no codes for this application')
    code = body.text('code')
    if deal.signed_at is not None:
        return Result({'result': 'accepted' if code == LENDER_CODE_VALUE else 'wrong'}, effect=False)
    if deal.code_sent_at is None:
        raise not_ready('no code was sent')
    if deal.wrong_codes >= CODE_TRIES:
        return Result({'result': 'expired'}, effect=False)
    if code != LENDER_CODE_VALUE:
        deal.wrong_codes += 1
        return Result({'result': 'wrong'}, effect=False)
    deal.signed_at = now
    return Result({'result': 'accepted'}, effect=True)


def report_signature(deal: Deal, body: Body, thinking: Thinking, now: float) -> Result:
    """Platform or paper mode: the client signed these very documents of this version of the forms."""
    _contract_ready(deal, now)
    if deal.signing_mode == 'lender':
        raise wrong_state('the lender takes the signature itself')
    version = body.optional_integer('forms_version')
    if version is not None and version != deal.forms_version:
        raise wrong_state('the printed forms have changed')
    if deal.signed_at is not None:
        return Result({}, effect=False)
    deal.signed_at = now
    return Result({}, effect=True)


def send_scans(deal: Deal, body: Body, thinking: Thinking, now: float) -> Result:
    """Scans, each looked at after a while; those of the form are believed. Files the lender does not take are 422."""
    _alive(deal)
    problem = refusal(profile_by_code(deal.lender).scans, body)
    if problem:
        raise ProtocolError(422, 'bad_scan', problem)
    changed = False
    for file in body.files('files'):
        known = deal.scans.get(file.type)
        if file.page != 1 or (known is not None and known.version >= file.version):
            continue
        stage, reason = ('accepted', '') if file.from_form else _scan_word(deal, known)
        deal.scans[file.type] = Scan(file.version, file.from_form, now + thinking.short(), stage, reason)
        changed = True
    return Result({}, effect=changed)


def _scan_word(deal: Deal, known: Scan | None) -> tuple[str, str]:
    if deal.plays(Scenario.SCANS_DECLINED):
        return 'rescan_needed', 'Документ не принят: нет подписи клиента'
    is_first = known is None or known.from_form
    if deal.plays(Scenario.RESCAN) and is_first:
        return 'rescan_needed', 'Изображение нечёткое, пришлите новый скан'
    return 'accepted', ''


def confirm(deal: Deal, body: Body, thinking: Thinking, now: float) -> Result:
    """The shop confirms: the lender takes it and issues, or refuses for good."""
    if deal.confirm_refusal:
        return Result({'accepted': False, 'reason': deal.confirm_refusal}, effect=False)
    if deal.confirmed_at is not None:
        return Result({'accepted': True, 'reason': ''}, effect=False)
    _contract_ready(deal, now)
    if deal.signed_at is None:
        raise not_ready('the contract is not signed')
    if deal.scans_declined:
        deal.confirm_refusal = 'Документы клиента отклонены'
        return Result({'accepted': False, 'reason': deal.confirm_refusal}, effect=True)
    missing = views.missing_scans(deal, now)
    if missing:
        raise not_ready(f'scans are not accepted: {", ".join(missing)}')
    if deal.first_payment and deal.paid < deal.first_payment:
        raise not_ready('the first payment is not made')
    if deal.plays(Scenario.CONFIRM_REFUSED):
        deal.confirm_refusal = 'Кредитор отклонил подтверждение'
        return Result({'accepted': False, 'reason': deal.confirm_refusal}, effect=True)
    deal.confirmed_at = now
    deal.issue_at = now + (thinking.long() if deal.plays(Scenario.SLOW_ISSUE) else thinking.short())
    return Result({'accepted': True, 'reason': ''}, effect=True)


def cancel(deal: Deal, body: Body, thinking: Thinking, now: float) -> Result:
    """The application is off, money of the payment page goes back; impossible once issued."""
    if deal.cancelled_at is not None:
        return Result({}, effect=False)
    if views.issue_stage(deal, now)[0] == 'issued':
        raise ProtocolError(409, 'already_issued', 'the loan is issued')
    deal.cancelled_at = now
    for payment in deal.payments:
        payment.status = 'cancel'
    return Result({}, effect=True)


def pay(deal: Deal, result: str, attempt: int | None, now: float) -> str:
    """A button of the payment page; the answer is the payment stage. Pressing twice makes one payment."""
    due = deal.first_payment - deal.paid
    stage = views.payment_stage(deal) or 'declined'
    is_double = attempt is not None and attempt != attempts(deal)
    if due <= 0 or is_double:
        return stage
    if result == 'decline' or deal.plays(Scenario.PAYMENT_DECLINED):
        deal.payment_declined = True
        return 'declined'
    if result == 'part' and deal.paid:
        return stage
    amount = due if result == 'pay' else max(due // 2, 1)
    deal.payment_declined = False
    deal.payments.append(Payment(f'{deal.lender_id}-{len(deal.payments) + 1}', amount, 'success', now))
    return views.payment_stage(deal) or 'declined'


def attempts(deal: Deal) -> int:
    """How many payments were taken: the page carries it, so that a form sent twice is seen."""
    return len(deal.payments)


Operation = Callable[[Deal, Body, Thinking, float], Result]
