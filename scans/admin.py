"""Scans in the workstation: to look at, not to change."""
from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from applications.admin import ReadOnly
from scans import picture_views
from scans.models import Scan, SentFile


class SentFileInline(ReadOnly, TabularInline[SentFile, Scan]):
    """What each lender got, by SHA-256."""

    model = SentFile
    extra = 0
    fields = ('lender', 'page', 'pages', 'content_type', 'size_bytes', 'sha256', 'sent_at')
    ordering = ('id',)


@admin.register(Scan)
class ScanAdmin(ReadOnly, ModelAdmin[Scan]):
    """Which scans came, what was found, what the lender said; the picture for those who may see it."""

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
        """The picture only for those who may see it: showing it leaves a note."""
        return ('picture', *self.fields) if picture_views.may_look(request) else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Scan | None = None) -> tuple[str, ...]:
        """All of them."""
        return self.get_fields(request, obj)

    def get_urls(self) -> list[URLPattern]:
        """The addresses of the pictures, behind the workstation's log-in."""
        guarded = self.admin_site.admin_view
        return [
            path('<int:pk>/thumbnail/', guarded(picture_views.thumbnail), name='scans_scan_thumbnail'),
            path('<int:pk>/picture/', guarded(picture_views.picture), name='scans_scan_picture'),
            *super().get_urls()]

    @admin.display(description=_('picture'))
    def picture(self, obj: Scan) -> SafeString:
        """The thumbnail, leading to the page that asks for a reason."""
        where = reverse('admin:scans_scan_picture', args=[obj.pk])
        if obj.thumbnail_file_id is None:
            return format_html('<a href="{}">{}</a>', where, _('open'))
        return format_html(
            '<a href="{}"><img src="{}" alt="{}"></a>', where, reverse('admin:scans_scan_thumbnail', args=[obj.pk]),
            _('open'))

    @admin.display(description=_('measures'))
    def measured(self, obj: Scan) -> str:
        """Size and sharpness of each page."""
        return '; '.join(
            f'{look["width"]} × {look["height"]}, {_("sharpness")} {look["sharpness"]:g}' for look in obj.looks) or '–'
