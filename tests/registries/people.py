"""Persons of the matrix of rights, as the workstation knows them."""
from __future__ import annotations

from typing import Final

from django.contrib.auth.models import Permission, User
from django.test import Client

ACTS: Final = (
    'build_registry', 'check_registry', 'send_registry', 'ask_correction', 'approve_correction', 'close_drift')
ROLES: Final[dict[str, tuple[str, ...]]] = {
    'operator': ('view',),
    'auditor': ('view',),
    'supervisor': ('view', *ACTS),
    'security admin': (),
}
"""`view` is the right to look at every model of the room."""


def a_person(name: str, *rights: str, is_staff: bool = True) -> User:
    """Somebody with these rights over registries."""
    user = User.objects.create_user(name, is_staff=is_staff)
    ours = Permission.objects.filter(content_type__app_label='registries')
    given = list(ours.filter(codename__in=rights))
    if 'view' in rights:
        given += list(ours.filter(codename__startswith='view_'))
    user.user_permissions.set(given)
    return User.objects.get(pk=user.pk)


def browser_of(user: User) -> Client:
    """A browser in which this person has logged in."""
    client = Client()
    client.force_login(user)
    return client
