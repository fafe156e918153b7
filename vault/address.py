"""Where a request comes from: the last address that our own proxies vouch for."""
from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def client_ip(request: HttpRequest) -> str:
    """The address of the client; `X-Forwarded-For` counts only from a proxy of TRUSTED_PROXIES."""
    return from_meta(request.META)


def from_meta(meta: Mapping[str, Any]) -> str:
    """The same of a request's META: the rightmost address that is no proxy of ours, else the peer itself."""
    peer = str(meta.get('REMOTE_ADDR') or '')
    forwarded = meta.get('HTTP_X_FORWARDED_FOR')
    if not forwarded or not _is_proxy(peer, tuple(settings.TRUSTED_PROXIES)):
        return peer
    trusted = _networks(tuple(settings.TRUSTED_PROXIES))
    for told in reversed(str(forwarded).split(',')):
        found = _parsed(told)
        if found is None:
            break  # what stands left of nonsense was written by whoever wrote the nonsense
        if not any(found in network for network in trusted):
            return str(found)
    return peer


@lru_cache(maxsize=8)
def _networks(names: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(name) for name in names)


@lru_cache(maxsize=1024)
def _is_proxy(peer: str, names: tuple[str, ...]) -> bool:
    """Remembered: the peers of a web process are its few proxies, and every call asks."""
    found = _parsed(peer)
    return found is not None and any(found in network for network in _networks(names))


def _parsed(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
