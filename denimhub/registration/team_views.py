"""The team of a partner: who may log in, who was invited."""
from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from denimhub.registration import selectors, services_team
from denimhub.registration.forms import InvitationForm
from denimhub.registration.partner_views import for_partner, owner_only, partner_page, staff_of
from partners.models import Partner
from partners.models_staff import PartnerStaff, Role
from partners.refusals import NotPossible


@require_http_methods(['GET', 'HEAD', 'POST'])
@for_partner
def team(request: HttpRequest) -> HttpResponseBase:
    """The people; an owner invites here."""
    user: Any = request.user
    staff = owner_only(request) if request.method == 'POST' else staff_of(request)
    form = InvitationForm(request.POST if request.method == 'POST' else None)
    if request.method == 'POST' and form.is_valid():
        values = form.cleaned_data
        try:
            services_team.invite(
                partner=staff.partner, email=values['email'], name=values['name'], role=values['role'], by=user)
        except NotPossible as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, f'Приглашение отправлено, ссылка действует {services_team.INVITATION_HOURS} часа')
            return HttpResponseRedirect(reverse('partner_team'))
    return partner_page(
        request, 'team', staff=staff, form=form, status=422 if form.errors else 200,
        team=selectors.team_of(_shown_partners(staff)),
        invitations=list(services_team.open_invitations(staff.partner).order_by('created_at')))


def _shown_partners(staff: PartnerStaff) -> list[Partner]:
    """An employee of the sandbox team learns nothing of the live one."""
    return services_team.partners_of_one_company(staff.partner) if staff.role == Role.OWNER else [staff.partner]


@require_POST
@for_partner
def remove(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """The person can log in no more."""
    user: Any = request.user
    return _done(request, 'Доступ закрыт', lambda: services_team.remove(
        partner=owner_only(request).partner, user_id=user_id, by=user))


@require_POST
@for_partner
def withdraw(request: HttpRequest, guid: str) -> HttpResponseBase:
    """The invitation opens nothing any more."""
    user: Any = request.user
    return _done(request, 'Приглашение отозвано', lambda: services_team.withdraw(
        partner=owner_only(request).partner, invitation_guid=str(guid), by=user))


def _done(request: HttpRequest, word: str, change: Any) -> HttpResponseBase:
    try:
        change()
    except NotPossible as why:
        messages.error(request, str(why))
    else:
        messages.success(request, word)
    return HttpResponseRedirect(reverse('partner_team'))
