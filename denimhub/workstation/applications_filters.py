"""What the list of applications can be narrowed by. Staff of a partner are offered what is their own."""
from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.contrib.admin.views.main import PAGE_VAR
from django.db import models
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from applications.models import Application
from applications.statuses import ApplicationStatus
from contracts.models_operators import Assignment
from denimhub.workstation.attention import needs_attention
from lenders.models import Lender
from offers.models import Submission
from partners.models import Channel, Kind, Partner, Point
from partners.staff import partner_of

Rows = models.QuerySet[Application]
AFTER, BEFORE = 'after', 'before'
"""Names of the places of a page in an address."""
FEW: Final = 2000
_ID: Final = re.compile('[0-9]{1,18}')
_SUM: Final = re.compile(r'([0-9]{1,13})(?:[.,]([0-9]{1,2}))?')


class RublesField(forms.Field):
    """A sum typed in rubles, `12 345,67`; its value is in kopecks."""

    def to_python(self, value: Any) -> int | None:
        """Raises ValidationError for what is not a sum."""
        text = re.sub(r'\s|₽|руб\.?', '', str(value or ''))
        if not text:
            return None
        found = _SUM.fullmatch(text)
        if found is None:
            raise forms.ValidationError('Введите сумму в рублях, например 12 345,67')
        return int(Decimal(f'{found[1]}.{found[2] or 0}') * 100)


class RublesFilter(django_filters.Filter):  # type: ignore[misc]  # django-filter has no types
    field_class = RublesField


def _partners(_request: HttpRequest | None) -> models.QuerySet[Partner]:
    return Partner.objects.order_by('name', 'pk')


def _lenders(_request: HttpRequest | None) -> models.QuerySet[Lender]:
    return Lender.objects.order_by('name', 'pk')


def _no_points(_request: HttpRequest | None) -> models.QuerySet[Point]:
    return Point.objects.none()


def _day() -> forms.DateInput:
    return forms.DateInput(format='%Y-%m-%d', attrs={'type': 'date'})


