"""Cards of applications in every state in a real Chromium: readable for everyone, no console error, by keyboard too.

With DENIMHUB_PICTURES=<directory> each page is also photographed.
"""
from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django import DjangoDbBlocker

from applications.models import Application, Event
from contracts.models_operators import OutcomeRequest
from denimhub.demo.history import fill_demo
from jobs.models import Job
from offers.models import Submission
from scans.models import Scan
from tests.flows.looks import CHROMIUM, Site, assert_right, opened_site, problems_of, watched_page

pytestmark = [
    pytest.mark.slow, pytest.mark.django_db,
    pytest.mark.skipif(CHROMIUM is None, reason='no Chromium on this machine: install the package chromium'),
]
STORIES = int(os.environ.get('DENIMHUB_STORIES', '42'))


def history() -> User:
    """The demo history, and who looks at it."""
    fill_demo(count=STORIES)
    return User.objects.create_superuser('boss')


@pytest.fixture(scope='module')
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker,
         tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with the demo history."""
    with django_db_blocker.unblock(), opened_site(history, str(tmp_path_factory.mktemp('files'))) as opened:
        yield opened


def card(pk: int) -> str:
    return reverse('admin:applications_application_change', args=[pk])


def kinds() -> list[int]:
    """One application of every pair of statuses, of application and contract."""
    found: dict[tuple[str, str | None], int] = {}
    for pk, status, contract in Application.objects.order_by('pk').values_list('pk', 'status', 'contract__status'):
        found.setdefault((status, contract), pk)
    return list(found.values())


def test_cards_of_all_states_look_right(site: Site) -> None:
    pks = kinds()
    assert len(pks) >= 12
    assert_right([problem for pk in pks for problem in problems_of(site.staff, site.url, card(pk))])


def test_pages_of_actions_look_right(site: Site) -> None:
    parked = Job.objects.filter(state='PARKED', kind='contracts.prepare').get()
    pk = Application.objects.get(contract__guid=parked.subject).pk
    unknown = Submission.objects.filter(outcome_unknown_since__isnull=False, status='SENDING').latest('pk')
    name = 'admin:applications_application_{}'.format
    addresses = [
        reverse(name('cancel'), args=[pk]), reverse(name('retry_job'), args=[pk, parked.pk]),
        reverse(name('reveal'), args=[pk]), reverse(name('propose'), args=[unknown.application_id, unknown.pk]),
        reverse(name('bulk'), args=['note']) + f'?ids={pk},{unknown.application_id}',
        *(reverse(name('decide'), args=[one.application_id, one.pk]) for one in OutcomeRequest.objects.all())]
    asked = list(OutcomeRequest.objects.values_list('pk', 'status'))
    assert_right([problem for address in addresses for problem in problems_of(site.staff, site.url, address)])
    assert list(OutcomeRequest.objects.values_list('pk', 'status')) == asked


@pytest.fixture
def page(site: Site) -> Iterator[Page]:
    """A page of the superuser."""
    with watched_page(site) as opened:
        yield opened


def test_scans_are_opened_with_a_reason_zoomed_and_turned_by_keyboard(site: Site, page: Page) -> None:
    pk = Scan.objects.filter(display_file__isnull=False).earliest('pk').application_id
    page.goto(site.url + card(pk))
    page.get_by_role('link', name='Открыть с указанием причины').last.click()
    assert page.get_by_label('Сканы').is_checked()
    page.get_by_label('Имя и рождение').check()
    page.get_by_label('Зачем').select_option('check')
    page.get_by_label('Подробнее').fill('сверка фотографии с паспортом')
    page.get_by_role('button', name='Показать', exact=True).click()
    page.get_by_text('Показ записан в журнал доступа').wait_for()
    form = Application.objects.get(pk=pk).questionnaire
    assert form['last_name'] in page.content()
    photograph(page, 'revealed')
    page.get_by_role('link', name='Вернуться к карточке').click()
    assert form['last_name'] not in page.content()
    page.locator('a[data-zoom]').first.focus()
    page.keyboard.press('Enter')
    picture = page.locator('.viewer-stage img')
    page.wait_for_function('document.querySelector(".viewer-stage img").naturalWidth > 0')
    width = picture.evaluate('one => one.style.width')
    for key in ('+', '+', 'r'):
        page.keyboard.press(key)
    assert float(picture.evaluate('one => one.style.width').removesuffix('px')) > float(width.removesuffix('px'))
    assert picture.evaluate('one => one.style.transform') == 'rotate(90deg)'
    photograph(page, 'viewer')
    page.keyboard.press('ArrowRight')
    assert picture.evaluate('one => one.style.transform') in {'rotate(0deg)', 'rotate(90deg)'}
    page.keyboard.press('Escape')
    page.wait_for_selector('dialog.viewer', state='hidden')
    photograph(page, 'opened')


def photograph(page: Page, name: str) -> None:
    pictures = os.environ.get('DENIMHUB_PICTURES', '')
    if pictures:
        page.screenshot(path=f'{pictures}/{name}.png', full_page=name != 'viewer')


def test_on_a_phone_sections_begin_folded_and_open_by_their_anchor(site: Site, page: Page) -> None:
    pk = Application.objects.filter(contract__status='ISSUED').earliest('pk').pk
    page.set_viewport_size({'width': 390, 'height': 844})
    page.goto(site.url + card(pk))
    assert page.locator('details.section#offers').get_attribute('open') is None
    page.locator('.anchors a', has_text='Предложения').click()
    assert page.locator('details.section#offers').get_attribute('open') is not None


def test_a_form_is_found_by_the_phone_of_its_client_and_cancelled_with_a_reason(site: Site, page: Page) -> None:
    form = Application.objects.filter(status='OFFERED', partner__is_sandbox=False).latest('pk')
    page.goto(site.url + reverse('admin:applications_application_changelist'))
    page.keyboard.press('/')
    page.keyboard.type(form.questionnaire['mobile_phone'])
    page.keyboard.press('Enter')
    page.wait_for_url('**/applications/application/?*q=*')
    page.locator('#result_list tbody a').first.click()
    page.get_by_role('link', name='Отменить заявку').click()
    page.get_by_role('button', name='Отменить заявку').click()
    assert Application.objects.get(pk=form.pk).status == 'OFFERED'  # the browser itself asks for a reason first
    page.get_by_label('Причина').fill('клиент передумал, звонок 14 от магазина')
    page.get_by_role('button', name='Отменить заявку').click()
    page.get_by_text('Заявка отменена.').wait_for()
    assert Application.objects.get(pk=form.pk).status == 'CANCELED'
    moved = Event.objects.filter(application=form, moved_to='CANCELED', actor='operator boss')
    assert set(moved.values_list('why', flat=True)) == {'клиент передумал, звонок 14 от магазина'}
    assert 'клиент передумал, звонок 14 от магазина' in page.inner_text('body')
