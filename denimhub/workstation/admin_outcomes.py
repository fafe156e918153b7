"""Unknown outcomes that wait for a second person, and who works on which form: lists that lead to the cards."""
from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from contracts.models_operators import Assignment, OutcomeRequest
from vault.admin_pages import ReadOnly


@admin.register(OutcomeRequest)
class OutcomeRequestAdmin(ReadOnly, ModelAdmin[OutcomeRequest]):
    """What one person proposed and another decided; the words of the lender stand on the page of the decision."""

    list_display = ('asked_at', 'status', 'kind', 'outcome', 'card', 'author', 'decided_by', 'decided_at')
    list_filter = ('status', 'kind')
    list_select_related = ('application',)
    ordering = ('-id',)
    show_full_result_count = False
    search_fields = ('=guid', '=application__guid')
    fields = readonly_fields = (
        'guid', 'card', 'kind', 'outcome', 'lender_application_id', 'reason', 'author', 'asked_at', 'status',
        'decided_by', 'decided_at', 'decided_why')

    @admin.display(description='Заявка')
    def card(self, row: OutcomeRequest) -> SafeString:
        """The way to the card, where it is decided."""
        return _card(row.application_id, str(row.application.guid))


@admin.register(Assignment)
class AssignmentAdmin(ReadOnly, ModelAdmin[Assignment]):
    """Who works on which form."""

    list_display = ('taken_at', 'holder', 'card')
    list_filter = ('holder',)
    list_select_related = ('application',)
    ordering = ('-taken_at',)
    show_full_result_count = False
    search_fields = ('=holder', '=application__guid')
    fields = readonly_fields = ('card', 'holder', 'taken_at')

    @admin.display(description='Заявка')
    def card(self, row: Assignment) -> SafeString:
        """The way to the card."""
        return _card(row.application_id, str(row.application.guid))


def _card(pk: int, name: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse('admin:applications_application_change', args=[pk]), name)
