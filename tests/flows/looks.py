"""A server of the test's own process looked at with a real Chromium, and what is wrong with a page there.

With DENIMHUB_PICTURES=<directory> each page is also photographed.
"""
from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from playwright.sync_api import BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

CHROMIUM = shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')
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


@contextmanager
def opened_site(fill: Callable[[], User], files: str) -> Iterator[Site]:
    """A server over what `fill` writes, logged in as whom it returns; the rows are removed at the end."""
    with override_settings(VAULT_FILES_DIR=files, ALLOWED_HOSTS=['*']):
        boss, client, browser_login = fill(), Client(), Client()
        client.force_login(boss)
        browser_login.force_login(boss)  # of its own: a test locks the row of the session that it uses
        server = LiveServer('127.0.0.1')
        try:
            with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
                # Playwright keeps an event loop in this thread, in which Django would refuse every query. There it
                # has a connection of its own, which the end of an earlier module has cut off.
                patch.setenv('DJANGO_ALLOW_ASYNC_UNSAFE', '1')
                connection.close()
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


@contextmanager
def watched_page(site: Site) -> Iterator[Page]:
    """A page of the superuser, 1280 pixels wide; an error in its console fails the test at the end."""
    opened, errors = site.staff.new_page(), list[str]()
    opened.set_viewport_size({'width': 1280, 'height': 900})
    opened.on('console', lambda message: errors.append(message.text) if message.type == 'error' else None)
    opened.on('pageerror', lambda error: errors.append(str(error)))
    yield opened
    opened.close()
    assert errors == []


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
