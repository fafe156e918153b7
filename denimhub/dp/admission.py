"""Whether a call may speak for the partner it names: from an address of its list, with a key of its own.

Partners that only send their guid cost nothing here. Whoever is turned away for the address, or with a key of another
partner, gets the very answer of an unknown partner, found by the same look-ups.
"""
from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, Final

import structlog

from denimhub.dp.errors import NotProven
from denimhub.dp.limits import Terms, terms_of
from partners.keys import owner_of_key
from vault.address import from_meta

log = structlog.get_logger(__name__)

NOBODY: Final = '00000000-0000-0000-0000-000000000000'
"""A guid that no partner has: guids are random ones of version 4."""
_BEARER: Final = 'Bearer '


def admitted_guid(partner_guid: Any, meta: Mapping[str, Any]) -> Any:
    """The guid to look up for this call: its own, or one nobody has. Raises NotProven for a missing or wrong key."""
    terms = terms_of(partner_guid)
    if not terms.needs_address and not terms.needs_key:
        return partner_guid
    if terms.needs_address and not _is_from(terms, meta):
        log.warning('dp.foreign_address', partner=terms.partner_id)
        return NOBODY
    if terms.needs_key:
        owner = _proven_owner(terms, meta)
        if owner != terms.partner_id:
            log.error('dp.key_of_another_partner', partner=terms.partner_id, owner=owner)
            return NOBODY
    return partner_guid


def _is_from(terms: Terms, meta: Mapping[str, Any]) -> bool:
    try:
        caller = ipaddress.ip_address(from_meta(meta))
    except ValueError:
        return False
    mapped = caller.ipv4_mapped if isinstance(caller, ipaddress.IPv6Address) else None
    return any((mapped or caller) in network for network in terms.networks)


def _proven_owner(terms: Terms, meta: Mapping[str, Any]) -> int:
    told = str(meta.get('HTTP_AUTHORIZATION') or '')
    owner = owner_of_key(told[len(_BEARER):].strip()) if told.startswith(_BEARER) else None
    if owner is None:
        log.warning('dp.key_refused', partner=terms.partner_id)
        raise NotProven
    return owner
