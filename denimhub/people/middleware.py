"""For browsers only, below the short cut of the partner API: sessions end in time, staff set up their second step."""
from __future__ import annotations

import structlog
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from denimhub.middleware import GetResponse
from denimhub.people import sessions
from denimhub.people.second_step import must_set_up

log = structlog.get_logger(__name__)


class StaffSession:
    """Ends a session that was idle or open too long or whose person got another role; keeps windows apart."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._before(request) or self.get_response(request)
        if request.user and request.user.is_authenticated:  # REST framework may have set it to None
            sessions.begin(request.session, request.user)
        response.headers.setdefault('Cross-Origin-Resource-Policy', 'same-origin')
        return response

    def _before(self, request: HttpRequest) -> HttpResponseBase | None:
        if not request.user.is_authenticated:
            if sessions.has_begun(request.session):  # the account was closed, or its password changed
                request.session.flush()
            return None
        sessions.begin(request.session, request.user)
        over = sessions.is_over(request.session, request.user)
        if over:
            log.info('people.session_over', user=request.user.pk, why=over)
            logout(request)
            return None
        sessions.touch(request.session)
        if request.path_info.startswith('/accounts/') or not must_set_up(request.user):
            return None
        if request.method not in {'GET', 'HEAD'}:
            raise PermissionDenied(_('Set up the second step of your log-in first'))
        return HttpResponseRedirect(reverse('mfa_activate_totp'))
