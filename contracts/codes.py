"""Signing codes as rows: made, counted, compared, consumed.

A try is counted in a commit of its own before anything is compared: an exception later cannot undo the count.
"""
from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, Max, Sum
from django.utils import timezone

from applications.models import Application
from contracts.allowance import NotAllowed, note_refusal, take_allowance
from contracts.locks import lock_phone
from contracts.models import CodeCheck, Contract, SigningCode
from contracts.phones import phone_indexes
from contracts.rules import CODE_DIGITS, CODE_SECONDS, TRIES_PER_CODE, WRONG_CODES_PER_CONTRACT
from contracts.services_messages import queue_code_message
from jobs.services import enqueue
from lenders.contract import SigningMode
from vault.hashing import keyed_hash

SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Try:
    """One counted try of a code, the `number`-th; `left` tries remain if it turns out wrong."""

    code: SigningCode
    number: int
    left: int


class NotCounted(Exception):
    """The code, or the contract, takes no more tries: used up, expired, replaced, or no longer to be signed."""


def issue_code(contract: Contract, *, is_automatic: bool) -> bool:
    """Make the next code of a contract (row locked) and send it; the former ones are void.

    False, and nothing is made, when the contract has used up its wrong tries, or the phone or the partner their
    messages of the day: the journal tells which.
    """
    at_lender = contract.signing_mode == SigningMode.LENDER
    try:
        if contract.wrong_codes >= WRONG_CODES_PER_CONTRACT:
            raise NotAllowed('the wrong tries of the contract are used up')
        if not at_lender:
            take_allowance(contract.application)
    except NotAllowed as refused:
        note_refusal(contract.application_id, subject='signing code', why=refused.why)
        return False
    void_codes(contract)
    now = timezone.now()
    last = SigningCode.objects.filter(contract=contract).aggregate(seq=Max('seq'))['seq'] or 0
    row = SigningCode(
        contract=contract, seq=last + 1, forms_version=contract.forms_version, is_automatic=is_automatic, sent_at=now)
    if at_lender:
        row.save(force_insert=True)
        check = CodeCheck.objects.create(contract=contract, signing_code=row, operation='send', asked_at=now)
        enqueue('contracts.ask_code', str(check.guid))
        return True
    code = f'{secrets.randbelow(10 ** CODE_DIGITS):0{CODE_DIGITS}d}'
    seal_code(row, code)
    row.expires_at = now + timedelta(seconds=CODE_SECONDS)
    row.save(force_insert=True)
    queue_code_message(contract, row, code)
    return True


def seal_code(row: SigningCode, code: str) -> None:
    """Keep a code as a keyed hash with a salt of its own; the key lies outside the database."""
    row.salt = secrets.token_bytes(SALT_BYTES)
    row.digest_key, row.digest = keyed_hash(row.salt + code.encode())


def matches(row: SigningCode, code: str) -> bool:
    """Compare in constant time, under the key by which the row was sealed."""
    if not row.digest:
        return False
    _key, digest = keyed_hash(bytes(row.salt) + code.encode(), row.digest_key)
    return hmac.compare_digest(digest, bytes(row.digest))


def void_codes(contract: Contract) -> None:
    """No code sent so far may sign any more."""
    SigningCode.objects.filter(contract=contract, expired_at__isnull=True).update(expired_at=timezone.now())


_COUNT_ON_CONTRACT = """
    UPDATE contracts_contract SET wrong_codes = wrong_codes + 1
     WHERE id = %s AND status = 'READY' AND forms_version = %s AND wrong_codes < %s
 RETURNING wrong_codes
"""
_COUNT_ON_CODE = """
    UPDATE contracts_signingcode SET tries = tries + 1, tried_at = tried_at || to_jsonb(%s::text)
     WHERE id = %s AND tries < %s AND accepted_at IS NULL AND expired_at IS NULL
       AND (expires_at IS NULL OR expires_at > %s)
 RETURNING tries
"""


def count_try(application: Application, code: SigningCode) -> Try:
    """Count one try on the code and on its contract, as long as both allow it; committed when this returns.

    Raises NotCounted. The contract counts every try as wrong until `uncount()`.
    """
    now = timezone.now()
    with transaction.atomic():
        wrong = _update(_COUNT_ON_CONTRACT, [code.contract_id, code.forms_version, WRONG_CODES_PER_CONTRACT])
        if wrong is None or not _phone_may_try(application):
            raise NotCounted
        tries = _update(_COUNT_ON_CODE, [now.isoformat(), code.pk, TRIES_PER_CODE, now])
        if tries is None:
            raise NotCounted
    return Try(code, tries, min(TRIES_PER_CODE - tries, WRONG_CODES_PER_CONTRACT - wrong))


def uncount(contract: Contract) -> None:
    """The try just counted was right."""
    Contract.objects.filter(pk=contract.pk, wrong_codes__gt=0).update(wrong_codes=F('wrong_codes') - 1)


_NOTE_WRONG = 'UPDATE contracts_signingcode SET wrong_tries = wrong_tries || to_jsonb(%s::int) WHERE id = %s'


def note_wrong(tried: Try) -> None:
    """Keep for the evidence that this try was compared and found wrong."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_WRONG, [tried.number, tried.code.pk])


def consume(code: SigningCode, contract: Contract, *, right_try: int | None = None) -> bool:
    """Use the code up, once; True for the one that did it. Ours must be the newest one of these very forms.

    `right_try` is the number of the try that was right. A lender that checks codes itself has the last word on which of
    its codes is valid.
    """
    newest = SigningCode.objects.filter(contract=contract).aggregate(seq=Max('seq'))['seq']
    if newest != code.seq and contract.signing_mode != SigningMode.LENDER:
        return False
    return SigningCode.objects.filter(
        pk=code.pk, accepted_at__isnull=True, forms_version=contract.forms_version,
    ).update(accepted_at=timezone.now(), right_try=right_try) == 1


def note_expiry(code: SigningCode) -> None:
    """Keep the verdict that a code is too old, so that a clock set back cannot revive it."""
    SigningCode.objects.filter(pk=code.pk, expired_at__isnull=True, expires_at__lte=timezone.now()).update(
        expired_at=timezone.now())


def _phone_may_try(application: Application) -> bool:
    """Whether the phone, over all its forms, has wrong tries left today; sandbox phones always have."""
    limit: int | None = settings.WRONG_CODES_PER_PHONE_DAY
    if application.is_sandbox or limit is None:
        return True
    indexes = phone_indexes(application)
    lock_phone(indexes[0])
    day_ago = timezone.now() - timedelta(days=1)
    counted = SigningCode.objects.filter(
        contract__application__phone_index__in=indexes, contract__application__is_sandbox=False,
        sent_at__gt=day_ago).aggregate(tries=Sum('tries'), right=Count('accepted_at'))
    wrong: int = (counted['tries'] or 0) - counted['right']
    return wrong < limit


def _update(sql: str, values: list[int | str | datetime]) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return None if row is None else int(row[0])
