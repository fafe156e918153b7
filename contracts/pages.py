"""Which payment pages may be shown to a client: those on the hosts of its lender. Pure."""
from __future__ import annotations

import re
from urllib.parse import urlsplit

from lenders.models import Lender

_PLAIN = re.compile(r'[!-\[\]-~]{1,2048}')
"""Printable ASCII without blanks and the backslash, which browsers take for a slash."""
_HTTPS_PORTS = (None, 443)


def is_own_page(url: str, lender: Lender) -> bool:
    """Whether a payment page is on the lender's list of hosts (without one: on the host of its API), over https.

    Only sandbox lenders may do without TLS or use another port than that of the list.
    """
    if _PLAIN.fullmatch(url) is None:
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    hosts = set(lender.payment_hosts) or {urlsplit(lender.base_url).hostname}
    schemes = {'http', 'https'} if lender.is_sandbox else {'https'}
    known = parts.netloc in hosts or (parts.hostname in hosts and (lender.is_sandbox or port in _HTTPS_PORTS))
    return parts.scheme in schemes and known and '@' not in parts.netloc
