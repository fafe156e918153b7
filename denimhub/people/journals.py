"""The journal of access to personal data as a file, for the auditor: who looked at whose data, when and why."""
from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from denimhub.people.access import demand
from vault.access import note_access
from vault.address import client_ip
from vault.models import AccessNote

EXPORT: Final = 'audit.export'
TITLES: Final = ('когда (Москва)', 'кто', 'чьи данные', 'зачем', 'поля', 'адрес')
_FORMULA: Final = tuple('=+-@\t\r\n\x0b\x0c＝＋－＠')
_MOSCOW: Final = ZoneInfo('Europe/Moscow')


class DatesForm(forms.Form):
    """Both days belong to the file."""

    date_from = forms.DateField(label=_('from the day'), widget=forms.DateInput(attrs={'type': 'date'}))
    date_to = forms.DateField(label=_('to the day'), widget=forms.DateInput(attrs={'type': 'date'}))

    def clean(self) -> dict[str, Any]:
        """The first before the last."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get('date_from') and values.get('date_to') and values['date_to'] < values['date_from']:
            raise forms.ValidationError(_('The period ends before it begins'))
        return values


def export_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponseBase:
    """Ask for the days; with them, note the export in the same journal and give the file."""
    demand(request.user, EXPORT)
    form = DatesForm(request.POST if request.method == 'POST' else None)
    if request.method != 'POST' or not form.is_valid():
        return TemplateResponse(request, 'admin/registries/ask.html', {
            **context, 'title': _('Journal of access as a file'), 'form': form, 'submit': _('Download'),
            'opts': AccessNote._meta, 'back': reverse('admin:vault_accessnote_changelist')})
    first, last = form.cleaned_data['date_from'], form.cleaned_data['date_to']
    note_access(actor=f'operator {request.user.get_username()}', reason=f'export of the journal {first} – {last}',
                subject='journal of access', fields=[], ip=client_ip(request) or None)
    rows = AccessNote.objects.filter(
        at__gte=datetime.combine(first, time.min, _MOSCOW),
        at__lt=datetime.combine(last + timedelta(days=1), time.min, _MOSCOW)).order_by('id')
    answer = StreamingHttpResponse(_lines(rows), content_type='text/csv; charset=utf-8')
    answer['Content-Disposition'] = f'attachment; filename="access-{first}-{last}.csv"'
    answer['Cache-Control'] = 'no-store'
    return answer


class _Echo:
    """A file that gives back what is written into it."""

    def write(self, text: str) -> str:
        return text


def _lines(rows: QuerySet[AccessNote]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo(), delimiter=';')
    yield '\ufeff' + writer.writerow(TITLES)
    for row in rows.iterator(chunk_size=1000):
        yield writer.writerow([_plain(value) for value in (
            f'{timezone.localtime(row.at, _MOSCOW):%Y-%m-%d %H:%M:%S}', row.actor, row.subject, row.reason,
            ', '.join(row.fields), row.ip or '')])


def _plain(value: str) -> str:
    """Never a formula in anybody's spreadsheet."""
    return f"'{value}" if value.startswith(_FORMULA) else value
