"""dp method get_file: the only GET, streams a document out of the encrypted store."""
from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from rest_framework.request import Request

from applications.models import Document
from applications.selectors import document_for
from denimhub.dp.errors import UnknownFile
from denimhub.dp.limits import check_rate
from denimhub.dp.openapi import MethodSchema
from denimhub.dp.view import PartnerView
from vault.files import open_file

SUMMARY = 'get_file – получение файла (метод GET)'
DESCRIPTION = """\
Загрузка файла (печатной формы, согласия). Если файла нет или он не принадлежит партнёру – HTTP 404 с тем же конвертом
ошибки, что и у остальных методов.
"""


class GetFile(PartnerView):
    """Any miss, an unknown partner too, is the same 404."""

    verb = 'GET'
    schema = MethodSchema()
    summary = SUMMARY
    description = DESCRIPTION

    def get(self, request: Request) -> None:
        """Only declares the verb: the work is in answer()."""

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        partner_guid = request.GET.get('partner_guid', '')
        check_rate(partner_guid)
        document = document_for(partner_guid, request.GET.get('file_guid', ''))
        if document is None:
            raise UnknownFile
        return _stream(document)


def _stream(document: Document) -> StreamingHttpResponse:
    """The first piece is decrypted before the status goes out, so that a broken file is an envelope too."""
    pieces: Iterator[bytes] = open_file(document.file)
    first = next(pieces, b'')
    response = StreamingHttpResponse(chain([first], pieces), content_type=document.file.content_type)
    response['Content-Length'] = str(document.file.size_bytes)
    response['Content-Disposition'] = content_disposition_header(True, document.file_name) or 'attachment'
    response['Cache-Control'] = 'no-store'
    response['X-Content-Type-Options'] = 'nosniff'
    response['Content-Security-Policy'] = "sandbox; default-src 'none'"
    return response
