"""May this person do that: the matrix asked about a user."""
from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext as _

from denimhub.people.matrix import PARTNER, UnknownAction, matrix
from partners.staff import only_own, partner_of


def may(user: Any, action: str) -> bool:
    """Whether the matrix lets this person do the named action; raises UnknownAction for a name that is not there."""
    found = matrix().actions.get(action)
    if found is None:
        raise UnknownAction(f'{action} is not in denimhub/people/matrix.toml')
    return bool(user.is_active and user.has_perm(found.permission))


def demand(user: Any, action: str) -> None:
    """Raises PermissionDenied, which is 403, unless `may(user, action)`."""
    if not may(user, action):
        raise PermissionDenied(_('You are not allowed to do this'))


def demand_second(user: Any, action: str, *, asked_by: str) -> None:
    """Like `demand`, and the person may not be the one (user name) who asked for it: not even a superuser."""
    demand(user, action)
    if user.get_username() == asked_by:
        raise PermissionDenied(_('Another person must decide on this'))


def groups_of(user: Any) -> frozenset[str]:
    """Groups of the matrix this person is in; staff of a partner are `partner` and nothing else. One query a user."""
    if not hasattr(user, '_denimhub_groups'):
        names = frozenset(user.groups.values_list('name', flat=True)) & matrix().groups.keys()
        is_partner = partner_of(user) is not None
        user._denimhub_groups = names & {PARTNER} if is_partner else names - {PARTNER}
    found: frozenset[str] = user._denimhub_groups
    return found


def own_rows(rows: models.QuerySet[Any], user: Any) -> models.QuerySet[Any]:
    """Rows this person may see by the matrix' path to a partner; for staff of a partner nothing where there is none."""
    partner = partner_of(user)
    if partner is None:
        return rows
    rule = matrix().models.get(rows.model._meta.label_lower)
    if rule is None or not rule.partner:
        return rows.none()
    if rule.partner == 'self':
        return rows.filter(pk=partner.pk)
    return only_own(rows, user, rule.partner)
