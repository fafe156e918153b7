"""What surrounds every page of the workstation: the sidebar, the content policy, sums, counts and empty lists."""
from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from denimhub.workstation.empty import NARROWED, OTHERS, TEXTS, what_empty_says
from denimhub.workstation.navigation import environment, found_by_guid, sidebar
from denimhub.workstation.words import NO_BREAK, counted, plural, rubles
from partners.models_staff import PartnerStaff
from tests.world import a_lender, a_partner, a_point, an_application

FORMS = ('заявка', 'заявки', 'заявок')


def asked_by(user: Any) -> Any:
    request = RequestFactory().get('/admin/')
    request.user = user
    return request


def links(user: Any) -> list[str]:
    return [item['link'] for group in sidebar(asked_by(user)) for item in group['items']]


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser('boss', password=uuid.uuid4().hex)


def test_the_sidebar_leads_a_superuser_to_every_list_once(boss: User) -> None:
    lists = {reverse(f'admin:{model._meta.app_label}_{model._meta.model_name}_changelist')
             for model in admin.site._registry}
    found = links(boss)
    assert lists - set(found) == set()
    assert len(found) == len(set(found))


def test_the_sidebar_hides_what_a_person_may_not_open(db: None) -> None:
    clerk = User.objects.create_user('clerk', is_staff=True)
    assert links(clerk) == ['/admin/']
    clerk.user_permissions.add(Permission.objects.get(codename='view_job'))
    assert '/admin/lenders/lender/' not in links(User.objects.get(pk=clerk.pk))


def test_the_sidebar_leads_staff_of_a_partner_to_their_own_page(boss: User) -> None:
    clerk = User.objects.create_user('clerk', is_staff=True)
    PartnerStaff.objects.create(user=clerk, partner=a_partner())
    assert '/partner/' in links(clerk)
    assert '/partner/' not in links(boss)


def test_a_stranger_sees_no_list(db: None) -> None:
    assert links(AnonymousUser()) == ['/admin/']


def test_pages_of_the_workstation_may_evaluate_and_nothing_else(boss: User) -> None:
    browser = Client()
    browser.force_login(boss)
    policy = browser.get('/admin/jobs/job/').headers['Content-Security-Policy']
    assert "script-src 'self' 'unsafe-eval';" in f'{policy};'
    assert "style-src 'self';" in f'{policy};'
    assert 'unsafe-inline' not in policy


@pytest.mark.parametrize('address', ['/', '/docs/', '/registries/download/nothing'])
def test_other_pages_keep_the_strict_policy(db: None, address: str) -> None:
    policy = Client().get(address).headers['Content-Security-Policy']
    assert 'unsafe' not in policy


def test_pages_carry_no_script_and_no_style_of_their_own(boss: User) -> None:
    a_lender()
    browser = Client()
    browser.force_login(boss)
    for address in ('/admin/', '/admin/lenders/lender/', '/admin/lenders/lender/add/'):
        page = browser.get(address).content.decode()
        assert '<style' not in page
        assert ' style="' not in page
        assert '<script>' not in page
        assert ' onclick=' not in page


@pytest.mark.parametrize(('kopecks', 'words'), [
    (0, '0,00 ₽'), (5, '0,05 ₽'), (1_234_567, '12 345,67 ₽'), (-150, '−1,50 ₽'), (None, '—')])
def test_sums_are_rubles(kopecks: int | None, words: str) -> None:
    assert rubles(kopecks) == words.replace(' ', NO_BREAK)


@pytest.mark.parametrize(('number', 'word'), [
    (0, 'заявок'), (1, 'заявка'), (2, 'заявки'), (4, 'заявки'), (5, 'заявок'), (11, 'заявок'), (12, 'заявок'),
    (14, 'заявок'), (21, 'заявка'), (22, 'заявки'), (100, 'заявок'), (101, 'заявка'), (111, 'заявок')])
def test_nouns_follow_their_numbers(number: int, word: str) -> None:
    assert plural(number, *FORMS) == word


@given(st.integers(min_value=0, max_value=10**9))
def test_the_form_depends_on_the_last_two_digits_only(number: int) -> None:
    assert plural(number, *FORMS) == plural(number % 100, *FORMS)
    assert counted(number, *FORMS).endswith(NO_BREAK + plural(number, *FORMS))


def test_templates_say_sums_and_counts() -> None:
    page = Template('{% load workstation %}{{ sum|rubles }}; {{ n|counted:"заявка,заявки,заявок" }}')
    assert page.render(Context({'sum': 150, 'n': 1003})).replace(NO_BREAK, ' ') == '1,50 ₽; 1 003 заявки'


@pytest.mark.parametrize(('title', 'shown'), [
    ('заявки', 'Заявки'), ('c24ff40a-3e67-4c23-808b-32b0fc180106', 'c24ff40a-3e67-4c23-808b-32b0fc180106'),
    ('offers.submit', 'offers.submit'), ('', '')])
def test_a_head_line_changes_no_id(title: str, shown: str) -> None:
    assert Template('{% load workstation %}{{ title|headline }}').render(Context({'title': title})) == shown


def test_every_empty_list_says_what_to_do() -> None:
    silent = [model._meta.label for model in admin.site._registry
              if model._meta.label not in TEXTS and model._meta.app_label not in {'account', 'mfa'}]
    assert silent == []
    assert what_empty_says('no.Model', is_narrowed=False).title == OTHERS[0]
    assert what_empty_says('jobs.Job', is_narrowed=True) == NARROWED


def test_an_empty_list_tells_a_search_from_nothing_at_all(boss: User) -> None:
    browser = Client()
    browser.force_login(boss)
    assert 'Кредиторов пока нет' in browser.get('/admin/lenders/lender/').content.decode()
    a_lender()
    page = browser.get('/admin/lenders/lender/', {'q': 'nothing of the kind'}).content.decode()
    assert NARROWED.title in page
    assert 'Кредиторов пока нет' not in page


def test_a_form_guid_finds_its_application_in_the_quick_search(boss: User) -> None:
    application = an_application(a_point(a_partner()))
    found = found_by_guid(asked_by(boss), str(application.guid))
    assert [one.link for one in found] == [f'/admin/applications/application/{application.pk}/change/']
    assert found_by_guid(asked_by(boss), str(uuid.uuid4())) == []
    assert found_by_guid(asked_by(boss), 'Иванов') == []


def test_staff_of_a_partner_find_their_own_only(boss: User) -> None:
    application = an_application(a_point(a_partner()))
    PartnerStaff.objects.create(user=boss, partner=a_partner())
    assert found_by_guid(asked_by(User.objects.get(pk=boss.pk)), str(application.guid)) == []


@pytest.mark.parametrize(('name', 'badge'), [('development', 'Разработка'), ('test', 'Тест'), ('production', None)])
def test_only_production_has_no_badge(settings: Any, name: str, badge: str | None) -> None:
    settings.DENIMHUB_ENV = name
    shown = environment(asked_by(None))
    assert (shown[0] if shown else None) == badge
