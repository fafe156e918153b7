"""Showing what is masked: with a reason, a fresh password, a note in the log of access, for one answer only."""
from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from applications.models import Application, Document
from contracts.models import Message
from contracts.models_operators import Assignment
from denimhub.people.access import demand, groups_of, may
from denimhub.workstation.actions_forms import RevealForm
from denimhub.workstation.card_pages import Page, card_url, the_application
from denimhub.workstation.reveal_groups import GROUPS, Line, lines_of
from partners.staff import partner_of
from scans.models import Scan
from vault.access import note_access
from vault.address import client_ip
from vault.files import open_file
from vault.models import StoredFile

RIGHT: Final = 'applications.reveal'
SEES_ALL: Final = 'supervisor'
PASS_TIME: Final = timedelta(minutes=15)
_SESSION: Final = 'revealed'
_COPIES: Final = ('thumbnail', 'display', 'original')
_ENDINGS: Final = {'image/jpeg': 'jpg', 'image/png': 'png', 'application/pdf': 'pdf'}


@dataclass(frozen=True, slots=True)
class Pass:
    """One reason opens the pictures and documents of one form to one person for a while; kept in the session."""

    until: datetime
    reason: str
    groups: tuple[str, ...]


def may_reveal(user: Any, holder: str) -> bool:
    """Supervisors any form, operators the ones they work on; staff of a partner and auditors none."""
    if not may(user, RIGHT) or partner_of(user) is not None:
        return False
    return user.is_superuser or SEES_ALL in groups_of(user) or holder == user.get_username()


def pass_of(request: HttpRequest, application: Application) -> Pass | None:
    """The pass of this person to this form, unless it has run out."""
    kept = request.session.get(_SESSION, {}).get(str(application.guid))
    if kept is None:
        return None
    found = Pass(datetime.fromisoformat(kept['until']), kept['reason'], tuple(kept['groups']))
    return found if found.until > timezone.now() else None


