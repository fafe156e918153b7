"""Bearer keys of partners: `dhk_<key id>_<secret>`, made once, kept as a keyed hash, checked in constant time."""
from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.journal import record
from partners.models import Partner
from partners.models_keys import PartnerKey
from partners.refusals import NotPossible
from vault.hashing import UnknownHashKey, keyed_hash
from vault.statements import Statement

log = structlog.get_logger(__name__)

ALIVE: Final = 2
_KEY: Final = re.compile(r'dhk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})')
_FIND: Final = Statement("""
SELECT partner_id, secret_hash, hash_key FROM partners_partnerkey WHERE key_id = %s AND revoked_at IS NULL
""")
_NOTHING: Final = (0, b'\0' * 32, None)


@dataclass(frozen=True, slots=True)
class FreshKey:
    """A key as it is shown this one time."""

    key: PartnerKey
    text: str


def owner_of_key(text: str) -> int | None:
    """Row id of the partner whose living key this is, else None; one query, also for nonsense, in equal time."""
    found = _KEY.fullmatch(text)
    key_id, secret = found.groups() if found else ('', '')
    owner, stored, hash_key = _FIND.first_row([key_id]) or _NOTHING
    try:
        computed = _hash(key_id, secret, hash_key)[1]
    except UnknownHashKey:
        log.error('partner_key_unreadable', key=key_id)
        return None
    return owner if hmac.compare_digest(computed, bytes(stored)) and owner else None


@transaction.atomic
def make_key(*, partner: Partner, actor: str) -> FreshKey:
    """A new key; at most two are alive. Raises NotPossible when there are two."""
    Partner.objects.select_for_update().get(pk=partner.pk)
    if PartnerKey.objects.filter(partner=partner, revoked_at__isnull=True).count() >= ALIVE:
        raise NotPossible(_('Two keys are alive already: revoke one first'))
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    hash_key, secret_hash = _hash(key_id, secret, None)
    key = PartnerKey.objects.create(
        partner=partner, key_id=key_id, secret_hash=secret_hash, hash_key=hash_key, created_by=actor)
    record(partner=partner, setting=f'key:{key_id}', before=None, after='alive', actor=actor)
    return FreshKey(key, f'dhk_{key_id}_{secret}')


@transaction.atomic
def revoke_key(*, partner: Partner, key_id: str, actor: str) -> None:
    """The key stops to work with the next call. Raises NotPossible for one the partner has not, or that is revoked."""
    key = PartnerKey.objects.select_for_update().filter(partner=partner, key_id=key_id, revoked_at__isnull=True).first()
    if key is None:
        raise NotPossible(_('There is no such key'))
    key.revoked_at, key.revoked_by = timezone.now(), actor
    key.save(update_fields=['revoked_at', 'revoked_by'])
    record(partner=partner, setting=f'key:{key_id}', before='alive', after='revoked', actor=actor)


def _hash(key_id: str, secret: str, hash_key: str | None) -> tuple[str, bytes]:
    return keyed_hash(f'partner.key\0{key_id}\0{secret}'.encode(), hash_key)
