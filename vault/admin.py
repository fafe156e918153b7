"""Files and the access log in the workstation: to be looked at, never changed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from vault.models import AccessNote, StoredFile


class _ReadOnly(ModelAdmin[Any]):
    """No adding, changing or deleting by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


@admin.register(StoredFile)
class StoredFileAdmin(_ReadOnly):
    """What is stored; the content is opened by the rooms that own it, with a note in the access log."""

    list_display = ('guid', 'kind', 'size_bytes', 'content_type', 'created_at')
    list_filter = ('kind',)
    search_fields = ('guid', 'context')
    ordering = ('-created_at',)
    show_full_result_count = False


@admin.register(AccessNote)
class AccessNoteAdmin(_ReadOnly):
    """Who saw what."""

    list_display = ('at', 'actor', 'subject', 'reason', 'ip')
    search_fields = ('actor', 'subject')
    ordering = ('-at',)
    show_full_result_count = False
