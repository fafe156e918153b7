"""Delivery in the workstation: how far each registry has come, addresses, schedules, files to take."""
from __future__ import annotations

import json
import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from registries.admin_pages import BREAK
from registries.delivery.catalogue import CHANNELS
from registries.downloads import file_response
from registries.models_delivery import Delivery, DeliveryEvent, DeliveryTarget, DownloadNote, Schedule, TargetChange
from registries.selectors_delivery import file_by, files_of
from registries.services_delivery import CannotSend, resend
from registries.services_links import note_download
from registries.services_targets import BadTarget, save_target, target_problem
from vault.address import client_ip
from vault.admin_pages import ReadOnly


class ReasonForm(ActionForm):
    """Why deliveries are sent again."""

    reason = forms.CharField(label=_('Reason'), max_length=500, required=False)


class DeliveryEventInline(ReadOnly, TabularInline[DeliveryEvent, Delivery]):
    model = DeliveryEvent
    extra = 0
    fields = ('at', 'moved_from', 'moved_to', 'attempt', 'actor', 'why')
    readonly_fields = ('at',)
    ordering = ('id',)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, ModelAdmin[Delivery]):
    """Read only; failed deliveries are sent again by the action, with a reason."""

    list_display = ('queued_at', 'version', 'target_name', 'status', 'attempts', 'sent_at', 'last_error')
    list_filter = ('status', 'target__channel')
    list_select_related = (
        'version__registry__counterparty__partner', 'version__registry__counterparty__lender',
        'target__counterparty__partner', 'target__counterparty__lender')
    ordering = ('-id',)
    show_full_result_count = False
    search_fields = ('=guid', '=version__registry__guid')
    inlines = (DeliveryEventInline,)
    fields = ('guid', 'version', 'target', 'status', 'status_at', 'queued_at', 'sent_at', 'attempts', 'last_error',
              'shown_files', 'sha256', 'remote_name', 'replaces', 'asked_by')
    readonly_fields = ('guid', 'shown_files')
    actions = ('send_again',)
    action_form = ReasonForm

    @admin.display(description=_('address of delivery'), ordering='target__name')
    def target_name(self, obj: Delivery) -> str:
        """The address without the counterparty, which the version names."""
        return f'{obj.target.name} ({obj.target.channel})'

    @admin.display(description=_('files'))
    def shown_files(self, obj: Delivery) -> SafeString:
        """Links to the files that went out."""
        rows = files_of(obj.version, [one['format'] for one in obj.files])
        return format_html_join(BREAK, '<a href="{}">{}</a> {}', (
            (reverse('admin:registries_file', args=[row.guid]), row.name, row.file.sha256) for row in rows))

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Who may send registries may send them again."""
        return request.user.has_perm('registries.send_registry')

    @admin.action(description=_('Send again (failed and unknown ones)'), permissions=['resend'])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Each by itself: what cannot be sent again is told and stays."""
        for delivery in queryset:
            try:
                resend(delivery=delivery, reason=request.POST.get('reason', ''),
                       actor=f'operator {request.user.get_username()}')
            except CannotSend as refused:
                self.message_user(request, f'{delivery}: {refused}', messages.ERROR)
            else:
                self.message_user(request, _('%(delivery)s: queued again') % {'delivery': delivery})

    def get_urls(self) -> list[URLPattern]:
        """With the address from which the workstation takes files of registries."""
        taking = path('file/<uuid:guid>/', self.admin_site.admin_view(self.take_file), name='registries_file')
        return [taking, *super().get_urls()]

    def take_file(self, request: HttpRequest, guid: uuid.UUID) -> HttpResponseBase:
        """A file of any version for who may look at versions; each taking is written down."""
        if not request.user.has_perm('registries.view_registryversion'):
            raise PermissionDenied
        row = file_by(guid)
        if row is None:
            raise Http404
        note_download(file=row, actor=f'operator {request.user.get_username()}', ip=client_ip(request))
        return file_response(row)


class SecretsField(forms.JSONField):
    """Never shown, not even what was just typed."""

    def prepare_value(self, value: Any) -> str:
        """Nothing."""
        return ''


