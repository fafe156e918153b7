"""Each group at every door of the workstation: what the data file opens is open, all else is shut and does nothing."""
from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse

from denimhub.people.access import may
from denimhub.people.matrix import matrix
from tests.people.people import BACK_OFFICE, a_person, a_shop_with_rows, a_superuser, browser, staff_of
from tests.people.walk import Address, addresses, buttons, is_open, state
from tests.registries.deals import Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HELP = 'name it in denimhub/people/matrix.toml ({section}), or it stays shut for everybody but the superuser'


@pytest.fixture
def shop(db: None) -> Shop:
    """A partner with rows in every list a partner's staff may see; the first account is nobody's in particular."""
    a_person()
    found = a_shop_with_rows()[0]
    staff_of(found.partner)
    return found


def test_every_page_stands_in_the_matrix() -> None:
    rules = matrix()
    missing = sorted(
        one.name for one in addresses() if one.name not in rules.pages
        and not (one.kind and one.page is not None and one.page.opts.label_lower in rules.models))
    assert missing == [], HELP.format(section='[pages]')


def test_every_model_and_every_table_in_a_page_stands_in_the_matrix() -> None:
    shown = {page.opts.label_lower for page in admin.site._registry.values()}
    shown |= {inline.model._meta.label_lower for page in admin.site._registry.values() for inline in page.inlines}
    assert sorted(shown - matrix().models.keys()) == [], HELP.format(section='[models]')


def test_every_button_stands_in_the_matrix() -> None:
    missing = sorted(f'{page.opts.label_lower}.{name}' for page, name in buttons()
                     if f'{page.opts.label_lower}.{name}' not in matrix().buttons)
    assert missing == [], HELP.format(section='[buttons]')


def test_the_matrix_names_nothing_that_is_not_there() -> None:
    names = {one.name for one in addresses()}
    assert sorted(matrix().pages.keys() - names) == []
    found = {f'{page.opts.label_lower}.{name}' for page, name in buttons()}
    assert sorted(matrix().buttons.keys() - found) == []


def is_turned_away(answer: Any) -> bool:
    """403, or led to the log-in."""
    return bool(answer.status_code == 403) or bool(
        answer.status_code == 302 and answer['Location'].startswith(('/admin/login/', '/accounts/login/')))


def never_open() -> set[str]:
    """Pages that their own class shuts even for a superuser: rows nobody adds or deletes by hand."""
    request: Any = RequestFactory().get('/')
    request.user = a_superuser()
    return {one.name for one in addresses() if one.page is not None and (
        (one.kind == 'add' and not one.page.has_add_permission(request))
        or (one.kind == 'delete' and not one.page.has_delete_permission(request)))}


def walk(client: Client, permissions: frozenset[str], shut: set[str]) -> list[str]:
    """Complaints, one a line."""
    wrong: list[str] = []
    all_of_them = addresses()
    closed = [one for one in all_of_them if one.name in shut or not is_open(one, permissions)]
    before = state()
    for one in closed:
        for method in (client.get, client.post):
            answer = method(one.path)
            if not is_turned_away(answer):
                wrong.append(f'{method.__name__} {one.name}: {answer.status_code}, should be shut')
    wrong += _unwritable(client, permissions, all_of_them)
    assert state() == before, 'a refused request changed something'
    for one in all_of_them:
        if one not in closed:
            answer = client.get(one.path)
            if answer.status_code not in {200, 302, 400, 404, 405} or is_turned_away(answer):
                wrong.append(f'get {one.name}: {answer.status_code}, should be open')
    return wrong


def _unwritable(client: Client, permissions: frozenset[str], all_of_them: list[Address]) -> list[str]:
    """A page of a row that may only be looked at takes no form."""
    wrong = []
    for one in all_of_them:
        if one.kind != 'change' or one.page is None or not is_open(one, permissions):
            continue
        if f'{one.page.opts.app_label}.change_{one.page.opts.model_name}' not in permissions:
            answer = client.post(one.path, {'name': 'x', 'status': 'ISSUED'})
            if answer.status_code not in {403, 302}:
                wrong.append(f'post {one.name}: {answer.status_code}, may only be looked at')
    return wrong


@pytest.mark.parametrize('group', BACK_OFFICE)
def test_a_group_of_the_back_office_opens_its_pages_and_no_other(shop: Shop, group: str) -> None:
    shut = never_open()
    assert '\n'.join(walk(browser(a_person(group)), matrix().permissions_of([group]), shut)) == ''


def test_staff_of_the_partner_open_their_pages_and_no_other(shop: Shop) -> None:
    shut = never_open()
    assert '\n'.join(walk(browser(staff_of(shop.partner)), matrix().permissions_of(['partner']), shut)) == ''


def test_staff_of_another_partner_find_no_row_of_this_one(shop: Shop) -> None:
    client = browser(staff_of(Shop().partner))
    own = matrix().permissions_of(['partner'])
    before, wrong = state(), []
    for one in addresses():
        if is_open(one, own) and one.path != reverse('admin:index') and (one.kind in {'change', 'history'} or (
                one.name in matrix().pages and matrix().pages[one.name].object)):
            wrong += [one.name for answer in (client.get(one.path), client.post(one.path, {}))
                      if answer.status_code == 200]
        if is_open(one, own) and one.kind == 'changelist':
            page = client.get(one.path).content.decode()
            wrong += [one.name for text in (str(shop.partner.guid), shop.partner.name + '<') if text in page]
            rows = client.get(one.path).context['cl'].result_list
            wrong += [f'{one.name}: {len(rows)} rows'] if len(rows) and one.name.split('_')[0] != 'partners' else []
    assert wrong == []
    assert state() == before


def test_nobody_without_a_log_in_gets_past_the_door(shop: Shop) -> None:
    assert walk_anonymous(browser()) == []


def test_a_log_in_that_is_not_staff_gets_past_no_door_either(shop: Shop) -> None:
    assert walk_anonymous(browser(a_person('supervisor', is_staff=False))) == []


def walk_anonymous(client: Client) -> list[str]:
    before = state()
    wrong = [f'{one.name}: {answer.status_code}' for one in addresses()
             for answer in (client.get(one.path), client.post(one.path)) if not (
                 is_turned_away(answer) or (one.name == 'logout' and answer.status_code == 302))]
    assert state() == before
    return wrong


@pytest.mark.parametrize('group', [*BACK_OFFICE, 'partner'])
def test_a_group_has_its_buttons_and_cannot_press_others(shop: Shop, group: str) -> None:
    user: User = staff_of(shop.partner) if group == 'partner' else a_person(group)
    client, before = browser(user), state()
    request: Any = RequestFactory().get('/')
    request.user = user
    for page, name in buttons():
        label = page.opts.label_lower
        allowed = may(user, matrix().buttons[f'{label}.{name}']) and user.has_perm(
            f'{page.opts.app_label}.view_{page.opts.model_name}')
        if user.has_perm(f'{page.opts.app_label}.view_{page.opts.model_name}'):
            assert (name in page.get_actions(request)) == allowed, f'{label}.{name}'
        if not allowed:
            rows = list(page.model._default_manager.values_list('pk', flat=True)[:3])
            client.post(reverse(f'admin:{page.opts.app_label}_{page.opts.model_name}_changelist'),
                        {'action': name, '_selected_action': rows, 'reason': 'x'})
    assert state() == before
