"""Scans in the workstation: to look at, not to change."""
from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from scans.models import Scan, SentFile
from vault.admin_pages import ReadOnly


class SentFileInline(ReadOnly, TabularInline[SentFile, Scan]):
    """What each lender got, by SHA-256."""

    model = SentFile
    extra = 0
    fields = ('lender', 'page', 'pages', 'content_type', 'size_bytes', 'sha256', 'sent_at')
    ordering = ('id',)


@admin.register(Scan)
class ScanAdmin(ReadOnly, ModelAdmin[Scan]):
    """Which scans came, what was found, what the lender said."""

    list_display = ('type', 'version', 'is_current', 'state', 'decline_reason', 'application', 'created_at', 'sent_at')
    list_filter = ('state', 'is_current', 'from_form', 'type')
    search_fields = ('=application__guid', '=guid')
    list_select_related = ('application',)
    show_full_result_count = False
    inlines = (SentFileInline,)
    fields = readonly_fields = (
        'guid', 'application', 'type', 'version', 'is_current', 'from_form', 'page_of', 'state', 'decline_reason',
        'measured', 'created_at', 'processed_at', 'sent_at')

    def get_fields(self, request: HttpRequest, obj: Scan | None = None) -> tuple[str, ...]:
        """The way to the picture only for those whom it may lead there."""
        return ('picture', *self.fields) if request.user.has_perm('applications.reveal') else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Scan | None = None) -> tuple[str, ...]:
        """All of them."""
        return self.get_fields(request, obj)

    @admin.display(description=_('picture'))
    def picture(self, obj: Scan) -> SafeString:
        """Opens in the card of its application, which asks for a reason and writes down who looks."""
        where = reverse('admin:applications_application_scan', args=[obj.application_id, obj.pk, 'display'])
        return format_html('<a href="{}">{}</a>', where, _('open'))

    @admin.display(description=_('measures'))
    def measured(self, obj: Scan) -> str:
        """Size and sharpness of each page."""
        return '; '.join(
            f'{look["width"]} × {look["height"]}, {_("sharpness")} {look["sharpness"]:g}' for look in obj.looks) or '–'
