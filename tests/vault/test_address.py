"""Whose address a request has: only our own proxies are believed."""
from __future__ import annotations

from typing import Any

import pytest

from vault.address import from_meta

OURS = ['10.0.0.0/8', '::1/128']


@pytest.mark.parametrize(('peer', 'told', 'expected'), [
    ('203.0.113.7', '', '203.0.113.7'),
    ('203.0.113.7', '198.51.100.1', '203.0.113.7'),
    ('10.0.0.1', '', '10.0.0.1'),
    ('10.0.0.1', '203.0.113.7', '203.0.113.7'),
    ('10.0.0.1', '1.1.1.1, 203.0.113.7', '203.0.113.7'),
    ('10.0.0.1', '1.1.1.1, 203.0.113.7, 10.0.0.2', '203.0.113.7'),
    ('10.0.0.1', '1.1.1.1, nonsense', '10.0.0.1'),
    ('10.0.0.1', '1.1.1.1, nonsense, 203.0.113.7', '203.0.113.7'),
    ('::1', '2001:db8::5', '2001:db8::5'),
    ('10.0.0.1', '::ffff:203.0.113.7', '203.0.113.7'),
    ('', '203.0.113.7', ''),
], ids=['direct', 'forged', 'proxy itself', 'through the proxy', 'forged before the proxy', 'two proxies', 'nonsense',
        'nonsense further off', 'IPv6', 'mapped', 'no peer'])
def test_the_last_address_our_proxies_vouch_for(settings: Any, peer: str, told: str, expected: str) -> None:
    settings.TRUSTED_PROXIES = OURS
    assert from_meta({'REMOTE_ADDR': peer, 'HTTP_X_FORWARDED_FOR': told}) == expected


def test_without_proxies_nothing_is_believed(settings: Any) -> None:
    settings.TRUSTED_PROXIES = []
    assert from_meta({'REMOTE_ADDR': '10.0.0.1', 'HTTP_X_FORWARDED_FOR': '1.1.1.1'}) == '10.0.0.1'
