"""Registries and their versions in the workstation: read only, with buttons that make, check and send."""
from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from registries.admin_pages import BREAK, NothingForm, ask_and_do, button, require, sent, spaced
from registries.models import Counterparty, Registry, RegistryVersion
from registries.models_journal import VersionEvent
from registries.rules import BY_KEY
from registries.services_delivery import CannotSend, send_version
from registries.services_settings import ask_for_build
from registries.services_status import VersionRefused, check_version
from registries.statuses import VersionStatus
from vault.admin_pages import ReadOnly

BUILD, CHECK, SEND = 'registries.build_registry', 'registries.check_registry', 'registries.send_registry'


class BuildForm(forms.Form):
    """Whose registry, for which dates."""

    counterparty = forms.ModelChoiceField(
        Counterparty.objects.select_related('partner', 'lender').order_by('pk'), label=_('counterparty'))
    date_from = forms.DateField(label=_('first day'), widget=forms.DateInput(attrs={'type': 'date'}))
    date_to = forms.DateField(
        label=_('last day'), widget=forms.DateInput(attrs={'type': 'date'}),
        help_text=_('Both days are in the registry. A period that is not over gives a draft'))


def file_links(version: RegistryVersion) -> SafeString:
    """The files of a version, to be taken."""
    return format_html_join(' ', '<a href="{}" title="{}">{}</a>', (
        (reverse('admin:registries_file', args=[row.guid]), row.name, row.format.upper())
        for row in version.files.all()))


class VersionInline(ReadOnly, TabularInline[RegistryVersion, Registry]):
    model = RegistryVersion
    extra = 0
    ordering = ('-number',)
    fields = readonly_fields = ('page', 'status', 'count', 'loans', 'to_pay', 'made_at', 'made_by', 'taken')

    def get_queryset(self, request: HttpRequest) -> QuerySet[RegistryVersion]:
        """With their files."""
        return super().get_queryset(request).prefetch_related('files')

    @admin.display(description=_('version'))
    def page(self, obj: RegistryVersion) -> SafeString:
        """A link to the version."""
        return format_html('<a href="{}">{}</a>', reverse('admin:registries_registryversion_change', args=[obj.pk]),
                           obj.number or _('draft'))

    @admin.display(description=_('loans, ₽'))
    def loans(self, obj: RegistryVersion) -> str:
        """The signed total of loans."""
        return spaced(obj.totals['amount'])

    @admin.display(description=_('to pay, ₽'))
    def to_pay(self, obj: RegistryVersion) -> str:
        """The signed total to pay to the partner."""
        return spaced(obj.totals['to_pay'])

    @admin.display(description=_('files'))
    def taken(self, obj: RegistryVersion) -> SafeString:
        """Links."""
        return file_links(obj)


@admin.register(Registry)
class RegistryAdmin(ReadOnly, ModelAdmin[Registry]):
    list_display = ('counterparty', 'kind', 'first_day', 'last_day', 'newest', 'loans')
    list_filter = ('kind', 'counterparty')
    list_select_related = ('counterparty__partner', 'counterparty__lender')
    ordering = ('-date_to', '-id')
    show_full_result_count = False
    search_fields = ('=guid',)
    inlines = (VersionInline,)
    fields = ('guid', 'counterparty', 'kind', 'first_day', 'last_day', 'starts_at', 'ends_at', 'acts')
    readonly_fields = ('guid', 'first_day', 'last_day', 'acts')
    change_list_template = 'admin/registries/registry/change_list.html'

    def get_queryset(self, request: HttpRequest) -> QuerySet[Registry]:
        """With their versions."""
        return super().get_queryset(request).prefetch_related('versions')

    @admin.display(description=_('first day'), ordering='date_from')
    def first_day(self, obj: Registry) -> date:
        """In the zone of the counterparty."""
        return obj.date_from

    @admin.display(description=_('last day'), ordering='date_to')
    def last_day(self, obj: Registry) -> date:
        """In the zone of the counterparty; it belongs to the period."""
        return obj.date_to

    @admin.display(description=_('version in force'))
    def newest(self, obj: Registry) -> str:
        """Number and status."""
        row = _newest(obj)
        return '' if row is None else f'{row.number or "–"} · {row.get_status_display()}'

    @admin.display(description=_('loans, ₽'))
    def loans(self, obj: Registry) -> str:
        """Total of the version in force."""
        row = _newest(obj)
        return '' if row is None else spaced(row.totals['amount'])

    @admin.display(description=_('actions'))
    def acts(self, obj: Registry) -> SafeString:
        """Make it again: a draft anew, or the next version when corrections have come."""
        query = f'?counterparty={obj.counterparty_id}&date_from={obj.date_from}&date_to={obj.date_to}'
        return button(reverse('admin:registries_build') + query, _('Make again'))

    def get_urls(self) -> list[URLPattern]:
        """With the page that asks for a registry."""
        return [path('build/', self.admin_site.admin_view(self.build), name='registries_build'), *super().get_urls()]

    def build(self, request: HttpRequest) -> HttpResponseBase:
        """Ask for a registry; a job makes it."""
        require(request, BUILD)
        given = {name: request.GET[name] for name in BuildForm.base_fields if name in request.GET}

        def act(values: dict[str, Any]) -> str | Promise:
            ask_for_build(**values, by=request.user.get_username())
            return _('The registry is being made: look again in a moment')

        return ask_and_do(
            request, site=self.admin_site, title=_('Make a registry'), submit=_('Make'), act=act,
            form=BuildForm(sent(request), initial=given), back=reverse('admin:registries_registry_changelist'))


