"""A partner's own pages: who it is, what it called, what its SMS said, its keys. Only ever the partner of who looks."""
from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from denimhub.people import sessions
from denimhub.people.access import demand
from denimhub.people.fresh import fresh_login_required
from denimhub.people.second_step import has_second_step
from denimhub.registration import selectors, services, services_team
from denimhub.registration.guide import guide_html
from denimhub.registration.views import page
from partners.keys import make_key, revoke_key
from partners.models import Partner
from partners.models_company import Company
from partners.models_staff import PartnerStaff, Role
from partners.refusals import NotPossible
from partners.staff import partner_of
from vault.access import note_access
from vault.address import client_ip

View = Callable[..., HttpResponseBase]
_SHOWN_END: Final = 4


def for_partner(view: View) -> View:
    """For who is logged in and belongs to a partner; `request.partner_row` is the row that says so."""
    @never_cache
    @csrf_protect
    @login_required
    @wraps(view)
    def own(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if partner_of(request.user) is None:
            raise PermissionDenied('Эта страница – для сотрудников партнёров')
        return view(request, *args, **kwargs)
    return own


def staff_of(request: HttpRequest) -> PartnerStaff:
    """The row that binds who looks to a partner."""
    user: Any = request.user
    return PartnerStaff.objects.select_related('partner').get(user_id=user.pk)


def owner_only(request: HttpRequest) -> PartnerStaff:
    """The same, for owners; anybody else gets 403."""
    staff = staff_of(request)
    if staff.role != Role.OWNER:
        raise PermissionDenied('Это может только владелец')
    return staff


def partner_page(
    request: HttpRequest, name: str, *, status: int = 200, staff: PartnerStaff | None = None, **context: Any,
) -> HttpResponseBase:
    """One of the pages, with what its head shows."""
    staff = staff or staff_of(request)
    return page(request, name, status=status, staff=staff, partner=staff.partner, tab=name,
                company=services_team.company_of(staff.partner), is_owner=staff.role == Role.OWNER, **context)


@require_safe
@for_partner
def overview(request: HttpRequest) -> HttpResponseBase:
    """Guid, points, products, how the request for live work goes."""
    return _overview(request)


def _overview(request: HttpRequest, *, revealed: str = '') -> HttpResponseBase:
    staff = staff_of(request)
    partner = staff.partner
    guid = str(partner.guid)
    return partner_page(
        request, 'overview', staff=staff, counters=selectors.counters(partner),
        guid=guid if partner.is_sandbox or revealed else f'••••••••-••••-••••-••••-••••••••{guid[-_SHOWN_END:]}',
        is_hidden=not partner.is_sandbox and not revealed,
        needs_second_step=not partner.is_sandbox and not has_second_step(request.user),
        points=partner.points.filter(is_active=True).order_by('code'),
        products=partner.products.filter(is_active=True).order_by('code'))


@require_POST
@for_partner
@fresh_login_required
def reveal(request: HttpRequest) -> HttpResponseBase:
    """Show the live guid: after a fresh log-in, to who has a second step. Who looked is written down."""
    partner: Any = partner_of(request.user)
    if not partner.is_sandbox:
        if not has_second_step(request.user):
            return HttpResponseRedirect(reverse('mfa_activate_totp'))
        note_access(actor=f'staff of partner {request.user.pk}', reason='partner guid', subject=f'partner {partner.pk}',
                    fields=['guid'], ip=client_ip(request) or None)
    return _overview(request, revealed=str(partner.guid))


@require_safe
@for_partner
def calls(request: HttpRequest) -> HttpResponseBase:
    """The newest calls; those that were refused say what to do."""
    errors_only = request.GET.get('errors') == '1'
    return partner_page(request, 'calls', errors_only=errors_only,
                        calls=selectors.recent_calls(_partner(request), errors_only=errors_only))


@require_safe
@for_partner
def sms(request: HttpRequest) -> HttpResponseBase:
    """SMS of a sandbox partner with their codes."""
    return partner_page(request, 'sms', sms=selectors.recent_messages(_partner(request)))


@require_safe
def guide(request: HttpRequest) -> HttpResponseBase:
    """The guide of integrators, for everybody."""
    return page(request, 'guide', guide=guide_html())


@require_safe
@for_partner
def access(request: HttpRequest) -> HttpResponseBase:
    """Keys, addresses, redirect hosts."""
    return _access(request)


def _access(request: HttpRequest, *, fresh_key: str = '', wrong: str = '') -> HttpResponseBase:
    return partner_page(request, 'access', keys=selectors.living_keys(_partner(request)), fresh_key=fresh_key,
                        wrong=wrong, status=409 if wrong else 200)


@require_POST
@for_partner
@fresh_login_required
def new_key(request: HttpRequest) -> HttpResponseBase:
    """Make a key; this answer is the only one that ever shows it."""
    staff = _key_holder(request)
    try:
        made = make_key(partner=staff.partner, actor=request.user.get_username())
    except NotPossible as why:
        return _access(request, wrong=str(why))
    return _access(request, fresh_key=made.text)


@require_POST
@for_partner
@fresh_login_required
def drop_key(request: HttpRequest, key_id: str) -> HttpResponseBase:
    """The key stops to work at once."""
    staff = _key_holder(request)
    try:
        revoke_key(partner=staff.partner, key_id=key_id, actor=request.user.get_username())
    except NotPossible as why:
        return _access(request, wrong=str(why))
    messages.success(request, 'Ключ отозван')
    return HttpResponseRedirect(reverse('partner_access'))


@require_POST
@for_partner
def turn(request: HttpRequest) -> HttpResponseBase:
    """From the sandbox to live work of the same company, or back."""
    user: Any = request.user
    try:
        services_team.turn(user=user, to_live=request.POST.get('to') == 'live')
    except NotPossible as why:
        messages.error(request, str(why))
    else:
        # Read anew: the user object of the request remembers the partner it had.
        sessions.restamp(request.session, get_user_model().objects.get(pk=user.pk))
    return HttpResponseRedirect(reverse('partner_page'))


@require_POST
@for_partner
def ask_again(request: HttpRequest) -> HttpResponseBase:
    """A refused company asks for live work once more."""
    staff = owner_only(request)
    company: Company | None = services_team.company_of(staff.partner)
    try:
        if company is None:
            raise NotPossible('Заявки нет')
        services.ask_again(company_id=company.pk)
    except NotPossible as why:
        messages.error(request, str(why))
    return HttpResponseRedirect(reverse('partner_page'))


def _partner(request: HttpRequest) -> Partner:
    found = partner_of(request.user)
    if found is None:
        raise PermissionDenied
    return found


def _key_holder(request: HttpRequest) -> PartnerStaff:
    demand(request.user, 'partners.rotate_own_key')
    return owner_only(request)
