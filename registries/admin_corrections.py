"""Corrections in the workstation: asked for on the page of a line, decided by another person."""
from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from registries.admin_pages import BREAK, ReasonForm, RemarkForm, ask_and_do, button, require, sent, spaced
from registries.models import LedgerLine, Registry
from registries.models_corrections import CorrectionRequest
from registries.rules import BY_KEY
from registries.rules_corrections import CORRECTABLE
from registries.selectors_corrections import registries_of, root_event
from registries.services_corrections import (
    APPROVE,
    ASK,
    approve_correction,
    refuse_correction,
    request_correction,
    withdraw_correction,
)
from registries.statuses import CorrectionStatus
from vault.admin_pages import ReadOnly


class CorrectionForm(forms.Form):
    """Signed sums in rubles, or all of the line; where the correction counts; why."""

    is_reversal = forms.BooleanField(label=_('Reverse wholly, with all corrections of the line'), required=False)
    reason = forms.CharField(label=_('Reason'), max_length=500, widget=forms.Textarea(attrs={'rows': 3, 'cols': 60}))

    def __init__(self, line: LedgerLine, data: Any = None) -> None:
        super().__init__(data)
        self.keys = CORRECTABLE[root_event(line)]
        for key in self.keys:
            self.fields[key] = forms.DecimalField(
                label=str(BY_KEY[key].title), decimal_places=2, max_digits=15, required=False,
                help_text=_('is %(sum)s now; with a minus to make it less') % {'sum': spaced(getattr(line, key))})
        for side, label in (('partner', _("partner's registry")), ('lender', _("lender's registry"))):
            self.fields[f'for_{side}'] = forms.ModelChoiceField(
                registries_of(line, 'partner' if side == 'partner' else 'lender').select_related(
                    'counterparty__partner', 'counterparty__lender'),
                label=label, required=False, empty_label=_('the current period'),
                help_text=_('A registry named here gets a new version; else the correction counts where it is booked'))

    def clean(self) -> dict[str, Any]:
        """Sums or a reversal, not both."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        named = any(values.get(key) for key in self.keys)
        if named == bool(values.get('is_reversal')):
            raise forms.ValidationError(_('Give sums, or reverse the line wholly'))
        return values

    def sums(self) -> dict[str, int] | None:
        """Kopecks by the name of the column, None for a reversal."""
        if self.cleaned_data['is_reversal']:
            return None
        return {key: int(Decimal(self.cleaned_data[key]) * 100) for key in self.keys if self.cleaned_data.get(key)}


def _person(request: HttpRequest) -> AbstractUser:
    assert isinstance(request.user, AbstractUser)
    return request.user


@admin.register(CorrectionRequest)
class CorrectionRequestAdmin(ReadOnly, ModelAdmin[CorrectionRequest]):
    list_display = ('asked_at', 'line', 'status', 'is_reversal', 'shown_sums', 'author', 'decided_by', 'reason')
    list_filter = ('status',)
    list_select_related = ('line',)
    ordering = ('-id',)
    show_full_result_count = False
    search_fields = ('=guid', '=line__seq')
    fields = ('guid', 'line', 'is_reversal', 'shown_sums', 'reason', 'for_partner', 'for_lender', 'author', 'asked_at',
              'status', 'decided_by', 'decided_at', 'decided_why', 'made', 'acts')
    readonly_fields = ('guid', 'shown_sums', 'acts')

    @admin.display(description=_('sums'))
    def shown_sums(self, obj: CorrectionRequest) -> SafeString:
        """What would be added."""
        return format_html_join(BREAK, '{}: {}', (
            (BY_KEY[key].title, spaced(value)) for key, value in obj.sums.items()))

    @admin.display(description=_('decision'))
    def acts(self, obj: CorrectionRequest) -> SafeString:
        """What may be done now."""
        if obj.status != CorrectionStatus.ASKED:
            return SafeString('')
        return format_html_join(' ', '{}', ((button(
            reverse(f'admin:registries_correction_{verb}', args=[obj.pk]), text),) for verb, text in (
                ('approve', _('Approve')), ('refuse', _('Refuse')), ('withdraw', _('Withdraw')))))

    def get_urls(self) -> list[URLPattern]:
        """With the pages of the four verbs."""
        view = self.admin_site.admin_view
        return [
            path('ask/<int:line>/', view(self.ask), name='registries_correction_ask'),
            path('<int:pk>/approve/', view(self.approve), name='registries_correction_approve'),
            path('<int:pk>/refuse/', view(self.refuse), name='registries_correction_refuse'),
            path('<int:pk>/withdraw/', view(self.withdraw), name='registries_correction_withdraw'),
            *super().get_urls()]

    def ask(self, request: HttpRequest, line: int) -> HttpResponseBase:
        """A person asks for a correction of a line."""
        require(request, ASK)
        row = get_object_or_404(LedgerLine.objects.select_related('partner', 'lender', 'contract'), pk=line)
        form = CorrectionForm(row, sent(request))

        def act(values: dict[str, Any]) -> str | Promise:
            named: dict[str, Registry | None] = {side: values[side] for side in ('for_partner', 'for_lender')}
            request_correction(line=row, by=_person(request), reason=values['reason'], sums=form.sums(), **named)
            return _('The correction waits for a second person')

        return ask_and_do(
            request, site=self.admin_site, title=_('Correction of line No. %(seq)s') % {'seq': row.seq}, form=form,
            submit=_('Ask for it'), act=act, back=reverse('admin:registries_ledgerline_change', args=[row.pk]),
            lines=_of_line(row))

    def approve(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The second person approves."""
        require(request, APPROVE)
        return self._decide(request, pk, _('Approve the correction'), approve_correction, _('The correction is booked'),
                            form=RemarkForm(sent(request)))

    def refuse(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The second person refuses."""
        require(request, APPROVE)
        return self._decide(request, pk, _('Refuse the correction'), refuse_correction, _('The correction is refused'))

    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The first person takes it back."""
        require(request, ASK)
        return self._decide(
            request, pk, _('Withdraw the correction'), withdraw_correction, _('The correction is withdrawn'))

    def _decide(
        self, request: HttpRequest, pk: int, title: str | Promise, verb: Callable[..., object], done: str | Promise, *,
        form: forms.Form | None = None,
    ) -> HttpResponseBase:
        rows: QuerySet[CorrectionRequest] = CorrectionRequest.objects.select_related(
            'line__partner', 'line__lender', 'line__contract')
        row = get_object_or_404(rows, pk=pk)

        def act(values: dict[str, Any]) -> str | Promise:
            verb(request=row, by=_person(request), why=values['why'])
            return done

        lines = [*_of_line(row.line), (_('sums'), self.shown_sums(row)), (_('reason'), row.reason),
                 (_('author'), row.author)]
        return ask_and_do(
            request, site=self.admin_site, title=title, form=form or ReasonForm(sent(request)), submit=title, act=act,
            back=reverse('admin:registries_correctionrequest_change', args=[row.pk]), lines=lines)


def _of_line(row: LedgerLine) -> list[tuple[str | Promise, Any]]:
    return [
        (_('line'), f'{row.seq}, {row.get_event_display()}'), (_('partner'), row.partner), (_('lender'), row.lender),
        (_('number of the contract'), row.contract_number), (_('external id'), row.external_id),
        (_('loan'), spaced(row.amount))]
