"""Differences with lenders in the workstation: read only, closed by a person with a reason."""
from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from registries.admin_pages import ReasonForm, ask_and_do, button, require, sent, spaced
from registries.models_drift import Drift
from registries.services_drift import CLOSE, close_drift
from registries.statuses import DriftStatus
from vault.admin_pages import ReadOnly


@admin.register(Drift)
class DriftAdmin(ReadOnly, ModelAdmin[Drift]):
    list_display = ('found_at', 'kind', 'status', 'contract', 'lender', 'ours', 'theirs', 'our_sum', 'their_sum',
                    'times_seen', 'healing')
    list_filter = ('status', 'kind', 'contract__lender')
    list_select_related = ('contract__lender',)
    ordering = ('-id',)
    show_full_result_count = False
    search_fields = ('=contract__guid', '=contract__number', '=contract__application__guid')
    search_help_text = _('Guid of the contract or of the form, or number of the contract, whole')
    fields = ('contract', 'lender', 'kind', 'ours', 'theirs', 'our_sum', 'their_sum', 'status', 'found_at', 'seen_at',
              'times_seen', 'healing', 'ended_at', 'ended_by', 'ended_why', 'acts')
    readonly_fields = ('lender', 'our_sum', 'their_sum', 'acts')

    @admin.display(description=_('lender'), ordering='contract__lender')
    def lender(self, obj: Drift) -> str:
        """Who says otherwise."""
        return str(obj.contract.lender)

    @admin.display(description=_('our loan'))
    def our_sum(self, obj: Drift) -> str:
        """In rubles."""
        return '' if obj.our_amount is None else spaced(obj.our_amount)

    @admin.display(description=_('loan of the lender'))
    def their_sum(self, obj: Drift) -> str:
        """In rubles, where the lender tells."""
        return '' if obj.their_amount is None else spaced(obj.their_amount)

    @admin.display(description=_('decision'))
    def acts(self, obj: Drift) -> SafeString:
        """What may be done now."""
        if obj.status != DriftStatus.OPEN:
            return SafeString('')
        return button(reverse('admin:registries_drift_close', args=[obj.pk]), _('Close with a reason'))

    def get_urls(self) -> list[URLPattern]:
        """With the page that closes one."""
        close = path('<int:pk>/close/', self.admin_site.admin_view(self.close), name='registries_drift_close')
        return [close, *super().get_urls()]

    def close(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """A person takes the difference as it is."""
        require(request, CLOSE)
        row = get_object_or_404(Drift.objects.select_related('contract__lender'), pk=pk)

        def act(values: dict[str, Any]) -> str | Promise:
            assert isinstance(request.user, AbstractUser)
            close_drift(drift=row, by=request.user, why=values['why'])
            return _('The difference is closed')

        lines: list[tuple[str | Promise, Any]] = [
            (_('contract'), row.contract), (_('difference'), row.get_kind_display()), (_('our word'), row.ours),
            (_('word of the lender'), row.theirs), (_('our loan'), self.our_sum(row)),
            (_('loan of the lender'), self.their_sum(row))]
        return ask_and_do(
            request, site=self.admin_site, title=_('Close a difference'), form=ReasonForm(sent(request)),
            submit=_('Close'), act=act, back=reverse('admin:registries_drift_change', args=[row.pk]), lines=lines)
