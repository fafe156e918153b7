"""The change list of applications: filters, search and pages that stay fast over a million rows."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib.admin.views.main import ORDER_VAR
from django.db import models
from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils.http import urlencode
from unfold.views import ChangeList

from applications.models import Application
from denimhub.workstation.applications_filters import AFTER, BEFORE, ApplicationFilter, FilterPanel
from denimhub.workstation.applications_search import MAY_BE_TYPED, find
from denimhub.workstation.attention import attention_reasons
from denimhub.workstation.empty import Empty
from denimhub.workstation.keyset import Page, read_place, take_page
from denimhub.workstation.patience import TooBroad, counted_up_to, estimated, patience
from denimhub.workstation.words import counted
from offers.models import Submission

PAGE_ROWS: Final = 50
COUNTED_ROWS: Final = 1000
"""Where few rows are expected they are counted up to this many; elsewhere their number is estimated."""
WORDS: Final = ('заявка', 'заявки', 'заявок')


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition in force, and the address of the list without it."""

    label: str
    value: str
    without: str


class PagesOfList:
    """What unfold asks a paginator for: only the template that draws the pages."""

    template_name = 'workstation/applications_pages.html'


class ApplicationList(ChangeList):  # type: ignore[misc]  # unfold has no types
    """Newest first, or oldest first; nothing is counted, no page is skipped over."""

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """Every other list begins at its first page."""
        return str(super().get_query_string(new_params, [*(remove or []), AFTER, BEFORE]))

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> models.QuerySet[Application]:
        """Rows by filters and search; Django's own lookups in the address are not taken."""
        for name in (AFTER, BEFORE):
            self.filter_params.pop(name, None)
        self.filters = ApplicationFilter(request.GET, self.root_queryset, user=request.user)
        self.filter_specs, self.has_filters = [FilterPanel(self.filters)], True
        self.chips = self._chips()
        self.has_active_filters = bool(self.chips)
        self.clear_all_filters_qs = self.get_query_string(remove=list(self.filters.base_filters))
        with patience():
            rows = self.filters.filter_queryset(self.root_queryset)
        found: models.QuerySet[Application] = find(rows, self.query)
        return found.order_by(*self.get_ordering(request, found))

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[str]:
        """By the time of creation, in both directions; the only order that one index serves for all filters."""
        first = str(self.params.get(ORDER_VAR, '-')).split('.')[0]
        return ['-created_at', '-id'] if first.startswith('-') else ['created_at', 'id']

    def get_results(self, request: HttpRequest) -> None:
        """One page, what its rows need, and how many there are about."""
        self.page: Page[Application] = Page([], None, None)
        self.is_too_broad, self.total, self.is_exact = False, 0, True
        is_first = not (request.GET.get(AFTER) or request.GET.get(BEFORE))
        try:
            with patience():
                self.page = self._page(request)
            self._count(is_whole=is_first and self.page.next is None)
        except TooBroad:
            self.is_too_broad = True
        self.result_list = self.page.rows
        self.result_count = self.full_result_count = max(self.total or 0, len(self.result_list))
        self.show_full_result_count, self.show_admin_actions = False, True
        self.can_show_all, self.multi_page, self.paginator = False, False, PagesOfList()

    def _page(self, request: HttpRequest) -> Page[Application]:
        asked = Submission.objects.select_related('lender').order_by('lender__name', 'id').only(
            'application_id', 'status', 'reason', 'outcome_unknown_since', 'lender__name')
        rows = self.queryset.select_related('partner', 'point').prefetch_related(Prefetch('submissions', asked))
        page = take_page(
            rows, size=PAGE_ROWS, after=read_place(request.GET.get(AFTER, '')),
            before=read_place(request.GET.get(BEFORE, '')), oldest_first=self.is_oldest_first)
        if 'attention' in self.filters.filters:
            reasons = attention_reasons(row.pk for row in page.rows)
            for row in page.rows:
                row.__dict__['attention'] = reasons.get(row.pk, [])
        return page

    def _count(self, *, is_whole: bool) -> None:
        self.total, self.is_exact = len(self.page.rows), True
        if is_whole:
            return
        try:
            with patience():
                is_small = self.query or self._chosen().get('attention')
                expected = 0 if is_small else estimated(self.queryset)
                if expected <= COUNTED_ROWS:
                    self.total = counted_up_to(self.queryset, COUNTED_ROWS)
                    self.is_exact = self.total <= COUNTED_ROWS
                else:
                    self.total, self.is_exact = expected, False
        except TooBroad:
            self.total, self.is_exact = 0, False

    @property
    def is_oldest_first(self) -> bool:
        """Whether the order was turned around."""
        return bool(self.queryset.query.order_by[0] == 'created_at')

    @property
    def how_many(self) -> str:
        """`12 заявок`, `около 1 200 заявок`, `больше 1 000 заявок`; empty when nobody knows."""
        if self.is_exact:
            return counted(self.total, *WORDS)
        if not self.total:
            return ''
        if self.total == COUNTED_ROWS + 1:
            return f'больше {counted(COUNTED_ROWS, *WORDS)}'
        return f'около {counted(_rounded(self.total), *WORDS)}'

    @property
    def older_link(self) -> str:
        """The address of the page behind this one, empty at the end."""
        return self._beside(AFTER, self.page.next)

    @property
    def newer_link(self) -> str:
        """The address of the page before this one, empty at the beginning."""
        return self._beside(BEFORE, self.page.previous)

    def _beside(self, name: str, place: Any) -> str:
        if place is None:
            return ''
        return '?' + urlencode(sorted({**self.filter_params, name: [str(place)]}.items()), doseq=True)

    def _chosen(self) -> dict[str, Any]:
        return dict(self.filters.form.cleaned_data) if self.filters.form.is_valid() else {}

    def _chips(self) -> list[Chip]:
        chips = []
        form = self.filters.form
        for name, value in self._chosen().items():
            if value in (None, '', False):
                continue
            field, typed = form.fields[name], form.data.get(name, '')
            shown = '' if value is True else str(dict(getattr(field, 'choices', {}) or {}).get(value, '') or value)
            if hasattr(value, 'year'):
                shown = f'{value:%d.%m.%Y}'
            elif name.startswith('amount'):
                shown = str(typed)
            chips.append(Chip(str(field.label), shown, self.get_query_string(remove=[name])))
        return chips

    @property
    def is_searched(self) -> bool:
        """Whether something was typed and nothing found."""
        return bool(self.query.strip()) and not self.result_list and not self.is_too_broad

    @property
    def empty(self) -> Empty | None:
        """What an empty list says here; None leaves it to the words of all lists."""
        if self.is_too_broad:
            return Empty('Слишком широкий запрос', 'База не успела ответить. Сузьте поиск: добавьте даты, партнёра или '
                         'статус, либо найдите заявку по номеру.', is_narrowed=True)
        if not self.filters.form.is_valid():
            return Empty('Условие не понято', 'Исправьте условие, отмеченное над списком, или сбросьте условия.',
                         is_narrowed=True)
        if self.query.strip():
            return Empty('Ничего не найдено', f'Можно ввести целиком: {", ".join(MAY_BE_TYPED)}. Буквы – в любом '
                         'регистре, «е» и «ё» равны; часть значения не ищется.', is_narrowed=True)
        return None


def _rounded(number: int) -> int:
    """An estimate says no more than its first two digits."""
    step: int = max(10 ** (len(str(number)) - 2), 1)
    return round(number / step) * step
