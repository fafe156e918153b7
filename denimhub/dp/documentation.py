"""`/schema/` and `/docs/`: the description of the API, made once per process, and Swagger UI served from here."""
from __future__ import annotations

import json
from functools import cache
from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularSwaggerSplitView

CONTENT_TYPE = 'application/vnd.oai.openapi+json; version=3.1'


@cache
def openapi() -> dict[str, Any]:
    """The OpenAPI document of the partner API."""
    generator: Any = SchemaGenerator
    document: dict[str, Any] = generator().get_schema(request=None, public=True)
    return document


@cache
def _openapi_bytes() -> bytes:
    return json.dumps(openapi(), ensure_ascii=False, separators=(',', ':'), default=str).encode()


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document as JSON."""
    return HttpResponse(_openapi_bytes(), content_type=CONTENT_TYPE)


# The style sheet of Swagger UI holds its icons as data: addresses.
@method_decorator(csp_update({'img-src': ['data:']}), name='dispatch')
class Docs(SpectacularSwaggerSplitView):
    """Swagger UI from our own static files; its script is a page of its own, so that no inline script is needed."""

    url_name = 'schema'
    template_name = 'dp/docs.html'
    title = 'DenimHub API'
