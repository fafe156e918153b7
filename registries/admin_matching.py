"""Matching in the workstation: files of counterparties, what they were matched to, reports."""
from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from jobs.services import enqueue
from registries.admin_pages import BREAK, ask_and_do, button, require, sent
from registries.admin_three_way import three_way_page
from registries.downloads import file_response
from registries.matching.told import Unreadable
from registries.models import Counterparty
from registries.models_matching import MatchRun, TakenFile
from registries.problems import problem_texts
from registries.selectors_matching import is_newest, open_lines, report_deliveries
from registries.services_matching import take_in
from registries.services_report_delivery import send_report
from registries.services_reports import FORMATS, report_of
from registries.services_resolution import ResolutionRefused
from registries.statuses_matching import Channel, OutcomeName
from vault.admin_pages import ReadOnly

TAKE = 'registries.take_files'


class UploadForm(forms.Form):
    """A file of a counterparty, how it is read and for which dates."""

    counterparty = forms.ModelChoiceField(
        Counterparty.objects.select_related('partner', 'lender').order_by('pk'), label=_('counterparty'))
    file = forms.FileField(label=_('File'), help_text=_('CSV or XLSX, up to 64 MB'))
    mapping = forms.CharField(
        label=_('column mapping'), max_length=60, required=False,
        help_text=_('Its name; empty: the only one there is, or the usual columns'))
    date_from = forms.DateField(label=_('from the day'), required=False, widget=forms.DateInput(attrs={'type': 'date'}))
    date_to = forms.DateField(
        label=_('to the day'), required=False, widget=forms.DateInput(attrs={'type': 'date'}),
        help_text=_('Empty: the dates in the name of the file, else the first and last day of its lines'))

    def clean(self) -> dict[str, Any]:
        """Both dates or none."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = values.get('date_from'), values.get('date_to')
        if (first is None) != (last is None) or (first and last and last < first):
            raise forms.ValidationError(_('Give both dates, the first before the last'))
        return values


@admin.register(TakenFile)
class TakenFileAdmin(ReadOnly, ModelAdmin[TakenFile]):
    list_display = ('taken_at', 'counterparty', 'name', 'channel', 'taken_by', 'state')
    list_filter = ('channel', 'counterparty')
    list_select_related = ('counterparty__partner', 'counterparty__lender')
    ordering = ('-id',)
    show_full_result_count = False
    search_fields = ('=sha256', '=guid')
    fields = ('guid', 'counterparty', 'name', 'sha256', 'channel', 'taken_at', 'taken_by', 'state', 'shown_problems',
              'shown_runs')
    readonly_fields = ('guid', 'state', 'shown_problems', 'shown_runs')
    change_list_template = 'admin/registries/takenfile/change_list.html'

    def get_queryset(self, request: HttpRequest) -> QuerySet[TakenFile]:
        """With what came of them."""
        return super().get_queryset(request).prefetch_related('runs', 'bad_readings')

    @admin.display(description=_('state'))
    def state(self, obj: TakenFile) -> str:
        """What came of it."""
        runs, bad = list(obj.runs.all()), list(obj.bad_readings.all())
        last_bad = max((one.at for one in bad), default=None)
        if runs and (last_bad is None or max(run.made_at for run in runs) > last_bad):
            return str(_('matched to the ledger'))
        return str(_('has mistakes')) if bad else str(_('waits for matching'))

    @admin.display(description=_('what is wrong'))
    def shown_problems(self, obj: TakenFile) -> SafeString:
        """Of the last reading that failed."""
        bad = max(obj.bad_readings.all(), key=lambda one: one.pk, default=None)
        return format_html_join(BREAK, '{}', ((text,) for text in problem_texts(bad.problems))) if bad else SafeString()

    @admin.display(description=_('matchings'))
    def shown_runs(self, obj: TakenFile) -> SafeString:
        """Links."""
        return format_html_join(BREAK, '<a href="{}">{}</a>', (
            (reverse('admin:registries_matchrun_change', args=[run.pk]), run) for run in obj.runs.all()))

    def get_urls(self) -> list[URLPattern]:
        """With the page that takes a file in."""
        return [path('upload/', self.admin_site.admin_view(self.upload), name='registries_upload'), *super().get_urls()]

    def upload(self, request: HttpRequest) -> HttpResponseBase:
        """Take a file in; a job matches it."""
        require(request, TAKE)
        form = UploadForm(sent(request), request.FILES if request.method == 'POST' else None)

        def act(values: dict[str, Any]) -> str | Promise:
            try:
                with transaction.atomic():
                    is_new = _taken(values, request.user.get_username())
            except Unreadable as bad:
                raise ResolutionRefused('; '.join(problem_texts(bad.problems))) from bad
            return _('The file was taken in: look at its matching in a moment') if is_new else _(
                'This file was taken in before: it is matched again if anything has changed')

        return ask_and_do(
            request, site=self.admin_site, title=_('Take in a file of a counterparty'), submit=_('Take in'), act=act,
            form=form, back=reverse('admin:registries_takenfile_changelist'))


def _taken(values: dict[str, Any], by: str) -> bool:
    file = values['file']
    taken, is_new = take_in(
        counterparty=values['counterparty'], name=file.name, content=file.read(), channel=Channel.UPLOAD, taken_by=by)
    dates = {'from': str(values['date_from']), 'to': str(values['date_to'])} if values['date_from'] else {}
    enqueue('registries.match', str(taken.guid), data={'mapping': values['mapping'], 'by': by, **dates}, unique=False)
    return is_new


@admin.register(MatchRun)
class MatchRunAdmin(ReadOnly, ModelAdmin[MatchRun]):
    list_display = ('made_at', 'counterparty', 'date_from', 'date_to', 'number', 'lines_read', 'shown', 'left')
    list_filter = ('counterparty',)
    list_select_related = ('counterparty__partner', 'counterparty__lender')
    ordering = ('-id',)
    show_full_result_count = False
    search_fields = ('=guid',)
    fields = ('guid', 'counterparty', 'date_from', 'date_to', 'number', 'taken', 'lines_read', 'rows_skipped',
              'tolerance', 'grace_days', 'made_at', 'made_by', 'outcomes', 'sent_to', 'acts')
    readonly_fields = ('guid', 'outcomes', 'sent_to', 'acts')
    change_list_template = 'admin/registries/matchrun/change_list.html'

    @admin.display(description=_('outcomes'))
    def shown(self, obj: MatchRun) -> str:
        """Those that are there, in one line."""
        return ', '.join(f'{one.label} {obj.counts[one.value]}' for one in OutcomeName if obj.counts.get(one.value))

    @admin.display(description=_('left to decide'))
    def left(self, obj: MatchRun) -> str:
        """Open lines of a matching in force."""
        return str(open_lines(obj).count()) if is_newest(obj) else str(_('replaced by a later one'))

    @admin.display(description=_('outcomes'))
    def outcomes(self, obj: MatchRun) -> SafeString:
        """Each with a link to its lines."""
        base = reverse('admin:registries_matchline_changelist')
        return format_html_join(BREAK, '<a href="{}?run__id__exact={}&amp;outcome__exact={}">{}</a>: {}', (
            (base, obj.pk, one.value, one.label, obj.counts.get(one.value, 0)) for one in OutcomeName))

    @admin.display(description=_('actions'))
    def acts(self, obj: MatchRun) -> SafeString:
        """The report for the counterparty; the same file again."""
        return format_html_join(' ', '{}', (
            *((button(reverse('admin:registries_match_report', args=[obj.guid, name]),
                      format_html('{} {}', _('Report'), name.upper())),) for name in FORMATS),
            (button(reverse('admin:registries_report_send', args=[obj.pk]), _('Send the report')),),
            (button(reverse('admin:registries_match_again', args=[obj.pk]), _('Match again')),)))

    @admin.display(description=_('report was sent to'))
    def sent_to(self, obj: MatchRun) -> SafeString:
        """Addresses and how far each delivery has come."""
        return format_html_join(BREAK, '{}: {} {}', (
            (row.target.name, row.get_status_display(), row.last_error) for row in report_deliveries(obj)))

    def get_urls(self) -> list[URLPattern]:
        """With reports, matching again, and the view of three sides."""
        view = self.admin_site.admin_view
        return [
            path('three-way/', view(self.three_way), name='registries_three_way'),
            path('report/<uuid:guid>/<str:name>/', view(self.report), name='registries_match_report'),
            path('<int:pk>/send/', view(self.send), name='registries_report_send'),
            path('<int:pk>/again/', view(self.again), name='registries_match_again'),
            *super().get_urls()]

    def three_way(self, request: HttpRequest) -> HttpResponseBase:
        """Partner × ledger × lender."""
        require(request, 'registries.view_matchrun')
        return three_way_page(request, self.admin_site)

    def report(self, request: HttpRequest, guid: uuid.UUID, name: str) -> HttpResponseBase:
        """The lines that differ, for who may look at matchings."""
        require(request, 'registries.view_matchrun')
        run = get_object_or_404(MatchRun.objects.select_related(
            'counterparty__partner', 'counterparty__lender', 'taken'), guid=guid)
        if name not in FORMATS:
            raise Http404
        return file_response(report_of(run=run, format=name))

    def send(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send the lines that differ to the addresses of the counterparty."""
        require(request, TAKE)
        run = get_object_or_404(MatchRun.objects.select_related(
            'counterparty__partner', 'counterparty__lender', 'taken'), pk=pk)

        def act(_values: dict[str, Any]) -> str | Promise:
            if not send_report(run=run, asked_by=request.user.get_username()):
                raise ResolutionRefused(_('The counterparty has no address of delivery: take the report from here'))
            return _('The report is on its way')

        return ask_and_do(
            request, site=self.admin_site, title=_('Send the report'), submit=_('Send'), act=act,
            form=forms.Form(sent(request)), back=reverse('admin:registries_matchrun_change', args=[run.pk]))

    def again(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Match the same file for the same dates once more; a job does it."""
        require(request, TAKE)
        run = get_object_or_404(MatchRun.objects.select_related('taken'), pk=pk)

        def act(_values: dict[str, Any]) -> str | Promise:
            with transaction.atomic():
                enqueue('registries.match', str(run.taken.guid), unique=False, data={
                    'by': request.user.get_username(), 'from': str(run.date_from), 'to': str(run.date_to)})
            return _('The file is being matched: look again in a moment')

        return ask_and_do(
            request, site=self.admin_site, title=_('Match again'), submit=_('Match again'), act=act,
            form=forms.Form(sent(request)), back=reverse('admin:registries_matchrun_changelist'))
