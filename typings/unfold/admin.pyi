# django-unfold ships no types: what we use of it, as generic as Django's own classes are in django-stubs.
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.db.models import Model

_M = TypeVar('_M', bound=Model)
_Child = TypeVar('_Child', bound=Model)
_Parent = TypeVar('_Parent', bound=Model)

class _Themed:
    readonly_preprocess_fields: ClassVar[dict[str, Any]]

class ModelAdmin(_Themed, admin.ModelAdmin[_M]):
    add_fieldsets: ClassVar[Any]
    compressed_fields: ClassVar[bool]
    warn_unsaved_form: ClassVar[bool]
    list_fullwidth: ClassVar[bool]
    list_filter_submit: ClassVar[bool]
    list_filter_sheet: ClassVar[bool]
    list_horizontal_scrollbar_top: ClassVar[bool]
    list_disable_select_all: ClassVar[bool]
    list_before_template: ClassVar[str | None]
    list_after_template: ClassVar[str | None]
    list_sections: ClassVar[Any]
    change_form_before_template: ClassVar[str | None]
    change_form_after_template: ClassVar[str | None]
    change_form_outer_before_template: ClassVar[str | None]
    change_form_outer_after_template: ClassVar[str | None]
    change_form_show_cancel_button: ClassVar[bool]
    conditional_fields: ClassVar[dict[str, str]]
    actions_list: ClassVar[Any]
    actions_row: ClassVar[Any]
    actions_detail: ClassVar[Any]
    actions_submit_line: ClassVar[Any]

class _ThemedInline(_Themed):
    tab: ClassVar[bool]
    per_page: ClassVar[int | None]
    collapsible: ClassVar[bool]
    hide_title: ClassVar[bool]
    show_count: ClassVar[bool]
    ordering_field: ClassVar[str | None]
    hide_ordering_field: ClassVar[bool]

class TabularInline(_ThemedInline, admin.TabularInline[_Child, _Parent]): ...
class StackedInline(_ThemedInline, admin.StackedInline[_Child, _Parent]): ...
