"""Every page of the workstation in a real Chromium: no console error, nothing cut off, readable for everyone.

Pages are found by introspection: lists (full and empty), forms and custom pages of every registered model that open
with GET, and what PAGES names. With DENIMHUB_PICTURES=<directory> each page is also photographed.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse
from playwright.sync_api import Page
from pytest_django import DjangoDbBlocker

from tests.flows.looks import CHROMIUM, Site, assert_right, opened_site, problems_of, watched_page

pytestmark = [
    pytest.mark.slow, pytest.mark.django_db,
    pytest.mark.skipif(CHROMIUM is None, reason='no Chromium on this machine: install the package chromium'),
]
PAGES: tuple[str, ...] = ('admin:index', 'account_change_password', 'mfa_index')
"""Names of further pages for staff. Add yours."""
PUBLIC_PAGES: tuple[str, ...] = ('start', 'account_login', 'account_reset_password', 'registration', 'partner_guide')
"""Names of pages of the workstation for people who have not logged in. Add yours."""
MODELS = sorted(model._meta.label for model in admin.site._registry)


@pytest.fixture(scope='module')
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker,
         tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for the module, with rows in every list."""
    from tests.flows.workstation_rows import fill_workstation

    with django_db_blocker.unblock(), opened_site(fill_workstation, str(tmp_path_factory.mktemp('files'))) as opened:
        yield opened


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
    is_shown = not answer.headers.get('Content-Disposition', '').startswith('attachment')
    return answer.status_code == 200 and is_shown and answer.headers['Content-Type'].startswith('text/html')


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


@pytest.fixture
def page(site: Site) -> Iterator[Page]:
    """A list of a superuser."""
    with watched_page(site) as opened:
        opened.goto(f'{site.url}/admin/contracts/contract/')
        yield opened


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
