"""The ledger in the workstation: read only, page by page along the numbers, and never counted."""
from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from contracts.models import Contract
from partners.guids import parse_guid
from registries.admin_pages import button, spaced
from registries.models import LedgerLine
from vault.admin_pages import ReadOnly

PAGE = 100
MOST_DEALS = 1000


class OnePage(Paginator[LedgerLine]):
    """The first lines of a list and no count of the rest: the next page begins below the last number shown."""

    @cached_property
    def count(self) -> int:
        """How many lines this page could show, and one more where there is one: then Django reads a page only."""
        return len(self.object_list[:self.per_page + 1])


class BelowFilter(admin.SimpleListFilter):
    """Carries the number below which a page begins; chosen by the link to the next page only."""

    title = _('page')
    parameter_name = 'below'

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The number in force, so that it can be dropped again."""
        value = self.value()
        return [(value, _('below No. %(number)s') % {'number': value})] if value else []

    def has_output(self) -> bool:
        """Only on pages after the first."""
        return bool(self.value())

    def queryset(self, request: HttpRequest, queryset: QuerySet[LedgerLine]) -> QuerySet[LedgerLine]:
        """Lines below the number."""
        value = self.value() or ''
        return queryset.filter(seq__lt=int(value)) if value.isascii() and value.isdigit() and len(value) < 19 \
            else queryset


def _sum_of(name: str) -> Any:
    title: Any = getattr(LedgerLine._meta.get_field(name), 'verbose_name', name)

    @admin.display(description=title)
    def shown(obj: LedgerLine) -> str:
        return spaced(getattr(obj, name))
    shown.__name__ = f'shown_{name}'
    return shown


_SUMS = [_sum_of(name) for name in (
    'price', 'initial_payment', 'amount', 'payment', 'partner_fee', 'lender_fee', 'to_pay')]


@admin.register(LedgerLine)
class LedgerLineAdmin(ReadOnly, ModelAdmin[LedgerLine]):
    list_display: Any = ('seq', 'occurred_at', 'event', 'partner', 'lender', 'contract_number', 'external_id', _SUMS[2],
                         _SUMS[3], _SUMS[6])
    list_filter = (BelowFilter, 'event', 'is_sandbox', 'partner', 'lender')
    list_select_related = ('partner', 'lender')
    list_per_page = PAGE
    list_max_show_all = 0
    paginator = OnePage
    show_full_result_count = False
    ordering = ('-seq',)
    sortable_by = ()
    search_fields = ('seq',)
    search_help_text = _('No. in the ledger, guid of the form or contract, external id or contract number, whole')
    fields: ClassVar[Any] = (
        'seq', 'event', 'occurred_at', 'booked_at', 'period_at', 'partner', 'lender', 'contract', 'is_sandbox', 'kind',
        'form_guid', 'external_id', 'contract_number', 'lender_deal_id', 'point_code', *_SUMS, 'corrects',
        'for_partner', 'for_lender', 'reason', 'author', 'approver', 'acts')
    readonly_fields: ClassVar[Any] = ('seq', 'booked_at', 'period_at', *_SUMS, 'acts')
    change_list_template = 'admin/registries/ledgerline/change_list.html'

    @admin.display(description=_('correction'))
    def acts(self, obj: LedgerLine) -> SafeString:
        """Where a correction is asked for."""
        return button(reverse('admin:registries_correction_ask', args=[obj.pk]), _('Ask for a correction'))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LedgerLine], search_term: str,
    ) -> tuple[QuerySet[LedgerLine], bool]:
        """By whole values only; forms and contracts are looked up first, by their own indexes."""
        text = search_term.strip()
        if not text:
            return queryset, False
        guid = parse_guid(text.lower())
        if guid is not None:
            return queryset.filter(_deal_of(guid)), False
        deals = Contract.objects.filter(Q(application__external_id=text) | Q(number=text)).values_list('pk', flat=True)
        found = Q(contract__in=list(deals[:MOST_DEALS]))
        if text.isascii() and text.isdigit() and len(text) < 19:
            found |= Q(seq=int(text))
        return queryset.filter(found), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """With a link to the lines below."""
        answer = super().changelist_view(request, extra_context)
        data = getattr(answer, 'context_data', None)
        shown = list(data['cl'].result_list) if data and 'cl' in data else []
        if data is not None and len(shown) == self.list_per_page:
            query = request.GET.copy()
            query['below'] = str(shown[-1].seq)
            data['older'] = f'?{query.urlencode()}'
        return answer


def _deal_of(guid: uuid.UUID) -> Q:
    return Q(contract__application__guid=guid) | Q(contract__guid=guid)
