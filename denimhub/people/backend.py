"""Who a person is and what the matrix lets them do, in Django's terms."""
from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from denimhub.people.access import groups_of
from denimhub.people.matrix import matrix
from partners.staff import partner_of


class MatrixBackend(ModelBackend):
    """Passwords as Django checks them, rights of groups from the data file.

    Permissions ticked on a group row mean nothing. Those given to one user directly count, but for staff of partners.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any,
    ) -> Any:
        """An e-mail as user name in any case; the hash is computed for unknown names too, so both take as long."""
        if username is not None and '@' in username:
            username = username.lower()
        return super().authenticate(request, username=username, password=password, **kwargs)

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None for staff of a partner, whatever a row says."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None or partner_of(user_obj) is not None:
            return set()
        found: set[str] = super().get_user_permissions(user_obj, obj)
        return found

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """By the names of the user's groups."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, '_denimhub_rights'):
            user_obj._denimhub_rights = set(matrix().permissions_of(groups_of(user_obj)))
        found: set[str] = user_obj._denimhub_rights
        return found

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Both; asked several times for each page, so each is kept with the user object."""
        if not hasattr(user_obj, '_denimhub_all_rights') or obj is not None:
            found = self.get_user_permissions(user_obj, obj) | self.get_group_permissions(user_obj, obj)
            if obj is not None:
                return found
            user_obj._denimhub_all_rights = found
        kept: set[str] = user_obj._denimhub_all_rights
        return kept
