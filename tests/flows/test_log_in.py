"""The log-in with its second step, by hand in a real Chromium: set up, used, taken off again."""
from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from tests.flows.test_browser import browser, pytestmark  # noqa: F401 - the same Chromium, the same marks
from tests.harness.system import RunningSystem

PICTURES = os.environ.get('DENIMHUB_PICTURES', '')
"""A folder for pictures of the pages, for who wants to look at them."""
WIDTHS = (1280, 390)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:  # noqa: F811
    """A page that fails the test when its console shows an error, the content policy's included."""
    opened = browser.new_page(viewport={'width': 1280, 'height': 800}, locale='ru-RU')
    errors: list[str] = []
    opened.on('console', lambda message: errors.append(message.text) if message.type == 'error' else None)
    opened.on('pageerror', lambda error: errors.append(str(error)))
    yield opened
    opened.close()
    assert errors == []


def look(page: Page, name: str) -> None:
    """No page is wider than a telephone; a picture at both widths."""
    for width in WIDTHS:
        page.set_viewport_size({'width': width, 'height': 800})
        assert page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), name
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f'{name}-{width}.png', full_page=True)
    page.set_viewport_size({'width': 1280, 'height': 800})


def type_password(page: Page, admin: dict[str, str]) -> None:
    page.fill('input[name=login]', admin['username'])
    page.fill('input[name=password]', admin['password'])
    page.get_by_role('button', name='Войти').click()


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_a_person_sets_the_second_step_up_and_logs_in_with_it(running_system: RunningSystem, page: Page) -> None:
    base, admin = running_system.base_url, running_system.seeds['admin']
    page.goto(f'{base}/admin/')
    look(page, 'login')
    page.fill('input[name=login]', admin['username'])
    page.fill('input[name=password]', 'неверный пароль совсем')
    page.keyboard.press('Enter')
    expect(page.get_by_role('alert')).to_contain_text('неверны')
    look(page, 'login-refused')
    type_password(page, admin)
    expect(page).to_have_url(re.compile('/admin/$'))

    page.goto(f'{base}/accounts/2fa/totp/activate/')
    expect(page.locator('.qr svg')).to_be_visible()
    look(page, 'totp')
    secret = page.inner_text('code.secret').strip()
    page.fill('input[name=code]', code_of(secret))
    page.get_by_role('button', name='Включить').click()
    expect(page.locator('.codes li')).to_have_count(10)
    look(page, 'codes')
    spare = page.locator('.codes li').first.inner_text().strip()

    page.context.clear_cookies()
    page.goto(f'{base}/admin/')
    type_password(page, admin)
    expect(page.get_by_role('heading', level=1)).to_have_text('Второй шаг входа')
    look(page, 'second-step')
    page.fill('input[name=code]', '12345')
    page.get_by_role('button', name='Войти').click()
    expect(page.get_by_role('alert')).to_contain_text('Код неверен')
    page.fill('input[name=code]', code_of(secret))
    page.get_by_role('button', name='Войти').click()
    expect(page).to_have_url(re.compile('/admin/$'))

    page.context.clear_cookies()
    page.goto(f'{base}/admin/')
    type_password(page, admin)
    page.fill('input[name=code]', spare)
    page.get_by_role('button', name='Войти').click()
    expect(page).to_have_url(re.compile('/admin/$'))
    page.goto(f'{base}/accounts/2fa/')
    expect(page.get_by_text('осталось: 9')).to_be_visible()
    look(page, 'account')
    page.goto(f'{base}/accounts/password/change/')
    look(page, 'password')
    page.goto(f'{base}/accounts/confirm/?next=/admin/')
    look(page, 'confirm')

    page.goto(f'{base}/accounts/2fa/totp/deactivate/')
    page.get_by_role('button', name='Отключить').click()
    expect(page.get_by_text('Второй шаг не настроен')).to_be_visible()
