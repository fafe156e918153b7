"""The journal of partners' settings in the workstation, and the second person's word."""
from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from partners.admin_pages import NothingForm, ReasonForm, ask_and_do, buttons, demand, sent
from partners.admin_partners import RIGHTS
from partners.models_changes import ChangeStatus, PartnerChange
from partners.services import approve_change, refuse_change
from vault.admin_pages import ReadOnly


@admin.register(PartnerChange)
class PartnerChangeAdmin(ReadOnly, ModelAdmin[PartnerChange]):
    list_display = ('asked_at', 'partner', 'setting', 'status', 'asked_by', 'decided_by')
    list_filter = ('status',)
    list_select_related = ('partner',)
    search_fields = ('partner__name', 'setting', 'asked_by')
    ordering = ('-id',)
    show_full_result_count = False
    fields = ('partner', 'setting', 'before', 'after', 'status', 'asked_by', 'asked_at', 'decided_by', 'decided_at',
              'reason', 'acts')
    readonly_fields = ('acts',)

    @admin.display(description=_('decision'))
    def acts(self, obj: PartnerChange) -> SafeString:
        """What may be done now."""
        if obj.status != ChangeStatus.WAITING:
            return SafeString('–')
        return buttons([
            (reverse('admin:partners_change_approve', args=[obj.pk]), _('Approve')),
            (reverse('admin:partners_change_refuse', args=[obj.pk]), _('Refuse'))])

    def get_urls(self) -> list[URLPattern]:
        """With the two decisions."""
        view = self.admin_site.admin_view
        return [
            path('<int:pk>/approve/', view(self.approve), name='partners_change_approve'),
            path('<int:pk>/refuse/', view(self.refuse), name='partners_change_refuse'), *super().get_urls()]

    def approve(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Another person agrees."""
        change = self._decidable(request, pk)
        return ask_and_do(
            request, page=self, title=_('Approve the change'), form=NothingForm(sent(request)), submit=_('Approve'),
            lines=_lines(change), back=_page(pk), act=lambda _values: _approved(pk, request))

    def refuse(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Nothing changes."""
        change = self._decidable(request, pk)
        return ask_and_do(
            request, page=self, title=_('Refuse the change'), form=ReasonForm(sent(request)), submit=_('Refuse'),
            lines=_lines(change), back=_page(pk), act=lambda values: _refused(pk, values['reason'], request))

    def _decidable(self, request: HttpRequest, pk: int) -> PartnerChange:
        change: PartnerChange = get_object_or_404(self.get_queryset(request).select_related('partner'), pk=pk)
        if change.setting not in RIGHTS:
            raise Http404
        demand(request, RIGHTS[change.setting])
        return change


def _page(pk: int) -> str:
    return reverse('admin:partners_partnerchange_change', args=[pk])


def _lines(change: PartnerChange) -> list[tuple[str | Promise, Any]]:
    return [(_('partner'), change.partner), (_('setting'), change.setting), (_('before'), _told(change.before)),
            (_('after'), _told(change.after)), (_('asked by'), change.asked_by)]


def _told(value: Any) -> str:
    return ', '.join(map(str, value)) if isinstance(value, list) else str(value)


def _approved(pk: int, request: HttpRequest) -> str | Promise:
    approve_change(change_id=pk, actor=request.user.get_username())
    return _('The change is in force')


def _refused(pk: int, reason: str, request: HttpRequest) -> str | Promise:
    refuse_change(change_id=pk, actor=request.user.get_username(), reason=reason)
    return _('The change was refused')
