"""The list of jobs: what is done to them asks for a reason, which goes into the journal of their forms."""
from __future__ import annotations

import uuid
from typing import Any, Final

import structlog
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from contracts.services_operators import ActionRefused, DoneAlready, Press
from denimhub.people.access import demand
from denimhub.workstation.actions_forms import ReasonForm, names_of
from denimhub.workstation.card_pages import MOST_AT_ONCE
from denimhub.workstation.card_rows import application_of
from denimhub.workstation.services_jobs import park_job, retry_job
from denimhub.workstation.words import counted
from jobs import services
from jobs.admin import JobAdmin
from jobs.models import Job

log = structlog.get_logger(__name__)
_TITLES: Final = {'retry': 'Запустить задания снова', 'park': 'Отложить задания'}
_RIGHTS: Final = {'retry': 'jobs.retry', 'park': 'jobs.park'}
_ABOUT: Final = {
    'retry': 'Отмеченные задания начнутся сейчас, счётчик попыток обнулится.',
    'park': 'Отмеченные задания не начнутся, пока их не запустят снова; идущие попытки больше ничего не запишут.'}

admin.site.unregister(Job)


@admin.register(Job)
class JobsOfForms(JobAdmin):
    """As it is, but that a person says why."""

    def get_urls(self) -> list[URLPattern]:
        """The pages of the model, and the one that asks why."""
        def act(request: HttpRequest, verb: str) -> HttpResponseBase:
            return self._act(request, verb)

        return [path('act/<slug:verb>/', self.admin_site.admin_view(act), name='jobs_job_act'), *super().get_urls()]

    @admin.action(description='Запустить снова', permissions=['manage'])
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> HttpResponseRedirect:  # type: ignore[override]
        """Asks why first."""
        return _asking('retry', queryset)

    @admin.action(description='Отложить', permissions=['manage'])
    def park(self, request: HttpRequest, queryset: QuerySet[Job]) -> HttpResponseRedirect:  # type: ignore[override]
        """Asks why first."""
        return _asking('park', queryset)

    def _act(self, request: HttpRequest, verb: str) -> HttpResponseBase:
        if verb not in _TITLES:
            raise Http404
        demand(request.user, _RIGHTS[verb])
        values = request.POST if request.method == 'POST' else request.GET
        ids = [int(text) for text in values.get('ids', '').split(',') if text.isascii() and text.isdigit()]
        rows = list(self.get_queryset(request).filter(pk__in=ids[:MOST_AT_ONCE]).order_by('pk'))
        back = reverse('admin:jobs_job_changelist')
        if not rows:
            messages.warning(request, 'Отметьте задания в списке и повторите.')
            return HttpResponseRedirect(back)
        forms = [form for form in (application_of(row) for row in rows) if form is not None]
        names = frozenset[str]().union(*(names_of(form) for form in forms))
        form = ReasonForm(request.POST if request.method == 'POST' else None, names=names)
        if request.method == 'POST' and form.is_valid():
            _do(request, verb, rows, form.press(request.user.get_username()))
            return HttpResponseRedirect(back)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request), 'opts': Job._meta, 'title': _TITLES[verb], 'form': form,
            'about': f'{_ABOUT[verb]} Выбрано: {counted(len(rows), "задание", "задания", "заданий")}.',
            'submit': _TITLES[verb], 'back': back, 'is_danger': verb == 'park', 'ids': ','.join(
                str(row.pk) for row in rows)}
        return TemplateResponse(request, 'workstation/card/act.html', context, status=400 if form.errors else 200)


def _asking(verb: str, rows: QuerySet[Job]) -> HttpResponseRedirect:
    ids = ','.join(str(pk) for pk in rows.values_list('pk', flat=True)[:MOST_AT_ONCE])
    return HttpResponseRedirect(f'{reverse("admin:jobs_job_act", args=[verb])}?ids={ids}')


def _do(request: HttpRequest, verb: str, rows: list[Job], press: Press) -> None:
    done = 0
    for row in rows:
        try:
            done += _do_one(verb, row, Press(uuid.uuid5(press.key, str(row.pk)), press.operator, press.why))
        except (ActionRefused, DoneAlready):
            continue
    if done:
        messages.success(request, f'{_TITLES[verb]}: {counted(done, "задание", "задания", "заданий")}.')
    if done < len(rows):
        left = counted(len(rows) - done, 'задание', 'задания', 'заданий')
        messages.warning(request, f'Без изменений: {left} – уже сделаны, выполняются или отложены.')


def _do_one(verb: str, row: Job, press: Press) -> int:
    """Through the journal of the form; work about no form is told in the log."""
    application = application_of(row)
    if application is not None:
        (retry_job if verb == 'retry' else park_job)(application, press, job_id=row.pk)
        return 1
    log.warning('job_by_operator', verb=verb, job=row.pk, operator=press.operator)
    if verb == 'retry':
        return services.retry(job_ids=[row.pk])
    return services.park(job_ids=[row.pk], reason=f'parked by {press.operator}: {press.why}')
