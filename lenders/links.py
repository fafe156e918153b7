"""Links by which lenders hand over documents: where one may lead, and what of it may be shown. Pure."""
from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

LONGEST_LINK: Final = 2048
_PORTS: Final = {'https': 443, 'http': 80}
_LOOPBACK: Final = frozenset({'localhost', '127.0.0.1', '::1'})
_HOST: Final = re.compile(r'[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*')
_WORD: Final = re.compile(r'[a-z]{1,20}|v\d{1,2}')


class BadLink(ValueError):
    """The link leads where a lender's documents cannot be; the text says why and holds nothing of the link."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a URL leads: scheme, host in lower case, port."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may be followed: written anew out of its parts; `inner_allowed` as for the lender's own address."""

    url: str
    inner_allowed: bool


def checked_link(url: str, *, base_url: str, hosts: Iterable[str], near_allowed: bool) -> Link:
    """The link when it may be followed, else BadLink.

    The host is the one of `base_url` or stands in `hosts` (`host`, port 443, or `host:port`); the scheme is https.
    With `near_allowed` (sandbox lenders, development) the origin of `base_url` itself, and a listed loopback host, may
    be spoken to in plain http and at an inner address.
    """
    if len(url) > LONGEST_LINK or not all(33 <= ord(char) <= 126 for char in url) or set(url) & set('\\#'):
        raise BadLink('the link is not a plain URL')
    parts = _split(url)
    origin, own = _origin(parts), _origin(_split(base_url))
    if not _is_listed(origin, own, hosts):
        raise BadLink('the link leads to a host that was not agreed with the lender')
    is_near = near_allowed and (origin == own or origin.host in _LOOPBACK)
    if origin.scheme != 'https' and not is_near:
        raise BadLink('the link is not https')
    host = f'[{origin.host}]' if ':' in origin.host else origin.host
    query = f'?{parts.query}' if parts.query else ''
    return Link(f'{origin.scheme}://{host}:{origin.port}{parts.path or "/"}{query}', inner_allowed=is_near)


def shown_link(url: str) -> str:
    """What of a link the log may hold: host and plain words of the path, no tokens, names of files or query."""
    try:
        parts = _split(url)
        origin = _origin(parts)
    except BadLink:
        return '…'
    steps = [step if _WORD.fullmatch(step) else '…' for step in parts.path.split('/')[1:7]]
    port = '' if origin.port == _PORTS[origin.scheme] else f':{origin.port}'
    return f'{origin.scheme}://{origin.host[:253]}{port}/{"/".join(steps)}{"?…" if parts.query else ""}'


def is_host(text: object) -> bool:
    """Whether this may stand in a lender's list: `host` or `host:port`, in lower case, without a dot at the end."""
    if not isinstance(text, str):
        return False
    try:
        return text in _spellings(_origin(_split(f'https://{text}')), is_default=True)
    except BadLink:
        return False


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise BadLink('the link is not a URL') from None


def _origin(parts: SplitResult) -> Origin:
    try:
        host, port = parts.hostname or '', parts.port
    except ValueError:
        raise BadLink('the link is not a URL') from None
    if parts.scheme not in _PORTS:
        raise BadLink('the link is not https')
    if '@' in parts.netloc:
        raise BadLink('the link holds a user name')
    if not _HOST.fullmatch(host) and not _is_v6(host):
        raise BadLink('the link has no plain host')
    return Origin(parts.scheme, host, _PORTS[parts.scheme] if port is None else port)


def _is_v6(host: str) -> bool:
    try:
        return str(ipaddress.IPv6Address(host)) == host
    except ValueError:
        return False


def _is_listed(origin: Origin, own: Origin, hosts: Iterable[str]) -> bool:
    if origin.host == own.host and origin.port in {443, own.port}:
        return True
    return bool(_spellings(origin, is_default=origin.port == 443) & set(hosts))


def _spellings(origin: Origin, *, is_default: bool) -> set[str]:
    """How an origin may stand in the list; without its port only where the port is the usual one."""
    host = f'[{origin.host}]' if ':' in origin.host else origin.host
    return {f'{host}:{origin.port}', host} if is_default else {f'{host}:{origin.port}'}
