"""Which adapter speaks with which lender: a new lender of a new protocol is one folder and one line here."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings

from lenders.adapters.denimhub.adapter import DenimHubAdapter
from lenders.adapters.denimhub.proof import authorizer
from lenders.breaker import FAILURES, IN_FLIGHT, Limits
from lenders.contract import Adapter
from lenders.door import Address, Door
from lenders.models import Lender
from lenders.transport import Timing


class UnknownAdapter(LookupError):
    """The lender's row names an adapter that this release does not have."""


def _denimhub(lender: Lender) -> Adapter:
    address = address_of(lender)
    return DenimHubAdapter(
        Door(address, authorizer(lender.credentials)), lender.settings, kinds=lender.kinds,
        payment_hosts=lender.payment_hosts, plain_http_allowed=address.plain_http_allowed)


ADAPTERS: dict[str, Callable[[Lender], Adapter]] = {
    'denimhub': _denimhub,
}


def adapter_for(lender: Lender) -> Adapter:
    """The adapter of a lender, made of its row: cheap, nothing is kept between calls but connections and limits."""
    try:
        make = ADAPTERS[lender.adapter]
    except KeyError:
        raise UnknownAdapter(f'no adapter {lender.adapter!r} for lender {lender.code}') from None
    return make(lender)


def address_of(lender: Lender) -> Address:
    """Where the lender is. Only sandbox lenders, and development, may be on inner addresses or without TLS."""
    is_free = lender.is_sandbox or settings.DENIMHUB_ENV != 'production'
    own: dict[str, Any] = lender.settings
    return Address(
        lender_id=lender.pk, code=lender.code, base_url=lender.base_url,
        timing=Timing(lender.connect_timeout_seconds, lender.read_timeout_seconds),
        limits=Limits(
            calls_per_second=lender.calls_per_second, failures=int(own.get('breaker_failures') or FAILURES),
            in_flight=int(own.get('in_flight') or IN_FLIGHT)),
        inner_allowed=is_free, plain_http_allowed=is_free, paused_until=lender.paused_until,
        document_hosts=tuple(lender.document_hosts))
