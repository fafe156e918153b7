"""Pages that ask before something is done to an application: why, by whom, once."""
from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from applications.models import Application
from contracts.models import Contract
from contracts.models_operators import OutcomeRequest
from contracts.rules_outcomes import open_question
from contracts.services_operators import ActionRefused, DoneAlready, Press
from contracts.services_outcomes import (
    OutcomeRefused,
    approve_outcome,
    propose_outcome,
    refuse_outcome,
    withdraw_outcome,
)
from contracts.statuses_operators import OutcomeKind, OutcomeStatus
from denimhub.people.access import demand
from denimhub.workstation.actions_forms import DecisionForm, OutcomeForm, ReasonForm, names_of
from denimhub.workstation.actions_verbs import VERBS, Verb
from denimhub.workstation.card_rows import job_of
from denimhub.workstation.card_words import cause, job_words
from denimhub.workstation.services_jobs import park_job, retry_job
from denimhub.workstation.words import counted
from offers.models import Submission

Page = ModelAdmin[Application]
MOST_AT_ONCE: Final = 100
_ONCE_MORE: Final = 'Это уже сделано: второе нажатие ничего не изменило.'


def the_application(page: Page, request: HttpRequest, pk: int) -> Application:
    """The application, when this person may see it; else 403 or 404."""
    if not page.has_view_permission(request):
        raise PermissionDenied
    rows = page.get_queryset(request).select_related('partner', 'point', 'product')
    return get_object_or_404(rows, pk=pk)


def card_url(pk: int) -> str:
    """The address of a card."""
    return reverse('admin:applications_application_change', args=[pk])


def verb_page(page: Page, request: HttpRequest, pk: int, verb: Verb) -> HttpResponseBase:
    """Ask why, then do it."""
    demand(request.user, verb.right)
    application = the_application(page, request, pk)
    return _ask_and_do(
        page, request, application, title=verb.title, about=verb.about, done=verb.done, is_danger=verb.is_danger,
        run=lambda press: verb.run(application, press))


def job_page(page: Page, request: HttpRequest, pk: int, job: int, *, is_parking: bool) -> HttpResponseBase:
    """Start a job again, or put it off."""
    demand(request.user, 'jobs.park' if is_parking else 'jobs.retry')
    application = the_application(page, request, pk)
    row = job_of(application, job)
    if row is None:
        raise Http404
    verb = park_job if is_parking else retry_job
    about = f'Задание «{job_words(row.kind)}».' + (f' Последняя ошибка: {cause(row.last_error)}.' if row.last_error
                                                   else '')
    if is_parking:
        about += ' Оно не начнётся, пока его не запустят снова; идущая попытка больше ничего не запишет.'
    return _ask_and_do(
        page, request, application, title='Отложить задание' if is_parking else 'Запустить задание снова',
        about=about, done='Задание отложено.' if is_parking else 'Задание запущено.', is_danger=is_parking,
        run=lambda press: verb(application, press, job_id=row.pk))


def propose_page(page: Page, request: HttpRequest, pk: int, submission: int) -> HttpResponseBase:
    """The first person: how it ended at the lender."""
    demand(request.user, 'outcome.ask')
    application = the_application(page, request, pk)
    row = get_object_or_404(Submission.objects.select_related('lender'), pk=submission, application=application)
    kind = open_question(row, Contract.objects.filter(application=application).first())
    if kind is None:
        messages.info(request, 'Исход уже известен: указывать нечего.')
        return HttpResponseRedirect(card_url(pk))
    form = OutcomeForm(request.POST if request.method == 'POST' else None, kind=kind, names=names_of(application))
    if request.method == 'POST' and form.is_valid():
        values = form.cleaned_data
        try:
            propose_outcome(
                submission=row, kind=kind, outcome=values['outcome'], evidence=values['evidence'],
                reason=values['reason'], by=request.user,
                lender_application_id=values.get('lender_application_id', ''))
        except OutcomeRefused as refused:
            form.add_error(None, str(refused.message))
            return _page(page, request, application, form, _proposing(row, kind), status=409)
        messages.success(request, 'Исход предложен. Его подтвердит или отклонит другой человек.')
        return HttpResponseRedirect(card_url(pk))
    return _page(page, request, application, form, _proposing(row, kind), status=400 if form.errors else 200)


def _proposing(row: Submission, kind: OutcomeKind) -> dict[str, Any]:
    return {
        'title': 'Указать исход', 'submit': 'Предложить исход',
        'about': f'{row.lender.name}: неизвестно, {kind.label!s}. Заявка не изменится, пока исход не подтвердит '
                 'другой человек. Ни при каком исходе подтверждение выдачи не уходит кредитору второй раз.'}


_DECISIONS: Final[dict[str, Callable[..., OutcomeRequest]]] = {
    'approve': approve_outcome, 'refuse': refuse_outcome, 'withdraw': withdraw_outcome}
_SAID: Final = {
    OutcomeStatus.APPROVED: 'Исход подтверждён, заявка идёт дальше.',
    OutcomeStatus.REFUSED: 'Исход отклонён, заявка осталась как была.',
    OutcomeStatus.WITHDRAWN: 'Исход отозван, заявка осталась как была.',
    OutcomeStatus.OUTDATED: 'Исход стал известен сам: предложение закрыто, заявка не изменилась.'}


