"""Files that the workstation hands to a browser."""
from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def file_response(content: bytes, content_type: str, name: str, *, inline: bool) -> HttpResponse:
    """Bytes that a browser may show or save and nothing else: the headers of `get_file`."""
    response = HttpResponse(content, content_type=content_type)
    response['Content-Disposition'] = content_disposition_header(not inline, name) or 'attachment'
    response['Cache-Control'] = 'no-store'
    response['X-Content-Type-Options'] = 'nosniff'
    response['Content-Security-Policy'] = "sandbox; default-src 'none'"
    return response
