"""Every page of the workstation in a real Chromium: no console error, nothing cut off, readable for everyone.

Pages are found by introspection: lists (full and empty), forms and custom pages of every registered model that open
with GET, and what PAGES names. With DENIMHUB_PICTURES=<directory> each page is also photographed.
"""
from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse
from playwright.sync_api import BrowserContext, Page, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

CHROMIUM = shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')
pytestmark = [
    pytest.mark.slow, pytest.mark.django_db,
    pytest.mark.skipif(CHROMIUM is None, reason='no Chromium on this machine: install the package chromium'),
]
PAGES: tuple[str, ...] = ('admin:index', 'account_change_password', 'mfa_index')
"""Names of further pages for staff. Add yours."""
PUBLIC_PAGES: tuple[str, ...] = ('start', 'account_login', 'account_reset_password', 'registration')
"""Names of pages of the workstation for people who have not logged in. Add yours."""
MODELS = sorted(model._meta.label for model in admin.site._registry)
AXE = Path(__file__).with_name('axe.min.js').read_text(encoding='utf-8')
GRAVE = {'serious', 'critical'}
CONTRAST = ['color-contrast']
LOOKS: tuple[tuple[int, str, list[str]], ...] = (
    (1280, 'light', []), (1280, 'dark', CONTRAST), (390, 'dark', CONTRAST), (390, 'light', []))
"""Width, theme and the rules of axe that are asked (none: all); the page is loaded once."""
PICTURES = os.environ.get('DENIMHUB_PICTURES', '')
SCAN = """async only => {
  const options = {resultTypes: ['violations'], ...(only.length ? {runOnly: {type: 'rule', values: only}} : {})};
  const found = await axe.run(document, options);
  return found.violations.map(one => [
    one.impact, one.id, one.nodes.slice(0, 4).map(node => node.html.slice(0, 160) + ' ' + node.any.map(
      check => check.message).join(' ').slice(0, 160))]);
}"""
DRESS = """async dark => {
  document.documentElement.classList.toggle("dark", dark);
  for (let frame = 0; frame < 3; frame++) await new Promise(done => requestAnimationFrame(done));
}"""
WIDER = """() => {
  const edge = document.documentElement.clientWidth + 1, style = one => getComputedStyle(one);
  const isCut = one => one && one !== document.body && (style(one).overflowX !== 'visible' || isCut(one.parentElement));
  return [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > edge &&
    style(one).position !== 'fixed' && !isCut(one.parentElement)).slice(0, 5).map(one => one.outerHTML.slice(0, 120));
}"""


@dataclass(frozen=True)
class Site:
    """A server with rows in every list, and two browsers: of a superuser and of a stranger."""

    url: str
    staff: BrowserContext
    stranger: BrowserContext
    client: Client


