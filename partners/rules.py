"""What a partner's settings may be. Pure; a refusal is a ValueError whose text is for the person who typed it."""
from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _
from stdnum.exceptions import ValidationError as WrongNumber
from stdnum.ru import inn as russian_inn

_HOST: Final = re.compile(r'(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]')
MOST_HOSTS: Final = 50
MOST_NETWORKS: Final = 100
_WIDEST: Final = {4: 16, 6: 32}


def clean_inn(text: str) -> str:
    """10 digits of a company or 12 of an entrepreneur, with right check digits (order of FNS ED-7-14/559)."""
    try:
        return str(russian_inn.validate(text))
    except WrongNumber as wrong:
        raise ValueError(_('Check the INN: 10 digits of a company or 12 of an entrepreneur')) from wrong


def clean_hosts(names: Iterable[str]) -> list[str]:
    """Host names in lower case and punycode, each once, in the order given; no scheme, port or path."""
    found: dict[str, None] = {}
    for name in names:
        try:
            host = name.strip().rstrip('.').encode('idna').decode('ascii').lower()
        except UnicodeError:
            host = ''
        if not _HOST.fullmatch(host):
            raise ValueError(
                _('Not a host name: %(name)s. Write it like shop.example.ru') % {'name': name.strip()[:100]})
        found[host] = None
    if len(found) > MOST_HOSTS:
        raise ValueError(_('At most %(count)d hosts') % {'count': MOST_HOSTS})
    return list(found)


def clean_networks(names: Iterable[str]) -> list[str]:
    """Addresses and networks as CIDR, each once; not wider than /16 (IPv4) or /32 (IPv6)."""
    found: dict[str, None] = {}
    for name in names:
        try:
            network = ipaddress.ip_network(name.strip(), strict=False)
        except ValueError as wrong:
            raise ValueError(_('Not an address or a network: %(name)s') % {'name': name.strip()[:100]}) from wrong
        if network.prefixlen < _WIDEST[network.version]:
            raise ValueError(_('The network %(name)s is too wide') % {'name': str(network)})
        found[str(network)] = None
    if len(found) > MOST_NETWORKS:
        raise ValueError(_('At most %(count)d addresses') % {'count': MOST_NETWORKS})
    return list(found)
