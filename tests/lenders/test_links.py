"""Where a link of a lender may lead, and what of it may be shown."""
from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from lenders.links import BadLink, checked_link, is_host, shown_link
from lenders.models import check_hosts

BASE = 'https://api.bank.example:8443/denimhub'
HOSTS = ('files.bank.example', 'store.example:9000', '[2606:4700::1111]')


def follow(url: str, *, base_url: str = BASE, near_allowed: bool = False) -> tuple[str, bool]:
    link = checked_link(url, base_url=base_url, hosts=HOSTS, near_allowed=near_allowed)
    return link.url, link.inner_allowed


@pytest.mark.parametrize(('url', 'written'), [
    ('https://files.bank.example/d/1?token=a%20b', 'https://files.bank.example:443/d/1?token=a%20b'),
    ('HTTPS://Files.Bank.Example', 'https://files.bank.example:443/'),
    ('https://store.example:9000/x', 'https://store.example:9000/x'),
    ('https://api.bank.example/x', 'https://api.bank.example:443/x'),
    ('https://api.bank.example:8443/x', 'https://api.bank.example:8443/x'),
    ('https://[2606:4700::1111]/x', 'https://[2606:4700::1111]:443/x'),
])
def test_links_to_agreed_hosts_may_be_followed(url: str, written: str) -> None:
    assert follow(url) == (written, False)


@pytest.mark.parametrize('url', [
    'https://evil.example/x', 'https://files.bank.example.evil.example/x', 'https://evilfiles.bank.example/x',
    'https://sub.files.bank.example/x', 'https://bank.example/x', 'https://files.bank.example./x',
    'https://127.0.0.1/x', 'https://169.254.169.254/latest/meta-data', 'https://[::1]/x', 'https://localhost/x',
    'https://2130706433/x', 'https://0x7f.1/x', 'https://[::ffff:127.0.0.1]/x', 'https://[fe80::1%25eth0]/x',
])
def test_a_foreign_host_is_refused(url: str) -> None:
    with pytest.raises(BadLink):
        follow(url)


@pytest.mark.parametrize('url', [
    'https://files.bank.example:8443/x', 'https://files.bank.example:80/x', 'https://store.example/x',
    'https://store.example:443/x', 'https://api.bank.example:22/x', 'https://files.bank.example:0/x',
    'https://files.bank.example:99999/x', 'https://files.bank.example:443443/x',
])
def test_another_port_is_refused(url: str) -> None:
    with pytest.raises(BadLink):
        follow(url)


@pytest.mark.parametrize('url', [
    '', 'x', '//files.bank.example/x', 'http://files.bank.example/x', 'ftp://files.bank.example/x',
    'file:///etc/passwd', 'gopher://files.bank.example/x', 'javascript:alert(1)', 'data:application/pdf,x',
    'https://user@files.bank.example/x', 'https://user:secret@files.bank.example/x',
    'https://files.bank.example@evil.example/x', 'https://evil.example\\@files.bank.example/x',
    'https://files.bank.example/x#y', 'https://files.bank.example/x y', 'https://files.bank.example/\tx',
    'https://files.bank.example/x\r\nHost: evil.example', 'https://files.bank.example/\x00', 'https://банк.example/x',
    'https://files.bank.example/' + 'x' * 2048, 'https://[files.bank.example/x', 'https:///x', 'https://:443/x',
    ' https://files.bank.example/x', 'https://files.bank.example:４４３/x',
])
def test_what_is_not_a_plain_https_url_is_refused(url: str) -> None:
    with pytest.raises(BadLink):
        follow(url)


def test_plain_http_only_near_a_sandbox_lender() -> None:
    base = 'http://127.0.0.1:8100/bank'
    assert follow('http://127.0.0.1:8100/files/1', base_url=base, near_allowed=True) == (
        'http://127.0.0.1:8100/files/1', True)
    for url in ('http://127.0.0.1:8101/x', 'http://files.bank.example/x', 'http://169.254.169.254/x', 'http://[::1]/x'):
        with pytest.raises(BadLink):
            follow(url, base_url=base, near_allowed=True)
    with pytest.raises(BadLink):
        follow('http://127.0.0.1:8100/files/1', base_url=base, near_allowed=False)


def test_a_sandbox_lender_may_reach_inner_addresses_at_its_own_address_only() -> None:
    assert follow('https://files.bank.example/x', base_url='http://127.0.0.1:8100', near_allowed=True)[1] is False


@given(st.text(max_size=60))
def test_no_text_is_a_crash(text: str) -> None:
    for url in (text, f'https://{text}', f'https://files.bank.example{text}', f'https://{text}@files.bank.example/'):
        shown_link(url)
        try:
            made, _ = follow(url)
        except BadLink:
            continue
        assert made.startswith(('https://files.bank.example:443/', 'https://api.bank.example:'))


@pytest.mark.parametrize(('url', 'shown'), [
    ('https://files.bank.example/files/6a3ab6a4-5d0a/a.pdf?token=secret', 'https://files.bank.example/files/…/…?…'),
    ('https://files.bank.example:9000/v1/Иванов.pdf', 'https://files.bank.example:9000/v1/…'),
    ('https://user:secret@files.bank.example/x', '…'), ('javascript:alert(1)', '…'), ('', '…'),
])
def test_the_log_sees_the_host_and_plain_words(url: str, shown: str) -> None:
    assert shown_link(url) == shown


def test_the_list_of_hosts_is_checked_when_an_operator_writes_it() -> None:
    check_hosts([])
    check_hosts(['files.bank.example', 'store.example:9000', '[2606:4700::1111]', '127.0.0.1:8100'])
    for value in ('files.bank.example', [1], ['https://files.bank.example'], ['Files.Bank.example'], ['a.example.'],
                  ['a.example/x'], ['*.bank.example'], ['user@a.example'], [''], ['a.example:'], None):
        with pytest.raises(ValidationError):
            check_hosts(value)
    assert not is_host('a b')