@pytest.fixture(scope='module')
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker,
         tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for the module; its rows are removed at the end."""
    from django.test import override_settings

    from tests.flows.workstation_rows import fill_workstation

    files = str(tmp_path_factory.mktemp('files'))
    with django_db_blocker.unblock(), override_settings(VAULT_FILES_DIR=files, ALLOWED_HOSTS=['*']):
        boss, client, browser_login = fill_workstation(), Client(), Client()
        client.force_login(boss)
        browser_login.force_login(boss)  # of its own: a test locks the row of the session that it uses
        server = LiveServer('127.0.0.1')
        try:
            with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
                # Playwright keeps an event loop in this thread, in which Django would refuse every query.
                patch.setenv('DJANGO_ALLOW_ASYNC_UNSAFE', '1')
                switches = ['--disable-gpu'] + (['--no-sandbox'] if os.geteuid() == 0 else [])
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=switches)
                staff, stranger = (browser.new_context(locale='ru-RU', reduced_motion='reduce') for _ in range(2))
                staff.add_cookies([{'name': key, 'value': morsel.value, 'url': server.url}
                                   for key, morsel in browser_login.cookies.items()])
                yield Site(server.url, staff, stranger, client)
                browser.close()
        finally:
            server.stop()
            call_command('flush', verbosity=0, interactive=False)
            with connection.cursor() as cursor:  # a thread of the server may still hold one: the database could not go
                cursor.execute('SELECT pg_terminate_backend(pid) FROM pg_stat_activity '
                               'WHERE datname = current_database() AND pid <> pg_backend_pid()')


def addresses_of(model: type[models.Model], client: Client) -> list[str]:
    """Every page of the model that a superuser may open: with a row where the address names one."""
    page, row = admin.site._registry[model], model._default_manager.order_by('pk').first()
    found = []
    for pattern in page.get_urls():
        if not isinstance(pattern, URLPattern) or not pattern.name or pattern.name.endswith('_history'):
            continue
        given = {}
        for name in pattern.pattern.converters:
            given[name] = row.pk if row is not None and name in {'pk', 'object_id'} else _row_named(name)
        if None in given.values():
            continue
        try:
            found.append(reverse(f'admin:{pattern.name}', kwargs=given))
        except NoReverseMatch:
            continue
    found.append(f'{found[0]}?q=00000000-0000-4000-8000-000000000000')
    return [address for address in found if _is_page(client, address)]


def _row_named(name: str) -> Any:
    rows = {'line': 'LedgerLine'}
    return next((model._default_manager.latest('pk').pk for model in admin.site._registry
                 if model.__name__ == rows.get(name)), None)


def _is_page(client: Client, address: str) -> bool:
    answer = client.get(address)
    assert answer.status_code in {200, 302, 403, 404, 405, 409}, address
    return answer.status_code == 200 and answer.headers['Content-Type'].startswith('text/html')


@pytest.mark.parametrize('label', MODELS)
def test_pages_of_a_model_look_right(site: Site, label: str) -> None:
    model = next(model for model in admin.site._registry if model._meta.label == label)
    addresses = addresses_of(model, site.client)
    assert addresses
    assert_right([problem for address in addresses for problem in problems_of(site.staff, site.url, address)])


@pytest.mark.parametrize('name', PAGES)
def test_other_pages_look_right(site: Site, name: str) -> None:
    assert_right(problems_of(site.staff, site.url, reverse(name)))


@pytest.mark.parametrize('name', PUBLIC_PAGES)
def test_pages_for_strangers_look_right(site: Site, name: str) -> None:
    assert_right(problems_of(site.stranger, site.url, reverse(name)))


def assert_right(problems: list[Any]) -> None:
    assert not problems, '\n' + '\n'.join(map(str, problems))


def problems_of(context: BrowserContext, url: str, address: str) -> list[Any]:
    """What is wrong with a page at both widths, light and dark."""
    page = context.new_page()
    page.set_viewport_size({'width': 1280, 'height': 900})
    found: list[Any] = []
    page.on('console', lambda message: found.append((address, message.text)) if message.type == 'error' else None)
    page.on('pageerror', lambda error: found.append((address, str(error))))
    try:
        page.goto(url + address)
        page.wait_for_load_state('load')
        page.evaluate(AXE)  # not add_script_tag: the policy of the page forbids scripts in it
        for width, theme, rules in LOOKS:
            found += [(address, width, theme, *one) for one in _seen(page, width, theme, rules)]
            if PICTURES:
                name = address.strip('/').replace('/', '-').replace('?', '-')[:90]
                page.screenshot(path=f'{PICTURES}/{name}-{width}-{theme}.png', full_page=True)
    finally:
        page.close()
    return found


def _seen(page: Page, width: int, theme: str, rules: list[str]) -> list[Any]:
    page.set_viewport_size({'width': width, 'height': 900})
    page.evaluate(DRESS, theme == 'dark')
    found = [(name, nodes) for impact, name, nodes in page.evaluate(SCAN, rules) if impact in GRAVE]
    if page.evaluate('document.documentElement.scrollWidth > window.innerWidth'):
        found.append(('wider than the window', page.evaluate(WIDER)))
    return found


@pytest.fixture
def page(site: Site) -> Iterator[Page]:
    """A list of a superuser; the test fails when the console shows an error."""
    opened, errors = site.staff.new_page(), list[str]()
    opened.set_viewport_size({'width': 1280, 'height': 900})
    opened.on('console', lambda message: errors.append(message.text) if message.type == 'error' else None)
    opened.on('pageerror', lambda error: errors.append(str(error)))
    opened.goto(f'{site.url}/admin/contracts/contract/')
    yield opened
    opened.close()
    assert errors == []


def focused(page: Page, what: str) -> Any:
    return page.evaluate(f'document.activeElement.{what}')


def test_the_keyboard_reaches_the_content_past_the_sidebar(page: Page) -> None:
    page.keyboard.press('Tab')
    assert focused(page, 'textContent') == 'К содержанию'
    assert focused(page, 'getBoundingClientRect().top') >= 0
    assert page.evaluate('getComputedStyle(document.activeElement).outlineStyle') == 'solid'
    page.keyboard.press('Enter')
    assert page.url.endswith('#content')


def test_a_slash_leads_to_the_search(page: Page) -> None:
    page.keyboard.press('/')
    assert focused(page, 'id') == 'searchbar'
    page.keyboard.type('D-1')
    page.keyboard.press('Enter')
    page.wait_for_url('**/admin/contracts/contract/?q=D-1')


def test_the_quick_search_finds_a_section(page: Page) -> None:
    page.keyboard.press('Control+k')
    page.wait_for_selector('#search-input-command:visible')
    page.keyboard.type('кредиторы')
    page.keyboard.press('End')  # letters of another layout come without the keyup of a real keyboard
    page.wait_for_selector('#command-results a')
    assert '/admin/lenders/lender/' in page.locator('#command-results a').evaluate_all(
        'links => links.map(link => link.getAttribute("href"))')
    page.keyboard.press('Escape')


def test_filters_open_and_close_from_the_keyboard(page: Page) -> None:
    opener = page.locator('[role=button]', has_text='Фильтры')
    opener.focus()
    page.keyboard.press('Enter')
    page.wait_for_selector('#changelist-filter:visible')
    page.keyboard.press('Escape')
    page.wait_for_selector('#changelist-filter', state='hidden')


def test_the_theme_is_chosen_and_kept(page: Page) -> None:
    page.locator('[role=button]', has_text='boss').focus()
    page.keyboard.press('Enter')
    page.locator('[role=button]', has_text='Тёмная').focus()
    page.keyboard.press('Enter')
    assert page.evaluate('document.documentElement.classList.contains("dark")')
    page.reload()
    page.wait_for_selector('html.dark')
    page.evaluate('localStorage.removeItem("_x_adminTheme"); localStorage.removeItem("adminTheme")')