def decide_page(page: Page, request: HttpRequest, pk: int, outcome: int) -> HttpResponseBase:
    """The second person: approve or refuse; the author may only take it back."""
    application = the_application(page, request, pk)
    row = get_object_or_404(
        OutcomeRequest.objects.select_related('submission__lender'), pk=outcome, application=application)
    is_author = row.author == request.user.get_username()
    demand(request.user, 'outcome.ask' if is_author else 'outcome.resolve')
    choices = [('withdraw', 'Отозвать своё предложение')] if is_author else [
        ('approve', 'Подтвердить: заявка изменится'), ('refuse', 'Отклонить: заявка останется как есть')]
    form = DecisionForm(request.POST if request.method == 'POST' else None, choices=choices,
                        names=names_of(application))
    status = 200
    if request.method == 'POST' and form.is_valid():
        decide = _DECISIONS[form.cleaned_data['decision']]
        try:
            decided = decide(request=row, by=request.user, why=form.cleaned_data['reason'])
        except OutcomeRefused as refused:
            form.add_error(None, str(refused.message))
            status = 409
        else:
            messages.success(request, _SAID[OutcomeStatus(decided.status)])
            return HttpResponseRedirect(card_url(pk))
    elif request.method == 'POST':
        status = 400
    lines = [
        ('Кредитор', row.submission.lender.name), ('Что неизвестно', row.get_kind_display()),
        ('Предложенный исход', row.get_outcome_display()), ('Номер у кредитора', row.lender_application_id),
        ('Что сказал кредитор', row.evidence), ('Причина', row.reason), ('Предложил', row.author),
        ('Состояние', row.get_status_display())]
    about = 'Вы предложили этот исход: подтвердить его может только другой человек.' if is_author else (
        'Проверьте слова кредитора сами, прежде чем подтвердить: отменить решение нельзя.')
    return _page(page, request, application, form, {
        'title': 'Исход у кредитора', 'submit': 'Записать решение', 'about': about,
        'lines': [(name, value) for name, value in lines if value]}, status=status)


def bulk_page(page: Page, request: HttpRequest, verb: str) -> HttpResponseBase:
    """One verb and one reason for several applications; each is done or refused by itself."""
    found = VERBS.get(verb)
    if found is None or not found.is_for_many:
        raise Http404
    demand(request.user, found.right)
    values = request.POST if request.method == 'POST' else request.GET
    ids = [int(text) for text in values.get('ids', '').split(',') if text.isascii() and text.isdigit()][:MOST_AT_ONCE]
    rows = list(page.get_queryset(request).filter(pk__in=ids).select_related('partner', 'point').order_by('-pk'))
    back = reverse('admin:applications_application_changelist')
    if not rows:
        messages.warning(request, 'Отметьте заявки в списке и повторите.')
        return HttpResponseRedirect(back)
    names = frozenset[str]().union(*(names_of(row) for row in rows))
    form = ReasonForm(request.POST if request.method == 'POST' else None, names=names)
    if request.method == 'POST' and form.is_valid():
        _do_many(request, found, rows, form.press(request.user.get_username()))
        return HttpResponseRedirect(back)
    return TemplateResponse(request, 'workstation/card/act.html', {
        **page.admin_site.each_context(request), 'opts': Application._meta, 'title': found.title, 'form': form,
        'about': found.about, 'submit': found.title, 'back': back, 'is_danger': found.is_danger, 'chosen': rows,
        'ids': ','.join(str(row.pk) for row in rows)}, status=400 if form.errors else 200)


def _do_many(request: HttpRequest, verb: Verb, rows: list[Application], press: Press) -> None:
    done, refused = 0, dict[str, int]()
    for row in rows:
        try:
            verb.run(row, Press(uuid.uuid5(press.key, str(row.pk)), press.operator, press.why))
            done += 1
        except DoneAlready:
            refused[_ONCE_MORE] = refused.get(_ONCE_MORE, 0) + 1
        except ActionRefused as why:
            refused[str(why.message)] = refused.get(str(why.message), 0) + 1
    if done:
        messages.success(request, f'{verb.title}: сделано, {counted(done, "заявка", "заявки", "заявок")}.')
    for text, count in refused.items():
        messages.warning(request, f'{counted(count, "заявка", "заявки", "заявок")} без изменений: {text}')


def _ask_and_do(
    page: Page, request: HttpRequest, application: Application, *, title: str, about: str, done: str,
    is_danger: bool, run: Callable[[Press], None],
) -> HttpResponseBase:
    form = ReasonForm(request.POST if request.method == 'POST' else None, names=names_of(application))
    status = 200
    if request.method == 'POST' and form.is_valid():
        try:
            run(form.press(request.user.get_username()))
        except DoneAlready:
            messages.info(request, _ONCE_MORE)
            return HttpResponseRedirect(card_url(application.pk))
        except ActionRefused as refused:
            form.add_error(None, str(refused.message))
            status = 409
        else:
            messages.success(request, done)
            return HttpResponseRedirect(card_url(application.pk))
    elif request.method == 'POST':
        status = 400
    return _page(page, request, application, form, {
        'title': title, 'about': about, 'submit': title, 'is_danger': is_danger}, status=status)


def _page(
    page: Page, request: HttpRequest, application: Application, form: forms.Form, more: dict[str, Any], *, status: int,
) -> HttpResponseBase:
    return TemplateResponse(request, 'workstation/card/act.html', {
        **page.admin_site.each_context(request), 'opts': Application._meta, 'application': application, 'form': form,
        'back': card_url(application.pk), **more}, status=status)
