"""Verbs about people: the groups of the matrix, and who is in them."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.urls import reverse

from denimhub.people.matrix import matrix

log = structlog.get_logger(__name__)


class NoSuchGroup(LookupError):
    """Not a group of the matrix."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What `sync_groups` changed, and who holds rights beside the matrix."""

    made: list[str]
    emptied: list[str]
    beside: list[str]


@transaction.atomic
def sync_groups() -> Synced:
    """Make the groups of the data file; take off permissions that were ticked on their rows. Idempotent."""
    made, emptied = [], []
    for name in matrix().groups:
        group, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            made.append(name)
        elif group.permissions.exists():
            group.permissions.clear()
            emptied.append(name)
    beside = User.objects.filter(user_permissions__isnull=False, is_active=True).distinct().order_by('username')
    return Synced(made, emptied, [str(user.pk) for user in beside])


def join(*, user: Any, group: str) -> None:
    """Put a person into a group of the matrix; their open sessions end with the next click."""
    if group not in matrix().groups:
        raise NoSuchGroup(group)
    user.groups.add(Group.objects.get_or_create(name=group)[0])


def hire(*, person: Any, by: Any) -> None:
    """A new person of the back office: no password yet, a link to set one is given out by another page."""
    person.is_staff = True
    person.set_unusable_password()
    person.save()
    log.info('people.hired', user=person.pk, by=by.pk)


def save_person(*, person: Any, changed: list[str], by: Any) -> None:
    """Save a changed person; another role ends their sessions with the next click, a closed account at once."""
    person.save()
    log.info('people.changed', user=person.pk, by=by.pk, fields=changed)


def password_link(*, person: Any, by: Any) -> str:
    """The path of a page on which the person sets a password, once and within three days; the old password is void."""
    person.set_unusable_password()
    person.save(update_fields=['password'])
    log.warning('people.password_link', user=person.pk, by=by.pk)
    return reverse('account_reset_password_from_key', kwargs={
        'uidb36': user_pk_to_url_str(person), 'key': default_token_generator.make_token(person)})


def reset_second_step(*, person: Any, by: Any) -> None:
    """Take off the second step with its recovery codes."""
    Authenticator.objects.filter(user_id=person.pk).delete()
    log.warning('people.second_step_reset', user=person.pk, by=by.pk)
