"""dp method get_file: the only GET (and HEAD), streams a document, or a part of it, out of the encrypted store."""
from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from itertools import chain
from typing import Any
from urllib.parse import quote

import iuliia
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from applications.models import Document
from applications.selectors import document_for
from denimhub.dp.admission import admitted_guid
from denimhub.dp.errors import UnknownFile, UnsatisfiableRange
from denimhub.dp.limits import check_rate
from denimhub.dp.openapi import MethodSchema
from denimhub.dp.ranges import Part, Unsatisfiable, part_of
from denimhub.dp.view import PartnerView
from partners.calls import CALL, Noted, likely_guid
from vault.access import note_access
from vault.address import from_meta
from vault.files import open_file, open_part

SUMMARY = 'get_file – получение файла (метод GET)'
DESCRIPTION = """\
Загрузка файла (печатной формы, согласия), целиком или частью: один диапазон в заголовке `Range`, `ETag` для
`If-Range`. Если файла нет или он не принадлежит партнёру – HTTP 404 с тем же конвертом ошибки, что и у остальных
методов.
"""


class GetFile(PartnerView):
    """Any miss, an unknown partner too, is the same 404."""

    verb = 'GET'
    schema = MethodSchema()
    summary = SUMMARY
    description = DESCRIPTION

    def get(self, request: Request) -> None:
        """Only declares the verb: the work is in answer()."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """HEAD is GET without the content, errors included."""
        is_head = request.method == 'HEAD'
        if is_head:
            request.method = self.verb
        try:
            response = super().dispatch(request, *args, is_head=is_head, **kwargs)
        finally:
            if is_head:
                request.method = 'HEAD'
        if is_head and isinstance(response, HttpResponse):
            length = response.headers.get('Content-Length')
            response.content = b''
            if length is not None:
                response['Content-Length'] = length
        return response

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        partner_guid = request.GET.get('partner_guid', '')
        noted = request.META[CALL] = Noted(likely_guid(partner_guid) or '', 'get_file')
        check_rate(partner_guid)
        document = document_for(admitted_guid(partner_guid, request.META), request.GET.get('file_guid', ''))
        if document is None:
            raise UnknownFile
        noted.form_guid = str(document.application.guid)
        part = _asked_part(request, document)
        if kwargs['is_head']:
            return _described(HttpResponse(), document, part)
        # Before a byte goes out: nobody reads a client's papers unnoticed, not even when the reading breaks off.
        note_access(
            actor=f'partner {document.application.partner.guid}', reason='get_file',
            subject=str(document.application.guid), fields=[f'document:{document.kind}'[:64]],
            ip=from_meta(request.META) or None)
        return _described(_stream(document, part), document, part)


def _asked_part(request: HttpRequest, document: Document) -> Part | None:
    asked = request.META.get('HTTP_RANGE', '')
    if not asked:
        return None
    size_bytes = document.file.size_bytes
    try:
        return part_of(asked, request.META.get('HTTP_IF_RANGE', ''), etag=_etag(document), size=size_bytes)
    except Unsatisfiable:
        raise UnsatisfiableRange(size_bytes) from None


def _stream(document: Document, part: Part | None) -> StreamingHttpResponse:
    """The first piece is decrypted before the status goes out, so that a broken file is an envelope too."""
    pieces: Iterator[bytes] = (
        open_file(document.file) if part is None else open_part(document.file, part.first, part.last))
    return StreamingHttpResponse(chain([next(pieces, b'')], pieces))


def _described(response: HttpResponseBase, document: Document, part: Part | None) -> HttpResponseBase:
    if part is not None:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response['Content-Range'] = part.content_range
    response['Content-Type'] = document.file.content_type
    response['Content-Length'] = str(document.file.size_bytes if part is None else part.length)
    response['Content-Disposition'] = disposition(document.file_name)
    response['Accept-Ranges'] = 'bytes'
    response['ETag'] = _etag(document)
    response['Cache-Control'] = 'no-store'
    response['X-Content-Type-Options'] = 'nosniff'
    response['Content-Security-Policy'] = "sandbox; default-src 'none'"
    return response


def _etag(document: Document) -> str:
    return f'"{document.file.sha256}"'


def disposition(file_name: str) -> str:
    """Content-Disposition by RFC 6266: the name in Latin letters for old programs, then the true one in UTF-8."""
    name = ''.join('_' if char in '/\\' or not char.isprintable() else char for char in file_name).strip() or 'file'
    latin = iuliia.WIKIPEDIA.translate(name).encode('ascii', 'ignore').decode()
    latin = ' '.join(latin.replace('"', '').replace('%', '').split()) or 'file'
    # https://www.rfc-editor.org/rfc/rfc8187#section-3.2.1: everything but attr-char is written as percent and hex.
    return f'attachment; filename="{latin}"; filename*=UTF-8\'\'{quote(name, safe="!#$&+-.^_`|~")}'