class TargetForm(forms.ModelForm[DeliveryTarget]):
    """Secrets are written, never shown."""

    channel = forms.ChoiceField(label=_('channel'), choices=[(name, name) for name in CHANNELS])
    new_secrets = SecretsField(
        label=_('secrets'), required=False, widget=forms.Textarea(attrs={'rows': 3, 'autocomplete': 'off'}),
        help_text=_('Empty: they stay as they are. sftp: {"password": "…"} or {"private_key": "…", "passphrase": "…"};'
                    ' s3: {"access_key": "…", "secret_key": "…"}; env:REGISTRY_SECRET_NAME takes a value from the'
                    ' environment'))

    class Meta:
        model = DeliveryTarget
        fields = ('counterparty', 'name', 'channel', 'settings', 'formats', 'is_active')
        help_texts: dict[str, Any] = {
            'settings': _('email: {"to": ["a@example.ru"]}; sftp: {"host": "…", "port": 22, "user": "…", "folder":'
                          ' "/in", "host_keys": ["ssh-ed25519 AAAA…"]}; s3: {"bucket": "…", "prefix": "…",'
                          ' "endpoint_url": "https://…", "region": "…"}'),
            'formats': _('["xlsx", "csv"]; empty list: those of the counterparty'),
        }

    def clean(self) -> dict[str, Any]:
        """Ask the channel."""
        values = super().clean() or {}
        given = values.get('new_secrets')
        secrets = given if given is not None else (self.instance.secrets or {})
        problem = _shape_problem(given) or target_problem(
            channel=values.get('channel', ''), settings=values.get('settings') or {}, secrets=secrets,
            formats=values.get('formats') or [])
        if problem:
            raise forms.ValidationError(problem)
        return values


def _shape_problem(secrets: Any) -> str:
    is_well = secrets is None or (isinstance(secrets, dict) and all(isinstance(one, str) for one in secrets.values()))
    return '' if is_well else str(_('secrets are an object of texts'))


class TargetChangeInline(ReadOnly, TabularInline[TargetChange, DeliveryTarget]):
    model = TargetChange
    extra = 0
    fields = ('at', 'author', 'shown')
    readonly_fields = ('at', 'shown')
    ordering = ('-id',)

    @admin.display(description=_('what'))
    def shown(self, obj: TargetChange) -> str:
        """The change as it was written."""
        return json.dumps(obj.what, ensure_ascii=False)


@admin.register(DeliveryTarget)
class DeliveryTargetAdmin(ModelAdmin[DeliveryTarget]):
    """Changed through the service, so that each change has its author."""

    form = TargetForm
    list_display = ('counterparty', 'name', 'channel', 'is_active')
    list_filter = ('channel', 'is_active')
    list_select_related = ('counterparty__partner', 'counterparty__lender')
    ordering = ('counterparty', 'name')
    inlines = (TargetChangeInline,)
    fields = ('counterparty', 'name', 'channel', 'settings', 'new_secrets', 'formats', 'is_active')

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An address is put out of force, deliveries keep naming it."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: DeliveryTarget | None = None) -> tuple[str, ...]:
        """An address stays with its counterparty."""
        return ('counterparty',) if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: DeliveryTarget, form: Any, change: bool) -> None:
        """Hand the values to the service."""
        values = form.cleaned_data
        try:
            saved = save_target(
                counterparty=obj.counterparty, name=values['name'], channel=values['channel'],
                settings=values['settings'], secrets=values.get('new_secrets'), formats=values.get('formats') or [],
                is_active=values['is_active'], author=f'operator {request.user.get_username()}',
                target=obj if change else None)
        except BadTarget as bad:  # the form has asked already; somebody changed the row meanwhile
            raise PermissionDenied(str(bad)) from bad
        obj.pk = saved.pk


@admin.register(Schedule)
class ScheduleAdmin(ModelAdmin[Schedule]):
    """Django's own log of changes names the author."""

    list_display = ('counterparty', 'is_active', 'due_hour', 'auto_send', 'starts_on')
    list_filter = ('is_active', 'auto_send')
    list_select_related = ('counterparty__partner', 'counterparty__lender')
    fields = ('counterparty', 'is_active', 'due_hour', 'auto_send', 'starts_on')

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A schedule is put out of force."""
        return False


@admin.register(DownloadNote)
class DownloadNoteAdmin(ReadOnly, ModelAdmin[DownloadNote]):
    list_display = ('at', 'name', 'actor', 'ip', 'link')
    ordering = ('-id',)
    show_full_result_count = False
    search_fields = ('=file_guid', '=name')
    fields = ('at', 'file_guid', 'name', 'actor', 'ip', 'link')
    readonly_fields = ('at',)
