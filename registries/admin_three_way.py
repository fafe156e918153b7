"""The page partner × ledger × lender."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from registries.admin_pages import spaced
from registries.models import Counterparty
from registries.selectors_three_way import Deal, Said, three_way
from registries.statuses_matching import OutcomeName

PAGE_ROWS = 50
_STANDINGS = {'VOID': _('nothing is left'), 'NONE': _('not told')}


class ThreeWayForm(forms.Form):
    """Which pair, which dates."""

    partner = forms.ModelChoiceField(
        Counterparty.objects.filter(partner__isnull=False).select_related('partner').order_by('pk'),
        label=_('partner'))
    lender = forms.ModelChoiceField(
        Counterparty.objects.filter(lender__isnull=False).select_related('lender').order_by('pk'), label=_('lender'))
    date_from = forms.DateField(label=_('from the day'), widget=forms.DateInput(attrs={'type': 'date'}))
    date_to = forms.DateField(label=_('to the day'), widget=forms.DateInput(attrs={'type': 'date'}))
    differences = forms.BooleanField(label=_('only differences'), required=False)
    page = forms.IntegerField(min_value=1, max_value=100_000, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """The first day before the last."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get('date_from') and values.get('date_to') and values['date_to'] < values['date_from']:
            raise forms.ValidationError(_('The period ends before it begins'))
        return values


@dataclass(frozen=True, slots=True)
class Cell:
    """What one side says, and whether it is marked."""

    text: str
    note: str
    is_bad: bool


def three_way_page(request: HttpRequest, site: admin.AdminSite) -> TemplateResponse:
    """A form, and once it is filled in a page of deals."""
    form = ThreeWayForm(request.GET or None)
    context: dict[str, Any] = {**site.each_context(request), 'title': _('Partner × ledger × lender'), 'form': form}
    if request.GET and form.is_valid():
        context |= _found(request, form.cleaned_data)
    return TemplateResponse(request, 'admin/registries/matchrun/three_way.html', context)


def _found(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    page = values['page'] or 1
    found = three_way(
        partner=values['partner'], lender=values['lender'], dates=(values['date_from'], values['date_to']),
        only_differences=values['differences'], limit=PAGE_ROWS, offset=(page - 1) * PAGE_ROWS)
    query = request.GET.copy()
    query.pop('page', None)
    pages = max(1, -(-found.count // PAGE_ROWS))
    return {
        'found': found, 'rows': [(deal, _cell(deal.partner, has_file=found.has_partner_file), _ours(deal),
                                  _cell(deal.lender, has_file=found.has_lender_file)) for deal in found.deals],
        'page': page, 'pages': pages, 'query': query.urlencode(),
        'before': page - 1 if page > 1 else None, 'after': page + 1 if page < pages else None}


def _cell(said: Said, *, has_file: bool) -> Cell:
    if not has_file:
        return Cell('', '', is_bad=False)
    text = '—' if said.net is None else spaced(said.net)
    notes = [str(_STANDINGS[said.standing])] if said.standing in _STANDINGS else []
    if said.outcome not in {'', OutcomeName.MATCHED}:
        notes.append(str(OutcomeName(said.outcome).label))
    return Cell(text, ', '.join(notes), is_bad=said.outcome != OutcomeName.MATCHED)


def _ours(deal: Deal) -> Cell:
    return Cell('—' if deal.our_net is None else spaced(deal.our_net), '', is_bad=False)
