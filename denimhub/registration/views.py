"""Registration: the form, the letter, the confirmation. Each page works without a script."""
from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from denimhub.registration import letters, services, services_team
from denimhub.registration.forms import PasswordForm, RegistrationForm
from partners.refusals import NotPossible
from vault.address import client_ip

_RETRY_AFTER_SECONDS: Final = 3600


def page(request: HttpRequest, name: str, *, status: int = 200, **context: object) -> HttpResponse:
    """A page of this room, with what the footer needs."""
    return render(request, f'partner_pages/{name}.html', {
        'support_email': settings.SUPPORT_EMAIL, 'is_production': settings.PRODUCTION, **context}, status=status)


@sensitive_post_parameters('password')
@never_cache
@csrf_protect
@require_http_methods(['GET', 'HEAD', 'POST'])
def register(request: HttpRequest) -> HttpResponseBase:
    """The form. Whatever the e-mail is, the answer is "look into your mailbox"."""
    if not letters.can_write():
        return page(request, 'closed', status=503)
    form = RegistrationForm(request.POST if request.method == 'POST' else None)
    if request.method != 'POST' or not form.is_valid():
        return page(request, 'register', form=form, status=200 if request.method != 'POST' else 422)
    if not form.is_by_a_robot:
        try:
            services.sign_up(wish=_wish(form), ip=client_ip(request))
        except services.TooManyRegistrations:
            answer = page(request, 'too_many', status=429)
            answer['Retry-After'] = str(_RETRY_AFTER_SECONDS)
            return answer
    return HttpResponseRedirect(reverse('registration_sent'))


def _wish(form: RegistrationForm) -> services.Wish:
    values = form.cleaned_data
    return services.Wish(
        company_name=values['company_name'], inn=values['inn'], site=values['site'], name=values['contact_name'],
        email=values['email'], phone=values['phone'], password=make_password(values['password']))


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Look into your mailbox."""
    return page(request, 'sent', has_folder=_has_folder(), hours=services.LINK_HOURS)


@never_cache
@csrf_protect
@require_http_methods(['GET', 'HEAD', 'POST'])
def confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """Opened from the letter it only asks; the button confirms, so that a mail scanner does not use the link up."""
    if request.method != 'POST':
        row = services.waiting_registration(token)
        if row is None:
            return page(request, 'confirm_gone', status=410)
        return page(request, 'confirm', company=row.company_name)
    try:
        company = services.confirm(token=token)
    except NotPossible as why:
        return page(request, 'confirm_gone', status=410, why=str(why))
    return page(request, 'confirmed', company=company)


@sensitive_post_parameters('password')
@never_cache
@csrf_protect
@require_http_methods(['GET', 'HEAD', 'POST'])
def join(request: HttpRequest, token: str) -> HttpResponseBase:
    """An invited person chooses a password."""
    row = services_team.invitation_of(token)
    if row is None:
        return page(request, 'confirm_gone', status=410)
    form = PasswordForm(
        request.POST if request.method == 'POST' else None, email=row.contact['email'], name=row.contact['name'])
    if request.method != 'POST' or not form.is_valid():
        return page(request, 'join', form=form, invitation=row, status=200 if request.method != 'POST' else 422)
    try:
        services_team.accept(token=token, password=make_password(form.cleaned_data['password']))
    except NotPossible as why:
        return page(request, 'confirm_gone', status=410, why=str(why))
    return page(request, 'joined', partner=row.partner)


@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Letters that no server was given. Development only: elsewhere there is no such page."""
    if not _has_folder():
        raise Http404
    return page(request, 'outbox', letters=letters.shown_letters())


def _has_folder() -> bool:
    return not settings.PRODUCTION and not settings.EMAIL_URL
