"""Pages on which lines that differ are decided, and forced matches by a second person."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract
from registries.admin_pages import ReasonForm, ask_and_do, button, require, sent, spaced
from registries.models import Registry
from registries.models_matching import ForcedMatch, MatchLine
from registries.selectors_corrections import registries_of
from registries.selectors_matching import is_closed, is_newest, line_to_correct
from registries.services_corrections import ASK as ASK_CORRECTION
from registries.services_resolution import (
    APPROVE,
    RESOLVE,
    accept_theirs,
    approve_forced,
    ask_forced,
    refuse_forced,
    resolve,
)
from registries.statuses_matching import OutcomeName, ResolutionKind

_DIFFERS = (OutcomeName.AMOUNT_MISMATCH, OutcomeName.STATUS_MISMATCH)


class ForcedForm(ReasonForm):
    """Which contract the line is, and why."""

    contract = forms.CharField(
        label=_('Number of the contract'), max_length=100, required=False,
        help_text=_('For a line that is not with us; empty: the difference is taken for none'))


class TheirsForm(ReasonForm):
    """Where the correction counts, and why."""

    def __init__(self, line: MatchLine, data: Any = None) -> None:
        super().__init__(data)
        ours = line_to_correct(line)
        rows = Registry.objects.none() if ours is None else registries_of(
            ours, 'lender' if line.run.counterparty.lender_id is not None else 'partner')
        self.fields['registry'] = forms.ModelChoiceField(
            rows, label=_('registry'), required=False, empty_label=_('the current period'),
            help_text=_('A registry named here gets a new version; else the correction counts where it is booked'))


def decision_pages(line: MatchLine) -> SafeString:
    """Buttons of what may be decided on a line now."""
    if is_closed(line) or not is_newest(line.run):
        return SafeString('')
    verbs: list[tuple[str, str | Promise]] = [('ours', _('Ours is right')), ('later', _('Will come later'))]
    if line.outcome in _DIFFERS:
        verbs.append(('theirs', _('Theirs is right: correct')))
    verbs.append(('force', _('Match by force')))
    return format_html_join(' ', '{}', (
        (button(reverse(f'admin:registries_line_{verb}', args=[line.pk]), text),) for verb, text in verbs))


def decision_urls(site: admin.AdminSite) -> list[URLPattern]:
    """Pages of the verbs."""
    pages: dict[str, Callable[..., HttpResponseBase]] = {
        'line_ours': lambda request, pk: _by_hand(site, request, pk, ResolutionKind.ACCEPT_OURS, _('Ours is right')),
        'line_later': lambda request, pk: _by_hand(site, request, pk, ResolutionKind.WILL_COME, _('Will come later')),
        'line_theirs': lambda request, pk: _theirs(site, request, pk),
        'line_force': lambda request, pk: _force(site, request, pk),
        'forced_approve': lambda request, pk: _decide_forced(site, request, pk, is_approved=True),
        'forced_refuse': lambda request, pk: _decide_forced(site, request, pk, is_approved=False)}
    return [path(f'<int:pk>/{name}/', site.admin_view(page), name=f'registries_{name}')
            for name, page in pages.items()]


def _by_hand(
    site: admin.AdminSite, request: HttpRequest, pk: int, kind: ResolutionKind, title: str | Promise,
) -> HttpResponseBase:
    require(request, RESOLVE)
    line = _line(pk)

    def act(values: dict[str, Any]) -> str | Promise:
        resolve(line=line, kind=kind, reason=values['why'], by=_person(request))
        return _('The decision was written down')

    return ask_and_do(request, site=site, title=title, form=ReasonForm(sent(request)), submit=_('Decide'), act=act,
                      back=_page(line), lines=_told(line))


def _theirs(site: admin.AdminSite, request: HttpRequest, pk: int) -> HttpResponseBase:
    require(request, RESOLVE, ASK_CORRECTION)
    line = _line(pk)

    def act(values: dict[str, Any]) -> str | Promise:
        accept_theirs(line=line, reason=values['why'], by=_person(request), for_registry=values['registry'])
        return _('The correction waits for the second person')

    return ask_and_do(
        request, site=site, title=_('Theirs is right: correct'), form=TheirsForm(line, sent(request)),
        submit=_('Ask for the correction'), act=act, back=_page(line), lines=_told(line))


def _force(site: admin.AdminSite, request: HttpRequest, pk: int) -> HttpResponseBase:
    require(request, RESOLVE)
    line = _line(pk)
    form = ForcedForm(sent(request))

    def act(values: dict[str, Any]) -> str | Promise:
        ask_forced(line=line, reason=values['why'], by=_person(request), contract=_contract(line, values['contract']))
        return _('The forced match waits for the second person')

    if request.method == 'POST' and form.is_valid() and form.cleaned_data['contract'] and _contract(
            line, form.cleaned_data['contract']) is None:
        form.add_error('contract', str(_('There is no such contract')))
    return ask_and_do(request, site=site, title=_('Match by force'), form=form, submit=_('Ask'), act=act,
                      back=_page(line), lines=_told(line))


def _decide_forced(site: admin.AdminSite, request: HttpRequest, pk: int, *, is_approved: bool) -> HttpResponseBase:
    require(request, APPROVE)
    forced = get_object_or_404(ForcedMatch.objects.select_related('line__run__counterparty', 'contract'), pk=pk)

    def act(values: dict[str, Any]) -> str | Promise:
        if is_approved:
            approve_forced(forced=forced, by=_person(request), why=values['why'])
            return _('The match was approved: match again to see it')
        refuse_forced(forced=forced, by=_person(request), why=values['why'])
        return _('The match was refused')

    form = ReasonForm(sent(request))
    if is_approved:
        form.fields['why'].required = False
    return ask_and_do(
        request, site=site, title=_('Approve') if is_approved else _('Refuse'), form=form,
        submit=_('Approve') if is_approved else _('Refuse'), act=act,
        back=reverse('admin:registries_forcedmatch_changelist'),
        lines=[*_told(forced.line), (_('contract'), forced.contract or ''), (_('reason'), forced.reason),
               (_('author'), forced.author)])


def _line(pk: int) -> MatchLine:
    return get_object_or_404(MatchLine.objects.select_related(
        'run__counterparty__partner', 'run__counterparty__lender', 'contract'), pk=pk, is_head=True)


def _contract(line: MatchLine, number: str) -> Contract | None:
    """Of the counterparty, by its number; a doubtful one is none."""
    party = line.run.counterparty
    rows = Contract.objects.filter(number=number.strip(), **(
        {'lender': party.lender_id} if party.lender_id is not None else {'application__partner': party.partner_id}))
    found = list(rows[:2]) if number.strip() else []
    return found[0] if len(found) == 1 else None


def _page(line: MatchLine) -> str:
    return reverse('admin:registries_matchline_change', args=[line.pk])


def _told(line: MatchLine) -> list[tuple[str | Promise, Any]]:
    return [
        (_('outcome'), OutcomeName(line.outcome).label), (_('number of the contract'), line.contract_number),
        (_('external id'), line.external_id),
        (_('theirs, ₽'), '' if line.their_net is None else spaced(line.their_net)),
        (_('ours, ₽'), '' if line.our_net is None else spaced(line.our_net))]


def _person(request: HttpRequest) -> AbstractUser:
    assert isinstance(request.user, AbstractUser)
    return request.user
