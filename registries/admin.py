"""Registries in the workstation: how counterparties get them, tariffs, and who changed what."""
from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from registries import (  # noqa: F401 - pages register
    admin_corrections,
    admin_delivery,
    admin_drift,
    admin_ledger,
    admin_mappings,
    admin_match_lines,
    admin_matching,
    admin_registries,
)
from registries.formats.catalogue import FORMATS
from registries.models import Counterparty, Tariff
from registries.models_journal import SettingsChange
from registries.rules import BY_KEY, COLUMNS, column_problem, default_columns
from registries.selectors_settings import has_made_registries
from registries.services_settings import SettingsRefused, save_settings
from registries.statuses import Cadence
from vault.admin_pages import ReadOnly

_ZONES_FIRST = (
    'Europe/Kaliningrad', 'Europe/Moscow', 'Europe/Samara', 'Asia/Yekaterinburg', 'Asia/Omsk', 'Asia/Novosibirsk',
    'Asia/Krasnoyarsk', 'Asia/Irkutsk', 'Asia/Yakutsk', 'Asia/Vladivostok', 'Asia/Magadan', 'Asia/Kamchatka')


def zone_choices() -> list[tuple[str, str]]:
    """Zones of Russia from west to east, then all others by name."""
    others = sorted(name for name in zoneinfo.available_timezones() if '/' in name and name not in _ZONES_FIRST)
    return [(name, name) for name in (*_ZONES_FIRST, *others)]


class CounterpartyForm(ModelForm[Counterparty]):
    """Columns and formats by ticking; a choice that the registry could not show is refused here."""

    zone = forms.ChoiceField(label=_('time zone'), choices=zone_choices)
    cadence = forms.ChoiceField(
        label=_('how often'), choices=[pair for pair in Cadence.choices if pair[0] != Cadence.CUSTOM])
    formats = forms.MultipleChoiceField(
        label=_('formats'), choices=[(name, name.upper()) for name in FORMATS], widget=forms.CheckboxSelectMultiple)
    columns = forms.MultipleChoiceField(
        label=_('columns'), choices=[(column.key, column.title) for column in COLUMNS], required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_('Nothing ticked: the usual columns of this side'))

    class Meta:
        model = Counterparty
        fields = ('partner', 'lender', 'zone', 'cadence', 'formats', 'columns', 'tolerance', 'grace_days')

    def clean_columns(self) -> list[str]:
        """The ticked columns: those chosen before stay in their order, new ones follow."""
        ticked = self.cleaned_data['columns']
        before = [key for key in self.instance.columns if key in ticked]
        return before + [key for key in ticked if key not in before]

    def clean(self) -> dict[str, Any]:
        """A partner or a lender, and columns that its registry can show."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        partner = values.get('partner') or self.instance.partner
        lender = values.get('lender') or self.instance.lender
        if (partner is None) == (lender is None):
            raise forms.ValidationError(_('Choose a partner or a lender, one of them'))
        keys = values.get('columns')
        problem = column_problem(keys, for_lender=lender is not None) if keys else ''
        if problem:
            self.add_error('columns', _readable(problem))
        return values


def _readable(problem: str) -> str:
    """What is wrong with the columns, with their titles in place of keys."""
    text, _separator, names = problem.partition(': ')
    titles = ', '.join(str(BY_KEY[name].title) if name in BY_KEY else name for name in names.split(', ') if name)
    said = {
        'columns that every registry has': _('These columns are in every registry: %(names)s'),
        'columns of the other side': _('These columns are not for this side: %(names)s'),
    }.get(text, _('These columns cannot be used: %(names)s'))
    return str(said) % {'names': titles}


class JournalledAdmin:
    """Saves through the service, so that each change is journalled with its author."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the service; a refusal is told and nothing changes."""
        try:
            save_settings(row=obj, author=request.user.get_username())
        except SettingsRefused as refused:
            messages.error(request, str(refused.message))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Kept for ever: registries were made by them."""
        return False


@admin.register(Counterparty)
class CounterpartyAdmin(JournalledAdmin, ModelAdmin[Counterparty]):
    form = CounterpartyForm
    fields = ('partner', 'lender', 'zone', 'cadence', 'formats', 'columns', 'tolerance', 'grace_days')
    list_display = ('name', 'zone', 'cadence', 'shown_formats', 'tolerance', 'grace_days')
    list_filter = ('cadence',)
    list_select_related = ('partner', 'lender')
    search_fields = ('partner__name', 'lender__name', 'lender__code')
    ordering = ('pk',)

    def get_readonly_fields(self, request: HttpRequest, obj: Counterparty | None = None) -> tuple[str, ...]:
        """Whose it is never changes; the zone not once registries were made in it."""
        if obj is None:
            return ()
        return ('partner', 'lender', 'zone') if has_made_registries(obj) else ('partner', 'lender')

    @admin.display(description=_('formats'))
    def shown_formats(self, obj: Counterparty) -> str:
        """In one line."""
        return ', '.join(obj.formats)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new counterparty begins with the usual columns of a partner."""
        return {'columns': list(default_columns(for_lender=False)), 'formats': ['xlsx', 'csv'],
                'zone': 'Europe/Moscow', 'cadence': Cadence.DAY, **super().get_changeform_initial_data(request)}


@admin.register(Tariff)
class TariffAdmin(JournalledAdmin, ModelAdmin[Tariff]):
    """A tariff changes deals that are issued from then on: a line of the ledger keeps the fees it was booked with."""

    list_display = ('partner', 'lender', 'kind', 'valid_from', 'partner_percent', 'partner_fixed', 'lender_percent',
                    'lender_fixed')
    list_filter = ('kind', 'partner', 'lender')
    list_select_related = ('partner', 'lender')
    ordering = ('partner', 'kind', '-valid_from')


@admin.register(SettingsChange)
class SettingsChangeAdmin(ReadOnly, ModelAdmin[SettingsChange]):
    list_display = ('at', 'subject', 'author')
    ordering = ('-id',)
    show_full_result_count = False
    fields = ('at', 'subject', 'author', 'before', 'after')
