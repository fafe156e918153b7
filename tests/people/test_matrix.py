"""The data file: what it may say, and who gets what by it."""
from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.core.management import call_command

from denimhub.people.access import demand, demand_second, groups_of, may
from denimhub.people.matrix import BadMatrix, UnknownAction, matrix, parse
from denimhub.people.services import NoSuchGroup, join, sync_groups
from partners.models import Partner
from tests.people.people import BACK_OFFICE, a_person, a_superuser, staff_of
from tests.world import a_partner

pytestmark = pytest.mark.django_db
SMALL: dict[str, Any] = {
    'groups': {'operator': {'title': 'Оператор', 'idle_minutes': 15},
               'partner': {'title': 'Партнёр', 'idle_minutes': 30}},
    'models': {'a.b': {'view': ['operator']}}, 'actions': {'a.go': {'groups': ['operator']}},
    'pages': {'go': {'action': 'a.go'}}, 'buttons': {'a.b.go': 'a.go'}}


@pytest.mark.parametrize(('section', 'value'), [
    ('models', {'a.b': {'view': ['oprator']}}),
    ('models', {'a.B': {'view': ['operator']}}),
    ('models', {'a.b': {'veiw': ['operator']}}),
    ('models', {'a.b': {'view': ['partner']}}),
    ('actions', {'a.go': {'groups': ['nobody']}}),
    ('actions', {'a.go': {'groups': ['operator'], 'frehs': True}}),
    ('pages', {'go': {'action': 'a.gone'}}),
    ('pages', {'go': {'view': 'a.c'}}),
    ('pages', {'go': {}}),
    ('pages', {'go': {'everyone': True}}),
    ('buttons', {'a.b.go': 'a.gone'}),
], ids=['group', 'case', 'verb', 'no path to the partner', 'group of an action', 'key of an action', 'no such action',
        'no such model', 'no demand', 'key of a page', 'no such action of a button'])
def test_a_slip_of_the_pen_is_refused(section: str, value: dict[str, Any]) -> None:
    assert parse(SMALL).permissions_of(['operator']) == {'a.view_b', 'a.go'}
    with pytest.raises(BadMatrix):
        parse({**SMALL, section: value})


def test_a_page_for_staff_of_partners_says_whose_row_it_shows() -> None:
    open_to_them = {**SMALL, 'actions': {'a.go': {'groups': ['partner']}}}
    with pytest.raises(BadMatrix, match='object'):
        parse(open_to_them)
    parse({**open_to_them, 'pages': {'go': {'action': 'a.go', 'own': True}}})


WHO_MAY = {
    'applications.reveal': {'operator', 'supervisor'},
    'jobs.retry': {'operator', 'supervisor'},
    'outcome.resolve': {'supervisor'},
    'registries.send': {'supervisor'},
    'partners.block': {'supervisor', 'security'},
    'partners.keys': {'security'},
    'templates.publish': {'supervisor'},
    'users.change': {'security'},
    'audit.export': {'auditor'},
    'staff.invite': {'supervisor'},
}


@pytest.mark.parametrize('action', sorted(WHO_MAY))
def test_each_group_may_do_what_the_table_of_roles_says(action: str) -> None:
    people = {group: a_person(group) for group in BACK_OFFICE}
    assert {group for group, person in people.items() if may(person, action)} == WHO_MAY[action]
    for group, person in people.items():
        if group not in WHO_MAY[action]:
            with pytest.raises(PermissionDenied):
                demand(person, action)


def test_a_superuser_may_everything_and_a_closed_account_nothing() -> None:
    boss, closed = a_superuser(), a_person('supervisor', is_active=False)
    assert all(may(boss, action) for action in matrix().actions)
    assert not any(may(closed, action) for action in matrix().actions)


def test_an_action_that_is_not_in_the_file_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(UnknownAction):
        may(a_superuser(), 'applications.reveel')


def test_the_second_person_is_another_person_even_for_a_superuser() -> None:
    boss, chief = a_superuser(), a_person('supervisor')
    demand_second(chief, 'outcome.resolve', asked_by=boss.username)
    for person in (boss, chief):
        with pytest.raises(PermissionDenied):
            demand_second(person, 'outcome.resolve', asked_by=person.username)


def test_staff_of_a_partner_have_the_rights_of_that_group_only() -> None:
    partner: Partner = a_partner()
    user = staff_of(partner)
    join(user=user, group='supervisor')
    user.user_permissions.add(Permission.objects.get(codename='change_partner'))
    again = type(user).objects.get(pk=user.pk)
    assert groups_of(again) == {'partner'}
    assert again.get_all_permissions() == matrix().permissions_of(['partner'])


def test_the_group_partner_without_a_partner_gives_nothing() -> None:
    lost = a_person('partner')
    assert (groups_of(lost), lost.get_all_permissions()) == (frozenset(), set())


def test_a_permission_ticked_on_a_group_row_gives_nothing_and_is_taken_off() -> None:
    user = a_person('auditor')
    Group.objects.get(name='auditor').permissions.add(Permission.objects.get(codename='change_partner'))
    assert not type(user).objects.get(pk=user.pk).has_perm('partners.change_partner')
    assert sync_groups().emptied == ['auditor']
    assert (sync_groups().made, sync_groups().emptied) == ([], [])


def test_the_command_makes_every_group_once() -> None:
    for _time in range(2):
        call_command('sync_groups', '--json')
    assert set(Group.objects.values_list('name', flat=True)) == set(matrix().groups)


def test_nobody_joins_a_group_that_is_not_in_the_file() -> None:
    user = a_person()
    with pytest.raises(NoSuchGroup):
        join(user=user, group='boss')
    assert not user.groups.exists()
