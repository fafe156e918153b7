"""Lines of matchings and forced matches in the workstation: read only, with the buttons of decisions."""
from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from registries.admin_decisions import decision_pages, decision_urls
from registries.admin_pages import button, spaced
from registries.models_matching import ForcedMatch, MatchLine, Resolution
from registries.statuses_matching import ForcedStatus, OutcomeName
from vault.admin_pages import ReadOnly


class ResolutionInline(ReadOnly, TabularInline[Resolution, MatchLine]):
    model = Resolution
    extra = 0
    fields = ('at', 'kind', 'reason', 'author')
    ordering = ('id',)


@admin.register(MatchLine)
class MatchLineAdmin(ReadOnly, ModelAdmin[MatchLine]):
    list_display = ('id', 'outcome', 'row_no', 'contract_number', 'external_id', 'theirs', 'ours', 'difference')
    list_filter = ('outcome',)
    ordering = ('id',)
    show_full_result_count = False
    search_fields = ('=contract_number', '=external_id', '=lender_deal_id')
    inlines = (ResolutionInline,)
    fields = ('run', 'outcome', 'place', 'contract_number', 'external_id', 'lender_deal_id', 'their_status',
              'their_at', 'theirs', 'contract', 'our_at', 'ours', 'difference', 'acts')
    readonly_fields = ('place', 'theirs', 'ours', 'difference', 'acts')

    def get_queryset(self, request: HttpRequest) -> QuerySet[MatchLine]:
        """What outcomes are counted over."""
        return super().get_queryset(request).filter(is_head=True)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Lines of one run are asked for by its page."""
        return lookup == 'run__id__exact' or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    @admin.display(description=_('place in the file'))
    def place(self, obj: MatchLine) -> str:
        """Row, and sheet where there are several."""
        if obj.row_no is None:
            return ''
        row = gettext('row %(number)d') % {'number': obj.row_no}
        return f'{gettext("sheet")} {obj.sheet + 1}, {row}' if obj.sheet else row

    @admin.display(description=_('theirs, ₽'))
    def theirs(self, obj: MatchLine) -> str:
        """Of all lines of the deal; of a repeat its own sum."""
        value = obj.their_amount if obj.outcome == OutcomeName.DUPLICATE else obj.their_net
        return '' if value is None else spaced(value)

    @admin.display(description=_('ours, ₽'))
    def ours(self, obj: MatchLine) -> str:
        """The deal in the ledger."""
        return '' if obj.our_net is None else spaced(obj.our_net)

    @admin.display(description=_('difference, ₽'))
    def difference(self, obj: MatchLine) -> str:
        """What they have more."""
        if obj.outcome in {OutcomeName.DUPLICATE, OutcomeName.MATCHED}:
            return ''
        return spaced((obj.their_net or 0) - (obj.our_net or 0))

    @admin.display(description=_('decision'))
    def acts(self, obj: MatchLine) -> SafeString:
        """What may be decided on the line."""
        return decision_pages(obj)

    def get_urls(self) -> list[URLPattern]:
        """With the pages of decisions."""
        return [*decision_urls(self.admin_site), *super().get_urls()]


@admin.register(ForcedMatch)
class ForcedMatchAdmin(ReadOnly, ModelAdmin[ForcedMatch]):
    list_display = ('asked_at', 'counterparty', 'line', 'contract', 'status', 'author', 'decided_by', 'reason')
    list_filter = ('status',)
    list_select_related = ('line', 'contract', 'counterparty__partner', 'counterparty__lender')
    ordering = ('-id',)
    show_full_result_count = False
    fields = ('guid', 'counterparty', 'line', 'contract', 'reason', 'author', 'asked_at', 'status', 'decided_by',
              'decided_at', 'decided_why', 'acts')
    readonly_fields = ('guid', 'acts')

    @admin.display(description=_('decision'))
    def acts(self, obj: ForcedMatch) -> SafeString:
        """What may be done now."""
        if obj.status != ForcedStatus.ASKED:
            return SafeString('')
        return format_html_join(' ', '{}', ((button(
            reverse(f'admin:registries_forced_{verb}', args=[obj.pk]), text),) for verb, text in (
                ('approve', _('Approve')), ('refuse', _('Refuse')))))