def _newest(registry: Registry) -> RegistryVersion | None:
    return max(registry.versions.all(), key=lambda row: row.number, default=None)


class VersionEventInline(ReadOnly, TabularInline[VersionEvent, RegistryVersion]):
    model = VersionEvent
    extra = 0
    fields = ('at', 'moved_from', 'moved_to', 'actor', 'why')
    ordering = ('id',)


@admin.register(RegistryVersion)
class RegistryVersionAdmin(ReadOnly, ModelAdmin[RegistryVersion]):
    list_display = ('registry', 'number', 'status', 'status_at', 'count', 'made_at', 'made_by')
    list_filter = ('status',)
    list_select_related = ('registry__counterparty__partner', 'registry__counterparty__lender')
    ordering = ('-id',)
    show_full_result_count = False
    search_fields = ('=registry__guid', '=sha256')
    inlines = (VersionEventInline,)
    fields = ('registry', 'number', 'status', 'status_at', 'count', 'shown_totals', 'sha256', 'shown_columns',
              'through_seq', 'replaces', 'made_at', 'made_by', 'taken', 'acts')
    readonly_fields = ('shown_totals', 'shown_columns', 'taken', 'acts')

    @admin.display(description=_('totals, ₽'))
    def shown_totals(self, obj: RegistryVersion) -> SafeString:
        """By column."""
        return format_html_join(BREAK, '{}: {}', (
            (str(BY_KEY[key].title).removesuffix(', ₽'), spaced(value)) for key, value in obj.totals.items()))

    @admin.display(description=_('columns'))
    def shown_columns(self, obj: RegistryVersion) -> str:
        """By their titles."""
        return ', '.join(str(BY_KEY[key].title) if key in BY_KEY else key for key in obj.columns)

    @admin.display(description=_('files'))
    def taken(self, obj: RegistryVersion) -> SafeString:
        """Links."""
        return file_links(obj)

    @admin.display(description=_('actions'))
    def acts(self, obj: RegistryVersion) -> SafeString:
        """What may be done now."""
        verbs = []
        if obj.status == VersionStatus.BUILT:
            verbs.append(('check', _('Mark as checked')))
        if obj.status in (VersionStatus.BUILT, VersionStatus.CHECKED):
            verbs.append(('send', _('Send')))
        return format_html_join(' ', '{}', (
            (button(reverse(f'admin:registries_version_{verb}', args=[obj.pk]), text),) for verb, text in verbs))

    def get_urls(self) -> list[URLPattern]:
        """With the pages of the two verbs."""
        view = self.admin_site.admin_view
        return [path('<int:pk>/check/', view(self.check_one), name='registries_version_check'),
                path('<int:pk>/send/', view(self.send_one), name='registries_version_send'), *super().get_urls()]

    def check_one(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """A person says that the version is right."""
        require(request, CHECK)

        def act(row: RegistryVersion) -> str | Promise:
            check_version(version=row, actor=f'operator {request.user.get_username()}')
            return _('The registry is checked')

        return self._ask(request, pk, _('Mark as checked'), act)

    def send_one(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """A person sends the version to the addresses of its counterparty."""
        require(request, SEND)

        def act(row: RegistryVersion) -> str | Promise:
            try:
                send_version(version=row, asked_by=f'operator {request.user.get_username()}')
            except CannotSend as refused:
                raise VersionRefused(str(refused)) from refused
            return _('The registry is queued for delivery')

        return self._ask(request, pk, _('Send'), act)

    def _ask(self, request: HttpRequest, pk: int, title: str | Promise, act: Any) -> HttpResponseBase:
        row = get_object_or_404(RegistryVersion.objects.select_related('registry__counterparty'), pk=pk)
        lines: list[tuple[str | Promise, Any]] = [
            (_('registry'), row.registry), (_('version'), row.number), (_('lines'), row.count),
            (_('totals, ₽'), self.shown_totals(row)), (_('SHA-256 of the lines'), row.sha256)]
        return ask_and_do(
            request, site=self.admin_site, title=title, form=NothingForm(sent(request)), submit=title,
            act=lambda _values: act(row), back=reverse('admin:registries_registryversion_change', args=[row.pk]),
            lines=lines)
