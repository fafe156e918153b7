"""The page of a partner: one person changes limits and points, two decide on addresses and proof of who calls."""
from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from partners.admin_pages import NothingForm, ask_and_do, buttons, demand, sent
from partners.models import AuthPolicy, Partner, Point, Product
from partners.models_changes import PartnerChange
from partners.models_keys import PartnerKey
from partners.models_staff import PartnerStaff
from partners.services import DIRECT, FOR_TWO, ask_change, change_settings, save_part
from vault.admin_pages import ReadOnly

RIGHTS = {'redirect_hosts': 'partners.urls', 'networks': 'partners.keys', 'auth_policy': 'partners.keys'}
"""Which right asks for a setting and approves it."""
_END = 4
_FIELDS = ('name', 'shown_guid', 'is_sandbox', 'is_blocked', 'requests_per_second', 'forms_per_phone_day',
           'sms_per_day', 'allows_english', 'redirect_hosts', 'networks', 'auth_policy', 'created_at', 'acts')


class PointInline(TabularInline[Point, Partner]):
    model = Point
    extra = 0
    can_delete = False


class ProductInline(TabularInline[Product, Partner]):
    model = Product
    extra = 0
    can_delete = False


class KeyInline(ReadOnly, TabularInline[PartnerKey, Partner]):
    """Names of keys; their secrets are nowhere."""

    model = PartnerKey
    extra = 0
    fields = ('key_id', 'created_by', 'created_at', 'revoked_by', 'revoked_at')
    readonly_fields = fields


class StaffInline(ReadOnly, TabularInline[PartnerStaff, Partner]):
    model = PartnerStaff
    extra = 0
    fields = ('user', 'role', 'invited_by', 'created_at')
    readonly_fields = fields


class ChangeInline(ReadOnly, TabularInline[PartnerChange, Partner]):
    model = PartnerChange
    extra = 0
    fields = ('asked_at', 'setting', 'before', 'after', 'asked_by', 'status', 'decided_by', 'reason')
    readonly_fields = fields
    ordering = ('-asked_at',)


class LinesForm(forms.Form):
    """A list, one entry a line."""

    value = forms.CharField(label=_('One a line'), required=False, widget=forms.Textarea(attrs={'rows': 8, 'cols': 60}))

    def clean_value(self) -> list[str]:
        """Without empty lines."""
        return [line.strip() for line in str(self.cleaned_data['value']).splitlines() if line.strip()]


class PolicyForm(forms.Form):
    """How a call proves who it is."""

    value = forms.ChoiceField(label=_('proof of who calls'), choices=AuthPolicy.choices)


TITLES: dict[str, str | Promise] = {
    'redirect_hosts': _('Hosts of redirect URLs'), 'networks': _('Addresses the partner may call from'),
    'auth_policy': _('Proof of who calls')}


@admin.register(Partner)
class PartnerAdmin(ModelAdmin[Partner]):
    list_display = ('name', 'shown_guid', 'is_sandbox', 'is_blocked', 'auth_policy', 'created_at')
    list_filter = ('is_sandbox', 'is_blocked', 'auth_policy')
    search_fields = ('name', 'guid')
    ordering = ('-created_at',)
    readonly_fields = ('shown_guid', 'is_sandbox', 'is_blocked', *FOR_TWO, 'created_at', 'acts')
    inlines = (PointInline, ProductInline, KeyInline, StaffInline, ChangeInline)

    @admin.display(description=_('guid'))
    def shown_guid(self, obj: Partner) -> str:
        """Of a live partner the end only: the whole is its password, which its own people see on their page."""
        guid = str(obj.guid)
        return guid if obj.is_sandbox else f'…{guid[-_END:]}'

    @admin.display(description=_('actions'))
    def acts(self, obj: Partner) -> SafeString:
        """What may be asked for."""
        links: list[tuple[str, str | Promise]] = [
            (reverse('admin:partners_partner_ask', args=[obj.pk, setting]), TITLES[setting]) for setting in FOR_TWO]
        links.append((reverse('admin:partners_partner_block', args=[obj.pk]),
                      _('Unblock') if obj.is_blocked else _('Block')))
        links.append((reverse('admin:partners_partnercall_changelist') + f'?partner__id__exact={obj.pk}', _('Calls')))
        return buttons(links)

    def get_fields(self, request: HttpRequest, obj: Partner | None = None) -> Any:
        """Staff of a partner and auditors get no buttons."""
        may_ask = any(request.user.has_perm(right) for right in (*RIGHTS.values(), 'partners.block'))
        return [name for name in _FIELDS if name != 'acts' or may_ask]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A partner comes out of a registration."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Partner | None = None) -> bool:
        """Partners are blocked, never deleted."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """With the pages of what is asked for."""
        view = self.admin_site.admin_view
        return [
            path('<int:pk>/ask/<slug:setting>/', view(self.ask), name='partners_partner_ask'),
            path('<int:pk>/block/', view(self.block), name='partners_partner_block'),
            *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Partner, form: Any, change: bool) -> None:
        """Through the service, which writes the journal."""
        values = {name: form.cleaned_data[name] for name in form.changed_data if name in DIRECT}
        if values:
            change_settings(partner=obj, actor=request.user.get_username(), values=values)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Points and products likewise."""
        for row in formset.save(commit=False):
            save_part(row=row, actor=request.user.get_username())

    def ask(self, request: HttpRequest, pk: int, setting: str) -> HttpResponseBase:
        """Ask for a setting that another person has to approve."""
        if setting not in RIGHTS:
            raise Http404
        demand(request, RIGHTS[setting])
        partner = get_object_or_404(self.get_queryset(request), pk=pk)
        present = getattr(partner, setting)
        form = (PolicyForm(sent(request), initial={'value': present}) if setting == 'auth_policy'
                else LinesForm(sent(request), initial={'value': '\n'.join(present)}))
        return ask_and_do(
            request, page=self, title=TITLES[setting], form=form, submit=_('Ask for approval'),
            lines=[(_('partner'), partner.name)], back=reverse('admin:partners_partner_change', args=[pk]),
            act=lambda values: _asked(partner, setting, values['value'], request))

    def block(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Its calls are answered as those of an unknown partner, or again as before."""
        partner = get_object_or_404(self.get_queryset(request), pk=pk)
        demand(request, 'partners.block')
        title = _('Unblock') if partner.is_blocked else _('Block')
        return ask_and_do(
            request, page=self, title=title, form=NothingForm(sent(request)), submit=title,
            lines=[(_('partner'), partner.name)], back=reverse('admin:partners_partner_change', args=[pk]),
            act=lambda _values: _blocked(partner, request))


def _asked(partner: Partner, setting: str, value: Any, request: HttpRequest) -> str | Promise:
    ask_change(partner=partner, setting=setting, after=value, actor=request.user.get_username())
    return _('Waits for approval by another person')


def _blocked(partner: Partner, request: HttpRequest) -> str | Promise:
    change_settings(partner=partner, actor=request.user.get_username(), values={'is_blocked': not partner.is_blocked})
    return _('Done')
