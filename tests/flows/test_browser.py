"""Pages a person opens, in a real Chromium: the payment page, the start page, the documentation, the workstation."""
from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.flows.story import Story
from tests.harness.system import RunningSystem

CHROMIUM = shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')
SWITCHES = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
            '--disable-component-update', '--disable-sync']
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason='no Chromium on this machine: install the package chromium'),
]
SHOP = 'https://shop.example.com/'


@pytest.fixture(scope='module')
def browser() -> Iterator[Browser]:
    """A headless Chromium of this machine; as root it has no sandbox of its own."""
    with sync_playwright() as playwright:
        switches = SWITCHES + (['--no-sandbox'] if os.geteuid() == 0 else [])
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=switches)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page that fails the test when the console shows an error or a stranger's host is asked."""
    opened = browser.new_page(viewport={'width': 390, 'height': 844}, locale='ru-RU')
    errors: list[str] = []
    opened.on('console', lambda message: errors.append(message.text) if message.type == 'error' else None)
    opened.on('pageerror', lambda error: errors.append(str(error)))
    opened.route(f'{SHOP}**', shop)
    yield opened
    opened.close()
    assert errors == []


def shop(route: Route) -> None:
    """The client's shop, to which the payment page returns."""
    route.fulfill(status=200, content_type='text/html; charset=utf-8', body='<!doctype html><title>shop</title>')


def to_payment(system: RunningSystem, scenario: str = '7777') -> tuple[Story, str]:
    """A signed BNPL contract and its payment page."""
    story = Story(system, 'bnpl', scenario=scenario)
    story.to_signed()
    url: str = story.ok('get_signing_status')['payment_url']
    return story, url


def test_the_client_pays_and_returns_to_the_shop(running_system: RunningSystem, page: Page) -> None:
    story, url = to_payment(running_system)
    page.goto(url)
    page.locator('button[name=result][value=pay]').click()
    page.wait_for_url(f'{SHOP}paid')
    story.wait('get_payment_status', 'payment_status', {'paid'})


def test_a_part_is_not_enough_and_the_rest_may_follow(running_system: RunningSystem, page: Page) -> None:
    story, url = to_payment(running_system)
    page.goto(url)
    page.locator('button[name=result][value=part]').click()
    page.wait_for_url(f'{SHOP}paid')
    story.wait('get_payment_status', 'payment_status', {'partially_paid'})
    assert story.code('confirm_contract') == 6010
    page.goto(url)
    page.locator('button[name=result][value=pay]').click()
    page.wait_for_url(f'{SHOP}paid')
    paid = story.wait('get_payment_status', 'payment_status', {'paid'})
    assert len(paid['payments']) == 2


def test_a_declined_payment_leads_to_the_failed_address(running_system: RunningSystem, page: Page) -> None:
    story, url = to_payment(running_system)
    page.goto(url)
    page.locator('button[name=result][value=decline]').click()
    page.wait_for_url(f'{SHOP}not-paid')
    story.wait('get_payment_status', 'payment_status', {'declined'})


@pytest.mark.parametrize('width', [390, 1280])
def test_the_start_page_leads_everywhere(running_system: RunningSystem, page: Page, width: int) -> None:
    page.set_viewport_size({'width': width, 'height': 800})
    page.goto(running_system.base_url)
    links = page.locator('a').evaluate_all('links => links.map(link => link.getAttribute("href"))')
    assert {'/admin/', '/docs/'} <= set(links)
    assert any('support@denumtech.ru' in link for link in links)
    assert page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')


def test_the_documentation_shows_all_methods_from_here(running_system: RunningSystem, page: Page) -> None:
    strangers: list[str] = []
    page.on('request', lambda request: strangers.append(request.url)
            if not request.url.startswith((running_system.base_url, 'data:', 'blob:')) else None)
    page.goto(f'{running_system.base_url}/docs/')
    page.wait_for_selector('.opblock')
    assert page.locator('.opblock').count() == 15
    assert strangers == []


def test_an_operator_logs_in_and_finds_an_application(running_system: RunningSystem, page: Page) -> None:
    story, _url = to_payment(running_system)
    page.set_viewport_size({'width': 1280, 'height': 900})
    admin = running_system.seeds['admin']
    page.goto(f'{running_system.base_url}/admin/')
    page.fill('input[name=login]', admin['username'])
    page.fill('input[name=password]', admin['password'])
    page.locator('[type=submit]').click()
    page.goto(f'{running_system.base_url}/admin/applications/application/?q={story.keys["form_guid"]}')
    page.locator('#result_list tbody tr th a, #result_list tbody tr td a').first.click()
    page.wait_for_selector('.card-page')
    text = page.inner_text('body')
    assert story.keys['form_guid'] in text
    assert 'Анкета передана кредиторам' in text
    assert story.form()['passport_series'] not in text
    assert story.phone not in text
