"""The two SMS methods: send a new code, check the one the client has."""
from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from applications.refusals import Busy, CodeExpired, TooManyResends, WrongCode, WrongOfferStatus
from applications.states import record
from contracts.codes import NotCounted, Try, consume, count_try, issue_code, matches, note_expiry, note_wrong, uncount
from contracts.evidence import Origin
from contracts.locks import lock_contract
from contracts.models import CodeCheck, Contract
from contracts.rules import (
    LENDER_CODE_LENGTH,
    RESEND_PAUSE_SECONDS,
    RESENDS_PER_CONTRACT,
    SAME_CODE,
    TRIES_PER_CODE,
    WRONG_CODES_PER_CONTRACT,
    Method,
)
from contracts.selectors import Case, accepted_code, find_case, newest_code
from contracts.services_messages import seconds_left
from contracts.signatures import sign
from contracts.waiting import wait_for
from jobs.services import enqueue
from lenders.contract import CodeResult, SigningMode

VOID = 'void'
"""Result of a question to a lender that came to nothing: the contract moved on, or the lender lost it."""
_LOOKS = 3


def resend_sms_code(*, partner_guid: str, form_guid: str, offer_guid: str) -> None:
    """Send the client a new code: at most 3 times per contract, 30 s after the last one.

    The first call within 30 s of the automatic code is success and sends nothing. Raises the refusals of the table
    and TooManyResends.
    """
    with transaction.atomic():
        case = find_case(partner_guid, form_guid, offer_guid, lock=True)
        case.answer(Method.RESEND_SMS_CODE)
        refusal = _resend(case.deal)
    if refusal is not None:
        # After the commit: what the journal tells of the refusal stays.
        raise refusal


def _resend(contract: Contract) -> TooManyResends | None:
    last, wait = newest_code(contract.pk), 0
    if last is not None and last.forms_version == contract.forms_version:
        wait = seconds_left(last.sent_at, RESEND_PAUSE_SECONDS)
        if wait and last.is_automatic and last.asked_at is None:
            last.asked_at = timezone.now()
            last.save(update_fields=['asked_at'])
            return None
    if contract.codes_resent >= RESENDS_PER_CONTRACT:
        return TooManyResends()
    if wait:
        return TooManyResends(wait)
    if not issue_code(contract, is_automatic=False):
        return TooManyResends()
    contract.codes_resent += 1
    contract.save(update_fields=['codes_resent'])
    return None


def check_sms_code(
    *, partner_guid: str, form_guid: str, offer_guid: str, code: str, actor: str = 'partner',
    origin: Origin | None = None,
) -> None:
    """Sign the contract with a code; the same right code again is success.

    Raises the refusals of the table, WrongCode, CodeExpired, and Busy when the lender that checks codes itself is
    silent. Must be called outside a transaction: the count of a try survives the refusal.
    """
    for _look in range(_LOOKS):
        case = find_case(partner_guid, form_guid, offer_guid)
        answer = case.answer(Method.CHECK_SMS_CODE)
        contract = case.deal
        if answer == SAME_CODE:
            _same_or_refuse(contract, code)
            return
        if contract.signing_mode == SigningMode.LENDER:
            _ask_lender(case, code, origin or Origin())
            return
        tried = _counted(case)
        if tried is None:
            continue
        if not matches(tried.code, code):
            note_wrong(tried)
            raise WrongCode(tried.left)
        _accept(partner_guid, form_guid, offer_guid, tried, code, actor, origin)
        return
    raise CodeExpired


def allow_codes_again(contract: Contract, *, actor: str, why: str = '') -> None:
    """An operator lets a contract whose wrong tries or messages are used up be signed after all."""
    with transaction.atomic():
        _application, row = lock_contract(contract)
        row.wrong_codes = row.codes_resent = 0
        row.save(update_fields=['wrong_codes', 'codes_resent'])
        record(row.application_id, subject='signing code', actor=actor,
               why=f'codes allowed again: {why}' if why else 'codes allowed again')


def _counted(case: Case) -> Try | None:
    """One try counted on the newest code; None when a look at the present state is needed. Raises CodeExpired."""
    contract = case.deal
    code = newest_code(contract.pk)
    if code is None or code.forms_version != contract.forms_version:
        raise CodeExpired
    try:
        return count_try(case.application, code)
    except NotCounted:
        note_expiry(code)
        state = Contract.objects.values_list('status', 'forms_version').get(pk=contract.pk)
        now_newest = newest_code(contract.pk)
        if state == (contract.status, contract.forms_version) and now_newest == code:
            raise CodeExpired from None
        return None


def _accept(
    partner_guid: str, form_guid: str, offer_guid: str, tried: Try, code: str, actor: str, origin: Origin | None,
) -> None:
    with transaction.atomic():
        case = find_case(partner_guid, form_guid, offer_guid, lock=True)
        answer = case.answer(Method.CHECK_SMS_CODE)
        contract = case.deal
        if answer == SAME_CODE:
            _same_or_refuse(contract, code)
        elif consume(tried.code, contract, right_try=tried.number):
            sign(case.application, contract, mode=SigningMode.PLATFORM, actor=actor, origin=origin)
        else:
            raise CodeExpired
        uncount(contract)


def _same_or_refuse(contract: Contract, code: str) -> None:
    """The code that signed these forms is success again; any other meets a signed contract."""
    accepted = accepted_code(contract)
    if accepted is None or not matches(accepted, code):
        raise WrongOfferStatus


def _ask_lender(case: Case, code: str, origin: Origin) -> None:
    """Let the lender check the code: a job asks, we wait for what it writes."""
    check = _open_question(case, code) or _new_question(case, code, origin)
    if check is None:
        raise CodeExpired
    result = wait_for(lambda: _result_of(check), seconds=settings.CHECK_CODE_WAIT_SECONDS)
    if result == CodeResult.WRONG:
        raise WrongCode(_left(check))
    if result == CodeResult.EXPIRED:
        raise CodeExpired
    if result != CodeResult.ACCEPTED:
        raise Busy


def _open_question(case: Case, code: str) -> CodeCheck | None:
    """The same question, still without an answer: a repeat after 503 waits for it and is no second try."""
    open_ones = CodeCheck.objects.select_related('signing_code').filter(
        contract=case.deal, operation='check', answered_at__isnull=True)
    return next((row for row in open_ones if row.code == code), None)


def _new_question(case: Case, code: str, origin: Origin) -> CodeCheck | None:
    try:
        tried = _counted(case)
    except CodeExpired:
        return None
    if tried is None:
        raise Busy
    if len(code) > LENDER_CODE_LENGTH:
        raise WrongCode(tried.left)
    with transaction.atomic():
        check = CodeCheck.objects.create(
            contract=case.deal, signing_code=tried.code, operation='check', code=code, asked_at=timezone.now(),
            request_id=origin.request_id[:64], ip=origin.ip or None)
        enqueue('contracts.ask_code', str(check.guid))
    return check


def _result_of(check: CodeCheck) -> str | None:
    return CodeCheck.objects.values_list('result', flat=True).get(pk=check.pk) or None


def _left(check: CodeCheck) -> int:
    """Tries left for the code of a question that was answered "wrong"."""
    code = check.signing_code
    code.refresh_from_db()
    wrong = Contract.objects.values_list('wrong_codes', flat=True).get(pk=check.contract_id)
    return max(0, min(TRIES_PER_CODE - code.tries, WRONG_CODES_PER_CONTRACT - wrong))
