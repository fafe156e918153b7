"""Files of registries for browsers: by the link of a letter, and for the workstation."""
from __future__ import annotations

import uuid
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from registries.downloads import file_response
from registries.models_delivery import DownloadLink
from registries.selectors_delivery import files_behind, link_by
from registries.services_links import note_download
from vault.address import client_ip

ResponseT = TypeVar('ResponseT', bound=HttpResponseBase)

_CLOSED = {'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', 'X-Robots-Tag': 'noindex, nofollow'}


@require_safe
def download_page(request: HttpRequest, token: str) -> HttpResponse:
    """What the link of a letter opens: the files of one delivery, for 14 days."""
    link = link_by(token)
    if link is None or link.expires_at <= timezone.now():
        return _gone(request, link)
    version = link.delivery.version
    return _closed(render(request, 'registries/download.html', {
        'registry': version.registry, 'version': version, 'files': files_behind(link), 'token': token,
        'expires_at': link.expires_at}))


@require_safe
def download_file(request: HttpRequest, token: str, guid: uuid.UUID) -> HttpResponseBase:
    """One of those files; each taking is written down."""
    link = link_by(token)
    if link is None or link.expires_at <= timezone.now():
        return _gone(request, link)
    found = next((row for row in files_behind(link) if row.guid == guid), None)
    if found is None:
        return _gone(request, None)
    if request.method == 'GET':
        note_download(file=found, link=link, actor='link', ip=client_ip(request))
    return _closed(file_response(found))


def _gone(request: HttpRequest, link: DownloadLink | None) -> HttpResponse:
    """A link that never was and one whose days are over look the same, but for the number."""
    return _closed(render(request, 'registries/download_gone.html', status=404 if link is None else 410))


def _closed(response: ResponseT) -> ResponseT:
    for name, value in _CLOSED.items():
        response[name] = value
    return response
