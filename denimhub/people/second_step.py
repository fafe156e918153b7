"""The code of the second step: from the authenticator application, or one of the recovery codes; each works once."""
from __future__ import annotations

import hmac
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.db import transaction

from denimhub.people import adapters, slowdown
from vault import rotation, sealing

SECRETS = {Authenticator.Type.TOTP: 'secret', Authenticator.Type.RECOVERY_CODES: 'seed'}


def has_second_step(user: Any) -> bool:
    """Whether this person has set it up."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists())


def must_set_up(user: Any) -> bool:
    """Staff without it may open nothing else, where the settings demand it."""
    return bool(settings.STAFF_TOTP_REQUIRED) and bool(user.is_staff) and not has_second_step(user)


def check_code(user: Any, code: str, *, ip: str) -> Any:
    """The authenticator the code fits, None for a wrong or used one; raises Paused. Counted before it is compared."""
    slowdown.take_code_try(user.pk, ip)
    with transaction.atomic():
        rows = Authenticator.objects.select_for_update().filter(user_id=user.pk, type__in=list(SECRETS)).order_by('pk')
        found = next((row for row in rows if _is_own(row) and _fits(row, code.replace(' ', '').strip())), None)
    if found is not None:
        slowdown.forget_codes(user.pk, ip)
    return found


def _is_own(row: Any) -> bool:
    owner: int = row.user_id
    return adapters.owner_of(row.data[SECRETS[row.type]]) == owner


def _fits(row: Any, code: str) -> bool:
    if not code.isascii() or not code.isdigit():
        return False
    if row.type == Authenticator.Type.TOTP:
        return _fits_totp(row, code)
    return bool(row.wrap().validate_code(code))


def _fits_totp(row: Any, code: str) -> bool:
    """Of the present half minute or a neighbour, and later than the last one that was taken (RFC 6238, 5.2)."""
    secret = adapters.opened(row.data['secret']).decode()
    for counter in yield_hotp_counters_from_time():
        fits = hmac.compare_digest(format_hotp_value(hotp_value(secret, counter)), code)
        if fits and counter > row.data.get('last_counter', -1):
            row.data['last_counter'] = counter
            row.save(update_fields=['data'])
            return True
    return False


def reseal() -> rotation.Report:
    """For `rotate_keys`: secrets that are not under the primary key yet."""
    changed = failed = 0
    for pk in Authenticator.objects.filter(type__in=list(SECRETS)).order_by('pk').values_list('pk', flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().get(pk=pk)
            name = SECRETS[row.type]
            try:
                fresh = _under_the_primary_key(row.data[name])
            except sealing.CannotUnseal:
                failed += 1
                continue
            if fresh is not None:
                row.data[name] = fresh
                row.save(update_fields=['data'])
                changed += 1
    return rotation.Report('mfa.Authenticator', changed, failed)


def _under_the_primary_key(sealed: str) -> str | None:
    if adapters.raw_of(sealed).startswith(sealing.primary_prefix()):
        return None
    return adapters.sealed_for(adapters.owner_of(sealed), adapters.opened(sealed))