@sensitive_variables()
def reveal_page(page: Page, request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask what and why; with an answer note it, then show. Nothing of it stands in the address."""
    demand(request.user, RIGHT)
    application = the_application(page, request, pk)
    if not _is_own(request, application):
        return _not_in_work(page, request, application)
    asked = [name for name in request.GET.getlist('what') if name in GROUPS]
    form = RevealForm(
        request.POST if request.method == 'POST' else None,
        choices=[(name, group.title) for name, group in GROUPS.items()], chosen=asked)
    context: dict[str, Any] = {
        **page.admin_site.each_context(request), 'opts': Application._meta, 'application': application, 'form': form,
        'title': 'Данные клиента', 'back': card_url(pk)}
    status = 400 if request.method == 'POST' else 200
    if request.method == 'POST' and form.is_valid():
        status = 200
        context |= _shown(request, application, form.cleaned_data['groups'], form.told)
    answer = TemplateResponse(request, 'workstation/card/reveal.html', context, status=status)
    return _kept_nowhere(answer)


def _shown(request: HttpRequest, application: Application, groups: list[str], reason: str) -> dict[str, Any]:
    """What is shown, after it was written down group by group."""
    shown: dict[str, list[Line]] = {}
    for name in groups:
        fields, lines = lines_of(GROUPS[name], application, _texts(application) if name == 'messages' else [])
        _note(request, application, reason, [name, *fields])
        if lines:
            shown[GROUPS[name].title] = lines
    opened = tuple(name for name in groups if GROUPS[name].is_file)
    if opened:
        _give_pass(request, application, opened, reason)
    return {'shown': shown, 'opened': opened, 'opened_titles': [GROUPS[name].title.lower() for name in opened],
            'is_shown': True, 'told': reason, 'minutes': _minutes()}


def _texts(application: Application) -> list[Message]:
    return list(Message.objects.filter(application=application).order_by('id'))


def _give_pass(request: HttpRequest, application: Application, groups: tuple[str, ...], reason: str) -> None:
    known = pass_of(request, application)
    now = timezone.now()
    passes = {guid: kept for guid, kept in request.session.get(_SESSION, {}).items()
              if datetime.fromisoformat(kept['until']) > now}
    passes[str(application.guid)] = {
        'until': (now + PASS_TIME).isoformat(), 'reason': reason,
        'groups': sorted({*groups, *(known.groups if known else ())})}
    request.session[_SESSION] = passes


def scan_view(page: Page, request: HttpRequest, pk: int, scan: int, copy: str) -> HttpResponseBase:
    """A picture of a scan, while the pass lasts; every look is noted."""
    application = the_application(page, request, pk)
    if copy not in _COPIES:
        raise Http404
    row = get_object_or_404(
        Scan.objects.select_related('file', 'display_file', 'thumbnail_file'), pk=scan, application=application)
    opened = _demand_pass(request, application, 'scans')
    if opened is None:
        return _to_ask(pk, 'scans')
    file = {'thumbnail': row.thumbnail_file, 'display': row.display_file, 'original': row.file}[copy]
    if file is None:
        raise Http404
    _note(request, application, opened.reason, [f'scan:{row.type}:{row.version}:{copy}'])
    name = f'{row.type}-{row.version}.{_ENDINGS.get(file.content_type, "bin")}'
    return _streamed(file, disposition='inline' if copy != 'original' else f'attachment; filename="{name}"')


def document_view(page: Page, request: HttpRequest, pk: int, guid: uuid.UUID) -> HttpResponseBase:
    """A printed form, while the pass lasts; every look is noted."""
    application = the_application(page, request, pk)
    row = get_object_or_404(Document.objects.select_related('file'), guid=guid, application=application)
    opened = _demand_pass(request, application, 'documents')
    if opened is None:
        return _to_ask(pk, 'documents')
    _note(request, application, opened.reason, [f'document:{row.stage}:{row.kind}'])
    return _streamed(row.file, disposition='inline')


def _is_own(request: HttpRequest, application: Application) -> bool:
    holder = Assignment.objects.filter(application=application).values_list('holder', flat=True).first() or ''
    return may_reveal(request.user, holder)


def _not_in_work(page: Page, request: HttpRequest, application: Application) -> HttpResponseBase:
    """An operator is told what to do first; whoever sends a form all the same is refused."""
    if request.method == 'POST':
        raise PermissionDenied
    answer = TemplateResponse(request, 'workstation/card/reveal.html', {
        **page.admin_site.each_context(request), 'opts': Application._meta, 'application': application,
        'title': 'Данные клиента', 'back': card_url(application.pk), 'is_foreign': True})
    return _kept_nowhere(answer)


def _demand_pass(request: HttpRequest, application: Application, group: str) -> Pass | None:
    demand(request.user, RIGHT)
    if not _is_own(request, application):
        raise PermissionDenied
    opened = pass_of(request, application)
    return opened if opened is not None and group in opened.groups else None


def _to_ask(pk: int, group: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f'{reverse("admin:applications_application_reveal", args=[pk])}?what={group}')


def _note(request: HttpRequest, application: Application, reason: str, fields: Iterable[str]) -> None:
    note_access(
        actor=f'operator {request.user.get_username()}', reason=reason[:500], subject=str(application.guid),
        fields=[name[:64] for name in fields], ip=client_ip(request))


def _minutes() -> int:
    return int(PASS_TIME.total_seconds() // 60)


def _kept_nowhere(answer: HttpResponseBase) -> HttpResponseBase:
    answer['Cache-Control'] = 'no-store, private, max-age=0'
    return answer


def _streamed(file: StoredFile, *, disposition: str) -> HttpResponseBase:
    response = StreamingHttpResponse(open_file(file), content_type=file.content_type)
    response['Content-Length'] = str(file.size_bytes)
    response['Content-Disposition'] = disposition
    response['X-Content-Type-Options'] = 'nosniff'
    response['Content-Security-Policy'] = "sandbox; default-src 'none'"
    return _kept_nowhere(response)
