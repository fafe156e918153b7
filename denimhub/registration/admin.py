"""Companies in the workstation: a supervisor looks at them and opens live work, or says why not."""
from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from denimhub.registration.services import approve, refuse
from partners.admin_pages import ReasonForm, ask_and_do, buttons, demand, sent
from partners.models_company import Company, LiveStatus
from vault.access import note_access
from vault.address import client_ip
from vault.admin_pages import ReadOnly

APPROVE = 'partners.approve'


class ApprovalForm(forms.Form):
    """What the live partner begins with."""

    is_checked = forms.BooleanField(label=_('The company was checked: register of legal entities, site, contact'))
    redirect_hosts = forms.CharField(
        label=_('Hosts of redirect URLs, one a line'), required=False, widget=forms.Textarea(attrs={'rows': 4}),
        help_text=_('The host of the named site is allowed at once, others wait for a second person'))
    networks = forms.CharField(
        label=_('Addresses it may call from, one a line'), required=False, widget=forms.Textarea(attrs={'rows': 4}),
        help_text=_('With a list, calls from elsewhere are answered as those of an unknown partner'))
    note = forms.CharField(
        label=_('Note'), required=False, max_length=500, widget=forms.Textarea(attrs={'rows': 2}))


@admin.register(Company)
class CompanyAdmin(ReadOnly, ModelAdmin[Company]):
    list_display = ('name', 'inn', 'live_status', 'asked_at', 'decided_by', 'decided_at')
    list_filter = ('live_status',)
    search_fields = ('name', '=inn')
    ordering = ('-asked_at',)
    fields = ('name', 'inn', 'site', 'sandbox', 'live', 'live_status', 'asked_at', 'decided_by', 'decided_at', 'reason',
              'note', 'created_at', 'acts')
    readonly_fields = ('acts',)

    @admin.display(description=_('decision'))
    def acts(self, obj: Company) -> SafeString:
        """What may be done now."""
        if obj.live_status != LiveStatus.PENDING:
            return SafeString('–')
        return buttons([
            (reverse('admin:partners_company_approve', args=[obj.pk]), _('Open live work')),
            (reverse('admin:partners_company_refuse', args=[obj.pk]), _('Refuse'))])

    def get_urls(self) -> list[URLPattern]:
        """With the two decisions."""
        view = self.admin_site.admin_view
        return [
            path('<int:pk>/approve/', view(self.approve), name='partners_company_approve'),
            path('<int:pk>/refuse/', view(self.refuse), name='partners_company_refuse'), *super().get_urls()]

    def approve(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Show what the company said, contact included, and open live work."""
        company = self._row(request, pk)
        start = {'redirect_hosts': company.site.partition('://')[2].split('/')[0]}
        return ask_and_do(
            request, page=self, title=_('Open live work'), form=ApprovalForm(sent(request), initial=start),
            submit=_('Open live work'), lines=_lines(request, company), back=_page(pk),
            act=lambda values: _approved(pk, values, request))

    def refuse(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """With a reason, which the company reads."""
        company = self._row(request, pk)
        return ask_and_do(
            request, page=self, title=_('Refuse live work'), form=ReasonForm(sent(request)), submit=_('Refuse'),
            lines=_lines(request, company), back=_page(pk), act=lambda values: _refused(pk, values, request))

    def _row(self, request: HttpRequest, pk: int) -> Company:
        demand(request, APPROVE)
        company: Company = get_object_or_404(self.get_queryset(request), pk=pk)
        return company


def _page(pk: int) -> str:
    return reverse('admin:partners_company_change', args=[pk])


def _lines(request: HttpRequest, company: Company) -> list[tuple[str | Promise, Any]]:
    """The contact is a person's: who looked at it is written down."""
    note_access(actor=f'operator {request.user.get_username()}', reason='approval of a company',
                subject=f'company {company.pk}', fields=['contact'], ip=client_ip(request) or None)
    contact: dict[str, str] = company.contact
    return [(_('company'), company.name), (_('INN'), company.inn), (_('site'), company.site or '–'),
            (_('contact'), ', '.join(contact.values()))]


def _approved(pk: int, values: dict[str, Any], request: HttpRequest) -> str | Promise:
    approve(company_id=pk, actor=request.user.get_username(), redirect_hosts=values['redirect_hosts'].split(),
            networks=values['networks'].split(), note=values['note'])
    return _('Live work is open; the company gets a letter')


def _refused(pk: int, values: dict[str, Any], request: HttpRequest) -> str | Promise:
    refuse(company_id=pk, actor=request.user.get_username(), reason=values['reason'])
    return _('Refused; the company gets a letter with the reason')
