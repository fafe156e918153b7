"""How files of counterparties are read and where they are fetched: mappings with a preview, sources."""
from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from registries.admin_pages import button, require, sent
from registries.matching.mapping import FIELDS, mapping_from, mapping_problems
from registries.matching.pool import TooSlow, read_file
from registries.matching.told import Unreadable
from registries.models import Counterparty
from registries.models_matching import ColumnMapping, FileSource
from registries.pickup.catalogue import PLACES, place_problem
from registries.problems import column_problem_text, problem_texts
from registries.services_matching import save_mapping
from registries.services_sources import save_source
from vault.admin_pages import ReadOnly

ADD = 'registries.add_columnmapping'
_EXAMPLE = {
    'columns': {'contract_number': 'Номер договора', 'amount': 'Сумма', 'status': 'Статус', 'at': 'Дата'},
    'unit': 'rubles', 'decimal': ',', 'statuses': {'Выдан': 'ISSUED', 'Отменён': 'CANCELLED'}}


class MappingForm(forms.Form):
    """A mapping as JSON, and a file to try it on."""

    counterparty = forms.ModelChoiceField(
        Counterparty.objects.select_related('partner', 'lender').order_by('pk'), label=_('counterparty'))
    name = forms.CharField(label=_('name'), max_length=60)
    settings = forms.JSONField(
        label=_('settings'), initial=_EXAMPLE, widget=forms.Textarea(attrs={'rows': 14, 'cols': 80}),
        help_text=_('columns: which title holds what (contract_number, lender_deal_id, form_guid, external_id, line_id,'
                    ' status, amount, at), or #3 for the third column; unit: rubles or kopecks; decimal: "," "." or'
                    ' any; statuses: word -> ISSUED, CANCELLED, RETURNED, CORRECTED, PAID, SKIP; header_row, skip_rows,'
                    ' totals, date_formats, zone, optional, sum'))
    file = forms.FileField(label=_('File for a preview'), required=False, help_text=_('Nothing of it is stored'))

    def clean_settings(self) -> dict[str, Any]:
        """A mapping that can be used."""
        settings = self.cleaned_data['settings']
        problems = mapping_problems(settings) if isinstance(settings, dict) else ['{…}']
        if problems:
            raise forms.ValidationError([str(one) for one in problems])
        found: dict[str, Any] = settings
        return found


@admin.register(ColumnMapping)
class ColumnMappingAdmin(ReadOnly, ModelAdmin[ColumnMapping]):
    list_display = ('counterparty', 'name', 'version', 'author', 'made_at')
    list_filter = ('counterparty',)
    list_select_related = ('counterparty__partner', 'counterparty__lender')
    ordering = ('counterparty', 'name', '-version')
    show_full_result_count = False
    fields = ('counterparty', 'name', 'version', 'settings', 'author', 'made_at', 'acts')
    readonly_fields = ('acts',)
    change_list_template = 'admin/registries/columnmapping/change_list.html'

    @admin.display(description=_('actions'))
    def acts(self, obj: ColumnMapping) -> SafeString:
        """A next version begins as this one."""
        return button(reverse('admin:registries_mapping_edit') + f'?from={obj.pk}', _('New version'))

    def get_urls(self) -> list[URLPattern]:
        """With the page that makes versions."""
        edit = path('edit/', self.admin_site.admin_view(self.edit), name='registries_mapping_edit')
        return [edit, *super().get_urls()]

    def edit(self, request: HttpRequest) -> HttpResponseBase:
        """Preview a mapping on a file, or save it as the next version."""
        require(request, ADD)
        former = ColumnMapping.objects.filter(pk=request.GET['from']).first() if request.GET.get(
            'from', '').isdecimal() else None
        initial = {'counterparty': former.counterparty_id, 'name': former.name, 'settings': former.settings} if (
            former) else None
        form = MappingForm(sent(request), request.FILES if request.method == 'POST' else None, initial=initial)
        preview: dict[str, Any] = {}
        if request.method == 'POST' and form.is_valid():
            if 'preview' not in request.POST:
                return self._save(request, form)
            preview = _preview(form)
        context = {**self.admin_site.each_context(request), 'title': _('Column mapping'), 'form': form, **preview,
                   'back': reverse('admin:registries_columnmapping_changelist')}
        return TemplateResponse(request, 'admin/registries/columnmapping/edit.html', context)

    def _save(self, request: HttpRequest, form: MappingForm) -> HttpResponseBase:
        values = form.cleaned_data
        made = save_mapping(counterparty=values['counterparty'], name=values['name'], settings=values['settings'],
                            author=request.user.get_username())
        messages.success(request, _('The mapping is in force: %(mapping)s') % {'mapping': made})
        return HttpResponseRedirect(reverse('admin:registries_columnmapping_changelist'))


