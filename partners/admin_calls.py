"""The log of calls in the workstation."""
from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from partners.admin_pages import NewestThousand
from partners.advice import advice_for
from partners.models_calls import PartnerCall
from partners.models_staff import PartnerStaff
from vault.admin_pages import ReadOnly


@admin.register(PartnerCall)
class PartnerCallAdmin(ReadOnly, ModelAdmin[PartnerCall]):
    list_display = ('at', 'partner', 'method', 'code', 'told', 'form_guid', 'ms')
    list_filter = ('partner', 'at')
    list_select_related = ('partner',)
    search_fields = ('=form_guid', '=request_id')
    ordering = ('-id',)
    paginator = NewestThousand
    show_full_result_count = False
    fields = ('at', 'partner', 'method', 'code', 'told', 'fields', 'form_guid', 'ms', 'request_bytes', 'answer_bytes',
              'request_id')
    readonly_fields = ('told',)

    @admin.display(description=_('what it means'))
    def told(self, obj: PartnerCall) -> str:
        """In the words of the guide."""
        if not obj.code:
            return '–'
        advice = advice_for(obj.code, obj.fields)
        return f'{advice.meaning}: {advice.todo}'


@admin.register(PartnerStaff)
class PartnerStaffAdmin(ReadOnly, ModelAdmin[PartnerStaff]):
    list_display = ('user', 'partner', 'role', 'invited_by', 'created_at')
    list_filter = ('role',)
    list_select_related = ('user', 'partner')
    search_fields = ('user__username', 'partner__name')
    ordering = ('-id',)
