"""From the registration page to the first signed contract, in a real Chromium, with the guid the page shows."""
from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.flows.backlog import connect
from tests.flows.story import Story
from tests.flows.test_browser import CHROMIUM, browser
from tests.harness.system import RunningSystem

__all__ = ['browser']
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason='no Chromium on this machine: install the package chromium'),
]
PASSWORD = 'синий трактор едет в поле'
AXE = Path(__file__).with_name('axe.min.js')
WIDTHS = ((1280, 900), (390, 844))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Without JavaScript of ours there is nothing to fail: the console stays silent all the same."""
    opened = browser.new_page(viewport={'width': 1280, 'height': 900}, locale='ru-RU', bypass_csp=True)
    errors: list[str] = []
    opened.on('console', lambda message: errors.append(message.text) if message.type == 'error' else None)
    opened.on('pageerror', lambda error: errors.append(str(error)))
    yield opened
    opened.close()
    assert [error for error in errors if '422' not in error] == []


def look(page: Page, name: str) -> None:
    """Both widths: nothing sticks out, axe finds nothing serious; pictures where DENIMHUB_PICTURES says."""
    for width, height in WIDTHS:
        page.set_viewport_size({'width': width, 'height': height})
        assert page.evaluate('document.documentElement.scrollWidth') <= width, f'{name} is wider than {width}'
        page.add_script_tag(path=AXE)
        found = page.evaluate('axe.run(document, {resultTypes: ["violations"]})')['violations']
        assert [(one['id'], [node['html'] for node in one['nodes']]) for one in found
                if one['impact'] in {'serious', 'critical'}] == [], name
        folder = os.environ.get('DENIMHUB_PICTURES')
        if folder:
            page.screenshot(path=f'{folder}/registration-{name}-{width}.png', full_page=True)
    page.set_viewport_size({'width': 1280, 'height': 900})


def fill(page: Page, email: str) -> None:
    """The registration form."""
    for name, value in {'company_name': 'ООО «Ромашка»', 'inn': '7707083893', 'contact_name': 'Анна', 'email': email,
                        'phone': '8 495 123-45-67', 'site': 'shop.example.ru', 'password': PASSWORD}.items():
        page.locator(f'[name={name}]').fill(value)
    page.locator('[name=consent]').check()


def the_letter(page: Page, system: RunningSystem) -> str:
    """The link of the newest letter on the page of the stand, once it is there."""
    for _attempt in range(60):
        page.goto(f'{system.base_url}/registration/letters/')
        links = page.locator('article').first.locator('a[href*="/registration/confirm/"]')
        if links.count():
            return str(links.first.get_attribute('href'))
        page.wait_for_timeout(250)
    raise AssertionError('no letter came')


def test_from_registration_to_a_signed_contract(running_system: RunningSystem, page: Page) -> None:
    system = running_system
    page.goto(f'{system.base_url}/')
    page.locator('a[href="/registration/"]').click()
    look(page, 'form')
    page.locator('button[type=submit]').click()
    assert page.locator('.wrong').count() >= 7
    look(page, 'refused')
    fill(page, 'anna@shop.example.ru')
    page.locator('button[type=submit]').click()
    page.wait_for_url('**/registration/sent/')
    look(page, 'sent')
    page.goto(the_letter(page, system))
    look(page, 'confirm')
    page.locator('button[type=submit]').click()
    look(page, 'confirmed')

    page.locator('a.button').click()
    page.locator('[name=login]').fill('anna@shop.example.ru')
    page.locator('[name=password]').fill(PASSWORD)
    page.locator('button[type=submit]').click()
    page.wait_for_url('**/partner/')
    guid = page.locator('#partner-guid').inner_text()
    assert re.fullmatch(r'[0-9a-f-]{36}', guid)
    look(page, 'overview')

    story = Story(system, 'pos_online')
    story.partner_guid = guid
    assert story.code('create_form', **story.form(items='x')) == 2000
    story.create()
    story.confirm_offer()
    story.contract()
    story.sms_code()

    page.locator('nav a[href="/partner/sms/"]').click()
    code = re.search(r'Код: (\d{6})', page.locator('table').inner_text())
    assert code is not None
    look(page, 'sms')
    story.ok('check_sms_code', code=code.group(1))
    for _attempt in range(40):  # a call is in the log about a second after it
        page.goto(f'{system.base_url}/partner/calls/')
        if 'check_sms_code' in page.locator('main').inner_text():
            break
        page.wait_for_timeout(250)
    shown = page.locator('table').inner_text()
    for told in ('create_form', '2000', 'items', 'check_sms_code', story.keys['form_guid']):
        assert told in shown
    look(page, 'calls')

    page.locator('nav a[href="/partner/access/"]').click()
    page.get_by_role('button', name='Выпустить ключ').click()
    assert page.locator('#fresh-key').inner_text().startswith('dhk_')
    look(page, 'access')
    page.locator('nav a[href="/partner/team/"]').click()
    look(page, 'team')
    page.goto(f'{system.base_url}/registration/letters/')
    look(page, 'letters')


def test_what_waits_when_the_web_ends_is_in_the_log(running_system: RunningSystem) -> None:
    story = Story(running_system)
    story.create()
    running_system.restart('web')
    with connect(running_system) as connection:
        found = connection.execute(
            'SELECT method FROM partners_partnercall WHERE form_guid = %s', [story.keys['form_guid']]).fetchall()
    assert ('create_form',) in found
