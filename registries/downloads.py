"""A stored file of a registry as an answer to a browser."""
from __future__ import annotations

from itertools import chain

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from registries.models import RegistryFile
from registries.models_matching import MatchReport
from vault.files import open_file


def file_response(row: RegistryFile | MatchReport) -> StreamingHttpResponse:
    """The file to be saved (RFC 6266), never cached. The first piece is decrypted before the status goes out.

    Raises BlobDamaged. Who takes it is written down by the caller.
    """
    pieces = open_file(row.file)
    first = next(pieces, b'')
    response = StreamingHttpResponse(chain([first], pieces), content_type=row.file.content_type)
    response['Content-Length'] = str(row.file.size_bytes)
    response['Content-Disposition'] = content_disposition_header(True, row.name) or 'attachment'
    response['Cache-Control'] = 'no-store'
    response['X-Content-Type-Options'] = 'nosniff'
    return response
