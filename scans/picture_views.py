"""Pictures of scans in the workstation: for those who may, with a note of who looked and why."""
from __future__ import annotations

from typing import Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from scans.models import Scan
from vault.access import note_access
from vault.files import open_file
from vault.models import StoredFile

PERMISSION: Final = 'scans.view_scan_image'
LEAST_REASON: Final = 5
_SUFFIXES: Final = {'image/jpeg': 'jpg', 'image/png': 'png', 'application/pdf': 'pdf'}


def may_look(request: HttpRequest) -> bool:
    """Whether this person may see pictures of scans at all."""
    return request.user.has_perms(('scans.view_scan', PERMISSION))


@require_GET
@never_cache
def thumbnail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The small picture on the page of a scan; showing it is noted."""
    scan = _scan(request, pk)
    if scan.thumbnail_file is None:
        raise Http404
    _note(request, scan, 'thumbnail', 'page of the scan')
    return _streamed(scan.thumbnail_file, disposition='inline')


@require_http_methods(['GET', 'POST'])
@never_cache
@sensitive_variables()
def picture(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask why, then give the display copy to look at or the partner's own file to download."""
    scan = _scan(request, pk)
    if request.method == 'GET':
        return _asked(request, scan, '', '')
    reason = ' '.join(request.POST.get('reason', '').split())[:300]
    if len(reason) < LEAST_REASON:
        return _asked(request, scan, reason, 'Напишите, зачем нужно изображение: хотя бы пару слов.')
    if request.POST.get('copy') == 'original':
        _note(request, scan, 'original', reason)
        name = f'{scan.type}-{scan.version}.{_SUFFIXES.get(scan.file.content_type, "bin")}'
        return _streamed(scan.file, disposition=f'attachment; filename="{name}"')
    if scan.display_file is None:
        return _asked(request, scan, reason, 'Изображения для просмотра нет: файл не обработан или не открывается.')
    _note(request, scan, 'display', reason)
    return _streamed(scan.display_file, disposition='inline')


def _scan(request: HttpRequest, pk: int) -> Scan:
    if not may_look(request):
        raise PermissionDenied
    rows = Scan.objects.select_related('application', 'file', 'display_file', 'thumbnail_file')
    return get_object_or_404(rows, pk=pk)


def _note(request: HttpRequest, scan: Scan, copy: str, reason: str) -> None:
    note_access(
        actor=f'operator {request.user.get_username()}', reason=reason, subject=str(scan.application.guid),
        fields=[f'scan:{scan.type}:{scan.version}:{copy}'[:64]], ip=request.META.get('REMOTE_ADDR'))


def _asked(request: HttpRequest, scan: Scan, reason: str, problem: str) -> HttpResponse:
    context = admin.site.each_context(request) | {
        'title': 'Изображение скана', 'scan': scan, 'reason': reason, 'problem': problem}
    return render(request, 'scans/picture.html', context, status=400 if problem else 200)


def _streamed(file: StoredFile, *, disposition: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(open_file(file), content_type=file.content_type)
    response['Content-Length'] = str(file.size_bytes)
    response['Content-Disposition'] = disposition
    response['Cache-Control'] = 'no-store'
    response['X-Content-Type-Options'] = 'nosniff'
    response['Content-Security-Policy'] = "sandbox; default-src 'none'"
    return response
