"""Lenders and calls to them in the workstation: configuration may be changed, the log only read."""
from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from lenders import services
from lenders.models import Exchange, Lender, LenderCallback
from lenders.scan_style import BadScanStyle, scan_style


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[type-arg]
    """Rows that nobody writes by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class LenderForm(forms.ModelForm[Lender]):
    """Refuses a setting that would stop the lender's scans."""

    def clean_settings(self) -> dict[str, Any]:
        """The part for scans is checked; the rest is each adapter's own."""
        settings: Any = self.cleaned_data['settings']
        if not isinstance(settings, dict):
            raise ValidationError(_('settings: must be an object'))
        try:
            scan_style(settings)
        except BadScanStyle as bad:
            raise ValidationError(bad.problems) from None
        return settings


@admin.register(Lender)
class LenderAdmin(ModelAdmin):  # type: ignore[type-arg]
    """Lenders; credentials are sealed and never shown."""

    form = LenderForm
    list_display = ('name', 'code', 'is_sandbox', 'is_active', 'adapter', 'paused_until')
    list_filter = ('is_sandbox', 'is_active')
    search_fields = ('name', 'code', 'legal_name')
    readonly_fields = ('paused_until', 'pause_reason')
    actions = ('resume',)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_resume_permission(self, request: HttpRequest) -> bool:
        """Who may let calls go out again; the configuration itself is another matter."""
        return request.user.has_perm('lenders.resume')

    @admin.action(description=_('Resume calls'), permissions=['resume'])
    def resume(self, request: HttpRequest, queryset: QuerySet[Lender]) -> None:
        """Credentials have been put right: calls go out at once."""
        for lender in queryset:
            services.resume(lender_id=lender.pk)


@admin.register(Exchange)
class ExchangeAdmin(ReadOnlyAdmin):
    """The log of calls, masked; the encrypted beginning of a strange answer stays out."""

    list_display = ('started_at', 'lender', 'operation', 'form_guid', 'status', 'trouble')
    list_filter = ('lender', 'operation')
    search_fields = ('=form_guid',)
    list_select_related = ('lender',)
    exclude = ('raw',)
    show_full_result_count = False


@admin.register(LenderCallback)
class LenderCallbackAdmin(ReadOnlyAdmin):
    """Callbacks that were taken."""

    list_display = ('received_at', 'lender', 'event', 'form_guid')
    list_filter = ('lender', 'event')
    search_fields = ('=form_guid',)
    list_select_related = ('lender',)
    show_full_result_count = False
