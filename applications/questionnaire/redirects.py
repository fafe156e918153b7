"""Addresses to which a client's browser may be sent after paying: checked when they come and when they are used."""
from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

_FORBIDDEN = re.compile(r'[\x00-\x20\x7f-\x9f\\\u2028\u2029]')
_HOST = re.compile(r'[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?')
_HTTPS_PORT = 443
_PLAIN = re.compile(r'https://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?:[/?#][!-\[\]-~]*)?')


def redirect_problem(url: str, hosts: Sequence[str]) -> str | None:
    """What is wrong with a redirect address, None when nothing is; an empty host list allows every host."""
    plain = _PLAIN.fullmatch(url)
    if plain is not None and (not hosts or plain.group(1) in hosts):
        return None
    if _FORBIDDEN.search(url):
        return _('Remove spaces, control characters and backslashes from the address')
    try:
        parts = urlsplit(url)
        port = parts.port
        host = plain_host(parts.hostname or '')
    except ValueError:
        return _('Send a full address like https://shop.example.ru/path')
    if parts.scheme.lower() != 'https':
        return _('The address must begin with https://')
    if '@' in parts.netloc:
        return _('Remove the user name and password from the address')
    if not _HOST.fullmatch(host):
        return _('Send a full address like https://shop.example.ru/path')
    if port not in (None, _HTTPS_PORT):
        return _('Remove the port from the address')
    if hosts and host not in {plain_host(allowed) for allowed in hosts}:
        return _('This host is not on the list of your hosts: ask support to add it')
    return None


def plain_host(host: str) -> str:
    """Lower case, punycode, no dot at the end; ValueError when it cannot be a host name."""
    return host.rstrip('.').encode('idna').decode('ascii').lower()