def _preview(form: MappingForm) -> dict[str, Any]:
    file = form.cleaned_data['file']
    if file is None:
        form.add_error('file', str(_('Choose a file')))
        return {}
    try:
        found = read_file(file.read(), [mapping_from(form.cleaned_data['settings'])], preview=True)
    except Unreadable as bad:
        form.add_error('file', problem_texts(bad.problems))
        return {}
    except TooSlow:
        form.add_error('file', str(_('The file was not read in time: try again')))
        return {}
    rows = [(row['row'], [row['values'][name] for name in FIELDS],
             '; '.join(column_problem_text(code, column) for code, column in row['problems']))
            for row in found.preview]
    return {'preview_titles': FIELDS, 'preview_rows': rows}


class SourceForm(forms.ModelForm[FileSource]):
    """The secret is written, never shown."""

    channel = forms.ChoiceField(label=_('channel'), choices=[(name, name) for name in PLACES])
    new_secret = forms.CharField(
        label=_('password or private key'), required=False, strip=False,
        widget=forms.Textarea(attrs={'rows': 3, 'autocomplete': 'off'}), help_text=_('Empty: it stays as it is'))

    class Meta:
        model = FileSource
        fields = ('counterparty', 'name', 'channel', 'settings', 'mapping_name', 'is_active')
        help_texts = {
            'settings': _('sftp: {"host": "…", "port": 22, "user": "…", "folder": "/out", "host_keys": ["ssh-ed25519'
                          ' AAAA…"]}; imap: {"host": "…", "user": "…", "folder": "INBOX", "done_folder": "Taken",'
                          ' "senders": ["@bank.ru"]}; directory: {"path": "/…"}; maildir: {"path": "/…", "senders":'
                          ' ["@bank.ru"]}'),
            'mapping_name': _('Empty: the only one there is, or the usual columns')}

    def clean(self) -> dict[str, Any]:
        """Ask the channel."""
        values = super().clean() or {}
        problem = place_problem(
            values.get('channel', ''), values.get('settings') or {},
            has_secret=bool(values.get('new_secret') or self.instance.secret))
        if problem:
            raise forms.ValidationError(problem)
        return values


@admin.register(FileSource)
class FileSourceAdmin(ModelAdmin[FileSource]):
    form = SourceForm
    list_display = ('counterparty', 'name', 'channel', 'is_active', 'looked_at', 'trouble')
    list_filter = ('channel', 'is_active')
    list_select_related = ('counterparty__partner', 'counterparty__lender')
    ordering = ('pk',)
    show_full_result_count = False

    @admin.display(description=_('last error'))
    def trouble(self, obj: FileSource) -> SafeString:
        """In full when it is pointed at."""
        return format_html('<span title="{}">{}</span>', obj.last_error, obj.last_error[:80])

    def get_readonly_fields(self, request: HttpRequest, obj: FileSource | None = None) -> tuple[str, ...]:
        """Whose it is never changes."""
        return () if obj is None else ('counterparty', 'looked_at', 'last_error')

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Put out of force, never deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: FileSource, form: Any, change: bool) -> None:
        """By the service, which writes down who changed what."""
        row = save_source(
            counterparty=obj.counterparty, name=obj.name, channel=obj.channel, settings=obj.settings,
            secret=form.cleaned_data['new_secret'] or None, mapping_name=obj.mapping_name, is_active=obj.is_active,
            author=request.user.get_username(), source=obj if change else None)
        obj.pk = row.pk
