"""Applications in the workstation: read only, personal data stay closed."""
from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from applications.models import Application, Document, Event
from partners.guids import parse_guid


class ReadOnly:
    """Nothing is added, changed or deleted here: statuses change through services only."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows come from the API and the jobs."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows change through services."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are never deleted by hand."""
        return False


class EventInline(ReadOnly, admin.TabularInline[Event, Application]):
    model = Event
    extra = 0
    fields = ('at', 'subject', 'moved_from', 'moved_to', 'actor', 'why')
    ordering = ('id',)


class DocumentInline(ReadOnly, admin.TabularInline[Document, Application]):
    model = Document
    extra = 0
    fields = ('stage', 'kind', 'lender_code', 'file_name', 'made_from', 'created_at', 'superseded_at')
    readonly_fields = ('created_at',)


@admin.register(Application)
class ApplicationAdmin(ReadOnly, admin.ModelAdmin[Application]):
    list_display = ('created_at', 'guid', 'status', 'partner', 'point', 'kind', 'channel', 'rubles', 'status_at')
    list_filter = ('status', 'kind', 'channel', 'partner', 'is_sandbox')
    list_select_related = ('partner', 'point')
    ordering = ('-created_at', '-id')
    show_full_result_count = False
    search_fields = ('guid', 'external_id')
    search_help_text = _('Form guid or external id, whole')
    inlines = (EventInline, DocumentInline)
    readonly_fields = ('guid', 'rubles')
    fields = (
        'guid', 'status', 'status_at', 'partner', 'point', 'product', 'external_id', 'kind', 'channel', 'is_sandbox',
        'rubles', 'initial_payment', 'term_value', 'items', 'scans_count', 'scoring_deadline_at', 'offers_shown_at',
        'offers_expire_at', 'created_at')

    @admin.display(description=_('amount, ₽'), ordering='amount')
    def rubles(self, obj: Application) -> str:
        """The price of the goods for people."""
        return f'{obj.amount // 100:,}'.replace(',', ' ') + f',{obj.amount % 100:02}'

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Application], search_term: str,
    ) -> tuple[models.QuerySet[Application], bool]:
        """By whole values only, so that each search is one index look-up."""
        if not search_term:
            return queryset, False
        guid = parse_guid(search_term.strip().lower())
        if guid is not None:
            return queryset.filter(guid=guid), False
        return queryset.filter(external_id=search_term.strip()), False