def midnight(day: date) -> datetime:
    """When a day begins in Moscow."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())


class ApplicationFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Every filter alone, or with others, is answered by an index (docs/performance.md)."""

    status = django_filters.ChoiceFilter(choices=ApplicationStatus.choices, label='Статус', empty_label='любой')
    attention = django_filters.BooleanFilter(
        method='by_attention', label='Требует внимания', widget=forms.CheckboxInput)
    mine = django_filters.BooleanFilter(method='by_holder', label='Взяты мной в работу', widget=forms.CheckboxInput)
    partner = django_filters.ModelChoiceFilter(queryset=_partners, label='Партнёр', empty_label='любой')
    point = django_filters.ModelChoiceFilter(queryset=_no_points, label='Точка продаж', empty_label='любая')
    lender = django_filters.ModelChoiceFilter(
        queryset=_lenders, method='by_lender', label='Кредитор (спрошен)', empty_label='любой')
    since = django_filters.DateFilter(method='by_since', label='С даты (Москва)', widget=_day())
    until = django_filters.DateFilter(method='by_until', label='По дату включительно', widget=_day())
    amount_from = RublesFilter(method='by_amount', label='Сумма от, ₽')
    amount_to = RublesFilter(method='by_amount', label='Сумма до, ₽')
    kind = django_filters.ChoiceFilter(
        choices=Kind.choices, method='by_world', label='Вид', empty_label='любой')
    channel = django_filters.ChoiceFilter(
        choices=Channel.choices, method='by_world', label='Канал', empty_label='любой')
    world = django_filters.ChoiceFilter(
        choices=[('live', 'боевые'), ('sandbox', 'тестовые')], method='by_world', label='Боевые или тестовые',
        empty_label='все')

    class Meta:
        model = Application
        fields: tuple[str, ...] = ()

    def __init__(self, data: QueryDict | dict[str, Any], queryset: Rows, *, user: Any) -> None:
        given = {name: data.get(name) for name in self.base_filters if data.get(name)}
        own = partner_of(user)
        points = Point.objects.filter(partner=own) if own else _points_of(given.get('partner'))
        if not _is_among(points, given.get('point')):
            given.pop('point', None)  # of another partner: the partner was changed after the point had been chosen
        super().__init__(given, queryset)
        self.user_name = str(user.get_username())
        for name in self.closed_to(user):
            self.filters.pop(name, None)
        if 'point' in self.filters:
            self.filters['point'].queryset = points.order_by('code')
            if own is None and not given.get('partner'):
                self.filters['point'].extra.update(disabled=True, empty_label='сначала выберите партнёра')

    @staticmethod
    def closed_to(user: Any) -> set[str]:
        """Filters that would tell this person what it may not see."""
        closed = set()
        if partner_of(user) is not None:
            closed |= {'partner', 'world'}
        if not user.has_perm('offers.view_submission'):
            closed.add('lender')
        if not user.has_perm('jobs.view_job'):
            closed |= {'attention', 'mine'}
        return closed

    def filter_queryset(self, queryset: Rows) -> Rows:
        """All filters; none of the rows when one of them is not understood."""
        if not self.form.is_valid():
            return queryset.none()
        rows: Rows = super().filter_queryset(queryset)
        return self._few_of_amount(rows)

    def by_amount(self, rows: Rows, name: str, value: int) -> Rows:
        """Both ends belong to the range."""
        return rows.filter(amount__gte=value) if name == 'amount_from' else rows.filter(amount__lte=value)

    def _few_of_amount(self, rows: Rows) -> Rows:
        """A range that few forms have is looked up first: the planner expects too much at the ends of a column."""
        bounds = {f'amount__{sign}': value for name, sign in (('amount_from', 'gte'), ('amount_to', 'lte'))
                  if (value := self.form.cleaned_data.get(name)) is not None}
        if not bounds:
            return rows
        found = list(Application.objects.filter(**bounds).order_by('amount').values_list('pk', flat=True)[:FEW + 1])
        return rows if len(found) > FEW else rows.filter(pk__in=found)

    def by_attention(self, rows: Rows, _name: str, value: bool) -> Rows:
        """The ones that need a person."""
        return needs_attention(rows) if value else rows

    def by_holder(self, rows: Rows, _name: str, value: bool) -> Rows:
        """The ones this person has taken."""
        return rows.filter(pk__in=Assignment.objects.filter(holder=self.user_name).values('application_id')) \
            if value else rows

    def by_lender(self, rows: Rows, _name: str, value: Lender) -> Rows:
        """The ones this lender was asked about, from the newest of them on."""
        asked = Submission.objects.filter(lender=value)
        # Without a join: with one the planner may walk back over every form to the last one of a lender long gone.
        last = asked.order_by('-application_id').values_list('application_id', flat=True).first()
        if last is None:
            return rows.none()
        newest = Application.objects.values_list('created_at', flat=True).get(pk=last)
        # Ids follow the clock but for forms that were written at the same time.
        return rows.filter(created_at__lte=newest + timedelta(minutes=5), pk__in=asked.values('application_id'))

    def by_since(self, rows: Rows, _name: str, value: date) -> Rows:
        """From the beginning of a Moscow day."""
        return rows.filter(created_at__gte=midnight(value))

    def by_until(self, rows: Rows, _name: str, value: date) -> Rows:
        """To the end of a Moscow day."""
        return rows.filter(created_at__lt=midnight(value) + timedelta(days=1))

    def by_world(self, rows: Rows, name: str, value: str) -> Rows:
        """By kind, channel or world; the columns before it in their index are named too, so that it serves each."""
        chosen = self.form.cleaned_data
        wanted: dict[str, Callable[[], Rows]] = {
            'kind': lambda: rows.filter(kind=value),
            'channel': lambda: rows.filter(channel=value),
            'world': lambda: rows.filter(is_sandbox=value == 'sandbox')}
        rows = wanted[name]()
        if name != 'kind' and not chosen.get('kind'):
            rows = rows.filter(kind__in=Kind.values)
        if name == 'world' and not chosen.get('channel'):
            rows = rows.filter(channel__in=Channel.values)
        return rows


def _points_of(partner_id: Any) -> models.QuerySet[Point]:
    number = _id(partner_id)
    return Point.objects.none() if number is None else Point.objects.filter(partner_id=number)


def _is_among(points: models.QuerySet[Point], point_id: Any) -> bool:
    number = _id(point_id)
    return number is not None and points.filter(pk=number).exists()


def _id(value: Any) -> int | None:
    text = str(value or '')
    return int(text) if _ID.fullmatch(text) else None


class FilterPanel:
    """The filters as one entry of the panel of the list."""

    template = 'workstation/applications_filter.html'
    title = 'Условия'

    def __init__(self, filters: ApplicationFilter) -> None:
        self.filters = filters
        self.used_parameters = dict.fromkeys([*filters.base_filters, AFTER, BEFORE, PAGE_VAR])

    def choices(self, _list: Any) -> list[Any]:
        """None: the template draws the form."""
        return []
