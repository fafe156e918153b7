"""Before personal data, exports and keys the password is asked again, when it was given over five minutes ago."""
from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from denimhub.people import sessions

View = Callable[..., HttpResponseBase]


def is_fresh(request: HttpRequest) -> bool:
    """Whether this person gave their password in the last five minutes."""
    return sessions.is_fresh(request.session)


def ask_again(request: HttpRequest) -> HttpResponseBase:
    """Leads to the page that asks for the password and back; a form that was being sent is filled in anew."""
    if request.headers.get('Sec-Fetch-Dest', 'document') not in {'document', 'empty'}:
        raise PermissionDenied(_('Confirm your password first'))  # a picture in a page cannot ask
    return HttpResponseRedirect(f'{reverse("account_reauthenticate")}?{urlencode({"next": _back(request)})}')


def fresh_login_required(view: View) -> View:
    """Decorator of a view behind a log-in: asks for the password again when it was given over five minutes ago."""
    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if is_fresh(request) else ask_again(request)
    return asked


def _back(request: HttpRequest) -> str:
    """The same page; after a POST, whose address may show nothing, the page the form was on."""
    came_from = request.headers.get('Referer', '')
    if request.method == 'POST' and url_has_allowed_host_and_scheme(
            came_from, {request.get_host()}, require_https=request.is_secure()):
        parts = urlsplit(came_from)
        return parts.path + (f'?{parts.query}' if parts.query else '')
    return request.get_full_path()
