"""Settings of partners that the front door itself obeys: language, requests per second, proof of who calls.

Only partners with a setting of their own are kept, one query for all of them every 15 seconds in each process, so that
a call of a partner without settings costs no query. The limit is a soft one: a bucket per process, each process
grants its share.
"""
from __future__ import annotations

import ipaddress
import threading
import time
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Q

from denimhub.dp.errors import TooManyRequests
from partners.models import AuthPolicy, Partner

REFRESH_SECONDS = 15.0
BURST_SECONDS = 2.0
"""A partner that was silent may send this many seconds' worth at once."""


@dataclass(slots=True)
class Terms:
    """One partner's settings with its bucket of this process; `requests_per_second` None means no limit."""

    partner_id: int = 0
    allows_english: bool = False
    needs_address: bool = False
    needs_key: bool = False
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    requests_per_second: int | None = None
    tokens: float = 0.0
    filled_at: float = field(default_factory=time.monotonic)

    def take(self, now: float) -> float:
        """Takes a token and returns 0, or returns the seconds to wait for the next one."""
        if self.requests_per_second is None:
            return 0.0
        rate = max(self.requests_per_second / max(settings.WEB_PROCESSES, 1), 0.1)
        room = max(rate * BURST_SECONDS, 1.0)
        self.tokens = min(room, self.tokens + (now - self.filled_at) * rate)
        self.filled_at = now
        if self.tokens >= 1.0:
            self.tokens -= 1.0
            return 0.0
        return (1.0 - self.tokens) / rate


class _Book:
    """Terms of all partners that have any, refreshed by whoever finds them old."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.terms: dict[str, Terms] = {}
        self.stale_at = 0.0

    def of(self, partner_guid: str) -> Terms:
        if time.monotonic() >= self.stale_at:
            self.refresh()
        return self.terms.get(partner_guid, NO_TERMS)

    def refresh(self) -> None:
        with self.lock:
            now = time.monotonic()
            if now < self.stale_at:
                return
            self.stale_at = now + REFRESH_SECONDS
            rows = Partner.objects.filter(
                Q(allows_english=True) | Q(requests_per_second__isnull=False) | ~Q(auth_policy=AuthPolicy.GUID),
            ).values_list('pk', 'guid', 'allows_english', 'requests_per_second', 'auth_policy', 'networks')
            fresh: dict[str, Terms] = {}
            for pk, guid, allows_english, rate, policy, networks in rows:
                known = self.terms.get(str(guid))
                if known is None or known.requests_per_second != rate:
                    known = Terms(requests_per_second=rate, tokens=(rate or 0) * BURST_SECONDS)
                known.partner_id, known.allows_english = pk, allows_english
                known.needs_address = policy in {AuthPolicy.IP, AuthPolicy.IP_KEY}
                known.needs_key = policy in {AuthPolicy.KEY, AuthPolicy.IP_KEY}
                known.networks = tuple(ipaddress.ip_network(network) for network in networks)
                fresh[str(guid)] = known
            self.terms = fresh

    def forget(self) -> None:
        with self.lock:
            self.terms = {}
            self.stale_at = 0.0


NO_TERMS = Terms()
_book = _Book()


def terms_of(partner_guid: object) -> Terms:
    """Settings of the partner named in a body; those of an unknown one are the defaults."""
    if not isinstance(partner_guid, str):
        return NO_TERMS
    return _book.of(partner_guid)


def check_rate(partner_guid: object) -> None:
    """Raises TooManyRequests when the partner has spent its share of requests per second."""
    terms = terms_of(partner_guid)
    if terms.requests_per_second is None:
        return
    with _book.lock:
        wait_seconds = terms.take(time.monotonic())
    if wait_seconds > 0:
        raise TooManyRequests(retry_after_seconds=wait_seconds)


def forget_terms() -> None:
    """Makes the next call read the partners' settings anew."""
    _book.forget()
