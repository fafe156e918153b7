"""Pages of an account that allauth has not, or has otherwise."""
from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from denimhub.people import sessions
from denimhub.people.forms import ConfirmForm
from denimhub.people.fresh import View


@sensitive_post_parameters('password', 'code')
@never_cache
@login_required
@require_http_methods(['GET', 'POST'])
def confirm(request: HttpRequest) -> HttpResponseBase:
    """Ask for the password (and the code) again, then go back."""
    wanted = request.POST.get('next') or request.GET.get('next') or ''
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    target = wanted if is_ours else reverse('admin:index')
    form = ConfirmForm(request, request.POST if request.method == 'POST' else None)
    if request.method == 'POST' and form.is_valid():
        sessions.refresh(request.session)
        request.session.cycle_key()
        return HttpResponseRedirect(target)
    return render(request, 'account/confirm.html', {'form': form, 'next': target})


def with_mail_only(view: View) -> View:
    """Pages that send a letter are there only where letters can be sent."""
    def asked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not settings.EMAIL_URL and settings.PRODUCTION:
            raise Http404
        return view(request, *args, **kwargs)
    return asked
