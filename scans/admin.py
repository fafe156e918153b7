"""Scans in the workstation: to look at, not to change."""
from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from scans.models import Scan


@admin.register(Scan)
class ScanAdmin(admin.ModelAdmin[Scan]):
    """Which scans came, what the lender said; the pictures themselves are not opened from here."""

    list_display = ('type', 'version', 'is_current', 'state', 'decline_reason', 'application', 'created_at', 'sent_at')
    list_filter = ('state', 'is_current', 'from_form', 'type')
    search_fields = ('=application__guid', '=guid')
    list_select_related = ('application',)
    show_full_result_count = False
    fields = readonly_fields = (
        'guid', 'application', 'type', 'version', 'is_current', 'from_form', 'state', 'decline_reason', 'created_at',
        'processed_at', 'sent_at')

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Scan | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Scan | None = None) -> bool:
        return False
